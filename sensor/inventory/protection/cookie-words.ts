import type { SetCookie } from "../../protocol/protection.js";

const LIFETIMES: Readonly<Record<SetCookie["lifetime"], string>> = {
  session: "until the browser is closed",
  day: "up to a day",
  month: "up to a month",
  longer: "longer than a month",
  deleted: "deleted",
};

/** `session cookie connect.sid: HttpOnly, no Secure, SameSite=Lax, Path=/, until the browser is closed`. */
export function cookieWords(cookie: SetCookie): string {
  const { purpose, name, isSecure, isHttpOnly, sameSite, hasDomain, prefix, isPartitioned, path, lifetime } = cookie;
  const attributes = [
    isSecure ? "Secure" : "no Secure",
    isHttpOnly ? "HttpOnly" : "no HttpOnly",
    sameSite === undefined ? "no SameSite" : `SameSite=${sameSite[0].toUpperCase()}${sameSite.slice(1)}`,
    ...(hasDomain ? ["Domain"] : []),
    ...(path === undefined ? [] : [path === "/" ? "Path=/" : "Path narrower than /"]),
    ...(isPartitioned ? ["Partitioned"] : []),
    ...(prefix === undefined ? [] : [`named ${prefix}`]),
    LIFETIMES[lifetime],
  ];
  return `${purpose} cookie${name === undefined ? "" : ` ${name}`}: ${attributes.join(", ")}`;
}

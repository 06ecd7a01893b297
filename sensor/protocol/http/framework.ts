import { WordTable } from "../../bytes/word-table.js";
import { FIRST_PRODUCT_FIELD } from "./field-name.js";

const EQUALS = 0x3d;

/**
 * Products that answer with a field of their own, in the order of the fields from FIRST_PRODUCT_FIELD on: the Docker Registry HTTP API V2, Consul's
 * HTTP API (blocking queries), etcd's API of version 2, Amazon S3 (common response headers) and what speaks as it does.
 */
const PRODUCTS: readonly string[] = ["OCI registry", "Consul", "etcd", "S3"];

export function productOf(field: number): string {
  return PRODUCTS[field - FIRST_PRODUCT_FIELD];
}

/** Names that frameworks give to their session cookies by default. */
const COOKIES: readonly (readonly [string, string])[] = [
  ["jsessionid", "Java servlet"],
  ["phpsessid", "PHP"],
  ["connect.sid", "Express"],
  ["asp.net_sessionid", "ASP.NET"],
  [".aspnet.applicationcookie", "ASP.NET"],
  [".aspxauth", "ASP.NET"],
  [".aspnetcore.session", "ASP.NET Core"],
  [".aspnetcore.cookies", "ASP.NET Core"],
  [".aspnetcore.identity.application", "ASP.NET Core"],
  ["cfid", "ColdFusion"],
  ["cftoken", "ColdFusion"],
  ["iplanetdirectorypro", "ForgeRock Access Management"],
  ["laravel_session", "Laravel"],
  ["symfony", "Symfony"],
  ["csrftoken", "Django"],
  ["sessionid", "Django"],
  ["play_session", "Play"],
  ["cakephp", "CakePHP"],
  ["ci_session", "CodeIgniter"],
  ["rack.session", "Rack"],
  ["beaker.session.id", "Pyramid"],
];
const NAMES = new WordTable(COOKIES.map(([name]) => name));

const DOT = 0x2e;
const CAPITAL_C = 0x43;

/** ASP.NET Core parts what is too long for one cookie, and numbers the parts: `.AspNetCore.CookiesC1`. Where the name they share ends. */
function sharedEnd(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== DOT) return end;
  let at = end;
  while (at > start && bytes[at - 1] >= 0x30 && bytes[at - 1] <= 0x39) at--;
  return at < end && bytes[at - 1] === CAPITAL_C ? at - 1 : end;
}

/** The name as it is written where it is one of these, in whatever letters; undefined for any other. RFC 6265 §5.3: case tells names apart. */
export function defaultCookieName(bytes: Buffer, start: number, end: number): string | undefined {
  const nameEnd = sharedEnd(bytes, start, end);
  return NAMES.indexOf(bytes, start, nameEnd) < 0 ? undefined : bytes.latin1Slice(start, nameEnd);
}

/** Framework that the name of a Set-Cookie value gives away; the value itself is not looked at. */
export function cookieFramework(bytes: Buffer, start: number, end: number): string | undefined {
  let at = start;
  while (at < end && bytes[at] !== EQUALS) at++;
  const found = NAMES.indexOf(bytes, start, at);
  return found < 0 ? undefined : COOKIES[found][1];
}

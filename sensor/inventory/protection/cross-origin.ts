import { plainHost } from "../../../shared/host-name.js";
import { NO_ORIGIN_NAMED } from "../../../shared/protection.js";
import type { Call } from "../../protocol/message.js";
import type { Safeguards } from "../../protocol/protection.js";

/** What an answer lets pages of another origin do, Fetch Standard §3.2.3. */
export type CrossOrigin = "any" | "null" | "asking" | "another" | "unsaid";

/** Undefined where neither the request nor the answer speaks of origins. A page of the service's own asks nothing of it. */
export function crossOriginOf({ access, safeguards, authority }: Call): CrossOrigin | undefined {
  const origin = access?.origin;
  const allowed = safeguards?.allowsOrigin;
  if (allowed === undefined) return origin === undefined || isOwn(origin, authority) ? undefined : "unsaid";
  if (allowed === "*") return "any";
  if (allowed === "null") return "null";
  return allowed === origin ? "asking" : "another";
}

function isOwn(origin: string, authority: string | undefined): boolean {
  return authority !== undefined && plainHost(hostOf(origin)) === plainHost(authority);
}

const WORDS: Readonly<Record<CrossOrigin, string>> = {
  any: "any origin",
  null: "the origin null",
  asking: "the origin that asks",
  another: "one origin",
  unsaid: NO_ORIGIN_NAMED,
};

export function crossOriginWords(what: CrossOrigin, safeguards: Safeguards | undefined): string {
  return safeguards?.allowsCredentials === true ? `${WORDS[what]}, with credentials` : WORDS[what];
}

/** RFC 6454 §6.2: the origin's host, with its port. */
export function hostOf(origin: string): string {
  return origin.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
}

/** As much of a host as whoever owns it decides on: `shop.example.com` and `www.example.com` are one, addresses each their own. */
export function siteOf(origin: string): string {
  const host = hostOf(origin).replace(/:\d+$/, "");
  return /^[\d.]+$|:/.test(host) ? host : host.split(".").slice(-2).join(".");
}

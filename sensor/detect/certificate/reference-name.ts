import { isIP } from "node:net";
import { commonName } from "../../../shared/distinguished-name.js";
import { plainHost } from "../../../shared/host-name.js";
import type { Certificate } from "../../protocol/message.js";

export type NameMatch = "match" | "mismatch" | "untold";

/**
 * Whether a certificate is for the name a client asked for (RFC 9525 §6). `untold` where it names something that is not
 * compared with a host: a mesh's identity is a URI (SPIFFE), and whoever checks it pays no heed to SNI.
 */
export function matchName(certificate: Certificate, name: string): NameMatch {
  const wanted = plainHost(name);
  const { san } = certificate;
  const names = san.filter((entry) => !entry.includes("/") && !entry.includes("@"));
  if (names.length === 0 && san.length > 0) return "untold";
  // RFC 6125 §6.4.4: the common name counts only where there are no alternative names. RFC 9525 drops it; many clients do not.
  if (names.length === 0) names.push(...[commonName(certificate.subject)].filter((text) => text !== undefined));
  return names.some((entry) => isFor(entry, wanted)) ? "match" : "mismatch";
}

/** The names that were compared, for the evidence. */
export function namesOf({ san, subject }: Certificate): string[] {
  const names = san.filter((entry) => !entry.includes("/") && !entry.includes("@"));
  if (san.length > 0) return names;
  return [commonName(subject)].filter((text) => text !== undefined);
}

function isFor(entry: string, wanted: string): boolean {
  // An address matches an address alone, and never by a wildcard.
  if (isIP(wanted) !== 0 || isIP(entry) !== 0) return canonicalAddress(entry) === canonicalAddress(wanted);
  const presented = plainHost(entry);
  if (!presented.startsWith("*.")) return presented === wanted;
  // RFC 9525 §6.3: the wildcard is the whole left-most label and stands for exactly one.
  const dot = wanted.indexOf(".");
  return dot > 0 && wanted.slice(dot) === presented.slice(1);
}

/** IPv6 has many spellings; the URL parser knows the one of RFC 5952. */
function canonicalAddress(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]`).hostname : text;
}

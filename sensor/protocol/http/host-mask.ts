import { withoutEscapes } from "../../bytes/percent.js";
import { digitsOf, iban, paymentCard, usSsn } from "../data/check-digit.js";
import { phone } from "../data/value-test.js";
import { MASK } from "../message.js";
import { isIssuedToken, isSecret, MIN_SECRET_LENGTH } from "./secret.js";

/** As short as what is looked for may be: three groups of digits and two hyphens. */
const MIN_LENGTH = 11;
const MIN_DIGITS = 9;
const PORT = /:\d+$/;
/** What is left of a name when what must not be told is masked; where anything else stands, it is none. */
const NAME = /^[\w.:*~[\]-]*$/;
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;

type Form = readonly [pattern: RegExp, holds: (text: string) => boolean];
/** Whose a number is. */
export type NumberKind = "account" | "payment card" | "person";
type NumberForm = readonly [...Form, kind: NumberKind];

const NUMBERS: readonly NumberForm[] = [
  [/(?<![A-Za-z\d])[A-Za-z]{2}\d{2}[A-Za-z\d]{11,30}(?![A-Za-z\d])/g, isAccount, "account"],
  [/(?<![A-Za-z\d])[2-9]\d{12,18}(?![A-Za-z\d])/g, paymentCard, "payment card"],
  [/(?<![A-Za-z\d]|\d-)[2-9]\d{3}(?:-\d{4}){3}(?![A-Za-z\d]|-\d)/g, paymentCard, "payment card"],
  [/(?<![A-Za-z\d]|\d-)\d{3}-\d{2}-\d{4}(?![A-Za-z\d]|-\d)/g, usSsn, "person"],
];

/** As people write them where blanks may stand, which no host's name has. */
const SPACED_NUMBERS: readonly NumberForm[] = [
  [/(?<![A-Za-z\d]|\d )[A-Z]{2}\d{2}(?: [A-Z\d]{4}){2,7}(?: [A-Z\d]{1,3})?(?![A-Za-z\d]| \d)/g, isAccount, "account"],
  [/(?<![A-Za-z\d]|\d )[2-9]\d{3}(?: \d{4}){3}(?![A-Za-z\d]| \d)/g, paymentCard, "payment card"],
];

/**
 * Known forms alone: hashes, UUIDs, numbers of nodes and balancers are parts of names. Runs of small letters and digits may be such a
 * part however long they are; both cases in one run are a token's.
 */
const FORMS: readonly Form[] = [
  [/[^\s@:/]+@[\w.-]+/g, () => true],
  [/eyJ[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]+)?/g, () => true],
  [new RegExp(`[\\w~+-]{${MIN_SECRET_LENGTH},}`, "g"), isToken],
  ...NUMBERS.map(([pattern, holds]): Form => [pattern, holds]),
  [/\+[1-9]\d{0,3}(?:[ ().-]{0,2}\d){6,14}/g, phone],
];

/** The name of a host, a port behind it included, with what of it is a secret or a number given to a person replaced by `***`. */
export function maskHost(host: string): string {
  if (host.length < MIN_LENGTH || !isSuspicious(host)) return host;
  const text = withoutEscapes(host);
  let masked = text;
  for (const [pattern, holds] of FORMS) masked = masked.replace(pattern, (found) => (holds(found) ? MASK : found));
  // Some issuers have a dot in what their tokens begin with.
  if (masked === text) return isIssuedToken(text.replace(PORT, "")) ? MASK : host;
  return NAME.test(masked) ? masked : MASK;
}

/** Another name, such as a certificate's, with such numbers in it replaced: those of accounts, of cards, and of persons. */
export function maskNumbers(name: string): string {
  let masked = name;
  for (const [pattern, holds] of [...NUMBERS, ...SPACED_NUMBERS])
    masked = masked.replace(pattern, (found) => (holds(found.replaceAll(" ", "")) ? MASK : found));
  return masked;
}

/** Whose numbers are masked in such a name. */
export function numbersIn(name: string): ReadonlySet<NumberKind> {
  const kinds = new Set<NumberKind>();
  for (const [pattern, holds, kind] of [...NUMBERS, ...SPACED_NUMBERS])
    for (const [found] of name.matchAll(pattern)) if (holds(found.replaceAll(" ", ""))) kinds.add(kind);
  return kinds;
}

/** Names are of small letters and few digits, nearly all. */
function isSuspicious(host: string): boolean {
  let digits = 0;
  for (let at = 0; at < host.length; at++) {
    const code = host.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits++;
    // Percent, plus, at and underscore.
    else if (code === 0x25 || code === 0x2b || code === 0x40 || code === 0x5f) return true;
    else if (code >= CAPITAL_A && code <= CAPITAL_Z) return true;
  }
  return digits >= MIN_DIGITS;
}

function isToken(word: string): boolean {
  return isIssuedToken(word) || (/[a-z]/.test(word) && /[A-Z]/.test(word) && isSecret(word));
}

/** Most of an account's number are digits; one in a hundred of other words has the right check digits. */
function isAccount(word: string): boolean {
  return digitsOf(word).length * 2 > word.length && iban(word);
}

import { randomBits } from "../../bytes/letter-pairs.js";
import { EMAIL_MASK, MASK } from "../../protocol/message.js";
import { isMethodName, routeShare } from "./route-word.js";

/** What a path segment looks like by itself. Those from `identifier` on are values, not words, without further evidence. */
export type SegmentType =
  | "word"
  | "slug"
  | "name"
  | "code"
  | "mixed"
  | "random"
  | "file"
  | "host"
  | "identifier"
  | "number"
  | "uuid"
  | "hash"
  | "date"
  | "email"
  | "address"
  | "locale"
  | "token"
  | "secret"
  | "encoded";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d\d(-\d\d([T_ ]\d\d(:|%3A|[-.])?\d\d.*)?)?$/i;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const IPV6 = /^(?=.*:.*:)[0-9a-f:.]+$/i;
/** RFC 5646 §2.1: a language, perhaps its script, and a region: `pt-BR`, `zh-Hant-TW`, `es-419`. */
const LOCALE = /^[a-z]{2,3}([-_][A-Z][a-z]{3})?[-_]([A-Z]{2}|\d{3})$/;
const EMAIL = /^[^@/]+(@|%40)[^@/]+\.[a-z]{2,}$/i;
/** `cus_9s6XKz…`: a short word, then digits among what follows. */
const PREFIXED_ID = /^[a-z]{1,8}[_-](?=[A-Za-z0-9]*\d[A-Za-z0-9]*\d)[A-Za-z0-9]{8,}$/i;
const TWO_LETTERS = /^[a-z]{2}$/;
/** v1, v2.1, v1beta2, reviews-v1, 2.0, 1.1.0: they tell apart versions of an API, not things. */
const VERSION = /^(([a-z]+(-[a-z]+)*-)?v\d+([._]\d+)*((alpha|beta|rc|preview)\d*)?|\d{1,2}(\.\d{1,2}){1,2})$/i;
/** `:cancel`, `:getS3Metrics`. */
const VERB = /^([A-Za-z]+|[a-z]{2,}([A-Z][a-z0-9]*)+)$/;
/** Of IPv6 or Ethernet, whose last digits may be letters all. */
const ADDRESS_WITH_COLONS = /^[0-9a-f]{0,4}:[0-9a-f:]*$/i;
/** Names that are one whole by their scheme: `urn:ngsi-ld:Room:kitchen` (RFC 8141 §2), `arn:aws:sns:…:orders`, `did:web:a.example` (W3C DID Core §3.1). */
const UNIFORM_NAME = /^(urn|arn|did|tag|cpe|swh):[^:]+:./i;
/** Of a person or an account: `Ada_Lovelace`, `Ada.Lovelace7`, `Ada42`. */
const NAME = /^([A-Z][a-z]+(-[A-Z][a-z]+)?[._][A-Z][A-Za-z'-]*[a-z]|[A-Z][a-z]{2,}(?=\d))\d{0,3}$/;
/** Words that merely end in digits: oauth2, s3, sha256, i18n. */
const WORD_WITH_DIGITS = /^[a-z]+\d{1,3}[a-z]{0,3}$/i;
const HOST =
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)*\.(com|org|net|info|biz|name|io|dev|app|co|gov|edu|eu|uk|de|fr|nl|it|es|ch|at|us|cn|jp|in|br|au|ca|local|internal|svc|lan)$/i;
const FILE = /^.+\.[a-z][a-z0-9]{1,4}$/i;
/** Bytes beyond ASCII, by their escapes. */
const FOREIGN = /%[89a-f]/i;
const WORDS = /^[\p{L}\p{M}_-]+$/u;
const MAX_WORD_LENGTH = 48;
/** As short as a text may be whose letters alone show it to be random. */
const MIN_RANDOM_LENGTH = 7;
/** As many letters of one case as it takes for a token. */
const MIN_TOKEN_LETTERS = 12;
const TOKEN_BITS = 14;
export const RANDOM_BITS = 4;

const DIGIT = 1;
const LOWER = 2;
const UPPER = 4;
const HYPHEN = 8;
const PERCENT = 16;
const DOT = 32;
const AT = 64;
const OTHER = 128;
const NOT_HEX = 256;

/** Bits of what characters a text has. */
function charactersOf(text: string): number {
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) seen |= DIGIT;
    else if (code >= 0x61 && code <= 0x7a) seen |= code > 0x66 ? LOWER | NOT_HEX : LOWER;
    else if (code >= 0x41 && code <= 0x5a) seen |= code > 0x46 ? UPPER | NOT_HEX : UPPER;
    else if (code === 0x2d || code === 0x5f) seen |= HYPHEN | NOT_HEX;
    else if (code === 0x25) seen |= PERCENT | NOT_HEX;
    else if (code === 0x2e) seen |= DOT | NOT_HEX;
    else if (code === 0x40) seen |= AT | NOT_HEX;
    else seen |= OTHER | NOT_HEX;
  }
  return seen;
}

/** Where a verb begins behind a colon: `acme:cancel`; below 0 where none does. */
export function verbAt(text: string): number {
  const colon = text.lastIndexOf(":");
  if (colon <= 0 || !VERB.test(text.slice(colon + 1))) return -1;
  return ADDRESS_WITH_COLONS.test(text) || UNIFORM_NAME.test(text) ? -1 : colon;
}

/** With a verb behind it, that of what the verb is for, and no value where that is none. */
export function typeOf(text: string): SegmentType {
  const verb = text.includes(":") ? verbAt(text) : -1;
  if (verb < 0) return typeOfValue(text);
  const type = typeOfValue(text.slice(0, verb));
  return isValue(type) ? type : "word";
}

function typeOfValue(text: string): SegmentType {
  if (text.includes(":") && UNIFORM_NAME.test(text)) return "identifier";
  const seen = charactersOf(text);
  if ((seen & PERCENT) !== 0 && isForeignWord(text)) return text.includes("-") ? "slug" : "word";
  if (seen === DIGIT) return "number";
  if ((seen & DIGIT) === 0) return wordType(text, seen);
  if (VERSION.test(text)) return "word";
  if (isName(text)) return "name";
  if ((seen & (LOWER | UPPER)) === 0) return digitType(text);
  return mixedType(text, seen);
}

/** `%C3%BCbersicht`: letters that a URL must encode are letters, and a word made of them is no value for that (RFC 3987 §3.1). */
function isForeignWord(text: string): boolean {
  if (!FOREIGN.test(text)) return false;
  try {
    const letters = decodeURIComponent(text);
    return letters.length <= MAX_WORD_LENGTH && WORDS.test(letters);
  } catch {
    return false;
  }
}

function wordType(text: string, seen: number): SegmentType {
  if (text === MASK) return "secret";
  if (text === EMAIL_MASK) return "email";
  if ((seen & (AT | PERCENT)) !== 0) return EMAIL.test(text) ? "email" : (seen & PERCENT) !== 0 ? "encoded" : "word";
  if ((seen & HYPHEN) !== 0 && LOCALE.test(text)) return "locale";
  if (isName(text)) return "name";
  if ((seen & DOT) !== 0) return dottedType(text);
  if (text.length > MAX_WORD_LENGTH) return (seen & HYPHEN) !== 0 ? "slug" : "token";
  if ((seen & LOWER) === 0 && (seen & UPPER) !== 0 && (seen & OTHER) === 0) return "code";
  if (TWO_LETTERS.test(text)) return "code";
  if (text.length >= MIN_RANDOM_LENGTH) {
    const bits = randomBits(text);
    // `vmknics`: so do few letters look of which words are abbreviated.
    if (bits >= TOKEN_BITS && (text.length >= MIN_TOKEN_LETTERS || /.[A-Z]/.test(text))) return "token";
    if (bits >= RANDOM_BITS && routeShare(text) < 0.5) return "random";
  }
  return text.includes("-") ? "slug" : "word";
}

/** `User_Settings` is none. */
function isName(text: string): boolean {
  return NAME.test(text) && routeShare(text) < 0.5;
}

function dottedType(text: string): SegmentType {
  const type = HOST.test(text) ? "host" : FILE.test(text) ? "file" : "word";
  return type !== "word" && isMethodName(text, type === "host" ? 0.75 : 0.5) ? "word" : type;
}

/** Digits and punctuation. */
function digitType(text: string): SegmentType {
  if (DATE.test(text)) return "date";
  return IPV4.test(text) ? "address" : "number";
}

function mixedType(text: string, seen: number): SegmentType {
  const { length } = text;
  if (length === 36 && UUID.test(text)) return "uuid";
  if ((seen & NOT_HEX) === 0 && length >= 12) return "hash";
  if ((seen & AT) !== 0 && EMAIL.test(text)) return "email";
  if (DATE.test(text)) return "date";
  if ((seen & PERCENT) !== 0) return EMAIL.test(text) ? "email" : "encoded";
  if ((seen & OTHER) !== 0 && IPV6.test(text)) return "address";
  if ((seen & HYPHEN) !== 0 && LOCALE.test(text)) return "locale";
  if (PREFIXED_ID.test(text)) return "token";
  if (WORD_WITH_DIGITS.test(text) && randomBits(text) < TOKEN_BITS) return "mixed";
  if ((seen & DOT) !== 0 && HOST.test(text)) return "host";
  if ((seen & DOT) !== 0 && FILE.test(text)) return "file";
  const digits = countDigits(text);
  const bits = randomBits(text);
  // `disconnectP2sVpnConnections`: words that code puts together.
  if (length >= 20 && bits >= TOKEN_BITS && (seen & (HYPHEN | DOT)) === 0) return "token";
  if (digits >= 4 && digits * 4 >= length) return "identifier";
  if ((seen & UPPER) !== 0 && (seen & (LOWER | HYPHEN | DOT | OTHER)) === 0)
    return digits >= 2 ? "identifier" : "mixed";
  if ((seen & LOWER) !== 0 && (seen & UPPER) !== 0 && digits >= 2 && length >= 10 && (seen & HYPHEN) === 0)
    if (bits >= RANDOM_BITS || (seen & DOT) !== 0) return "token";
  if (length >= MIN_RANDOM_LENGTH && bits >= TOKEN_BITS) return "token";
  if (length > MAX_WORD_LENGTH) return text.includes("-") ? "slug" : "token";
  return bits >= RANDOM_BITS && length >= MIN_RANDOM_LENGTH ? "random" : "mixed";
}

function countDigits(text: string): number {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits++;
  }
  return digits;
}

/** Whether a segment of this type is a value by its form alone. */
export function isValue(type: SegmentType): boolean {
  return !AMBIGUOUS.has(type);
}

const AMBIGUOUS: ReadonlySet<SegmentType> = new Set([
  "word",
  "slug",
  "name",
  "code",
  "mixed",
  "random",
  "file",
  "host",
]);

/** Those that characters drawn by chance may have: `jbOwpT`, `3lvlAn`, `9s6XKzkNRiz8i3`. */
export const RANDOM_TYPES: readonly SegmentType[] = ["mixed", "random", "token", "identifier", "hash"];

const RANDOM: ReadonlySet<SegmentType> = new Set([...RANDOM_TYPES, "code", "secret"]);

/** What types the values of one parameter may have together: words of all kinds, or what is drawn by chance. */
export function familyOf(type: SegmentType): string {
  if (type === "word" || type === "slug") return "words";
  return RANDOM.has(type) ? "random" : type;
}

/** `52.70`, `1.1.0`. */
export function isDecimal(text: string): boolean {
  return /^\d+(\.\d+)+$/.test(text);
}

/** Text with every run of digits as `0` and every run of letters as `a`: what `user-1` and `user-22` share. */
export function skeletonOf(text: string): string {
  return text.replace(/\d+/g, "0").replace(/[a-z]+/gi, "a");
}

import { isIP } from "node:net";
import { digitsOf } from "./check-digit.js";

/** Ends of names that are files more often than mail domains: `logo@2x.png`. */
const FILE_ENDINGS = /\.(png|jpe?g|gif|svg|webp|ico|css|js|mjs|ts|html?|json|map|woff2?|ttf|mp4|pdf)$/i;

export function email(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > 254 || text.includes("..") || text.startsWith(".")) return false;
  // What `git@` and the like stand before is a host's account, not a person's mail.
  return !FILE_ENDINGS.test(text) && text[at - 1] !== "." && !/^(git|hg|svn)$/i.test(text.slice(0, at));
}

/** RFC 5733 §2.5 puts one dot behind the country's code; with fewer digits it is a decimal with its sign: `+12.345678`. */
const DECIMAL = /^\+\d{1,3}\.\d{1,7}$/;

/** ITU-T E.164: at most 15 digits, an extension not among them; no country code begins with 0. */
export function phone(text: string): boolean {
  if (DECIMAL.test(text)) return false;
  const digits = digitsOf(text.replace(/[a-z].*$/i, ""));
  return digits.length >= 6 && digits.length <= 15 && !/^(\d)\1+$/.test(digits);
}

/** The North American Numbering Plan: no area code has a 9 in its middle, neither code ends in 11. */
export function northAmericanPhone(text: string): boolean {
  const digits = digitsOf(text);
  return phone(text) && digits[1] !== "9" && digits.slice(1, 3) !== "11" && digits.slice(4, 6) !== "11";
}

/** A date on which somebody alive may have been born. */
export function birthDate(text: string): boolean {
  const years = text.match(/\d{4}/g) ?? [];
  if (years.length > 0) return years.some((year) => Number(year) >= 1890 && Number(year) <= 2099);
  return /\d/.test(text);
}

const MASKED =
  /^[\s*x•.#-]*$|^\[.*\]$|^<.*>$|^\(?\$?\{.*\}\)?$|^\(.*(none|hidden|secret|unset|not set|empty).*\)$|redact|hidden|masked/i;
const NO_VALUE = /^(true|false|null|none|nil|undefined|n\/?a|unknown|string|yes|no)$/i;

/** Two letters, or one with a vowel written as its mark, or one that is a word by itself. */
const NAME = /\p{L}.*[\p{L}\p{M}]|[\p{Script=Han}\p{Script=Hangul}]/u;

export function personName(text: string): boolean {
  return (
    text.length <= 80 && !MASKED.test(text) && !NO_VALUE.test(text) && NAME.test(text) && !/[@/\\<>{}=_\d]/.test(text)
  );
}

/** Two words at least, none of which begins with a small letter but for particles: `Ada Lovelace`, `Vincent van Gogh`. */
const FULL_NAME = /^\p{Lu}[\p{L}\p{M}.'’-]*( \p{L}[\p{L}\p{M}.'’-]*){0,4} \p{Lu}[\p{L}\p{M}.'’-]*$/u;

export function fullName(text: string): boolean {
  return personName(text) && FULL_NAME.test(text);
}

/** No country's are without any digit. */
export function postalCode(text: string): boolean {
  return postalAddress(text) && /\p{N}/u.test(text);
}

export function postalAddress(text: string): boolean {
  return (
    text.length > 2 &&
    text.length <= 200 &&
    !MASKED.test(text) &&
    !NO_VALUE.test(text) &&
    /[\p{L}\p{N}]/u.test(text) &&
    !/[@<>{}=\\]|^https?:/.test(text)
  );
}

/** A name's word and a house's number with a space between, or in a script that has none: neither a host's nor a device's. */
export function numberedAddress(text: string): boolean {
  const hasWord = /\p{L}{3}/u.test(text) && / /.test(text);
  const isUnspaced = /[\p{Script=Han}\p{Script=Hangul}]/u.test(text);
  return postalAddress(text) && /\p{N}/u.test(text) && (hasWord || isUnspaced) && !/:|\d\.\d/.test(text);
}

/** A URL, or a folder as shells keep theirs in `PWD`. */
const PLACE = /^[a-z]+:\/\/|^(\/[\w.-]*)+$|^[a-z]:\\/i;

/** What stands in a field for secrets and is neither a word nor struck out. */
export function givenSecret(text: string): boolean {
  return text.length >= 4 && text.length <= 256 && !MASKED.test(text) && !NO_VALUE.test(text) && !PLACE.test(text);
}

/** `DB_PASSWORD=…`, with or without quotation marks. */
export function assignedSecret(text: string): boolean {
  const value = text.slice(text.indexOf("=") + 1).replace(/^["']/, "");
  return givenSecret(value) && !/^(env|process|os|self|this|config|args|options)\.|^[%*]|passw(or)?d$/i.test(value);
}

/** `scheme://user:password@host`, where the password is not struck out and no variable. */
export function urlSecret(text: string): boolean {
  const value = text.slice(text.indexOf(":", text.indexOf("://") + 3) + 1, text.lastIndexOf("@"));
  return !MASKED.test(value) && !NO_VALUE.test(value) && !/^(\$|%24|\{|%7b|%2a)|^passw(or)?d$/i.test(value);
}

/** Neither the unspecified address nor loopback, which are nobody's. */
export function ipAddress(text: string): boolean {
  const version = isIP(text);
  if (version === 4) return !/^(0\.|127\.|255\.)/.test(text) && !/(^|\.)0\d/.test(text);
  // Eight pairs are a longer hardware address.
  return version === 6 && !/^[0:]*[01]?$|^([\da-f]{2}:){7}[\da-f]{2}$/i.test(text);
}

export function macAddress(text: string): boolean {
  return !/^(00[:-])+00$|^(ff[:-])+ff$/i.test(text) && (text.includes(":") || /[a-f]/i.test(text));
}

/** Degrees. */
export function coordinate(text: string): boolean {
  const numbers = text.match(/-?\d{1,3}\.\d+/g) ?? [];
  return numbers.length > 0 && numbers.every((number) => Math.abs(Number(number)) <= 180 && Number(number) !== 0);
}

/** As examples have them: `AKIAXXXXXXXXXXXXXXXX`. */
const FILLED = /([A-Za-z*#])\1{7}/;

/** A key that somebody may have been given. */
export function givenKey(text: string): boolean {
  return !FILLED.test(text);
}

/** GitLab's older runners have a number before what was drawn. */
export function gitlabToken(text: string): boolean {
  return drawnKey(text) && !/^GR\d+$/.test(text);
}

/** What stands behind the issuer's letters was drawn from all there are: words in small letters were not. */
export function drawnKey(text: string): boolean {
  return givenKey(text) && /[A-Z\d]/.test(text.slice(text.search(/[-_]/) + 1));
}

/** HashiCorp's `s.` stands before 24 characters, as a variable of one letter does before a member's name. */
export function vaultToken(text: string): boolean {
  if (!givenKey(text)) return false;
  return !text.startsWith("s.") || (/\d/.test(text) && /[A-Z]/.test(text) && /[a-z]/.test(text.slice(2)));
}

/** Behind its kind a token of Slack's has numbers of six digits and more, and for most kinds a long tail. */
export function slackToken(text: string): boolean {
  if (!givenKey(text)) return false;
  const [kind, ...parts] = text.split("-");
  if (!kind.startsWith("xox")) return true;
  if (!/[a-z]/i.test(parts.at(-1) ?? "") || parts.some((part) => /^\d{2,5}$/.test(part))) return false;
  if (kind === "xoxa" || kind === "xoxr") return digitsOf(text).length > 0;
  return text.length >= 21 && digitsOf(text).length >= 4;
}

/** RFC 7515 §4: what stands before the first dot is an object as JSON in base64url. */
export function jsonWebToken(text: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(text.slice(0, text.indexOf(".")), "base64url").toString("utf8"));
    // RFC 7515 §4.1.1: the header of every token names its algorithm.
    return typeof header === "object" && header !== null && "alg" in header && typeof header.alg === "string";
  } catch {
    return false;
  }
}

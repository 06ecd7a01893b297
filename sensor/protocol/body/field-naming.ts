import { wordsOf } from "../data/field-words.js";
import { isGivenName } from "../data/given-names.js";

const MAX_NAME_BYTES = 64;
/** Names with more digits than this are values: customers' numbers, dates, hashes. */
const MAX_DIGITS = 3;

const LETTER = 1;
const DIGIT = 2;
const MARK = 4;
const CLASSES = new Uint8Array(256);
for (const byte of Buffer.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$")) CLASSES[byte] = LETTER;
for (const byte of Buffer.from("0123456789")) CLASSES[byte] = DIGIT;
for (const byte of Buffer.from("-.[]:@")) CLASSES[byte] = MARK;

/** Whether bytes[start, end) name a field, as programs name theirs, rather than being a value in a name's place. */
export function isFieldName(bytes: Buffer, start: number, end: number): boolean {
  if (end === start || end - start > MAX_NAME_BYTES) return false;
  // JSON-LD and XML made JSON begin names with an at sign; anywhere else it is a mail address.
  if (CLASSES[bytes[start]] !== LETTER && bytes[start] !== 0x40) return false;
  let digits = 0;
  for (let at = start + 1; at < end; at++) {
    const kind = CLASSES[bytes[at]];
    if (kind === 0 || bytes[at] === 0x40) return false;
    if (kind === DIGIT && ++digits > MAX_DIGITS) return false;
  }
  return true;
}

/** Letters of any script, with spaces and what else stands in headings of tables. */
const WORDED = /^[\p{L}_$][\p{L}\p{M}\p{N}_$ .:()[\]%#&'’–-]*$/u;
const NO_NAME_OF_PROGRAMS = /[^!-~]/;
const MAX_WORDS = 8;

/**
 * The text of bytes[start, end) where it may be a name in the words of a language, in UTF-8: `First Name`, `größe`. It may as well be a
 * value, as in a map from people to numbers: whoever keeps it waits until many messages have it. Undefined for any other, and where a
 * person is called by one of its words.
 */
export function wordedName(bytes: Buffer, start: number, end: number): string | undefined {
  if (end === start || end - start > MAX_NAME_BYTES) return undefined;
  const text = bytes.toString("utf8", start, end);
  if (!NO_NAME_OF_PROGRAMS.test(text) || !WORDED.test(text) || (text.match(/\p{N}/gu)?.length ?? 0) > MAX_DIGITS)
    return undefined;
  const words = text.split(/[^\p{L}\p{M}]+/u);
  return words.length > MAX_WORDS || words.some(isGivenName) ? undefined : text;
}

/** Last words of names under which programs give out one of a few words. None of them is ever about a person. */
const WORD_FIELDS: ReadonlySet<string> = new Set(
  (
    "status state type kind mode level severity priority currency unit units category action event format order sort direction " +
    "result outcome phase stage protocol scheme method channel platform environment env tier plan visibility source scope " +
    "resolution encoding algorithm op operation access availability condition strategy policy country lang language locale role color " +
    "colour nation size interval period frequency"
  ).split(" "),
);

const MAX_REMEMBERED = 4_096;
/** The same few names come again and again. */
const known = new Map<string, boolean>();

/** Whether words that programs give out may stand in a field, by its name. Any that is not listed may be what somebody wrote, a password too. */
export function isWordField(name: string): boolean {
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  if (known.size >= MAX_REMEMBERED) known.clear();
  const made = WORD_FIELDS.has(wordsOf(name).at(-1) ?? "");
  known.set(name, made);
  return made;
}

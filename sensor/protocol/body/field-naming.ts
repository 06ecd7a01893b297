import { wordsOf } from "../data/field-words.js";

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

/** Last words of names under which programs give out one of a few words. None of them is ever about a person. */
const WORD_FIELDS: ReadonlySet<string> = new Set(
  (
    "status state type kind mode level severity priority currency unit units category action event format order sort direction " +
    "result outcome phase stage protocol scheme method channel platform environment env tier plan visibility source scope " +
    "resolution encoding algorithm op operation access availability condition strategy policy"
  ).split(" "),
);

const MAX_REMEMBERED = 4_096;
/** The same few names come again and again. */
const known = new Map<string, boolean>();

export function isWordField(name: string): boolean {
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  if (known.size >= MAX_REMEMBERED) known.clear();
  const made = WORD_FIELDS.has(wordsOf(name).at(-1) ?? "");
  known.set(name, made);
  return made;
}

/** What a string looks like: bits, as learned schemas store them; earlier builds have only those below 64, and that. */
interface TextForm {
  readonly bit: number;
  /** As JSON Schema 2020-12 §7.3 calls it, else in words that are no name of a format. */
  readonly name: string;
  readonly isFormat: boolean;
}

/** Of earlier builds, which took any other string for that; with an at sign it may be a mail address. */
const ANY_OTHER = 64;
/** What has none of the forms, nor an at sign. */
export const OTHER_FORMAT = 1_024;
/** With an at sign, and none of the forms: addresses are looked for more narrowly than RFC 5321 and RFC 6531 have them. */
const OTHER_WITH_AT = 2_048;
/** Of earlier builds, which took a date and time for a `date-time` whatever its zone: it may be one, and need not. */
const ANY_DATE_TIME = 4;
const DATE_TIME = 128;
/** Some readers take a zone without a colon, or without minutes; RFC 3339 does not. */
const LOOSE_DATE_TIME = 512;

const FORMS: readonly TextForm[] = [
  { bit: 1, name: "uuid", isFormat: true },
  { bit: 2, name: "date", isFormat: true },
  { bit: DATE_TIME, name: "date-time", isFormat: true },
  { bit: 256, name: "date and time without zone", isFormat: false },
  { bit: LOOSE_DATE_TIME, name: "date and time", isFormat: false },
  { bit: ANY_DATE_TIME, name: "date and time", isFormat: false },
  { bit: 8, name: "uri", isFormat: true },
  { bit: 16, name: "email", isFormat: true },
  { bit: 32, name: "ipv4", isFormat: true },
  { bit: ANY_OTHER, name: "string of another format", isFormat: false },
  { bit: OTHER_FORMAT, name: "string of another format", isFormat: false },
  { bit: OTHER_WITH_AT, name: "string of another format", isFormat: false },
];
/** What a string of a format may look like beside that: some are looked for more narrowly than they are defined. */
const MAY_BE: Readonly<Record<string, number>> = {
  "date-time": ANY_DATE_TIME | LOOSE_DATE_TIME,
  uri: 1 | 16 | ANY_OTHER | OTHER_FORMAT | OTHER_WITH_AT,
  // RFC 5321 §4.1.2: every mailbox has an at sign.
  email: ANY_OTHER | OTHER_WITH_AT,
};

/** RFC 9562 §4; RFC 4122 §3 had a prefix. */
const UUID = /^(urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** RFC 3339 §5.6: full-date; with a time a space may stand for the `T`, and what its zone is. */
const DATE = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[Tt ](.+))?$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:\.\d+)?(.*)$/;
const ZONE = /^(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const LOOSE_ZONE = /^[+-](?:[01]\d|2[0-3])(?:[0-5]\d)?$/;
/** RFC 3986 §2: what else stands there has to be encoded, as the braces of a template. */
const URI = /^[a-z][a-z0-9+.-]{1,15}:\/\/(?:\[[0-9a-f:.]+\])?(?:[\w.~:/?#@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i;
const EMAIL =
  /^(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}(?<!\.)$/;

/** The bit of what a text looks like. */
export function textFormOf(text: string): number {
  if (UUID.test(text)) return 1;
  const date = DATE.exec(text);
  if (date !== null) return dateForm(date);
  if (URI.test(text)) return 8;
  if (EMAIL.test(text)) return 16;
  if (IPV4.test(text)) return 32;
  return otherForm(text);
}

function otherForm(text: string): number {
  return text.includes("@") ? OTHER_WITH_AT : OTHER_FORMAT;
}

function dateForm([, year, month, day, time]: readonly (string | undefined)[]): number {
  if (Number(day) > daysIn(Number(year), Number(month))) return OTHER_FORMAT;
  if (time === undefined) return 2;
  const [, seconds, zone] = TIME.exec(time) ?? [];
  if (zone === undefined) return OTHER_FORMAT;
  if (zone === "") return 256;
  // RFC 3339 §5.7: few days have a leap second, and not all readers know of them.
  if (ZONE.test(zone)) return seconds === "60" ? LOOSE_DATE_TIME : DATE_TIME;
  return LOOSE_ZONE.test(zone) ? LOOSE_DATE_TIME : OTHER_FORMAT;
}

/** RFC 3339 §5.7. */
function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The format of JSON Schema that all strings have of which these are the bits; undefined where they have none. */
export function formatOfBits(bits: number): string | undefined {
  // What came since is known better than what an earlier build saw.
  const known = (bits & DATE_TIME) === 0 ? bits : bits & ~ANY_DATE_TIME;
  return FORMS.find(({ bit, isFormat }) => isFormat && bit === known)?.name;
}

/** Bits of what a string of a format may look like; undefined where it is none of those that are looked for. */
export function formsFitting(format: string | undefined): number | undefined {
  const found = FORMS.find(({ name, isFormat }) => isFormat && name === format);
  return found === undefined ? undefined : found.bit | (MAY_BE[found.name] ?? 0);
}

export function namesOfForms(bits: number): string[] {
  return [...new Set(FORMS.filter(({ bit }) => (bits & bit) !== 0).map(({ name }) => name))];
}

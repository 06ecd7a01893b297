// Values that path parameters have in the field, by kind. Words, names and slugs are of @faker-js/faker's, which nobody here wrote.
import { readFileSync } from "node:fs";
import { faker } from "@faker-js/faker";

export interface ParameterSchema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly (string | number | boolean)[];
}

export type ValueKind = string;

/** The kinds that a parameter without a telling schema has in turn. */
export const KINDS = ["number", "uuid", "hash", "base62", "prefixed id", "slug", "word", "date", "e-mail"] as const;
/** Less frequent: each has a quarter of another's chance. */
export const OTHER_KINDS = ["code", "user name", "host", "locale", "file name", "time", "encoded", "title"] as const;
const OTHER_CHANCE = 0.2;

/**
 * Values of other makers: `PATH_VALUES=FILE` names a JSON file, kind → forms, each a list of values. Parameters without a telling schema are
 * of those kinds then, each of one form.
 */
const LISTED: Readonly<Record<string, readonly (readonly string[])[]>> | undefined =
  process.env.PATH_VALUES === undefined ? undefined : JSON.parse(readFileSync(process.env.PATH_VALUES, "utf8"));
export const LISTED_KINDS: readonly string[] = Object.keys(LISTED ?? {});

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const BASE62 = DIGITS + LOWER + LOWER.toUpperCase();

const pick = <T>(values: readonly T[]): T => faker.helpers.arrayElement([...values]);
const integer = (min: number, max: number): number => faker.number.int({ min, max });
const text = (alphabet: string, length: number): string => faker.string.fromCharacters(alphabet, length);
/** Its first word, in plain letters. */
const plain = (words: string): string =>
  words
    .normalize("NFD")
    .split(/[ ,-]/)[0]
    .replace(/[^A-Za-z0-9]+/g, "");

/** Makes one value of a kind; the form stays the same for a parameter, as in one API. */
const MAKERS: Readonly<Record<string, () => () => string>> = {
  number: () => {
    const digits = integer(2, 9);
    return () => String(integer(digits < 3 ? 1 : 10 ** (digits - 1), 10 ** Math.max(digits, 3) - 1));
  },
  uuid: () => pick([() => faker.string.uuid(), () => faker.string.uuid().toUpperCase()]),
  hash: () => {
    const length = pick([24, 32, 40, 64]);
    return () => text("0123456789abcdef", length);
  },
  base62: () => {
    const length = pick([7, 8, 10, 11, 12, 14, 16, 20, 22, 27]);
    return () => text(BASE62, length);
  },
  "prefixed id": () => {
    const prefix = pick(["cus_", "ord-", "usr_", "pi_", "inv-", "ACC-", "txn_", "tok_", "prod_", "PRJ_"]);
    const [alphabet, length] = pick([
      [BASE62, 14],
      [BASE62, 24],
      [DIGITS + LOWER, 12],
      [DIGITS, 6],
    ] as const);
    return () => prefix + text(alphabet, length);
  },
  slug: () => {
    const words = integer(2, 5);
    const form = pick(["plain", "numbered", "product"] as const);
    if (form === "numbered") return () => `${faker.lorem.slug(words)}-${integer(1, 999)}`;
    if (form === "product") return () => `${plain(faker.word.adjective())}-${plain(faker.word.noun())}`.toLowerCase();
    return () => faker.lorem.slug(words);
  },
  word: () =>
    pick([
      () => plain(faker.word.noun()).toLowerCase(),
      () => plain(faker.word.sample()).toLowerCase(),
      () => plain(faker.person.firstName()).toLowerCase(),
      () => plain(faker.person.lastName()),
      () => plain(faker.location.country()).toLowerCase(),
      () => plain(faker.animal.type()).toLowerCase(),
      () => faker.lorem.word({ length: { min: 3, max: 12 } }),
    ]),
  date: () => {
    const length = pick([10, 10, 10, 7, 20]);
    const day = () => faker.date.between({ from: "2015-01-01", to: "2027-01-01" }).toISOString();
    return () => (length === 20 ? `${day().slice(0, 19)}Z` : day().slice(0, length));
  },
  "e-mail": () => () => faker.internet.email({ allowSpecialCharacters: false }),
  code: () => {
    const letters = integer(2, 4);
    const form = pick(["letters", "dashed", "joined"] as const);
    const upper = LOWER.toUpperCase();
    if (form === "letters") return () => text(upper, letters);
    return () => `${text(upper, letters)}${form === "dashed" ? "-" : ""}${integer(1, 9_999)}`;
  },
  "user name": () => () => faker.internet.username().replace(/[^\w.-]/g, ""),
  host: () => () => faker.internet.domainName(),
  locale: () => () => `${text(LOWER, 2)}${pick(["-"])}${text(LOWER.toUpperCase(), 2)}`,
  "file name": () => () => faker.system.commonFileName(),
  time: () => () => String(integer(1_400_000_000, 1_800_000_000)),
  encoded: () => () => `${faker.word.noun()}${pick([" ", "/", ", "])}${faker.word.noun()}`,
  title: () => () => `${faker.commerce.productAdjective()}_${faker.commerce.product()}_${integer(1, 99)}`,
};

export function kindOf(schema: ParameterSchema): ValueKind {
  if (schema.enum !== undefined && schema.enum.length > 0) return "enumeration";
  if (LISTED !== undefined && !/integer|number|boolean/.test(schema.type ?? "")) return pick(LISTED_KINDS);
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "boolean") return "enumeration";
  if (/uuid|guid/i.test(schema.format ?? "")) return "uuid";
  if (/^date/.test(schema.format ?? "")) return "date";
  if (schema.format === "email") return "e-mail";
  return faker.datatype.boolean(OTHER_CHANCE) ? pick(OTHER_KINDS) : pick(KINDS);
}

/** Different values of one parameter, as they stand in a path; fewer where the kind has no more. */
export function makeValues(kind: ValueKind, schema: ParameterSchema, count: number): readonly string[] {
  if (kind === "enumeration")
    return (schema.enum ?? [true, false]).slice(0, count).map((value) => escapePath(`${value}`));
  const listed = LISTED?.[kind];
  if (listed !== undefined) return shuffle(pick(listed)).slice(0, count);
  const make = MAKERS[kind]();
  const values = new Set<string>();
  for (let tries = 0; values.size < count && tries < 50 * count; tries++) {
    const value = escapePath(make());
    if (value !== "") values.add(value);
  }
  return [...values];
}

/** RFC 3986 §3.3: what a segment may hold as it is. */
function escapePath(value: string): string {
  return encodeURIComponent(value).replace(/%(40|3A|24|2C|3D|2B)/g, (escaped) => decodeURIComponent(escaped));
}

export function seedValues(seed: number): void {
  faker.seed(seed);
}

export function shuffle<T>(values: readonly T[]): T[] {
  return faker.helpers.shuffle([...values]);
}

/** A number below `count`. */
export function draw(count: number): number {
  return integer(0, count - 1);
}

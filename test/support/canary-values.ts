const LETTERS = "bcdfghjklmnpqrstvwxz";

/** A word that stands nowhere else; each place has its own, so that a leak names its place. */
function markOf(index: number): string {
  const letter = (place: number): string => LETTERS[Math.floor(index / 20 ** place) % 20];
  return `zqv${letter(2)}${letter(1)}${letter(0)}wjxkqz`;
}

const mail = (mark: string): string => `${mark}@example.com`;
const githubToken = (mark: string): string => `ghp_${mark}7A2b9Q4c8R1d6S3e5T0f2U7g`;
const jwt = (mark: string): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", kid: mail(mark) })}.${part({ sub: mail(mark), n: mark })}.${Buffer.from(`sig-${mark}`).toString("base64url")}`;
};

/** A kind of value, and the value of that kind with the mark of an index; numbers are their own mark. */
export interface Kind {
  readonly name: string;
  readonly make: (index: number) => string;
  readonly mark: (index: number) => string;
  /** Certificates have names, and any number may be part of one: only what is told by words is looked for there. */
  readonly isNumber: boolean;
}

export const worded = (name: string, make: (mark: string) => string): Kind => ({
  name,
  make: (index) => make(markOf(index)),
  mark: markOf,
  isNumber: false,
});
/** Told by their form wherever they stand. */
export const KINDS: readonly Kind[] = [
  worded("mail", mail),
  worded("token", githubToken),
  worded("jwt", jwt),
  worded("drawn key", (mark) => `sk_live_${mark}7A2b9Q4c8R1d`),
  { name: "iban", make: iban, mark: (index) => iban(index).slice(8), isNumber: true },
  { name: "ssn", make: ssn, mark: ssn, isNumber: true },
  { name: "card", make: card, mark: card, isNumber: true },
  { name: "phone", make: (index) => `+${phone(index)}`, mark: phone, isNumber: true },
];

/** DE: two check digits before eighteen (ISO 13616, ISO 7064 mod 97-10). */
function iban(index: number): string {
  const account = String(370_400_440_532_013_000n + BigInt(index) * 7_919n);
  const rest = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(rest).padStart(2, "0")}${account}`;
}

/** ISO/IEC 7812-1: of an issuer's range, with its check digit. */
function card(index: number): string {
  const account = `455673${String(index).padStart(9, "0")}`;
  const sum = [...account].reduceRight((total, digit, at) => {
    const weighted = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return `${account}${(10 - (sum % 10)) % 10}`;
}

function phone(index: number): string {
  return `4930${String(1_000_000 + index * 37)}`;
}

function ssn(index: number): string {
  return `${536 + Math.floor(index / 9_000)}-${String(10 + (index % 89)).padStart(2, "0")}-${String(1_000 + index).padStart(4, "0")}`;
}

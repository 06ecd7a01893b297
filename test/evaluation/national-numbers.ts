import type { Faker } from "@faker-js/faker";

/** Numbers with check digits that @faker-js/faker does not make, with names of fields that hold them. */
export interface NationalNumber {
  readonly expected: string;
  readonly fields: string;
  readonly make: (one: Faker) => string;
}

const digits = (one: Faker, length: number): string => one.string.numeric({ length, allowLeadingZeros: true });
const weigh = (text: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(text[at]), 0);
const upper = (one: Faker, length: number, from: string): string => one.string.fromCharacters(from, length);
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Tries until a number has a check digit at all. */
function until<T>(make: () => T | undefined): T {
  for (;;) {
    const made = make();
    if (made !== undefined) return made;
  }
}

export const NATIONAL_NUMBERS: readonly NationalNumber[] = [
  {
    expected: "us-ssn",
    fields: "ssn socialSecurityNumber payload",
    make: (one) =>
      `${one.number.int({ min: 100, max: 665 })}-${one.number.int({ min: 10, max: 99 })}-${one.number.int({ min: 1000, max: 9999 })}`,
  },
  {
    expected: "us-ssn",
    fields: "ssn social_security_number",
    make: (one) =>
      `${one.number.int({ min: 100, max: 665 })}${one.number.int({ min: 10, max: 99 })}${one.number.int({ min: 1000, max: 9999 })}`,
  },
  {
    expected: "uk-nino",
    fields: "nino nationalInsurance payload",
    make: (one) => `${upper(one, 2, "ABCEHJLMPRSWXY")}${digits(one, 6)}${upper(one, 1, "ABCD")}`,
  },
  {
    expected: "uk-nhs",
    fields: "nhsNumber nhs_number",
    make: (one) =>
      until(() => {
        const body = digits(one, 9);
        const check = (11 - (weigh(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
        return check === 10 ? undefined : `${body}${check}`;
      }),
  },
  {
    expected: "de-steuer-id",
    fields: "steuerId steuer_id taxId",
    make: (one) => {
      const nine = one.helpers.shuffle([..."123456789"]).join("");
      const body = `${nine}${nine[one.number.int({ min: 1, max: 8 })]}`;
      let product = 10;
      for (const digit of body) {
        const sum = (Number(digit) + product) % 10;
        product = ((sum === 0 ? 10 : sum) * 2) % 11;
      }
      return `${body}${(11 - product) % 10}`;
    },
  },
  {
    expected: "fr-nir",
    fields: "nir numeroSecu",
    make: (one) => {
      const body = `${one.helpers.arrayElement(["1", "2"])}${digits(one, 2)}${String(one.number.int({ min: 1, max: 12 })).padStart(2, "0")}${one.number.int({ min: 10, max: 95 })}${digits(one, 6)}`;
      return `${body}${String(97 - (Number(body) % 97)).padStart(2, "0")}`;
    },
  },
  {
    expected: "es-dni",
    fields: "dni nif",
    make: (one) => {
      const body = digits(one, 8);
      return `${body}${"TRWAGMYFPDXBNJZSQVHLCKE"[Number(body) % 23]}`;
    },
  },
  {
    expected: "nl-bsn",
    fields: "bsn burgerservicenummer",
    make: (one) =>
      until(() => {
        const body = digits(one, 8);
        const check = weigh(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return check === 10 ? undefined : `${body}${check}`;
      }),
  },
  {
    expected: "in-pan",
    fields: "panCard payload",
    make: (one) => `${upper(one, 3, LETTERS)}P${upper(one, 1, LETTERS)}${digits(one, 4)}${upper(one, 1, LETTERS)}`,
  },
  {
    expected: "health-code",
    fields: "diagnosisCode icd10",
    make: (one) => `${upper(one, 1, "ABCDEFGHIJKLMNOPQRST")}${digits(one, 2)}.${digits(one, 1)}`,
  },
  {
    expected: "aws-key",
    fields: "accessKeyId payload",
    make: (one) => `AKIA${one.string.alphanumeric({ length: 16, casing: "upper" })}`,
  },
  { expected: "github-token", fields: "token payload", make: (one) => `ghp_${one.string.alphanumeric(36)}` },
  { expected: "stripe-key", fields: "key payload", make: (one) => `sk_live_${one.string.alphanumeric(24)}` },
  {
    expected: "slack-token",
    fields: "token payload",
    make: (one) => `xoxb-${digits(one, 12)}-${one.string.alphanumeric(24)}`,
  },
];

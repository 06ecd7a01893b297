import { type NameAttribute, readName } from "../../../shared/distinguished-name.js";
import { type Certificate, MASK } from "../../protocol/message.js";

/** Attributes that only a person has (X.520 §6.2, RFC 3739 §3.1.2), and what a reader knows them by. */
const PERSONAL_TYPES: ReadonlyMap<string, string> = new Map([
  ["SN", "surname"],
  ["SURNAME", "surname"],
  ["2.5.4.4", "surname"],
  ["GN", "givenName"],
  ["GIVENNAME", "givenName"],
  ["2.5.4.42", "givenName"],
  ["PSEUDONYM", "pseudonym"],
  ["2.5.4.65", "pseudonym"],
]);
const SERIAL_TYPES: ReadonlySet<string> = new Set(["SERIALNUMBER", "2.5.4.5"]);
/** Who reads certificates has masked the mailboxes of persons, and left those of offices. */
const PERSONAL_MAIL = `${MASK}@`;

/**
 * Numbers of persons as they stand in a subject's serialNumber: ETSI EN 319 412-1 §5.1.3 (passport, identity card, personal, tax
 * number), the United States' SSN, Italy's codice fiscale, Spain's DNI and NIE. Bare digits may number a device: they are none.
 */
const NATIONAL_NUMBER =
  /^(?:(?:PAS|IDC|PNO|TAX|TIN)[A-Z]{2}-.+|\d{3}-\d{2}-\d{4}|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]|[XYZ\d]\d{7}[A-Z])$/;

/** Attributes of the subject, and `subjectAltName`, by what they should not tell; never their values. */
export interface PersonalData {
  readonly ofPersons: readonly string[];
  /** A number by which money is moved says nothing of who has it. */
  readonly ofAccounts: readonly string[];
  readonly ofCards: readonly string[];
}

/** What a finding names a certificate by asks for it several times. */
const told = new WeakMap<Certificate, PersonalData>();

export function personalDataIn(certificate: Certificate): PersonalData {
  const known = told.get(certificate);
  if (known !== undefined) return known;
  const found = {
    ofPersons: findPersonal(certificate),
    ofAccounts: numbersOf(certificate, "account"),
    ofCards: numbersOf(certificate, "payment card"),
  };
  told.set(certificate, found);
  return found;
}

/** Whether its names must not be told. */
export function hasPersonalData(certificate: Certificate): boolean {
  return Object.values(personalDataIn(certificate)).some((attributes) => attributes.length > 0);
}

type NumberIn = NonNullable<Certificate["numbersIn"]>[number];

function numbersOf({ numbersIn = [] }: Certificate, whose: NumberIn["of"]): readonly string[] {
  const names = numbersIn
    .filter(({ of }) => of === whose)
    .map(({ attribute }) => (SERIAL_TYPES.has(attribute.toUpperCase()) ? "serialNumber" : attribute));
  return [...new Set(names)].sort();
}

function findPersonal(certificate: Certificate): readonly string[] {
  const { subject, san } = certificate;
  const found = new Set(numbersOf(certificate, "person"));
  for (const attribute of readName(subject)) {
    const name = personalName(attribute);
    if (name !== undefined) found.add(name);
  }
  if (san.some(isPersonalMail)) found.add("subjectAltName e-mail");
  return [...found].sort();
}

function personalName({ type, value }: NameAttribute): string | undefined {
  const upper = type.toUpperCase();
  const known = PERSONAL_TYPES.get(upper);
  if (known !== undefined) return value.trim() === "" ? undefined : known;
  if (SERIAL_TYPES.has(upper)) return NATIONAL_NUMBER.test(value) ? "serialNumber" : undefined;
  return isPersonalMail(value) ? type : undefined;
}

function isPersonalMail(text: string): boolean {
  return text.startsWith(PERSONAL_MAIL);
}

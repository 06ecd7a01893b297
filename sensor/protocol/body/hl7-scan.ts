import type { FieldMemory } from "../data/field-memory.js";

const LF = 10;
const CR = 13;
const HEADER = "MSH";
const MAX_SEGMENTS = 4_096;
const MAX_FIELDS = 64;
/** Of a date and time, as HL7 writes it: `198808181126`. */
const DATE_BYTES = 8;
/** A code with its text and the system it is of; a date; what is in all of a field; what is in its first component. */
type Content = "coded" | "date" | "all" | "first";

/** HL7 v2.9 chapters 3, 4 and 6: fields that tell of persons, by segment and number, and what they are called elsewhere. */
const FIELDS: Readonly<Record<string, Readonly<Record<number, readonly [string, Content]>>>> = {
  PID: {
    3: ["patientnumber", "first"],
    5: ["fullname", "all"],
    6: ["maidenname", "all"],
    7: ["birthdate", "date"],
    9: ["fullname", "all"],
    11: ["streetaddress", "all"],
    13: ["phone", "first"],
    14: ["phone", "first"],
    19: ["ssn", "first"],
  },
  NK1: { 2: ["fullname", "all"], 4: ["streetaddress", "all"], 5: ["phone", "first"] },
  GT1: {
    3: ["fullname", "all"],
    5: ["streetaddress", "all"],
    6: ["phone", "first"],
    8: ["birthdate", "date"],
    12: ["ssn", "first"],
  },
  IN1: { 16: ["fullname", "all"], 18: ["birthdate", "date"], 19: ["streetaddress", "all"] },
  DG1: { 3: ["icd10", "coded"] },
  OBR: { 4: ["code", "coded"] },
  OBX: { 3: ["code", "coded"] },
  PR1: { 3: ["code", "coded"] },
  RXE: { 2: ["code", "coded"] },
};
/** HL7 table 0396 and 0203: systems of codes, and kinds of numbers. */
const SYSTEMS: Readonly<Record<string, string>> = {
  I10: "icd10",
  I10C: "icd10cm",
  I10P: "icd10pcs",
  I9: "icd9",
  I9C: "icd9cm",
  LN: "loinc",
  SCT: "snomed",
  NDC: "ndc",
  RXNORM: "rxnorm",
  C4: "cpt",
  HCPCS: "hcpcs",
  ATC: "atc",
  SS: "ssn",
  NH: "nhsnumber",
};

/** Asks what the fields of a message of HL7 version 2 hold: a segment a line, its fields by their number. */
export class Hl7Scan {
  readonly #fields: FieldMemory;

  constructor(fields: FieldMemory) {
    this.#fields = fields;
  }

  /** Bytes[start, end) begin as `isHl7` says. */
  scan(bytes: Buffer, start: number, end: number): void {
    const field = bytes[start + HEADER.length];
    const component = bytes[start + HEADER.length + 1];
    let at = start;
    for (let segments = 0; at < end && segments < MAX_SEGMENTS; segments++) {
      let stop = at;
      while (stop < end && bytes[stop] !== CR && bytes[stop] !== LF) stop++;
      if (stop > at) this.#segment(bytes, at, stop, field, component);
      at = stop + 1;
    }
  }

  #segment(bytes: Buffer, start: number, end: number, delimiter: number, component: number): void {
    const known = FIELDS[bytes.latin1Slice(start, Math.min(end, start + HEADER.length))];
    let at = start;
    for (let number = 0; at <= end && number < MAX_FIELDS; number++) {
      const found = bytes.indexOf(delimiter, at);
      const stop = found < 0 || found > end ? end : found;
      const [name, content] = known?.[number] ?? [];
      if (name === undefined || content === undefined) this.#fields.classifier.value(bytes, at, stop, 0);
      else this.#known(bytes, at, stop, component, name, content);
      at = stop + 1;
    }
  }

  #known(bytes: Buffer, start: number, end: number, component: number, name: string, content: Content): void {
    if (content === "all") this.#value(bytes, start, end, name);
    else this.#parted(bytes, start, end, component, name, content);
  }

  #parted(
    bytes: Buffer,
    start: number,
    end: number,
    component: number,
    name: string,
    content: "coded" | "date" | "first",
  ): void {
    const parts = bytes.subarray(start, end);
    const first = parts.indexOf(component);
    const stop = first < 0 ? end : start + first;
    if (content === "date") {
      this.#value(bytes, start, Math.min(stop, start + DATE_BYTES), name);
      return;
    }
    const said = parts.toString("latin1").split(String.fromCharCode(component));
    const system = SYSTEMS[said[content === "coded" ? 2 : 4] ?? ""];
    this.#value(bytes, start, stop, system ?? name);
    // What a code means stands behind it in words.
    if (stop < end) this.#fields.classifier.value(bytes, stop + 1, end, 0);
  }

  #value(bytes: Buffer, start: number, end: number, name: string): void {
    const field = Buffer.from(name);
    this.#fields.classifier.value(bytes, start, end, this.#fields.hint(field, 0, field.length, 0, 0, 0));
  }
}

/** Whether a text begins as such messages do (HL7 v2.9 §2.14.9): its first segment, then the five marks that part what follows. */
export function isHl7(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < DATE_BYTES || bytes.latin1Slice(start, start + HEADER.length) !== HEADER) return false;
  for (let at = start + HEADER.length; at < start + DATE_BYTES; at++) {
    const lower = bytes[at] | 0x20;
    if (bytes[at] <= 0x20 || bytes[at] >= 0x7f || (lower >= 0x61 && lower <= 0x7a)) return false;
  }
  return true;
}

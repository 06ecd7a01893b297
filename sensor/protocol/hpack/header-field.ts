const NONE = Buffer.alloc(0);

/** Id of a field name that nobody reads. */
export const UNREAD_NAME = -1;
/** Id of a field name that stands in a table whose filling was not seen. */
export const UNKNOWN_NAME = -2;

/**
 * One field as it was decoded. One object is used again for all; its bytes are borrowed until the next is told. Where nobody reads the
 * name the bytes need not be there: then only the lengths count.
 */
export class HeaderField {
  /** Position among the names that somebody reads, `UNREAD_NAME` where nobody does, `UNKNOWN_NAME` where it can't be told. */
  id = UNREAD_NAME;
  /** `hashName` of the name; 0 where it can't be told. */
  hash = 0;
  nameLength = 0;
  valueBytes: Buffer = NONE;
  valueStart = 0;
  valueLength = 0;
  /** False where the value stands in a table whose filling was not seen. */
  hasValue = true;
  /** What else there is about it: bits of `FieldList`. */
  traits = 0;
}

/** The name of a field that is being read. */
export interface FieldName {
  id: number;
  hash: number;
  length: number;
  /** What numbers the field where nobody reads it; 0 where somebody does. */
  number: number;
  /** Where the name's text stands, if it is there to be had. */
  bytes: Buffer | undefined;
  end: number;
}

/** Takes the fields of a block in their order. */
export interface HeaderSink {
  field(field: HeaderField): void;
}

/** Gives fields numbers, so that heads can be compared by them. */
export interface FieldNumbering {
  /** For a field that nobody reads, by the hash of its name; 0 for none. */
  ofName(hash: number): number;
  /** For one that somebody reads: the same only where all that is read of the value is the same; 0 for none. */
  of(id: number, bytes: Buffer, start: number, length: number): number;
}

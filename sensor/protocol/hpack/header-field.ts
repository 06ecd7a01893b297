const NONE = Buffer.alloc(0);

/** Id of a field name that stands in a table whose filling was not seen. */
export const UNKNOWN_NAME = -2;

/** One field as it was decoded. One object is used again for all; its bytes are borrowed until the next is decoded. */
export class HeaderField {
  /** Position among the names that somebody reads, -1 where nobody does, `UNKNOWN_NAME` where it can't be told. */
  id = -1;
  /** `hashName` of the name; 0 where it can't be told. */
  hash = 0;
  nameBytes: Buffer = NONE;
  nameStart = 0;
  nameEnd = 0;
  valueBytes: Buffer = NONE;
  valueStart = 0;
  valueEnd = 0;
  /** False where the value stands in a table whose filling was not seen. */
  hasValue = true;
  /** The value stands in this block, not in a table. */
  isLiteral = false;

  /** An index that leads to nothing that was seen. */
  setUnknown(): void {
    this.setUnknownName();
    this.hasValue = false;
    this.valueStart = this.valueEnd = 0;
  }

  setUnknownName(): void {
    this.id = UNKNOWN_NAME;
    this.hash = 0;
    this.nameStart = this.nameEnd = 0;
  }
}

/** Takes the fields of a block in their order. */
export interface HeaderSink {
  field(field: HeaderField): void;
}

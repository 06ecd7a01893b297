import type { HeadFacts } from "./head-facts.js";

/** Where the fields of one head stand that somebody reads, whatever the protocol's version. Positions hold as long as the bytes do. */
export interface FieldPlaces {
  readonly hits: number;
  /** Positions in FIELD_NAMES. */
  readonly ids: Int32Array;
  /** Values are bytes[starts, ends). */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** What else of the head is known. */
export interface FieldHits extends FieldPlaces {
  /** Hash over the names in their order. */
  readonly order: number;
  /** What the head says where that is known without its fields: then those that HeadFacts has are not among the hits. */
  readonly facts: HeadFacts | undefined;
  /** Then the field of the call's identifier is none of the hits: its position in FIELD_NAMES, -1 without one, and its value from the colon on. */
  readonly carriedField: number;
  readonly carriedStart: number;
  readonly carriedEnd: number;
}

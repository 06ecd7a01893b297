import type { LengthCounts } from "../../protocol/shape.js";

/** Of all values so many must fit what they are taken for: one that was damaged, or somebody's nonsense, changes nothing. */
const MIN_SHARE = 0.9;
/** Bytes may look like packed numbers by chance; so many in a row hardly do. */
const MIN_PACKED = 4;

/** What a field with a length holds. `empty`: all its values were empty, which each of the others may be. */
export interface LengthKind {
  readonly kind: "string" | "message" | "packed" | "bytes" | "empty";
  /** From 0 to 1; undefined where there was nothing to choose between. What may be both counts half for what it rather looks like. */
  readonly confidence: number | undefined;
}

/**
 * Tells by many values what nothing on the wire says (protobuf.dev, encoding): text is what nearly always was text, a message what nearly
 * always could be read as one. Where both hold, those decide that were only one of them, and then how they begin.
 */
export function lengthKind(lengths: LengthCounts | undefined): LengthKind {
  if (lengths === undefined || lengths.sized === 0) return { kind: "empty", confidence: undefined };
  const { sized, texts, messages, both, likelyMessages, packed } = lengths;
  const likelyTexts = both - likelyMessages;
  const textScore = texts - both + likelyTexts;
  const messageScore = messages - both + likelyMessages;
  const isText = texts / sized >= MIN_SHARE;
  const isMessage = messages / sized >= MIN_SHARE;
  if (isText && (!isMessage || textScore >= messageScore))
    return { kind: "string", confidence: rounded((textScore - likelyTexts / 2) / sized) };
  if (isMessage) return { kind: "message", confidence: rounded((messageScore - likelyMessages / 2) / sized) };
  if (sized >= MIN_PACKED && packed / sized >= MIN_SHARE) return { kind: "packed", confidence: undefined };
  return { kind: "bytes", confidence: undefined };
}

function rounded(share: number): number {
  return Math.round(share * 100) / 100;
}

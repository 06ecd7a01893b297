import { MAX_DEPTH, MAX_SEGMENT_LENGTH } from "../path/lookup.js";
import { isValue, type SegmentType, typeOf } from "../path/segment.js";
import type { PathShape } from "./shape-sample.js";

/** Forms that no word of a scanner's has. */
const TELLING: ReadonlySet<SegmentType> = new Set(["number", "uuid", "hash", "date"]);
/** `five-blue-whales`, `whales-935`: what people or programs call things, not what scanners ask for. */
const LONG_SLUG = /^[^-]+-[^-]+-[^-]+|-\d+$/;
/** Shapes of one value each, of words alone, and of values alone (`shape-sample.ts`). */
const WITH_VALUE = { weight: 0.25, guesses: 8 } as const;
const WORDS = { weight: 1, guesses: 32 } as const;
const VALUES = { weight: 0.25, guesses: 2 } as const;

/** Of what forms alone tell: nothing of what was called before may change it. */
export function shapeOf(method: string, path: string): PathShape {
  const segments = path.split("/", MAX_DEPTH + 1);
  const types = segments.map(formOf);
  const hasWord = segments.some((text, at) => text !== "" && !isOneOfMany(types[at], text, true));
  let hash = hashOf(0x811c9dc5, method);
  let hasValue = false;
  for (const [at, text] of segments.entries()) {
    const isOne = isOneOfMany(types[at], text, hasWord);
    hasValue ||= isOne;
    hash = hashOf(hash ^ 0x2f, isOne ? placeholderOf(types[at]) : text);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const kind = !hasValue ? WORDS : hasWord ? WITH_VALUE : VALUES;
  return { hash: hash ^ (hash >>> 16), path, ...kind };
}

/** A template stands for its paths. */
function formOf(text: string): SegmentType {
  if (text === "") return "word";
  return text.charCodeAt(0) === 0x7b || text.length > MAX_SEGMENT_LENGTH ? "token" : typeOf(text);
}

/** Of how many guesses one call of a path with a value stands out, beside words or not. */
export function guessesOfCall(hasWord: boolean): number {
  return hasWord ? WITH_VALUE.guesses : VALUES.guesses;
}

/** Whether the form of a segment tells a value, by itself or beside words. */
export function isOneOfMany(type: SegmentType, text: string, hasWord: boolean): boolean {
  return TELLING.has(type) || (hasWord && (isValue(type) || LONG_SLUG.test(text)));
}

function placeholderOf(type: SegmentType): string {
  return TELLING.has(type) ? `{${type}}` : "{}";
}

/** FNV-1a (RFC 9923). */
function hashOf(start: number, text: string): number {
  let hash = start | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return Math.imul(hash, 0x01000193);
}

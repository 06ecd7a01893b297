import { randomBits } from "../../bytes/letter-pairs.js";
import { type Evidence, prefixOf } from "./evidence.js";
import { byName, NO_COMPANY } from "./fixedness.js";
import { FORMAT, isCode, isJoined, looksFixed, routeShare } from "./route-word.js";
import { isDecimal, RANDOM_BITS, RANDOM_TYPES, type SegmentType } from "./segment.js";

/** Texts as people write them; where values have several of these forms they may have any. */
const WRITTEN: readonly SegmentType[] = ["word", "slug", "name", "mixed", "file"];
const WRITTEN_BY_PEOPLE: readonly SegmentType[] = ["word", "slug", "name", "mixed", "code", "random"];
/** As many values as it takes to know a prefix or a length of theirs. */
const ENOUGH_VALUES = 3;
const ENOUGH_OF_LENGTH = 5;
/** Identifiers longer than this hardly have letters alone. */
const MAX_RANDOM_LENGTH = 24;
const HEXADECIMAL = /^[0-9a-f]+$/i;
const ALPHANUMERIC = /^[a-z0-9]+$/i;

/** Whether a segment that is no value by its form alone is one where a parameter is known already. */
export function joins(text: string, type: SegmentType, evidence: Evidence): boolean {
  if (joinsByForm(text, type, evidence)) return true;
  if (text.includes(":") || isBesideLanguages(type, evidence)) return false;
  // `orders.json` beside names is how orders are told.
  if (type === "file" && FORMAT.test(text)) return false;
  const { types, values } = evidence;
  const isKnown = types.has(type);
  if (!isKnown && !isWritten(type, types) && !(type === "code" && types.has("identifier"))) return false;
  return values.has(text) || byName(text, { ...NO_COMPANY, hasRouteWords: isKnown && evidence.hasRouteWords }) < 0;
}

/** Whether it has a form of the parameter's values that fixed segments hardly have. */
export function joinsByForm(text: string, type: SegmentType, evidence: Evidence): boolean {
  // `acme:cancel`: what is to be done tells it apart from what is no more than a value.
  if (text.includes(":")) return false;
  const { types, lengths, prefixes, values, extensions } = evidence;
  const isOfRandom = types.has("token") || types.has("random");
  if (type === "random" && (isOfRandom || types.has("identifier")) && routeShare(text) < 0.5) return true;
  const prefix = prefixOf(text);
  if (prefix !== undefined && prefixes.size === 1 && values.size >= ENOUGH_VALUES && prefixes.has(prefix)) return true;
  if (isOfRandom && type !== "slug" && lengths.has(text.length) && !looksFixed(text)) {
    const bits = randomBits(text);
    if (bits >= RANDOM_BITS) return true;
    // Lower case alone is how fixed segments are written.
    if (/.[A-Z]|\d/.test(text) && (bits > 0 || routeShare(text) === 0)) return true;
  }
  if (type === "code") return types.has(type) && isCode(text) && !isBesideLanguages(type, evidence);
  if (type === "host" || type === "name") return types.has(type);
  // `52.70` among longer ones: alone it could be a version.
  if (type === "word" && types.has("number") && isDecimal(text)) return true;
  if (isOfOneLength(text, type, evidence)) return true;
  if (types.has("encoded") && isOneOfPhrases(text, type, evidence)) return true;
  if (type === "file") return types.has(type) && (!FORMAT.test(text) || extensions.size > 1);
  const isNumbered = type === "mixed" && (types.has("identifier") || types.has("mixed"));
  return isNumbered && /\d{2}/.test(text);
}

/** A code that is one of a language has the same below it as the others, and joins them for that: `/ui/login` is none. */
function isBesideLanguages(type: SegmentType, evidence: Evidence): boolean {
  return type === "code" && evidence.type === "locale";
}

/** Identifiers of few random characters, some of which could be words: `jbOwpT` and `3lvlAn` beside `x7Kq2B`. */
function isOfOneLength(text: string, type: SegmentType, { types, lengths, prefixes, values }: Evidence): boolean {
  if (values.size < ENOUGH_OF_LENGTH || lengths.size !== 1 || !lengths.has(text.length) || types.has("word"))
    return false;
  if (text.length < 5 || text.length > MAX_RANDOM_LENGTH || prefixes.size !== 1 || !prefixes.has("")) return false;
  if (type !== "word" && type !== "mixed" && type !== "random") return false;
  // Several words of APIs that code puts together are not drawn by chance: `pushToMobile`.
  if (isJoined(text) && routeShare(text) === 1) return false;
  if (!RANDOM_TYPES.some((one) => types.has(one))) return false;
  return (types.size === 1 && types.has("hash") ? HEXADECIMAL : ALPHANUMERIC).test(text);
}

/** `Watto` and `C-3PO` beside `Boba%20Fett` and `Jango%20Fett`: all are written with capitals, and this one is but a word long. */
function isOneOfPhrases(text: string, type: SegmentType, { values }: Evidence): boolean {
  if (!/^[A-Z]/.test(text) || !WRITTEN_BY_PEOPLE.includes(type)) return false;
  let phrases = 0;
  for (const value of values) {
    if (!value.includes("%20")) continue;
    if (!/^[A-Z]/.test(value)) return false;
    phrases++;
  }
  return phrases >= ENOUGH_VALUES;
}

/** Whether types are mixed among which this one does not surprise. */
function isWritten(type: SegmentType, types: ReadonlySet<SegmentType>): boolean {
  if (type === "random") return types.has("slug") || types.has("mixed");
  if (type === "mixed" && types.has("identifier")) return true;
  return WRITTEN.includes(type) && WRITTEN.filter((one) => types.has(one)).length >= 2;
}

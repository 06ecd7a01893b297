import type { PathNode } from "./path-node.js";
import { isCollection } from "./route-word.js";
import type { SegmentType } from "./segment.js";
import { haveOwnWords } from "./subtree.js";
import { placeOf } from "./word-score.js";

/** Of an API as a whole, not of a thing that has versions. */
const API_VERSION = /^v\d{1,2}([._]\d{1,2})?((alpha|beta|rc|preview)\d{0,2})?$/i;
/** Numbers and dates before any word may be an API's version: so many different ones are needed to be values. */
const MIN_LEADING_VALUES = 3;
/** Longer numbers behind `/v/` are no versions. */
const MAX_VERSION_DIGITS = 2;
/** Versions of one API in use; so many of several APIs behind one address, each with words of its own. */
const MAX_DATES = 12;
const MAX_DATES_APART = 64;
/** An API has no new version each month; reports come each day, week or month. */
const MIN_DAYS_BETWEEN = 45;
const DAY_MS = 86_400_000;

/** `/v1`, `/api/v2beta1`: no value, whatever stands beside it. Three foreign paths took `v1` away from all calls of a service. */
export function isApiVersion<Leaf>(node: PathNode<Leaf>, text: string): boolean {
  if (!API_VERSION.test(text)) return false;
  const place = placeOf(node);
  return place === "root" || place === "container";
}

/**
 * `/2/ping`, `/api/2015-11-01/users`, `/directory/2017-01-11/tags`, `/oauth2/1/token`, `/v/2/x`: until there are others, it tells apart
 * versions.
 */
export function mayBeVersion<Leaf>(node: PathNode<Leaf>, text: string, type: SegmentType, isLast: boolean): boolean {
  if (type === "date") return standsForVersion(node, text, isLast) && areVersions(node, text);
  if (type !== "number" || node.parameter("") !== undefined) return false;
  if (node.text === "v" && text.length <= MAX_VERSION_DIGITS && !isLast) return true;
  const place = placeOf(node);
  const isOfApi = place === "root" || (place === "container" && text.length <= 2);
  if (!isOfApi && !(place === "noun" && text.length === 1 && !isLast)) return false;
  return ofType(node, type).length < MIN_LEADING_VALUES - 1;
}

/** Whether a literal is a date that is a version still, by what is below it and beside it: `/2015-03-31/functions`, `/admin/api/2024-04/shop`. */
export function isDatedVersion<Leaf>({ parent, text, type, literalCount, parameters }: PathNode<Leaf>): boolean {
  if (type !== "date" || parent === undefined) return false;
  const isLast = literalCount === 0 && parameters === undefined;
  return standsForVersion(parent, text, isLast) && areVersions(parent, text);
}

/** Before all words of an API, or behind the one that names a service where that has hardly another: most such words are of things that have dates. */
function standsForVersion<Leaf>(node: PathNode<Leaf>, text: string, isLast: boolean): boolean {
  const place = placeOf(node);
  if (place === "root" || (place === "container" && !isCollection(node.text))) return true;
  return node.depth === 1 && !isLast && textsOf(node, text).size < MIN_LEADING_VALUES;
}

/**
 * Whether the dates below a node, with one more, are versions: few and far between, each with something below it; or each with words of its own
 * below it. A day's report is one of many, and all have the same.
 */
function areVersions<Leaf>(node: PathNode<Leaf>, text: string): boolean {
  if (node.parameter("")?.evidence?.types.has("date") === true) return false;
  const dates = ofType(node, "date");
  const texts = textsOf(node, text);
  if (texts.size < MIN_LEADING_VALUES) return true;
  const withoutBelow = dates.filter(({ literalCount, parameters }) => literalCount === 0 && parameters === undefined);
  if (withoutBelow.length * 2 > dates.length) return false;
  if (texts.size <= MAX_DATES && leastBetween(texts) >= MIN_DAYS_BETWEEN) return true;
  return texts.size <= MAX_DATES_APART && haveOwnWords(dates);
}

/** Of the dates below a node, with one more. */
function textsOf<Leaf>(node: PathNode<Leaf>, text: string): ReadonlySet<string> {
  return new Set([...ofType(node, "date").map((date) => date.text), text]);
}

function ofType<Leaf>(node: PathNode<Leaf>, type: SegmentType): PathNode<Leaf>[] {
  return [...node.literals()].filter((literal) => literal.alias === undefined && literal.type === type);
}

/** Days between the two dates that are nearest to each other; of a month, from its first day. */
function leastBetween(texts: ReadonlySet<string>): number {
  const days = [...texts].map((text) => Date.parse(text.slice(0, 10)) / DAY_MS).sort((a, b) => a - b);
  return Math.min(...days.slice(1).map((day, at) => day - days[at]));
}

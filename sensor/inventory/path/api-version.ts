import type { PathNode } from "./path-node.js";
import type { SegmentType } from "./segment.js";
import { placeOf } from "./word-score.js";

/** Of an API as a whole, not of a thing that has versions. */
const API_VERSION = /^v\d{1,2}([._]\d{1,2})?((alpha|beta|rc|preview)\d{0,2})?$/i;
/** Numbers and dates before any word may be an API's version: so many different ones are needed to be values. */
const MIN_LEADING_VALUES = 3;
/** Longer numbers behind `/v/` are no versions. */
const MAX_VERSION_DIGITS = 2;

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
  if ((type !== "number" && type !== "date") || node.parameter("") !== undefined) return false;
  if (node.text === "v" && text.length <= MAX_VERSION_DIGITS && !isLast) return true;
  const place = placeOf(node);
  const isOfApi = place === "root" || (place === "container" && (type === "date" || text.length <= 2));
  const isDateOfService = type === "date" && node.depth === 1 && !isLast;
  if (!isOfApi && !isDateOfService && !(place === "noun" && text.length === 1 && !isLast)) return false;
  let alike = 1;
  for (const literal of node.literals()) if (literal.type === type) alike++;
  return alike < MIN_LEADING_VALUES;
}

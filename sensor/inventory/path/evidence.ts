import { type SegmentType, typeOf } from "./segment.js";

/** Values of a parameter that are remembered, so that the decision can be looked at and undone. */
export const MAX_VALUES = 64;

/** Why a segment became a parameter; kept with it. */
export interface Evidence {
  /** Of the first value, or of those that made it a parameter. */
  readonly type: SegmentType;
  reason: string;
  /** All the types its values had. */
  readonly types: Set<SegmentType>;
  /** How long they were: identifiers of random characters mostly have one length. */
  readonly lengths: Set<number>;
  /** Short words before the first hyphen or underscore, the empty text for none: `cus_`. */
  readonly prefixes: Set<string>;
  /** Extensions of those that are files. */
  readonly extensions: Set<string>;
  /** The first values seen; how many there are is how many different ones there were at least. */
  readonly values: Set<string>;
  /** There were more of them once: what is counted without being one of these stays where it is, whatever leaves. */
  isFull: boolean;
  /** Words that APIs are made of are among them. */
  hasRouteWords: boolean;
}

export function newEvidence(type: SegmentType, reason: string): Evidence {
  return {
    type,
    reason,
    types: new Set([type]),
    lengths: new Set(),
    prefixes: new Set(),
    extensions: new Set(),
    values: new Set(),
    isFull: false,
    hasRouteWords: false,
  };
}

/** Whether it was one of the first, and not seen before. */
export function addValue(evidence: Evidence, value: string, type: SegmentType): boolean {
  const { values } = evidence;
  if (evidence.isFull || values.size >= MAX_VALUES || values.has(value)) return false;
  values.add(value);
  evidence.isFull = values.size >= MAX_VALUES;
  evidence.types.add(type);
  // Each secret is masked to the same text: what that looks like says nothing of what else may stand there.
  if (type === "secret") return true;
  evidence.lengths.add(value.length);
  if (type === "file") evidence.extensions.add(value.slice(value.lastIndexOf(".")));
  evidence.prefixes.add(prefixOf(value) ?? "");
  return true;
}

/** `cus_` of `cus_9s6XKz…`. */
export function prefixOf(text: string): string | undefined {
  return /^[A-Za-z]{1,8}[_-]/.exec(text)?.[0];
}

export function addReason(evidence: Evidence, type: SegmentType, reason: string): void {
  if (!evidence.types.has(type)) evidence.reason = `${evidence.reason}; ${reason}`;
  evidence.types.add(type);
}

/** What was learned of one parameter holds for another as well. */
export function addEvidence(evidence: Evidence, more: Evidence): void {
  for (const type of more.types) evidence.types.add(type);
  for (const length of more.lengths) evidence.lengths.add(length);
  for (const prefix of more.prefixes) evidence.prefixes.add(prefix);
  for (const extension of more.extensions)
    if (evidence.extensions.size < MAX_VALUES) evidence.extensions.add(extension);
  // One that had more than it remembers may have had any of these before, where nothing tells its calls apart.
  if (!evidence.isFull)
    for (const value of more.values) if (evidence.values.size < MAX_VALUES) evidence.values.add(value);
  evidence.isFull ||= more.isFull || evidence.values.size >= MAX_VALUES;
  evidence.hasRouteWords ||= more.hasRouteWords;
}

/** Whether all its values left again; those that are not remembered stay. */
export function isWithoutValues(evidence: Evidence | undefined): boolean {
  return evidence !== undefined && evidence.values.size === 0 && !evidence.isFull;
}

/**
 * Of what was learned of all values, what those of one's own types had. Where there were more than are remembered nobody knows which are one's own:
 * what made them values goes on to do so.
 */
export function takeOwn(evidence: Evidence, all: Evidence): void {
  if (all.isFull) {
    evidence.values.clear();
    evidence.isFull = false;
    addEvidence(evidence, all);
    return;
  }
  for (const value of all.values) {
    const type = typeOf(value);
    if (evidence.types.has(type)) addValue(evidence, value, type);
  }
}

export function copyOf(evidence: Evidence): Evidence {
  const copy = newEvidence(evidence.type, evidence.reason);
  addEvidence(copy, evidence);
  return copy;
}

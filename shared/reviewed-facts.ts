import { alwaysSentOf, isAnyFull, TRAITS, type TraitLists, traitsOf, withoutSchemaTraits } from "./compared-traits.js";
import { withoutFigures } from "./drift-text.js";
import { MAX_DRIFT } from "./endpoint-facts.js";
import type { EndpointRecord, EndpointState } from "./event.js";
import { ACCESS_WORDS, type Access, accessOf, askedBy, longestWords, MUCH_LONGER } from "./protection-words.js";
import { fieldTypesOf } from "./schema-fields.js";

/** What of an endpoint somebody who approves it vouches for. What may be left out was not kept by versions before. */
export interface ReviewedFacts {
  /** What its service was called. */
  readonly service?: string;
  readonly calls?: number;
  readonly callers: readonly string[];
  /** More than are listed called it, and how many did in all. */
  readonly hasMoreCallers: boolean;
  readonly callerCount?: number;
  readonly credentials: readonly string[];
  /** Calls in which no credential was seen, and those that carried nothing but cookies. */
  readonly hasBareCalls: boolean;
  readonly hasCookieOnlyCalls?: boolean;
  readonly access?: Access;
  readonly dataClasses: readonly string[];
  readonly state: EndpointState;
  readonly drift: readonly string[];
  /** Fields of queries and bodies, bounded where they are kept, and how many there were in all. */
  readonly fields: readonly string[];
  readonly fieldCount?: number;
  /** What stands in each of `fields`, in their order. */
  readonly types?: readonly string[];
  /** A checksum of the types of fields that are not kept by name; left out where all are. */
  readonly otherTypes?: number;
  /** How it is protected, and what it takes and gives. */
  readonly traits?: TraitLists;
  /** Header fields that protect, and stood in all answers. */
  readonly alwaysSent?: readonly string[];
  readonly longestTokenSeconds?: number;
  /** What found no room in the sensor's lists of `traits`. */
  readonly beyond?: number;
  /** What its callers' connections to it were, as an edge's `postureCounts` calls them. */
  readonly connections?: readonly string[];
}

/** With the calls there were until then. */
export type CountedFacts = ReviewedFacts & { readonly calls: number };

/** Each in words: what is other than it was, and of what that could not be told. */
export interface ComparedFacts {
  readonly changes: readonly string[];
  readonly untold: readonly string[];
}

/** Fields that are kept by name with an approval. */
export const MAX_KEPT_FIELDS = 300;
const MAX_NAMES = 64;
/** Versions before kept none of these. */
const NOT_KEPT =
  "whether tokens, cookies, what other origins may read, header fields, content types and types of fields are as they were: they were not recorded when it was approved";
/**
 * A sensor counts callers beyond those it lists by 4,096 marks (linear counting, Whang 1990): of more than these, more often than not a new
 * one finds its mark taken, and is not counted.
 */
const MAX_SURE_CALLERS = 2_839;
/** States that say that something is wrong. */
const GRAVE: readonly EndpointState[] = ["shadow", "zombie", "deprecated"];
/** Worse to the right. What was not seen is no worse than what refuses. */
const ACCESS_RANKS: Readonly<Record<Access, number>> = { refusing: 0, unseen: 0, mixed: 1, open: 2 };
const CONNECTION_RANKS: Readonly<Record<string, number>> = { mtls: 0, tls: 1, cleartext: 2 };
const CONNECTION_WORDS = ["mutual TLS", "TLS without a client's certificate", "cleartext"] as const;

/** `connections`: what its callers' connections to it were. */
export function reviewedFacts(endpoint: EndpointRecord, connections: readonly string[]): CountedFacts {
  const { service, calls, callers, callerCount, credentials, dataClasses, state, drift = [] } = endpoint;
  const { bare, cookieOnly } = askedBy(endpoint);
  const types = fieldTypesOf(endpoint);
  const longest = endpoint.protection?.tokens?.longestSeconds;
  return {
    ...{ service, calls, callers, callerCount, hasMoreCallers: callerCount > callers.length },
    credentials: Object.keys(credentials),
    ...{ hasBareCalls: bare.calls > 0, hasCookieOnlyCalls: cookieOnly.calls > 0 },
    ...(calls === 0 ? {} : { access: accessOf(endpoint) }),
    ...{ dataClasses, state, drift, fields: [...types.keys()], fieldCount: types.size, connections },
    ...{ types: [...types.values()], traits: traitsOf(endpoint), alwaysSent: alwaysSentOf(endpoint) },
    ...(longest === undefined ? {} : { longestTokenSeconds: longest }),
    beyond: endpoint.protection?.beyond ?? 0,
  };
}

/** As they are kept with an approval. */
export function keptFacts(facts: ReviewedFacts): ReviewedFacts {
  const { fields, types } = facts;
  return {
    ...{ ...facts, fields: fields.slice(0, MAX_KEPT_FIELDS) },
    ...(types === undefined ? {} : { types: types.slice(0, MAX_KEPT_FIELDS) }),
    ...(types === undefined || fields.length <= MAX_KEPT_FIELDS ? {} : { otherTypes: checksum(fields, types) }),
  };
}

/** As a record tells them whose schemas were left out. */
export function withoutSchemas({ traits, ...facts }: CountedFacts): CountedFacts {
  const rest = traits === undefined ? {} : { traits: withoutSchemaTraits(traits) };
  return { ...facts, fields: [], fieldCount: 0, types: [], ...rest };
}

/** FNV-1a of the fields that are not kept by name: it hides one change of 2^32. */
function checksum(fields: readonly string[], types: readonly string[]): number {
  let sum = 0x811c9dc5;
  for (let at = MAX_KEPT_FIELDS; at < fields.length; at++)
    for (const character of `${fields[at]} ${types[at]}\n`)
      sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum;
}

/** In the order of their weight. Where it was not called since, nothing is left that could not be told. */
export function compareFacts(seen: ReviewedFacts, now: ReviewedFacts): ComparedFacts {
  const changes: string[] = [];
  const untold: string[] = [];
  if (now.state !== seen.state && GRAVE.includes(now.state)) changes.push(`is ${now.state} now`);
  compareAccess(seen, now, changes);
  compareConnections(seen, now, changes, untold);
  compareCallers(seen, now, changes, untold);
  const added = (kind: string, after: readonly string[], before: readonly string[]): void => {
    const fresh = without(after, before);
    if (fresh.length > 0) changes.push(`${kind}: ${named(fresh)}`);
  };
  added("new credentials", now.credentials, seen.credentials);
  compareTraits(seen, now, changes, untold);
  added("new classes of data", now.dataClasses, seen.dataClasses);
  const known = new Set(seen.drift.map(withoutFigures));
  const fresh = now.drift.filter((text) => !known.has(withoutFigures(text)));
  if (fresh.length > 0) changes.push(`other than declared: ${named(fresh)}`);
  if (seen.drift.length >= MAX_DRIFT)
    untold.push(`whether it differs from its files in more than the ${MAX_DRIFT} ways that are told`);
  compareFields(seen, now, changes, untold);
  compareTypes(seen, now, changes);
  return { changes, untold: now.calls === seen.calls ? [] : untold };
}

function compareAccess(seen: ReviewedFacts, now: ReviewedFacts, changes: string[]): void {
  const { access: before = now.access, hasBareCalls, hasCookieOnlyCalls } = seen;
  const { access: after = before } = now;
  const isWorse = before !== undefined && after !== undefined && ACCESS_RANKS[after] > ACCESS_RANKS[before];
  if (!hasBareCalls && now.hasBareCalls)
    changes.push(`calls without a credential of a known kind${isWorse ? ", which it answers" : ""}`);
  else if (isWorse) changes.push(`${ACCESS_WORDS[after]} (before: ${ACCESS_WORDS[before]})`);
  if (hasCookieOnlyCalls === false && !hasBareCalls && now.hasCookieOnlyCalls === true)
    changes.push("calls with nothing but cookies");
}

function compareConnections(seen: ReviewedFacts, now: ReviewedFacts, changes: string[], untold: string[]): void {
  if (seen.connections === undefined || now.connections === undefined) return;
  const [before, after] = [worstOf(seen.connections), worstOf(now.connections)];
  // Of what was not known before only cleartext is worse for sure.
  if (after > (before < 0 ? 1 : before)) {
    const was = before < 0 ? "could not be told" : CONNECTION_WORDS[before];
    changes.push(`connections in ${CONNECTION_WORDS[after]} (the worst before: ${was})`);
  } else if (before === 0 && without(now.connections, seen.connections).some((kind) => /unknown$/.test(kind)))
    untold.push("whether all its connections are mutual TLS still");
}

function worstOf(connections: readonly string[]): number {
  return Math.max(-1, ...connections.map((kind) => CONNECTION_RANKS[kind] ?? -1));
}

function compareTraits(seen: ReviewedFacts, now: ReviewedFacts, changes: string[], untold: string[]): void {
  const { traits: before, alwaysSent = [], longestTokenSeconds: lasted, beyond = 0 } = seen;
  const { traits: after = {}, longestTokenSeconds: lasts } = now;
  if (before === undefined) {
    untold.push(NOT_KEPT);
    return;
  }
  for (const trait of TRAITS) {
    const fresh = without(after[trait] ?? [], before[trait] ?? []);
    if (fresh.length > 0) changes.push(`new ${trait}: ${named(fresh)}`);
  }
  if (lasted !== undefined && lasts !== undefined && lasts >= MUCH_LONGER * Math.max(lasted, 1))
    changes.push(`token lifetimes ${longestWords(lasts)} (before: ${longestWords(lasted)})`);
  const lost = without(alwaysSent, now.alwaysSent ?? []);
  if (lost.length > 0) changes.push(`no longer in all answers: ${named(lost)}`);
  if ((now.beyond ?? 0) > beyond && isAnyFull(after))
    untold.push("whether tokens, cookies and places of credentials are others: not all that came found room");
}

/** Those listed are the first that called; of the others there is a number. */
function compareCallers(seen: ReviewedFacts, now: ReviewedFacts, changes: string[], untold: string[]): void {
  const fresh = without(now.callers, seen.callers);
  if (!seen.hasMoreCallers && !now.hasMoreCallers) {
    if (fresh.length > 0) changes.push(`new callers: ${named(fresh)}`);
    return;
  }
  const { callerCount: before } = seen;
  const { callerCount: after = now.callers.length } = now;
  if (before === undefined) {
    untold.push("whether others call it: how many did was not kept when it was approved");
    return;
  }
  // Of a list that was not whole it isn't known who of those that are on it now is new.
  const known = seen.hasMoreCallers ? [] : fresh;
  const more = after - before - known.length;
  const rest = more > 0 ? `about ${more.toLocaleString("en")} more than are listed` : "";
  const words = [named(known), rest].filter((text) => text !== "").join(" and ");
  if (words !== "") changes.push(`new callers: ${words}`);
  else if (after < before || fresh.length > 0)
    untold.push(`whether others call it: of ${count(before)} callers not all were listed, and they are counted anew`);
  else if (after > MAX_SURE_CALLERS)
    untold.push(`whether others call it: a new one among ${count(after)} is not always counted`);
}

function compareFields(seen: ReviewedFacts, now: ReviewedFacts, changes: string[], untold: string[]): void {
  const { fieldCount: before = seen.fields.length < MAX_KEPT_FIELDS ? seen.fields.length : undefined } = seen;
  const { fieldCount: after = now.fields.length } = now;
  if (before === seen.fields.length) {
    const fresh = without(now.fields, seen.fields);
    if (fresh.length > 0) changes.push(`new fields: ${named(fresh)}`);
  } else if (before === undefined) untold.push("whether it has new fields: how many there were was not kept");
  else if (after > before) changes.push(`new fields: ${count(after - before)} beside the ${count(before)} of before`);
  else if (after < before) untold.push(`whether it has new fields: there were ${count(before)}, not all kept by name`);
}

function compareTypes(seen: ReviewedFacts, now: ReviewedFacts, changes: string[]): void {
  if (seen.types === undefined || now.types === undefined) return;
  const before = new Map(seen.fields.map((field, at) => [field, seen.types?.[at]]));
  const others = now.fields.flatMap((field, at) => {
    const [was, is] = [before.get(field), now.types?.[at]];
    return was === undefined || was === is ? [] : [`${field} (${was} → ${is})`];
  });
  if (others.length > 0) changes.push(`other types of fields: ${named(others)}`);
  else if (
    seen.otherTypes !== undefined &&
    seen.fieldCount === now.fieldCount &&
    seen.otherTypes !== checksum(now.fields, now.types)
  )
    changes.push(`other types of fields, beyond the ${MAX_KEPT_FIELDS} that are kept by name`);
}

function without(after: readonly string[], before: readonly string[]): string[] {
  const known = new Set(before);
  return after.filter((one) => !known.has(one));
}

function named(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return rest > 0 ? `${names.slice(0, MAX_NAMES).join(", ")} and ${count(rest)} more` : names.join(", ");
}

function count(value: number): string {
  return value.toLocaleString("en");
}

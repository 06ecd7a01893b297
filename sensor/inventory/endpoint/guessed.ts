import type { Call } from "../../protocol/message.js";
import { MAX_VALUES } from "../path/evidence.js";
import type { PathNode } from "../path/path-node.js";
import type { SegmentType } from "../path/segment.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import type { EndpointRoster } from "./endpoint-roster.js";
import type { Guesses, Sort } from "./guesses.js";
import { littleOfAll, SURE } from "./little-told.js";
import type { MethodSet } from "./method-set.js";
import { guessesOfCall, isOneOfMany } from "./path-shape.js";
import { ENOUGH_CALLS } from "./shape-sample.js";
import { answersOf, type PathHistory, UnknownPaths } from "./unknown-paths.js";

const OF_ALL: ReadonlySet<string> = new Set(["HEAD", "OPTIONS"]);

/**
 * Takes the endpoints of a service that were answered with nothing but what tells as little as `way`, and were not called often by anyone who does
 * not guess: what a scanner leaves behind at a service that answers 401 to whatever it is asked for. They wait as unknown paths do.
 */
export function takeGuessed(service: ServiceEntry, roster: EndpointRoster, way: number): EndpointEntry[] {
  const guesses = service.sieve.guessesOf(way);
  service.unknownPaths ??= new UnknownPaths();
  const taken: EndpointEntry[] = [];
  for (const endpoint of roster.all()) {
    if (endpoint.service !== service || service.sieve.wayOfAll(endpoint.told) !== way || !isGuessed(endpoint, guesses))
      continue;
    const history = endpoint.history();
    if (history === undefined) continue;
    if (history.calls > 0) service.unknownPaths.takeBack(history);
    taken.push(endpoint);
  }
  return taken;
}

function isGuessed(endpoint: EndpointEntry, guesses: Guesses): boolean {
  if (endpoint.node === undefined || endpoint.operation !== undefined || doesStandOut(endpoint)) return false;
  if (asksOfWhatIsThere(endpoint.method, endpoint.node as PathNode<MethodSet>)) return false;
  const callers = endpoint.callers();
  if (callers.length < endpoint.callerCount) return false;
  const shape = { guesses: guessesOfCall(hasWord(endpoint.node)) };
  return !isCalledOften(endpoint, guesses.enoughCalls(callers, shape));
}

/** RFC 9110 §9.3.2, §9.3.7: a browser asks so for leave, and a proxy for news, of whatever another method is there for. */
export function asksOfWhatIsThere(method: string, place: PathNode<MethodSet> | undefined): boolean {
  if (!OF_ALL.has(method)) return false;
  return place?.leaf?.all().some((other) => other.isThere && !OF_ALL.has(other.method)) === true;
}

/** What a call may be whose answer tells little. Who calls what is known to be there does not guess, whatever is answered. */
export function sortOf(service: ServiceEntry, method: string, path: string, { flow }: Call, way: number): Sort {
  const place = path.charCodeAt(0) === 0x2f ? service.paths.lookup(path) : undefined;
  const known = place?.leaf?.get(method, undefined);
  if (known !== undefined && doesStandOut(known)) return "maybe";
  if ((known?.isThere && known.told.little === SURE) || asksOfWhatIsThere(method, place)) return "maybe";
  return service.sieve.sortOf(way, method, path, flow.clientAddress);
}

/** Tells services what they were asked for before a restart, as far as it was kept: whoever guessed goes on to. */
export function rememberGuesses(roster: EndpointRoster, services: Iterable<ServiceEntry>): void {
  for (const endpoint of roster.all()) {
    const history = isCalledOften(endpoint, ENOUGH_CALLS) ? undefined : endpoint.history();
    if (history !== undefined) remember(endpoint.service, history, endpoint.told.little);
  }
  for (const service of services)
    for (const history of service.unknownPaths?.histories() ?? [])
      remember(service, history, littleOfAll(history.method, Object.keys(history.statuses).map(Number)));
}

function remember({ sieve }: ServiceEntry, { method, path, callers }: PathHistory, little: number): void {
  const way = sieve.noteAnswer(little, path.length);
  if (way !== SURE) for (const caller of callers) sieve.sortOf(way, method, path, caller);
}

/** Whether each of its paths was called so often. */
export function isCalledOften(endpoint: EndpointEntry, often: number): boolean {
  return endpoint.calls >= often * pathsOf(endpoint);
}

/** What is called often once is no guess from then on, though most of its calls went to the unknown paths before. */
export function standOut(endpoint: EndpointEntry): void {
  if (!endpoint.standsOut && pathsOf(endpoint) === 1) endpoint.standsOut = true;
}

/** Words that came to be values of one parameter may be guesses all, each called often. */
function doesStandOut(endpoint: EndpointEntry): boolean {
  return endpoint.standsOut && pathsOf(endpoint) === 1;
}

/** How many paths it has at least, as far as forms do not tell its values; infinite where they are too many to be known. */
function pathsOf({ node }: EndpointEntry): number {
  const isBesideWord = node !== undefined && hasWord(node);
  let paths = 1;
  for (let one = node; one !== undefined; one = one.parent) {
    const { evidence } = one;
    if (evidence === undefined || areAllOneOfMany(evidence.types, isBesideWord)) continue;
    if (evidence.values.size >= MAX_VALUES) return Number.POSITIVE_INFINITY;
    paths = Math.max(paths, evidence.values.size);
  }
  return paths;
}

function areAllOneOfMany(types: Iterable<SegmentType>, isBesideWord: boolean): boolean {
  for (const type of types) if (!isOneOfMany(type, "", isBesideWord)) return false;
  return true;
}

function hasWord(node: PathNode<unknown>): boolean {
  for (let one = node; one.parent !== undefined; one = one.parent) if (!one.isParameter) return true;
  return false;
}

/** Whether a call that may be a guess is of an endpoint that its path leads to: who shows a credential is no scanner. */
export function isOf(endpoint: EndpointEntry, { credentials }: Call, path: string): boolean {
  return credentials.length > 0 || hasShown(endpoint) || endpoint.template === path;
}

/** Whether what was called before was called of an endpoint. */
export function mayTakeOver(endpoint: EndpointEntry, history: PathHistory): boolean {
  return hasShown(endpoint) || (endpoint.template === history.path && answersOf(history) > 0);
}

/**
 * Where nothing shows yet that an endpoint is there, and paths are alike by their form alone, what led nowhere is no call of it: the same scanner may
 * have made both.
 */
function hasShown(endpoint: EndpointEntry): boolean {
  const { isThere, isFixed, route } = endpoint;
  return isThere || isFixed || route !== undefined || doesStandOut(endpoint);
}

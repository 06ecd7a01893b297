import type { Call } from "../../protocol/message.js";
import { MAX_VALUES } from "../path/evidence.js";
import type { PathNode } from "../path/path-node.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import type { EndpointRoster } from "./endpoint-roster.js";
import type { Guesses } from "./guesses.js";
import { guessesOfCall, isOneOfMany } from "./path-shape.js";
import { answersOf, type PathHistory, UnknownPaths } from "./unknown-paths.js";

/**
 * Takes the endpoints among `all` that were answered with nothing but what tells as little as `way`, and were not called often by anyone who does
 * not guess: what a scanner leaves behind at a service that answers 401 to whatever it is asked for. They wait as unknown paths do.
 */
export function takeGuessed(service: ServiceEntry, roster: EndpointRoster, way: number): EndpointEntry[] {
  const guesses = service.sieve.guessesOf(way);
  service.unknownPaths ??= new UnknownPaths();
  const taken: EndpointEntry[] = [];
  for (const endpoint of roster.all()) {
    if (endpoint.service !== service || !isAnswered(endpoint, way) || !isGuessed(endpoint, guesses)) continue;
    const history = endpoint.history();
    if (history === undefined) continue;
    if (history.calls > 0) service.unknownPaths.takeBack(history);
    taken.push(endpoint);
  }
  return taken;
}

function isAnswered({ service, little, template }: EndpointEntry, way: number): boolean {
  return service.sieve.wayOf(little, template.length) === way;
}

function isGuessed(endpoint: EndpointEntry, guesses: Guesses): boolean {
  if (endpoint.node === undefined || endpoint.operation !== undefined) return false;
  const callers = endpoint.callers();
  if (callers.length < endpoint.callerCount) return false;
  const shape = { guesses: guessesOfCall(hasWord(endpoint.node)) };
  return !isCalledOften(endpoint, guesses.enoughCalls(callers, shape));
}

/** Whether each of its paths was called so often, as far as forms do not tell its values. */
export function isCalledOften({ node, calls }: EndpointEntry, often: number): boolean {
  const isBesideWord = node !== undefined && hasWord(node);
  let paths = 1;
  for (let one = node; one !== undefined; one = one.parent) {
    const { evidence } = one;
    if (evidence === undefined || [...evidence.types].every((type) => isOneOfMany(type, "", isBesideWord))) continue;
    if (evidence.values.size >= MAX_VALUES) return false;
    paths = Math.max(paths, evidence.values.size);
  }
  return calls >= often * paths;
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
function hasShown({ isThere, isFixed, route }: EndpointEntry): boolean {
  return isThere || isFixed || route !== undefined;
}

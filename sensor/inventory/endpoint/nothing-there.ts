import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";
import { provesThere } from "../declared/there.js";
import type { UnknownPaths } from "./unknown-paths.js";

/** Answers of a server that has nothing there, or nothing by that method: RFC 9110 §15.5.5, §15.5.6, §15.6.2. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 501]);
/**
 * Endpoints of a service whose answers do not show that they are there (401, 503), beyond which more such answers make none. So few that a
 * scanner's words are not yet taken for values of one parameter, which the words of real paths would be as well.
 */
const MAX_UNPROVEN = 8;
/** Calls of such endpoints: what a scanner asks for may all look like values of one parameter. */
const MANY_REFUSALS = 64;
/** Who calls one path so often is no scanner, which asks for each once. */
const ENOUGH_CALLS = 3;

/** What a service has of answers that tell little. */
interface Unproven {
  readonly unprovenEndpoints: number;
  readonly siftedEndpoints: number;
  readonly unprovenCalls: number;
  readonly siftedCalls: number;
  readonly unknownPaths: UnknownPaths | undefined;
}

/** Whether the answer alone makes no endpoint; of a service that gave too many that tell little, those neither, but of paths called again and again. */
export function isNothingThere({ status, template, rpc, method = "", path = "" }: Call, service: Unproven): boolean {
  if (template !== undefined && rpc?.status === UNIMPLEMENTED) return true;
  if (status === undefined || status < 400) return false;
  if (isAbsent(status)) return true;
  if (!mayBeNothing(status) || !tellsLittle(service)) return false;
  const isOften = (service.unknownPaths?.callsOf(method, path) ?? 0) >= ENOUGH_CALLS - 1;
  return !isOften || service.unprovenEndpoints >= MAX_OFTEN;
}

/** Endpoints of a service that answers the same to everything, told for being called often. */
const MAX_OFTEN = 200;

function tellsLittle(service: Unproven): boolean {
  return isToBeSifted(service) || (service.unknownPaths?.refusals ?? 0) >= MAX_UNPROVEN;
}

/** So many came since that a scanner may have made them. */
export function isToBeSifted({ unprovenEndpoints, siftedEndpoints, unprovenCalls, siftedCalls }: Unproven): boolean {
  return unprovenEndpoints >= siftedEndpoints + MAX_UNPROVEN || unprovenCalls >= 2 * siftedCalls + MANY_REFUSALS;
}

export function isAbsent(status: number): boolean {
  return ABSENT.has(status);
}

/** Of a call whose answer was not seen nothing can be said. */
export function mayBeNothing(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && !provesThere(status);
}

/** Whether nothing was ever answered but that nothing is there; false of what was never called. */
export function isOnlyAbsent(statuses: Readonly<Record<string, number>>): boolean {
  const codes = Object.keys(statuses);
  return codes.length > 0 && codes.every((code) => ABSENT.has(Number(code)));
}

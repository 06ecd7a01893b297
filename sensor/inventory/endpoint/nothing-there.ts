import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";
import { SURE } from "./little-told.js";
import type { Sieve } from "./sieve.js";
import type { UnknownPaths } from "./unknown-paths.js";

/** Answers of a server that has nothing there, nothing any more, or nothing by that method: RFC 9110 §15.5.5, §15.5.6, §15.5.11, §15.6.2. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 410, 501]);
/** Who calls one path so often is no scanner, which asks for each once, or for many. */
const ENOUGH_CALLS = 3;
/** Endpoints of a service that answers the same to everything, told for being called often. */
const MAX_OFTEN = 200;

/** What a service has of answers that tell little. */
interface Unproven {
  readonly sieve: Sieve;
  readonly unknownPaths: UnknownPaths | undefined;
}

/**
 * Whether the answer alone makes no endpoint; of a service that gave too many that tell as little (`little`), those neither, but of paths called
 * again and again.
 */
export function isNothingThere(call: Call, little: number, { sieve, unknownPaths }: Unproven): boolean {
  const { status, template, rpc, method = "", path = "", flow } = call;
  if (template !== undefined && rpc?.status === UNIMPLEMENTED) return true;
  if (status === undefined) return false;
  if (isAbsent(status)) return true;
  if (little === SURE || !sieve.isFull(little)) return false;
  const isOften = (unknownPaths?.answersOf(method, path, flow.clientAddress) ?? 0) >= ENOUGH_CALLS - 1;
  return !isOften || sieve.endpointsOf(little) >= MAX_OFTEN;
}

export function isAbsent(status: number): boolean {
  return ABSENT.has(status);
}

/** Whether nothing was ever answered but that nothing is there; false of what was never called. */
export function isOnlyAbsent(statuses: Readonly<Record<string, number>>): boolean {
  const codes = Object.keys(statuses);
  return codes.length > 0 && codes.every((code) => ABSENT.has(Number(code)));
}

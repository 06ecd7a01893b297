import type { Call } from "../protocol/message.js";
import { provesThere } from "./declared/there.js";

/** Answers of a server that has nothing there, or nothing by that method: RFC 9110 §15.5.5, §15.5.6, §15.6.2. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 501]);
/** gRPC's status for a procedure that the server does not have. */
const UNIMPLEMENTED = 12;
/** Endpoints of a service whose answers do not show that they are there (401, 503), beyond which more such answers make none. */
const MAX_UNPROVEN = 200;

/** Whether the answer alone makes no endpoint; of a service that gave too many that tell little, those neither. */
export function isNothingThere({ status, template, rpc }: Call, unprovenEndpoints: number): boolean {
  if (template !== undefined && rpc?.status === UNIMPLEMENTED) return true;
  if (status === undefined || status < 400) return false;
  if (ABSENT.has(status)) return true;
  return unprovenEndpoints >= MAX_UNPROVEN && mayBeNothing(status);
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

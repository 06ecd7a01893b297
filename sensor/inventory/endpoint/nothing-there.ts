import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";

/** Answers of a server that has nothing there, nothing any more, or nothing by that method: RFC 9110 §15.5.5, §15.5.6, §15.5.11, §15.6.2. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 410, 501]);
/** Whether the answer alone makes no endpoint. */
export function isNothingThere({ status, template, rpc }: Call): boolean {
  if (template !== undefined && rpc?.status === UNIMPLEMENTED) return true;
  return status !== undefined && isAbsent(status);
}

export function isAbsent(status: number): boolean {
  return ABSENT.has(status);
}

/** Whether nothing was ever answered but that nothing is there; false of what was never called. */
export function isOnlyAbsent(statuses: Readonly<Record<string, number>>): boolean {
  const codes = Object.keys(statuses);
  return codes.length > 0 && codes.every((code) => ABSENT.has(Number(code)));
}

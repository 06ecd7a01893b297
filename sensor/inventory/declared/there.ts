import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";

/** Answers that one gets of what is not there, too: of a path that leads nowhere, or from whoever stands before it. */
const NOT_PROVEN: ReadonlySet<number> = new Set([
  0, 400, 401, 403, 404, 405, 407, 408, 414, 417, 421, 426, 429, 431, 501, 502, 503, 504,
]);

/** Whether the answer shows that something is there. */
export function proves({ status, rpc }: Call): boolean {
  return status !== undefined && provesThere(status) && rpc?.status !== UNIMPLEMENTED;
}

export function provesThere(status: number): boolean {
  return !NOT_PROVEN.has(status);
}

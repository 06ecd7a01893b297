import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";

/** Answers that one gets of what is not there, too: of a path that leads nowhere, or from whoever stands before it. */
const NOT_PROVEN: ReadonlySet<number> = new Set([
  0, 400, 401, 403, 404, 405, 407, 408, 410, 414, 417, 421, 426, 429, 431,
]);
/** RFC 9110 §15.4: the client is to ask elsewhere. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether the answer shows that something is there. Without a credential whatever is asked for may lead to where one is to be had. */
export function proves({ status, rpc, credentials }: Call): boolean {
  if (status === undefined || rpc?.status === UNIMPLEMENTED) return false;
  return provesThere(status) || (isRedirect(status) && credentials.length > 0);
}

/** Not where the server failed: it may do so before it looks for what was asked. */
export function provesThere(status: number): boolean {
  return status < 500 && !isRedirect(status) && !NOT_PROVEN.has(status);
}

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

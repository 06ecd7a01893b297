import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";

/**
 * Refusals of whoever looked at what is there: it is in another state, has another version or fewer bytes, can't make sense of what was sent, is
 * locked, or wants a condition: RFC 9110 §15.5.10, §15.5.13, §15.5.17, §15.5.21, RFC 4918 §11.3, §11.4, RFC 6585 §3. All others may come from
 * who stands before it, or of a path that leads nowhere.
 */
const KNOWING: ReadonlySet<number> = new Set([409, 412, 416, 422, 423, 424, 428]);
/** RFC 9110 §15.4: the client is to ask elsewhere. */
const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 303, 307, 308]);

/** Whether the answer shows that something is there. Without a credential whatever is asked for may lead to where one is to be had. */
export function proves({ status, rpc, credentials }: Call): boolean {
  if (status === undefined || rpc?.status === UNIMPLEMENTED) return false;
  return provesThere(status) || (isRedirect(status) && credentials.length > 0);
}

/** Not where the server failed: it may do so before it looks for what was asked. */
export function provesThere(status: number): boolean {
  return KNOWING.has(status) || (status >= 100 && status < 400 && !isRedirect(status));
}

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

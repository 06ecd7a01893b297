import type { Flow } from "../../flow/stream.js";
import type { Credential } from "../../protocol/message.js";

const connections = new WeakSet<Flow>();
/** Most networks have none: their calls need not be looked for. */
let hasAny = false;

/** RFC 4559 §6 and NTLM: whoever proves once who they are has done so for all calls of the connection, whatever is asked for. */
export function isOfConnection({ kind }: Credential): boolean {
  return kind === "ntlm" || kind === "negotiate";
}

/** The connection's proof was not refused; nor need any call that follows on it carry one. */
export function letIn(flow: Flow): void {
  connections.add(flow);
  hasAny = true;
}

export function isLetIn(flow: Flow): boolean {
  return hasAny && connections.has(flow);
}

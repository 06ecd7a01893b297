import type { Call } from "./message.js";

/** gRPC's status codes (grpc/grpc, doc/statuscodes.md), which stand for the same of other protocols. */
export const SUCCEEDED = 0;
/** It says nothing closer. */
export const FAILED = 2;
export const PERMISSION_DENIED = 7;
export const UNIMPLEMENTED = 12;
export const UNAUTHENTICATED = 16;

/** `refused`: the caller, for who it is or because it did not say. `other`: neither that nor success, or what it was does not show. */
export type Outcome = "answered" | "refused" | "other";

/** How a call went for its caller. What carries its outcome in the answer's body or trailers succeeded only where that was read. */
export function outcomeOf({ status, rpc }: Pick<Call, "status" | "rpc">): Outcome {
  const byStatus = outcomeOfStatus(status);
  if (rpc === undefined || byStatus === "refused") return byStatus;
  if (rpc.status === UNAUTHENTICATED || rpc.status === PERMISSION_DENIED) return "refused";
  const isSaid = rpc.status !== undefined || saysByStatus(rpc);
  return byStatus === "answered" && isSaid && (rpc.status ?? SUCCEEDED) === SUCCEEDED ? "answered" : "other";
}

/** RFC 9110 §15.3, §15.5.2, §15.5.4 and §15.5.8: the same of what says all by HTTP's own status. */
export function outcomeOfStatus(status = 0): Outcome {
  if (status === 401 || status === 403 || status === 407) return "refused";
  return status >= 200 && status < 300 ? "answered" : "other";
}

/** Twirp, AWS' protocols and Connect's unary calls answer with an error's own status; who is only notified answers nothing. */
function saysByStatus({ system, kind }: NonNullable<Call["rpc"]>): boolean {
  return system === "twirp" || system === "aws-api" || (system === "connect_rpc" && kind === "unary");
}

import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { FindingDraft } from "../finding.js";
import { serverOf } from "../server-of.js";
import type { Standing } from "./judge.js";
import type { Expectation } from "./policy.js";

/** How a connection stands to what is expected of it. `unproven`: it could not be told, which is no violation. */
export type Outcome = "met" | "short" | "unproven";

export function outcomeOf({ expect }: Expectation, { established, clientAuth }: Handshake): Outcome {
  // A handshake that failed carried nothing.
  if (expect !== "mtls" || established === false || clientAuth.verdict === "presented") return "met";
  if (clientAuth.verdict === "unknown" || established === undefined) return "unproven";
  return "short";
}

/** What was expected, and what was seen in its place. */
export function policyDraft(
  edge: Edge,
  expectation: Expectation,
  { exceptions }: Pick<Standing, "exceptions">,
  seen: string,
  more: FindingDraft["evidence"],
): FindingDraft {
  const { clientAddress, service } = edge;
  const wanted = expectation.expect === "mtls" ? "mutual TLS" : "TLS";
  return {
    summary: `"${expectation.name}" expects ${wanted} of ${clientAddress} → ${service.name}; seen was ${seen}.`,
    clientAddress,
    ...serverOf(service),
    evidence: {
      expectation: expectation.name,
      expect: expectation.expect,
      seen,
      ...(expectation.reason === undefined ? {} : { reason: expectation.reason }),
      ...(exceptions.length === 0 ? {} : { expiredExceptions: exceptions.map(({ name }) => name) }),
      ...more,
    },
  };
}

/** Identifies the finding of an edge and an expectation over runs. */
export function policyKey({ clientAddress, service }: Edge, { name }: Expectation): string {
  return `${clientAddress} ${service.place} ${service.port} ${name}`;
}

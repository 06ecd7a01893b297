import type { Edge } from "../../inventory/observation.js";
import type { Connection, Handshake } from "../../protocol/message.js";
import type { Rule, RuleContext } from "../finding.js";
import { isExcused, type Judge, type Standing } from "../policy/judge.js";
import { outcomeOf, policyDraft, policyKey } from "../policy/shortfall.js";
import { Subjects } from "../subjects.js";

/** A connection of which it can't be told whether it is as the policy expects: one finding an edge and expectation. */
export const policyUnproven: Rule = {
  id: "policy-unproven",
  watch: ({ findings, policy }) => (policy === undefined ? {} : watchWith(policy, findings)),
};

function watchWith(policy: Judge, findings: RuleContext["findings"]) {
  const subjects = new Subjects();
  return {
    /** Bytes that no protocol recognised may be TLS joined late; others may be encrypted in a way of their own. */
    connection({ atMicros, protocol, isCleartext }: Connection, edge: Edge | undefined): void {
      if (protocol === "tls" || isCleartext || edge === undefined) return;
      const standing = policy.standing(edge, undefined);
      if (standing.expectation !== undefined && standing.expectation.expect !== "any")
        tell(edge, standing, atMicros, protocol ?? "a protocol that was not recognised", {});
    },
    handshake(handshake: Handshake, edge: Edge | undefined): void {
      if (edge === undefined) return;
      const standing = policy.standing(edge, handshake.serverName);
      const { expectation } = standing;
      if (expectation === undefined || outcomeOf(expectation, handshake) !== "unproven") return;
      const { verdict, basis, confidence, reason } = handshake.clientAuth;
      const seen =
        verdict === "unknown"
          ? "TLS that does not show whether the client sent a certificate"
          : "a TLS handshake whose end was not seen";
      tell(edge, standing, handshake.atMicros, seen, { verdict, basis, confidence, ground: reason });
    },
  };

  function tell(
    edge: Edge,
    standing: Standing,
    atMicros: number,
    seen: string,
    more: Record<string, string | number>,
  ): void {
    const { expectation } = standing;
    if (expectation === undefined || isExcused(standing, atMicros)) return;
    const subject = subjects.of(edge, expectation.name);
    if (findings.again(subject, atMicros)) return;
    const draft = policyDraft(edge, expectation, standing, seen, more);
    findings.first(subject, policyKey(edge, expectation), atMicros, draft);
  }
}

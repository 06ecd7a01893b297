import type { Edge } from "../../inventory/observation.js";
import type { Call, Connection, Handshake } from "../../protocol/message.js";
import type { Rule, RuleContext } from "../finding.js";
import { isExcused, type Judge } from "../policy/judge.js";
import { outcomeOf, policyDraft, policyKey } from "../policy/shortfall.js";
import { Subjects } from "../subjects.js";

/** A connection known to fall short of what the policy expects: one finding an edge and expectation. */
export const policyViolation: Rule = {
  id: "policy-violation",
  watch: ({ findings, policy }) => (policy === undefined ? {} : watchWith(policy, findings)),
};

const HTTP: ReadonlySet<string> = new Set(["http1", "http2"]);

function watchWith(policy: Judge, findings: RuleContext["findings"]) {
  const subjects = new Subjects();
  return {
    call({ atMicros, authority, method, version }: Call, edge: Edge | undefined): void {
      // What goes through a tunnel is judged by itself.
      if (edge === undefined || method === "CONNECT") return;
      const standing = policy.standing(edge, authority);
      const { expectation } = standing;
      if (expectation === undefined || expectation.expect === "any" || isExcused(standing, atMicros)) return;
      const subject = subjects.of(edge, expectation.name);
      if (findings.again(subject, atMicros)) return;
      const draft = policyDraft(edge, expectation, standing, "HTTP in the clear", { protocol: `HTTP/${version}` });
      findings.first(subject, policyKey(edge, expectation), atMicros, draft);
    },
    /** HTTP is judged call by call. */
    connection({ atMicros, protocol, isCleartext }: Connection, edge: Edge | undefined): void {
      if (edge === undefined || protocol === undefined || !isCleartext || HTTP.has(protocol)) return;
      const standing = policy.standing(edge, undefined);
      const { expectation } = standing;
      if (expectation === undefined || expectation.expect === "any" || isExcused(standing, atMicros)) return;
      const subject = subjects.of(edge, expectation.name);
      if (findings.again(subject, atMicros)) return;
      const draft = policyDraft(edge, expectation, standing, `${protocol} in the clear`, { protocol });
      findings.first(subject, policyKey(edge, expectation), atMicros, draft);
    },
    handshake(handshake: Handshake, edge: Edge | undefined): void {
      if (edge === undefined) return;
      const { atMicros, clientAuth, serverName } = handshake;
      const standing = policy.standing(edge, serverName);
      const { expectation } = standing;
      if (expectation === undefined || outcomeOf(expectation, handshake) !== "short") return;
      if (isExcused(standing, atMicros)) return;
      const subject = subjects.of(edge, expectation.name);
      if (findings.again(subject, atMicros)) return;
      const { verdict, basis, confidence, reason } = clientAuth;
      const seen =
        verdict === "declined"
          ? "TLS with a client that declined to show a certificate"
          : "TLS with a server that asked for no certificate";
      const draft = policyDraft(edge, expectation, standing, seen, { verdict, basis, confidence, ground: reason });
      findings.first(subject, policyKey(edge, expectation), atMicros, draft);
    },
  };
}

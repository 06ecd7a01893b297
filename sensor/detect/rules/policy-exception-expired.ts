import type { Rule, RuleContext } from "../finding.js";
import type { PolicyException } from "../policy/policy.js";

/** An exception of the policy whose time is over, by the time of packets: one finding an exception, told once. */
export const policyExceptionExpired: Rule = {
  id: "policy-exception-expired",
  watch: ({ findings, policy }) => {
    if (policy === undefined || policy.policy.exceptions.length === 0) return {};
    const pending = [...policy.policy.exceptions].sort((a, b) => a.untilMicros - b.untilMicros);
    const see = ({ atMicros }: { readonly atMicros: number }): void => {
      while (pending.length > 0 && atMicros > pending[0].untilMicros) tell(findings, pending.shift(), atMicros);
    };
    return { call: see, connection: see, handshake: see };
  },
};

function tell(findings: RuleContext["findings"], exception: PolicyException | undefined, atMicros: number): void {
  if (exception === undefined) return;
  const { name, reason, until } = exception;
  findings.first(exception, name, atMicros, {
    summary: `The exception "${name}" held until ${until} and excuses nothing any more.`,
    evidence: { exception: name, until, reason },
  });
}

import type { Severity } from "../../../shared/event.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential } from "../../protocol/message.js";
import { outcomeOf } from "../../protocol/outcome.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

/** What became of the call, and what that makes of it. */
const OUTCOMES: Readonly<Record<"accepted" | "refused" | "unclear", Severity>> = {
  accepted: "critical",
  refused: "low",
  unclear: "high",
};

const TOLD = { answered: "accepted", refused: "refused", other: "unclear" } as const;

const OUTCOME_WORDS: Readonly<Record<keyof typeof OUTCOMES, string>> = {
  accepted: "which was answered with success",
  refused: "which was refused",
  unclear: "and whether it was accepted was not seen",
};

/** RFC 8725 §2.1: a token that names `none` as its algorithm is signed by nobody. One finding an endpoint and outcome. */
export const unsignedToken: Rule = {
  id: "unsigned-token",
  of: "protected",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (endpoint === undefined || edge === undefined) return;
        const found = unsignedAmong(call.credentials);
        if (found === undefined) return;
        const outcome = TOLD[outcomeOf(call)];
        const subject = subjects.of(endpoint, outcome);
        if (findings.again(subject, call.atMicros)) return;
        const { service, method, template } = endpoint;
        const key = `${endpointKey(endpoint)} ${outcome}`;
        findings.first(subject, key, call.atMicros, {
          summary: `${edge.clientAddress} sent a JSON Web Token without a signature to ${method} ${template} of ${service.name}, ${OUTCOME_WORDS[outcome]}.`,
          severity: OUTCOMES[outcome],
          clientAddress: edge.clientAddress,
          ...endpointOf(endpoint),
          evidence: { outcome, status: call.status ?? "no answer seen", place: found.place, name: found.name },
        });
      },
    };
  },
};

function unsignedAmong(credentials: readonly Credential[]): Credential | undefined {
  for (const credential of credentials) if (credential.token?.algorithm === "none") return credential;
  return undefined;
}

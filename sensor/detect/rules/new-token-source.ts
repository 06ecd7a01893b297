import type { TokenChange } from "../../../shared/protection.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

/** Tokens of an issuer or algorithm that an endpoint was not called with before: one finding a service and newcomer. */
export const newTokenSource: Rule = {
  id: "new-token-source",
  of: "protected",
  watch: ({ findings, learnedMicros }) => {
    const subjects = new Subjects();
    return {
      call({ credentials, atMicros, status }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        const changes = endpoint?.protection?.tokenChanges;
        if (endpoint === undefined || changes === undefined || changes.length === 0) return;
        const { service, method, template } = endpoint;
        for (const { what, name } of changes.filter((change) => isNew(change, credentials, learnedMicros()))) {
          const subject = subjects.of(service, `${what} ${name}`);
          if (findings.again(subject, atMicros)) continue;
          findings.first(subject, `${service.place} ${service.port} ${what} ${name}`, atMicros, {
            summary: `${service.name} is called with tokens of the ${what} ${name}, which came with none before.`,
            ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
            ...serverOf(service),
            method,
            template,
            evidence: { what, name, status: status ?? "no answer" },
          });
        }
      },
    };
  },
};

function isNew(
  { what, name, atMicros }: TokenChange,
  credentials: readonly Credential[],
  learnedMicros: number,
): boolean {
  if (atMicros < learnedMicros) return false;
  return credentials.some(({ token }) => name === (what === "issuer" ? token?.issuer : token?.algorithm));
}

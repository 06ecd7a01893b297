import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential } from "../../protocol/message.js";
import { outcomeOf } from "../../protocol/outcome.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

interface Foreign {
  readonly host: string;
  readonly issuer: string;
}

/** RFC 7515 §10.7 and RFC 8725 §3.10: a key from wherever the token says makes any token good. One finding an endpoint and host. */
export const foreignTokenKey: Rule = {
  id: "foreign-token-key",
  of: "protected",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (endpoint === undefined) return;
        const found = foreignAmong(call.credentials);
        if (found === undefined) return;
        const { host, issuer } = found;
        const subject = subjects.of(endpoint, host);
        if (findings.again(subject, call.atMicros)) return;
        const { service, method, template } = endpoint;
        const isTaken = outcomeOf(call) === "answered";
        findings.first(subject, `${endpointKey(endpoint)} ${host}`, call.atMicros, {
          summary: `${method} ${template} of ${service.name} is sent a token of ${issuer} whose key is to be fetched from ${host}.`,
          ...(isTaken ? {} : { severity: "low" as const }),
          ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
          ...endpointOf(endpoint),
          evidence: { host, issuer, status: call.status ?? "no answer seen" },
        });
      },
    };
  },
};

function foreignAmong(credentials: readonly Credential[]): Foreign | undefined {
  for (const { token } of credentials) {
    const issuer = token?.issuer ?? "an issuer that is not named";
    const host = token?.keyHosts.find((name) => name !== hostOf(issuer));
    if (host !== undefined) return { host, issuer };
  }
  return undefined;
}

/** RFC 7519 §4.1.1: an issuer need not be a URL. */
function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).hostname : issuer;
}

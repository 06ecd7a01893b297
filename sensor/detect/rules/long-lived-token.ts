import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential } from "../../protocol/message.js";
import type { TokenFacts } from "../../protocol/protection.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

const HOUR_SECONDS = 3_600;

/** A token that is good for longer than `detect.tokenHours`, or for ever: one finding a service and issuer. */
export const longLivedToken: Rule = {
  id: "long-lived-token",
  of: "protected",
  watch: ({ findings, settings }) => {
    const subjects = new Subjects();
    const maxSeconds = settings.tokenHours * HOUR_SECONDS;
    return {
      call({ credentials, atMicros }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (endpoint === undefined || credentials.length === 0) return;
        const token = longAmong(credentials, maxSeconds);
        if (token === undefined) return;
        const { service, method, template } = endpoint;
        const issuer = token.issuer ?? "an issuer that is not named";
        const subject = subjects.of(service, issuer);
        if (findings.again(subject, atMicros)) return;
        findings.first(subject, `${service.place} ${service.port} ${issuer}`, atMicros, {
          summary: `${service.name} is called with tokens of ${issuer} that are good ${lasting(token)}.`,
          ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
          ...serverOf(service),
          method,
          template,
          evidence: {
            issuer,
            lifetime_seconds: token.lifetimeSeconds ?? "no end",
            limit_seconds: maxSeconds,
          },
        });
      },
    };
  },
};

function longAmong(credentials: readonly Credential[], maxSeconds: number): TokenFacts | undefined {
  for (const { token } of credentials)
    if (token !== undefined && (token.expires === false || (token.lifetimeSeconds ?? 0) > maxSeconds)) return token;
  return undefined;
}

function lasting({ lifetimeSeconds, expires }: TokenFacts): string {
  if (expires === false || lifetimeSeconds === undefined) return "for ever";
  return `for ${Math.round(lifetimeSeconds / HOUR_SECONDS).toLocaleString("en")} hours`;
}

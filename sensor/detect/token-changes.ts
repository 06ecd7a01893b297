import type { TokenChange, TokenTrait } from "../../shared/protection.js";
import type { Edge, Endpoint, Service } from "../inventory/observation.js";
import type { Call } from "../protocol/message.js";
import { traitNames } from "../protocol/token-trait.js";
import type { RuleContext, Watcher } from "./finding.js";
import { serverOf } from "./server-of.js";
import { Subjects } from "./subjects.js";

/** Changes of tokens that a rule is about. */
export interface ChangeRule {
  readonly traits: ReadonlySet<TokenTrait>;
  /** Whether the change is one to be told, seen with that call. */
  isTold(change: TokenChange, call: Call): boolean;
  summary(service: string, change: TokenChange): string;
}

/** One finding a service and change of what the tokens say that its endpoints are called with, from the end of learning on. */
export function watchTokenChanges({ findings, isNew }: RuleContext, rule: ChangeRule): Watcher {
  const subjects = new Subjects();
  const isTold = (change: TokenChange, call: Call, service: Service): boolean =>
    rule.traits.has(change.what) && isNew(change.atMicros, service) && says(call, change) && rule.isTold(change, call);
  return {
    call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
      const changes = endpoint?.protection?.tokenChanges;
      if (endpoint === undefined || changes === undefined || changes.length === 0) return;
      const { service, method, template } = endpoint;
      for (const change of changes) {
        if (!isTold(change, call, service)) continue;
        const { what, name } = change;
        const subject = subjects.of(service, `${what} ${name}`);
        if (findings.again(subject, call.atMicros)) continue;
        findings.first(subject, `${service.place} ${service.port} ${what} ${name}`, call.atMicros, {
          summary: rule.summary(service.name, change),
          ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
          ...serverOf(service),
          method,
          template,
          evidence: { what, name, status: call.status ?? "no answer seen" },
        });
      }
    },
  };
}

function says({ credentials }: Call, { what, name }: TokenChange): boolean {
  return credentials.some(({ token }) => token !== undefined && traitNames(what, token).includes(name));
}

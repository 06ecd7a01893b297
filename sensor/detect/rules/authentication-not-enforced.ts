import type { Edge, Endpoint, Protection } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

/** Calls with credentials from which on they are no accident, and their share of all that succeeded. */
const MIN_CARRIED = 3;
const CARRIED_SHARE = 0.1;

/** An endpoint that is called with credentials, and answers without them as well: one finding an endpoint. */
export const authenticationNotEnforced: Rule = {
  id: "authentication-not-enforced",
  of: "protected",
  watch: ({ findings }) => {
    const evidences = new WeakMap<object, Counts>();
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        const protection = endpoint?.protection;
        if (endpoint === undefined || protection === undefined || bareAnswered(protection) === 0) return;
        const isBare = protection.wasLetIn;
        const known = evidences.get(endpoint);
        if (known !== undefined) {
          // What is counted is answers without credentials.
          if (isBare && findings.again(endpoint, call.atMicros)) Object.assign(known, countsOf(protection));
          return;
        }
        if (!isMixed(call, protection)) return;
        const { service, method, template } = endpoint;
        const clientAddress = isBare ? edge?.clientAddress : protection.bareClient;
        const evidence = findings.first(endpoint, endpointKey(endpoint), call.atMicros, {
          summary: `${method} ${template} of ${service.name} is called with credentials, and answers calls without a credential of a known kind as well.`,
          ...(clientAddress === undefined ? {} : { clientAddress }),
          ...endpointOf(endpoint),
          evidence: countsOf(protection),
        });
        if (evidence !== undefined) evidences.set(endpoint, evidence as Counts);
      },
    };
  },
};

type Counts = Record<string, number>;

function countsOf(protection: Protection): Counts {
  return {
    with_credentials_answered: protection.carried.answered,
    without_answered: bareAnswered(protection),
    without_refused: protection.bare.refused,
  };
}

/** RFC 6749 §2.1: public clients ask for tokens without a credential of their own. */
function bareAnswered({ bare, bareForms }: Protection): number {
  return bare.answered - bareForms;
}

function isMixed({ method }: Call, protection: Protection): boolean {
  const { carried } = protection;
  // RFC 9110 §9.3.7: what may be asked of a resource is no secret of its own, and browsers ask without credentials.
  if (method === "OPTIONS" || protection.takesPasswords || carried.answered < MIN_CARRIED) return false;
  return carried.answered >= CARRIED_SHARE * (carried.answered + bareAnswered(protection));
}

import type { Severity } from "../../../shared/event.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

/** Sites that were each told that they may: a list of a service's own is seldom as long, and refuses others. */
const MIN_SITES = 3;

type Allowed = "any" | "null" | "asking";

/** Browsers refuse an answer that lets any origin read it with credentials (Fetch Standard §3.2.3): it is meant worse than it works. */
const SEVERITIES: Readonly<Record<Allowed, Severity>> = { any: "low", null: "medium", asking: "medium" };
const WORDS: Readonly<Record<Allowed, string>> = {
  any: "any origin",
  null: "the origin null, which any page can have",
  asking: "whatever origin asks",
};

const REFUSED = ", by its headers; browsers refuse these two together, so that it does not work as it was meant";

/** Pages of others may read answers in the name of who looks at them: one finding an endpoint and way. */
export const crossOriginCredentials: Rule = {
  id: "cross-origin-credentials",
  of: "protected",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      call(call: Call, _edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (endpoint === undefined || call.safeguards?.allowsCredentials !== true) return;
        const allowed = allowedBy(call, endpoint);
        if (allowed === undefined) return;
        const subject = subjects.of(endpoint, allowed);
        if (findings.again(subject, call.atMicros)) return;
        const { service, method, template } = endpoint;
        findings.first(subject, `${endpointKey(endpoint)} ${allowed}`, call.atMicros, {
          summary: `${method} ${template} of ${service.name} lets pages of ${WORDS[allowed]} read its answers with the reader's credentials${allowed === "any" ? REFUSED : ""}.`,
          severity: SEVERITIES[allowed],
          ...endpointOf(endpoint),
          evidence: { allows: WORDS[allowed], sites_echoed: endpoint.protection?.echoedSites ?? 0 },
        });
      },
    };
  },
};

function allowedBy({ safeguards, access }: Call, { protection }: Endpoint): Allowed | undefined {
  const origin = safeguards?.allowsOrigin;
  if (origin === "*") return "any";
  if (origin === "null") return "null";
  if (origin === undefined || origin !== access?.origin || protection === undefined) return undefined;
  return protection.echoedSites >= MIN_SITES && protection.refusedOrigins === 0 ? "asking" : undefined;
}

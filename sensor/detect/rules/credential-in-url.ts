import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

const PLACES: Partial<Record<Credential["place"], string>> = {
  query: "in the query",
  path: "in the path",
  userinfo: "before the host",
};

/** A credential in the request's target: one finding an endpoint. */
export const credentialInUrl: Rule = {
  id: "credential-in-url",
  watch: ({ findings }) => ({
    call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
      if (call.credentials.length === 0 || edge === undefined) return;
      const found = call.credentials.find((credential) => PLACES[credential.place] !== undefined);
      if (found === undefined) return;
      const subject = endpoint ?? edge;
      if (findings.again(subject, call.atMicros)) return;
      const { service } = edge;
      const method = call.method ?? "";
      const template = endpoint?.template ?? "";
      findings.first(subject, `${service.place} ${service.port} ${method} ${template}`, call.atMicros, {
        summary: `Calls to ${method} ${template} of ${service.name} carry a credential ${PLACES[found.place]} of the URL.`,
        clientAddress: edge.clientAddress,
        ...serverOf(service),
        method,
        template,
        evidence: { kind: found.kind, place: found.place, parameter: found.name },
      });
    },
  }),
};

import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential } from "../../protocol/message.js";
import { calledPlace, placeSubject } from "../called-place.js";
import type { Rule } from "../finding.js";
import { Subjects } from "../subjects.js";

const PLACES: Partial<Record<Credential["place"], string>> = {
  query: "in the query",
  path: "in the path",
  userinfo: "before the host",
};

/** A credential in the request's target: one finding an endpoint. */
export const credentialInUrl: Rule = {
  id: "credential-in-url",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (call.credentials.length === 0 || edge === undefined) return;
        const found = call.credentials.find((credential) => PLACES[credential.place] !== undefined);
        if (found === undefined) return;
        const subject = placeSubject(subjects, call, edge, endpoint, "URL");
        if (findings.again(subject, call.atMicros)) return;
        const { words, key, where } = calledPlace(call, edge, endpoint);
        findings.first(subject, key, call.atMicros, {
          summary: `Calls to ${words} carry a credential ${PLACES[found.place]} of the URL.`,
          clientAddress: edge.clientAddress,
          ...where,
          evidence: { kind: found.kind, place: found.place, parameter: found.name },
        });
      },
    };
  },
};

import type { Edge, Endpoint } from "../inventory/observation.js";
import type { Call } from "../protocol/message.js";
import type { FindingDraft } from "./finding.js";
import { type Server, serverOf } from "./server-of.js";
import type { Subjects } from "./subjects.js";

/** RFC 9110 §9.3 and RFC 5789. */
const USUAL_METHODS: ReadonlySet<string> = new Set("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" "));
/** Stands in keys for every other one. */
const RARE = "*";

/** Where a call went, as a finding tells it. */
export interface CalledPlace {
  /** Goes on with the sentence "Calls to …". Never the path of a call without an endpoint: nothing tells which part of it is a value. */
  readonly words: string;
  /** Tells the place from all others, over restarts and among tenants with the same addresses. */
  readonly key: string;
  /** Method and template are left out where there are none. */
  readonly where: Server & Pick<FindingDraft, "method" | "template">;
}

/** The place of the call: its endpoint, or what is known where it has none. */
export function calledPlace(call: Call, edge: Edge, endpoint: Endpoint | undefined): CalledPlace {
  const { service } = edge;
  const at = `${service.place} ${service.port}`;
  if (endpoint === undefined) {
    const method = methodKey(call);
    return {
      words: wordsWithoutEndpoint(method, service.name),
      key: `${at} ${method} `,
      where: { ...serverOf(service), ...(method === "" || method === RARE ? {} : { method }) },
    };
  }
  const { method = "" } = call;
  const { template } = endpoint;
  return {
    words: `${method} ${template} of ${service.name}`,
    key: `${at} ${method} ${template}`,
    where: { ...serverOf(service), method, template },
  };
}

/** What a finding on the call is kept by: one object for its endpoint and name, or for the edge, method and name where it has none. */
export function placeSubject(
  subjects: Subjects,
  call: Call,
  edge: Edge,
  endpoint: Endpoint | undefined,
  name: string,
): object {
  return endpoint === undefined ? subjects.of(edge, `${methodKey(call)} ${name}`) : subjects.of(endpoint, name);
}

/** Whoever makes methods up at paths that are not there must not make a finding of each. Empty where none was seen. */
function methodKey({ method }: Call): string {
  return method === undefined ? "" : USUAL_METHODS.has(method) ? method : RARE;
}

function wordsWithoutEndpoint(method: string, service: string): string {
  if (method === "") return `${service} of which neither method nor path was seen`;
  return `paths of ${service} that are not in the inventory (${method === RARE ? "a rare method" : method})`;
}

import type { EdgeRecord, EndpointRecord } from "../../../../shared/event.js";
import { clientOf, POSTURE_WORDS } from "../../../../shared/posture.js";
import type { CredentialKind } from "../../../protocol/message.js";
import { amount, countsText, type Evidence, number, when } from "../evidence.js";
import { edgeKey, endpointName, type Facts, flowKey, serverKey } from "../facts.js";
import { encryptedCalls } from "./data-flows.js";
import { BELOW_IP, crossesNetwork } from "./transport.js";

/** Whoever reads one of these can use it; what is signed, or bound to a key, proves nothing of who repeats it. */
const REUSABLE: readonly CredentialKind[] = [
  "basic",
  "bearer",
  "jwt",
  "jwe",
  "api-key",
  "password",
  "client-secret",
  "other",
];
/** A cookie is one where its name says that it is a session's. */
const SESSION_COOKIE = /^cookie in cookie \S/;
const MAX_NAMED = 3;

/** How credentials cross networks. They are read in the clear alone: that none was seen shows nothing of those inside of TLS. */
export function credentialTransport(facts: Facts): Evidence {
  const endpoints = byFlow(facts.called);
  const carrying = facts.edges.filter(({ credentials }) => Object.keys(credentials).length > 0);
  const clear = carrying
    .map((edge) => ({ edge, endpoints: endpoints.get(edgeKey(edge)) ?? [] }))
    .map((one) => ({ ...one, kinds: reusable(one.edge, one.endpoints) }))
    .filter(({ edge, kinds }) => crossesNetwork(edge) && Object.keys(kinds).length > 0);
  const encrypted = encryptedCalls(facts).edges;
  const places = [...new Set(clear.flatMap(({ endpoints }) => endpoints.map(placeWords)))];
  const kinds: Record<string, number> = {};
  for (const one of clear)
    for (const [kind, calls] of Object.entries(one.kinds)) kinds[kind] = (kinds[kind] ?? 0) + calls;
  return {
    title: "Credentials in the clear",
    seen: carrying.length,
    unit: "edge",
    unsure: 0,
    counts: {
      "edges whose calls were seen to carry credentials": carrying.length,
      "in the clear": clear.length,
      ...kinds,
    },
    columns: ["client", "server", "scope", "posture", "credentials in the clear", "endpoints"],
    rows: clear.map(({ edge, endpoints, kinds }) => [
      clientOf(edge),
      `${edge.serverService} (${serverKey(edge.serverAddress, edge.serverPort, edge)})`,
      edge.scope,
      POSTURE_WORDS[edge.posture],
      countsText(kinds),
      endpoints.map(endpointName).join(", ") || "not told apart",
    ]),
    gaps: when(
      clear.length > 0,
      `${amount(clear.length, "edge", ["carries", "carry"])} credentials in the clear that whoever reads them can use (${countsText(kinds)}): ${named(clear.map(edgeWords))}${places.length === 0 ? "" : `; at ${named(places)}`}.`,
    ),
    questions: [],
    unknowns: [
      ...when(clear.length > 0, BELOW_IP),
      ...when(
        encrypted > 0,
        `${amount(encrypted, "edge", ["is", "are"])} encrypted or not recognised, wholly or in part: credentials inside of these are not seen, and are no part of this.`,
      ),
    ],
  };
}

/** Endpoints with credentials by who calls them. */
function byFlow(called: readonly EndpointRecord[]): ReadonlyMap<string, readonly EndpointRecord[]> {
  const flows = new Map<string, EndpointRecord[]>();
  for (const endpoint of called) {
    if (!isCarrying(endpoint)) continue;
    const server = serverKey(endpoint.serverAddress, endpoint.serverPort, endpoint);
    for (const client of endpoint.callers) {
      const key = flowKey(client, server);
      flows.set(key, [...(flows.get(key) ?? []), endpoint]);
    }
  }
  return flows;
}

function isCarrying(endpoint: EndpointRecord): boolean {
  return REUSABLE.some((kind) => endpoint.credentials[kind] !== undefined) || hasSession(endpoint);
}

function hasSession({ protection }: EndpointRecord): boolean {
  return Object.keys(protection?.places ?? {}).some((place) => SESSION_COOKIE.test(place));
}

/** Kind → calls of the edge. Its cookies count where one of what it calls takes a session's. */
function reusable({ credentials }: EdgeRecord, endpoints: readonly EndpointRecord[]): Record<string, number> {
  const kinds: readonly string[] = endpoints.some(hasSession) ? [...REUSABLE, "cookie"] : REUSABLE;
  return Object.fromEntries(Object.entries(credentials).filter(([kind]) => kinds.includes(kind)));
}

function edgeWords({ edge }: { readonly edge: EdgeRecord }): string {
  return `${clientOf(edge)} to ${edge.serverService} (${serverKey(edge.serverAddress, edge.serverPort, edge)})`;
}

function placeWords(endpoint: EndpointRecord): string {
  return `${endpointName(endpoint)} of ${endpoint.service}`;
}

/** Some of them by name; the rows have all. */
function named(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED;
  return `${names.slice(0, MAX_NAMED).join(", ")}${rest > 0 ? ` and ${number(rest)} more` : ""}`;
}

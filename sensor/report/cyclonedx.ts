import { createHash } from "node:crypto";
import type { EdgeRecord, EndpointRecord, ServiceRecord } from "../../shared/event.js";
import { endpointIdentity } from "../../shared/record-identity.js";
import { formatTime } from "../../shared/time.js";
import { VERSION } from "../../shared/version.js";
import { inNetwork, placeOf } from "../../shared/virtual-network.js";
import type { StoredRow } from "../store/stored-row.js";
import { COUNTED_ONCE, Repeats } from "./counted-once.js";
import { isNamed, joinedEndpoint, joinedService } from "./joined-rows.js";
import { lastSeen } from "./last-seen.js";
import type { Report } from "./report.js";
import { unaskedOf, unaskedOfAll } from "./unasked.js";

/** CycloneDX 1.6 (ECMA-424) with the services, what they expose and who depends on whom. */
export const cyclonedx: Report = {
  name: "cyclonedx",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const views = viewsOf(list);
    const edges = list.flatMap(({ record }) => (record.kind === "edge" ? [record] : []));
    const endpoints = list.flatMap(({ record }) => (record.kind === "endpoint" && record.calls > 0 ? [record] : []));
    const repeats = new Repeats(list);
    const all = [...views.values()].map((its) => {
      const records = its.map(({ record }) => record);
      return its.length === 1 ? records[0] : joinedService(records, repeats.ofService(records[0]));
    });
    const asked = joinedEndpoints(endpoints, repeats);
    const isOfSeveral = new Set(list.map(({ sensor }) => sensor)).size > 1;
    const unique = all.filter((service) => !hasGone(service, all, endpoints));
    const micros = lastSeen(list);
    const body = {
      metadata: {
        // Where nothing was seen it would be a day of 1970.
        ...(micros === 0 ? {} : { timestamp: formatTime(micros) }),
        tools: { components: [{ type: "application", name: "eastwatch", version: VERSION }] },
        ...propertiesOfAll({ hasTime: micros !== 0, isOfSeveral }),
      },
      services: unique.map((service) =>
        serviceObject(service, views.get(referenceOf(service)) ?? [], { edges, endpoints, asked }),
      ),
      dependencies: dependenciesOf(unique, edges),
    };
    const document = { bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: serialOf(body), version: 1, ...body };
    yield `${JSON.stringify(document, undefined, 2)}\n`;
  },
};

const LAST_SEEN =
  "when anything was seen last, not when this was made: the same inventory is the same document whenever it is asked for";

function propertiesOfAll(told: { readonly hasTime: boolean; readonly isOfSeveral: boolean }): object {
  const properties = [
    ...(told.hasTime ? [{ name: "eastwatch:timestamp", value: LAST_SEEN }] : []),
    ...(told.isOfSeveral ? [{ name: "eastwatch:counts", value: COUNTED_ONCE }] : []),
  ];
  return properties.length === 0 ? {} : { properties };
}

/** Whether it is told where it is now, and nothing of it is left at the address that it had. */
function hasGone(
  { movedTo, address, port, virtualNetwork }: ServiceRecord,
  all: readonly ServiceRecord[],
  endpoints: readonly EndpointRecord[],
): boolean {
  if (movedTo === undefined || !all.some((one) => one.address === movedTo.address && one.port === port)) return false;
  return !endpoints.some(
    (one) => one.serverAddress === address && one.serverPort === port && one.virtualNetwork === virtualNetwork,
  );
}

/** What one sensor tells of a service. */
interface View {
  readonly record: ServiceRecord;
  readonly sensor: string | undefined;
}

function viewsOf(rows: readonly StoredRow[]): ReadonlyMap<string, readonly View[]> {
  const views = new Map<string, View[]>();
  for (const { record, sensor } of rows) {
    if (record.kind !== "service") continue;
    const reference = referenceOf(record);
    views.set(reference, [...(views.get(reference) ?? []), { record, sensor }]);
  }
  return views;
}

/** What there is of all services. */
interface Rows {
  readonly edges: readonly EdgeRecord[];
  readonly endpoints: readonly EndpointRecord[];
  /** Each endpoint once, whatever sensors saw of it. */
  readonly asked: readonly EndpointRecord[];
}

function serviceObject(service: ServiceRecord, views: readonly View[], all: Rows): Record<string, unknown> {
  const isHere = (row: EdgeRecord | EndpointRecord): boolean =>
    row.serverAddress === service.address &&
    row.serverPort === service.port &&
    row.virtualNetwork === service.virtualNetwork;
  const edges = all.edges.filter(isHere);
  const endpoints = all.endpoints.filter(isHere);
  const asked = all.asked.filter(isHere);
  const urls = [...new Set(endpoints.map(urlOf))].sort();
  return {
    "bom-ref": referenceOf(service),
    name: service.name,
    ...(urls.length === 0 ? {} : { endpoints: urls }),
    ...authenticationOf(edges, asked),
    // That nobody crosses one is not on the wire: who calls from outside was seen, or was not.
    ...(edges.some(({ scope }) => scope === "north-south") ? { "x-trust-boundary": true } : {}),
    ...dataOf(endpoints),
    properties: [...propertiesOf(service, views, edges), ...unaskedProperties(asked)],
  };
}

function joinedEndpoints(endpoints: readonly EndpointRecord[], repeats: Repeats): EndpointRecord[] {
  const together = new Map<string, EndpointRecord[]>();
  for (const endpoint of endpoints) {
    const key = endpointIdentity(endpoint);
    together.set(key, [...(together.get(key) ?? []), endpoint]);
  }
  return [...together.values()].map((views) => {
    return views.length === 1 ? views[0] : joinedEndpoint(views, repeats.ofEndpoint(views));
  });
}

/** Classes by the way they go: what requests have flows in, what answers have flows out. */
function dataOf(endpoints: readonly EndpointRecord[]): { data?: unknown } {
  const into = new Set(endpoints.flatMap(({ requestClasses }) => Object.keys(requestClasses)));
  const out = new Set(endpoints.flatMap(({ responseClasses }) => Object.keys(responseClasses)));
  // A row of a version that did not tell the ways apart has the classes alone.
  const all = new Set([...into, ...out, ...endpoints.flatMap(({ dataClasses }) => dataClasses)]);
  if (all.size === 0) return {};
  const flowOf = (name: string): string => {
    if (into.has(name) && out.has(name)) return "bi-directional";
    return into.has(name) ? "inbound" : out.has(name) ? "outbound" : "unknown";
  };
  return { data: [...all].sort().map((classification) => ({ flow: flowOf(classification), classification })) };
}

/**
 * CycloneDX 1.6, `services[].authenticated`: whether the service requires authentication. It does where calls without any credential were
 * refused and none was answered, and does not where every endpoint answered some and every call could be read. Of anything between, and
 * where nothing shows it, nothing is said: that calls carry credentials does not show that they have to.
 */
function authenticationOf(
  edges: readonly EdgeRecord[],
  endpoints: readonly EndpointRecord[],
): { readonly authenticated?: boolean } {
  const { answered, refused, cookiesOnly, untold } = unaskedOfAll(endpoints);
  if (answered === 0) return refused > 0 && cookiesOnly + untold === 0 ? { authenticated: true } : {};
  const isRead = edges.every(({ posture }) => posture === "cleartext");
  const isOpen = endpoints.every((endpoint) => unaskedOf(endpoint).answered > 0);
  return refused === 0 && isRead && isOpen ? { authenticated: false } : {};
}

/** What stands behind it, or why it is left out. */
function unaskedProperties(endpoints: readonly EndpointRecord[]): { name: string; value: string }[] {
  const { calls, answered, refused, cookiesOnly, untold } = unaskedOfAll(endpoints);
  const counts: [string, number][] = [
    ["callsAnsweredWithoutCredential", answered],
    ["callsRefusedWithoutCredential", refused],
    ["callsAnsweredWithCookiesOnly", cookiesOnly],
    ["callsNotSeenWhole", untold],
  ];
  return counts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => ({ name: `eastwatch:${name}`, value: `${count} of ${calls}` }));
}

function propertiesOf(
  service: ServiceRecord,
  views: readonly View[],
  edges: readonly EdgeRecord[],
): { name: string; value: string }[] {
  const others = views.filter(({ record }) => record.name !== service.name && isNamed(record));
  const credentials = [...new Set(edges.flatMap((edge) => Object.keys(edge.credentials)))].sort();
  const postures = [...new Set(edges.map(({ posture }) => posture))].sort();
  const pairs: [string, string][] = [
    ["address", `${service.address}:${service.port}`],
    ["virtualNetwork", service.virtualNetwork ?? ""],
    ["calls", String(service.calls)],
    ["connections", String(service.connections)],
    ["countedBy", views.length < 2 ? "" : views.map(countsOf).join("; ")],
    ["otherNames", others.map(({ record, sensor = "" }) => `${record.name} by ${sensor}`).join("; ")],
    ["protocols", service.protocols.join(" ")],
    ["postures", postures.join(" ")],
    ["credentials", credentials.join(" ")],
    ["firstSeen", formatTime(service.firstMicros)],
    ["lastSeen", formatTime(service.lastMicros)],
  ];
  return pairs.filter(([, value]) => value !== "").map(([name, value]) => ({ name: `eastwatch:${name}`, value }));
}

/** Of several sensors each says what it counted. */
function countsOf({ record, sensor = "" }: View): string {
  return `${sensor}: ${record.calls} calls, ${record.connections} connections`;
}

/** A client that is no service itself stands for itself by its address. */
function dependenciesOf(services: readonly ServiceRecord[], edges: readonly EdgeRecord[]): object[] {
  const known = new Set(services.map(referenceOf));
  const byPlace = new Map<string, ServiceRecord[]>();
  for (const service of services) {
    const place = placeOf(service.address, service.virtualNetwork);
    byPlace.set(place, [...(byPlace.get(place) ?? []), service]);
  }
  const needs = new Map<string, Set<string>>([...known].map((reference) => [reference, new Set()]));
  for (const { clientAddress, serverAddress, serverPort, virtualNetwork } of edges) {
    const clients = byPlace.get(placeOf(clientAddress, virtualNetwork)) ?? [];
    const server = referenceOf({ address: serverAddress, port: serverPort, ...inNetwork(virtualNetwork) });
    // Which of several services at the client's address asks does not show on the wire; those of one name are one, on several ports.
    const isOne = clients.every(({ name }) => name === clients[0].name);
    if (!isOne || !known.has(server) || clientAddress === serverAddress) continue;
    for (const client of clients) needs.get(referenceOf(client))?.add(server);
  }
  return [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() }));
}

function urlOf({ serverAddress, serverPort, template }: EndpointRecord): string {
  const host = serverAddress.includes(":") ? `[${serverAddress}]` : serverAddress;
  const path = template.startsWith("/") ? template : "/";
  return `http://${host}:${serverPort}${path.replaceAll("{", "%7B").replaceAll("}", "%7D").replaceAll(" ", "%20")}`;
}

function referenceOf({
  address,
  port,
  virtualNetwork,
}: Pick<ServiceRecord, "address" | "port" | "virtualNetwork">): string {
  const ends = virtualNetwork === undefined ? "" : `:${virtualNetwork.replace(" ", "-")}`;
  return `service:${address}:${port}${ends}`;
}

/** RFC 9562 §5.8: a UUID of our own making, the same for the same content. */
function serialOf(body: object): string {
  const hex = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const variant = ((Number.parseInt(hex[16], 16) & 0x3) | 0x8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

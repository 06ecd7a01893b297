import { type DataGroup, dataGroups } from "../../../shared/data-class.js";
import type {
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  FindingRecord,
  InVirtualNetwork,
  ServiceRecord,
} from "../../../shared/event.js";
import type { Review } from "../../../shared/review.js";
import { placeOf } from "../../../shared/virtual-network.js";
import type { SensorCoverage, StoredRow } from "../../store/stored-row.js";
import { Repeats } from "../counted-once.js";
import { joinedCertificate, joinedEdge, joinedEndpoint, joinedFinding, joinedService } from "../joined-rows.js";
import { firstSeen, lastSeen } from "../last-seen.js";

/** An inventory sorted by kind, each thing once, however many sensors saw it. */
export interface Facts {
  readonly services: readonly ServiceRecord[];
  readonly edges: readonly EdgeRecord[];
  /** Those that are declared and were never called among them. */
  readonly endpoints: readonly EndpointRecord[];
  /** Those that were called: what they carry can be told of these only. */
  readonly called: readonly EndpointRecord[];
  readonly certificates: readonly CertificateRecord[];
  readonly findings: readonly FindingRecord[];
  readonly coverage: readonly SensorCoverage[];
  /** Both 0 where nothing was seen. */
  readonly firstMicros: number;
  readonly lastMicros: number;
  /** When somebody approved an endpoint that is as it was then, by its key. */
  readonly approved: ReadonlyMap<string, number>;
  /** Classes of data with their groups, the operator's own as far as sensors tell them. */
  readonly groups: ReadonlyMap<string, DataGroup>;
  /** Places that take part in traffic between addresses that are ours. */
  readonly inside: ReadonlySet<string>;
}

export function factsOf(rows: readonly StoredRow[], coverage: readonly SensorCoverage[]): Facts {
  const services = new Map<string, ServiceRecord[]>();
  const edges = new Map<string, EdgeRecord[]>();
  const endpoints = new Map<string, EndpointRecord[]>();
  const certificates = new Map<string, CertificateRecord[]>();
  const findings = new Map<string, FindingRecord[]>();
  const approvals = new Map<string, number>();
  for (const { record, review } of rows) {
    if (record.kind === "service") put(services, serverKey(record.address, record.port, record), record);
    else if (record.kind === "edge") put(edges, edgeKey(record), record);
    else if (record.kind === "endpoint") {
      const key = endpointKey(record);
      put(endpoints, key, record);
      // Of several sensors each has an endpoint of its own: it is approved where all of these are.
      approvals.set(key, Math.min(approvals.get(key) ?? Number.POSITIVE_INFINITY, approvedMicros(review)));
    } else if (record.kind === "certificate") put(certificates, record.fingerprint, record);
    else put(findings, record.id, record);
  }
  const repeats = new Repeats(rows);
  const list = joined(edges, (views) => joinedEdge(views, repeats.ofEdge(views[0])));
  const operations = joined(endpoints, (views) => joinedEndpoint(views, repeats.ofEndpoint(views)));
  const eastWest = list.filter(({ scope }) => scope === "east-west");
  return {
    services: joined(services, (views) => joinedService(views, repeats.ofService(views[0]))),
    edges: list,
    endpoints: operations,
    called: operations.filter(({ calls }) => calls > 0),
    certificates: joined(certificates, (views) => joinedCertificate(views, repeats.ofAll())),
    findings: joined(findings, (views) => joinedFinding(views, repeats.ofFinding(views[0]))),
    coverage,
    firstMicros: firstSeen(rows),
    lastMicros: lastSeen(rows),
    approved: new Map([...approvals].filter(([, atMicros]) => atMicros > 0)),
    groups: groupsOf(operations),
    inside: new Set(eastWest.flatMap((edge) => [clientPlace(edge), serverPlace(edge)])),
  };
}

function groupsOf(endpoints: readonly EndpointRecord[]): ReadonlyMap<string, DataGroup> {
  const groups = new Map(dataGroups([]));
  for (const { ownClasses } of endpoints)
    for (const [name, group] of Object.entries(ownClasses ?? {})) groups.set(name, group);
  return groups;
}

/** `10.0.0.2:80`, and where it is in a virtual network, which may have the same addresses as another: `10.0.0.2:80 in vxlan 7`. */
export function serverKey(address: string, port: number, { virtualNetwork }: InVirtualNetwork): string {
  const server = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return virtualNetwork === undefined ? server : `${server} in ${virtualNetwork}`;
}

export function edgeKey(edge: EdgeRecord): string {
  return flowKey(edge.clientAddress, serverKey(edge.serverAddress, edge.serverPort, edge));
}

export function flowKey(clientAddress: string, server: string): string {
  return `${clientAddress} > ${server}`;
}

export function clientPlace({ clientAddress, virtualNetwork }: EdgeRecord): string {
  return placeOf(clientAddress, virtualNetwork);
}

export function serverPlace({ serverAddress, virtualNetwork }: EdgeRecord): string {
  return placeOf(serverAddress, virtualNetwork);
}

export function endpointName({ method, template }: EndpointRecord): string {
  return `${method} ${template}`;
}

export function endpointKey(endpoint: EndpointPlace): string {
  return `${serverKey(endpoint.serverAddress, endpoint.serverPort, endpoint)} ${endpoint.method} ${endpoint.template}`;
}

type EndpointPlace = Pick<EndpointRecord, "serverAddress" | "serverPort" | "method" | "template" | "virtualNetwork">;

/** Whether somebody approved the endpoint that a finding tells of after that was seen, and it is as it was then. */
export function isAnswered(finding: FindingRecord, { approved }: Pick<Facts, "approved">): boolean {
  const { serverAddress, serverPort, method, template, firstMicros } = finding;
  if (serverAddress === undefined || serverPort === undefined || method === undefined || template === undefined)
    return false;
  const atMicros = approved.get(endpointKey({ ...finding, serverAddress, serverPort, method, template }));
  return atMicros !== undefined && atMicros >= firstMicros;
}

/** 0 where nobody did, or it is not known to be as it was then. */
function approvedMicros(review: Review | undefined): number {
  const { approved } = review?.opinion ?? {};
  return approved !== undefined && (review?.status === "approved" || review?.status === "deprecated")
    ? approved.atMicros
    : 0;
}

function put<T>(into: Map<string, T[]>, key: string, record: T): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [record]);
  else known.push(record);
}

/** Most are told by one sensor, and stand as they are. */
function joined<T>(views: ReadonlyMap<string, readonly T[]>, join: (views: readonly T[]) => T): T[] {
  return [...views.values()].map((its) => (its.length === 1 ? its[0] : join(its)));
}

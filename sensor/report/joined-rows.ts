import { joinedDrift } from "../../shared/drift-text.js";
import type {
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  FindingRecord,
  InVirtualNetwork,
  ServiceRecord,
} from "../../shared/event.js";
import { sumPostures } from "../../shared/posture.js";
import { addedCounts, joinedProtection } from "./joined-protection.js";

/*
 * What several sensors tell of one thing, as one row. Counts are added: what two sensors saw counts at both, which whoever shows them says.
 * Names and states are those of the sensor that saw it last, for they are what it is called now.
 */

/** Said wherever counts of several sensors stand together. */
export const COUNTED_AT_EACH =
  "Counts are those of all sensors added: what several of them saw was counted by each, and is in them as often.";

interface Timed {
  readonly firstMicros: number;
  readonly lastMicros: number;
}

export function joinedService(a: ServiceRecord, b: ServiceRecord): ServiceRecord {
  const [newer, older] = isNamed(a) === isNamed(b) ? byTime(a, b) : isNamed(a) ? [a, b] : [b, a];
  return {
    ...older,
    ...newer,
    ...times(a, b),
    ...addedFields(a, b, ["names", "software", "frameworks", "headerOrders", "protocols", "connections", "calls"]),
    ...addedFields(a, b, ["parsedBytes", "encryptedBytes", "notUnderstood", "joinedLateBytes", "missingBytes"]),
  };
}

export function joinedEdge(a: EdgeRecord, b: EdgeRecord): EdgeRecord {
  const [newer, older] = byTime(a, b);
  return {
    ...older,
    ...newer,
    ...times(a, b),
    serverService: serverName(newer) ?? serverName(older) ?? newer.serverService,
    posture: sumPostures([a.posture, b.posture]),
    ...addedFields(a, b, ["protocols", "postureCounts", "clientAuthReasons", "keyExchangeGroups", "handshakeFailures"]),
    ...addedFields(a, b, ["handshakeTraits", "clientCertificates", "connections", "calls", "handshakes"]),
    ...addedFields(a, b, ["clientSoftware", "clientHeaderOrders", "credentials", "missingBytes"]),
  };
}

export function joinedEndpoint(a: EndpointRecord, b: EndpointRecord): EndpointRecord {
  const [newer, older] = byTime(a, b);
  const protection = joinedProtection(a, b);
  // Only who was given the files knows whether it is one of theirs.
  const judge = newer.declaration === undefined && older.declaration !== undefined ? older : newer;
  const { durationMillis } = b.calls > a.calls ? b : a;
  const sums = addedFields(a, b, ["callers", "statuses", "credentials", "dataClasses", "requestClasses"]);
  return {
    ...older,
    ...newer,
    ...times(a, b),
    ...sums,
    ...addedFields(a, b, ["responseClasses", "requestBodiesRead", "responseBodiesRead", "requestContentTypes"]),
    ...addedFields(a, b, ["requestBodiesCut", "responseBodiesCut", "rpcStatuses"]),
    ...addedFields(a, b, ["responseContentTypes", "hosts", "calls", "incompleteCalls", "missingBytes"]),
    ...(a.drift === undefined && b.drift === undefined ? {} : { drift: joinedDrift(a.drift ?? [], b.drift ?? []) }),
    ...moreHosts(a, b),
    ...typesByStatus(a, b),
    callerCount: Math.max(a.callerCount, b.callerCount, sums.callers?.length ?? 0),
    state: judge.state,
    ...(durationMillis === undefined ? {} : { durationMillis }),
    ...(protection === undefined ? {} : { protection }),
  };
}

/** Which of them both sensors saw is not known: there are as many at least. */
function moreHosts(a: EndpointRecord, b: EndpointRecord): Pick<EndpointRecord, "moreHosts"> {
  const more = Math.max(a.moreHosts ?? 0, b.moreHosts ?? 0);
  return more === 0 ? {} : { moreHosts: more };
}

function typesByStatus(a: EndpointRecord, b: EndpointRecord): Pick<EndpointRecord, "responseContentTypesByStatus"> {
  const [one, other] = [a.responseContentTypesByStatus, b.responseContentTypesByStatus];
  if (one === undefined && other === undefined) return {};
  const statuses = Object.keys({ ...one, ...other });
  const types = statuses.map((status) => [status, added(one?.[status], other?.[status])] as const);
  return { responseContentTypesByStatus: Object.fromEntries(types) as Record<string, string[]> };
}

export function joinedCertificate(a: CertificateRecord, b: CertificateRecord): CertificateRecord {
  const lists = addedFields(a, b, ["services", "clients", "handshakes"]);
  return {
    ...a,
    ...times(a, b),
    ...lists,
    serviceCount: Math.max(a.serviceCount, b.serviceCount, lists.services?.length ?? 0),
    clientCount: Math.max(a.clientCount, b.clientCount, lists.clients?.length ?? 0),
  };
}

export function joinedFinding(a: FindingRecord, b: FindingRecord): FindingRecord {
  return { ...a, ...times(a, b), count: a.count + b.count };
}

/** The same calls may be named by one sensor and not by another, which did not see what names them. */
function serverName({ serverService, serverAddress, serverPort }: EdgeRecord): string | undefined {
  return serverService === bareName(serverAddress, serverPort) ? undefined : serverService;
}

export function isNamed({ name, address, port }: ServiceRecord): boolean {
  return name !== bareName(address, port);
}

/** What a service is called that nothing names. */
function bareName(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The one that was seen last first. */
function byTime<T extends Timed & InVirtualNetwork>(a: T, b: T): readonly [T, T] {
  return b.lastMicros > a.lastMicros ? [b, a] : [a, b];
}

/** What is declared and was never seen has no times, and takes none from others. */
function times(a: Timed, b: Timed): Timed {
  const first = [a, b].map(({ firstMicros }) => firstMicros).filter((micros) => micros > 0);
  return {
    firstMicros: first.length === 0 ? 0 : Math.min(...first),
    lastMicros: Math.max(a.lastMicros, b.lastMicros),
  };
}

type Added = number | readonly string[] | Readonly<Record<string, number>> | undefined;

/** Fields that count, added; lists have what stands in either. What neither has is left out: a version did not tell it. */
function addedFields<T, K extends keyof T>(a: T, b: T, names: readonly K[]): Partial<Pick<T, K>> {
  const fields = names.flatMap((name) => {
    const value = added(a[name] as Added, b[name] as Added);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(fields) as Partial<Pick<T, K>>;
}

function added(a: Added, b: Added): Added {
  if (a === undefined || b === undefined) return a ?? b;
  if (typeof a === "number" || typeof b === "number") return Number(a) + Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return [...new Set<string>([...a, ...b])];
  return addedCounts(a as Readonly<Record<string, number>>, b as Readonly<Record<string, number>>);
}

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
import type { ProtectionFacts } from "../../shared/protection.js";
import type { Repeated } from "../store/stored-row.js";
import { atLeast, atLeastOfEach, ofBytes } from "./counted-once.js";
import { joinedProtection } from "./joined-protection.js";

/*
 * What several sensors tell of one thing, as one row; at least one tells of it. Counts are of what was counted together once, as far as
 * is told what that is (counted-once.ts). Names and states are those of the sensor that saw it last, for they are what it is called now.
 */

interface Timed {
  readonly firstMicros: number;
  readonly lastMicros: number;
}

export function joinedService(views: readonly ServiceRecord[], repeated: Repeated): ServiceRecord {
  const named = views.filter(isNamed);
  const [newest] = named.length === 0 ? newestFirst(views) : newestFirst(named);
  return {
    ...allOf(views),
    ...newest,
    ...times(views),
    ...lists(views, ["names", "software", "frameworks", "headerOrders", "protocols"]),
    ...counts(views, ["connections"], repeated.connections),
    ...counts(views, ["calls"], repeated.calls),
    ...counts(views, ["parsedBytes", "encryptedBytes", "joinedLateBytes", "missingBytes"], ofBytes(repeated)),
    ...counts(views, ["notUnderstood"], ofBytes(repeated)),
  };
}

export function joinedEdge(views: readonly EdgeRecord[], repeated: Repeated): EdgeRecord {
  const sorted = newestFirst(views);
  const { connections, calls } = repeated;
  return {
    ...allOf(views),
    ...times(views),
    serverService: sorted.map(serverName).find((name) => name !== undefined) ?? sorted[0].serverService,
    posture: sumPostures(views.map(({ posture }) => posture)),
    ...lists(views, ["clientSoftware", "clientHeaderOrders"]),
    ...counts(views, ["protocols", "postureCounts", "clientAuthReasons", "keyExchangeGroups"], connections),
    ...counts(views, ["handshakeFailures", "handshakeTraits", "clientCertificates"], connections),
    ...counts(views, ["connections", "handshakes"], connections),
    ...counts(views, ["calls", "credentials"], calls),
    ...counts(views, ["missingBytes"], ofBytes(repeated)),
  };
}

export function joinedEndpoint(views: readonly EndpointRecord[], repeated: Repeated): EndpointRecord {
  const counted = counts(views, ["calls", "incompleteCalls", "statuses", "credentials"], repeated.calls);
  const told = joinedProtection(views, repeated.calls);
  const calls = leastCalls({ ...views[0], ...counted }, told);
  const protection = told && { ...told, unsureCalls: Math.min(told.unsureCalls, calls - knownCalls(told)) };
  const sorted = newestFirst(views);
  // Only who was given the files knows whether it is one of theirs.
  const judge = sorted.find(({ declaration }) => declaration !== undefined) ?? sorted[0];
  const [{ durationMillis }] = [...views].sort((a, b) => b.calls - a.calls);
  const { callers, ...named } = lists(views, ["callers", "dataClasses", "requestContentTypes", "responseContentTypes"]);
  return {
    ...allOf(views),
    ...times(views),
    ...named,
    ...lists(views, ["hosts"]),
    ...counted,
    calls,
    ...counts(views, ["requestClasses", "responseClasses"], repeated.calls),
    ...counts(views, ["requestBodiesRead", "responseBodiesRead"], repeated.calls),
    ...counts(views, ["requestBodiesCut", "responseBodiesCut"], repeated.calls),
    ...counts(views, ["missingBytes"], ofBytes(repeated)),
    ...driftOf(views, repeated),
    ...ownClassesOf(views),
    ...counts(views, ["rpcStatuses"], repeated.calls),
    ...typesByStatus(views),
    ...moreHosts(views),
    ...(callers === undefined ? {} : { callers }),
    callerCount: Math.max(...views.map(({ callerCount }) => callerCount), callers?.length ?? 0),
    state: judge.state,
    ...(durationMillis === undefined ? {} : { durationMillis }),
    ...(protection === undefined ? {} : { protection }),
  };
}

/** No call has two statuses, or a credential and none: there are at least as many as of all of these together. */
function leastCalls({ calls, statuses }: EndpointRecord, protection: ProtectionFacts | undefined): number {
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return Math.max(calls, answered, protection === undefined ? 0 : knownCalls(protection));
}

/** Calls of which it was seen whether they carried something. What one sensor did not see of a call another may have. */
function knownCalls({ carried, cookieOnly, bare }: ProtectionFacts): number {
  return carried.calls + cookieOnly.calls + bare.calls;
}

function driftOf(views: readonly EndpointRecord[], { calls }: Repeated): Pick<EndpointRecord, "drift"> {
  const all = views.flatMap(({ drift }) => (drift === undefined ? [] : [drift]));
  return all.length === 0 ? {} : { drift: joinedDrift(all, (figures) => atLeast(figures, calls)) };
}

function ownClassesOf(views: readonly EndpointRecord[]): Pick<EndpointRecord, "ownClasses"> {
  const all = Object.assign({}, ...views.map(({ ownClasses }) => ownClasses)) as Required<EndpointRecord>["ownClasses"];
  return Object.keys(all).length === 0 ? {} : { ownClasses: all };
}

/** Which of them several sensors saw is not known: there are as many at least. */
function moreHosts(views: readonly EndpointRecord[]): Pick<EndpointRecord, "moreHosts"> {
  const more = Math.max(...views.map(({ moreHosts = 0 }) => moreHosts));
  return more === 0 ? {} : { moreHosts: more };
}

/** Of each status what any of them saw; left out where none tells them apart. */
function typesByStatus(views: readonly EndpointRecord[]): Pick<EndpointRecord, "responseContentTypesByStatus"> {
  const told = views.flatMap(({ responseContentTypesByStatus: types }) => (types === undefined ? [] : [types]));
  if (told.length === 0) return {};
  const statuses = [...new Set(told.flatMap((types) => Object.keys(types)))];
  const types = statuses.map((status) => [status, [...new Set(told.flatMap((one) => one[status] ?? []))]] as const);
  return { responseContentTypesByStatus: Object.fromEntries(types) };
}

export function joinedCertificate(views: readonly CertificateRecord[], repeated: Repeated): CertificateRecord {
  const { services, clients } = lists(views, ["services", "clients"]);
  return {
    ...views[0],
    ...times(views),
    ...(services === undefined ? {} : { services }),
    ...(clients === undefined ? {} : { clients }),
    ...counts(views, ["handshakes"], repeated.connections),
    serviceCount: Math.max(...views.map(({ serviceCount }) => serviceCount), services?.length ?? 0),
    clientCount: Math.max(...views.map(({ clientCount }) => clientCount), clients?.length ?? 0),
  };
}

export function joinedFinding(views: readonly FindingRecord[], repeated: Repeated): FindingRecord {
  return { ...views[0], ...times(views), ...counts(views, ["count"], ofBytes(repeated)) };
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

/** The one that was seen last first; of several seen at one time the one told first. */
function newestFirst<T extends Timed & InVirtualNetwork>(views: readonly T[]): readonly T[] {
  return [...views].sort((a, b) => b.lastMicros - a.lastMicros);
}

/** Every field that any of them tells, as the one has it that saw it last. */
function allOf<T extends Timed & InVirtualNetwork>(views: readonly T[]): T {
  return Object.assign({}, ...[...newestFirst(views)].reverse()) as T;
}

/** What is declared and was never seen has no times, and takes none from others. */
function times(views: readonly Timed[]): Timed {
  const first = views.map(({ firstMicros }) => firstMicros).filter((micros) => micros > 0);
  return {
    firstMicros: first.length === 0 ? 0 : Math.min(...first),
    lastMicros: Math.max(...views.map(({ lastMicros }) => lastMicros)),
  };
}

/** What stands in any of the lists. What none has is left out: a version did not tell it. */
function lists<T, K extends keyof T>(views: readonly T[], names: readonly K[]): Partial<Pick<T, K>> {
  const fields = names.flatMap((name) => {
    const told = views.flatMap((view) => (view[name] === undefined ? [] : [view[name] as readonly string[]]));
    return told.length === 0 ? [] : [[name, [...new Set(told.flat())]] as const];
  });
  return Object.fromEntries(fields) as Partial<Pick<T, K>>;
}

type Counted = number | Readonly<Record<string, number>>;

/** Numbers, and numbers by name, of which at most `repeated` are counted too often in their sum. What none has is left out. */
function counts<T, K extends keyof T>(views: readonly T[], names: readonly K[], repeated: number): Partial<Pick<T, K>> {
  const fields = names.flatMap((name) => {
    const told = views.flatMap((view) => (view[name] === undefined ? [] : [view[name] as Counted]));
    return told.length === 0 ? [] : [[name, together(told, repeated)] as const];
  });
  return Object.fromEntries(fields) as Partial<Pick<T, K>>;
}

function together(told: readonly Counted[], repeated: number): Counted {
  const numbers = told.filter((count) => typeof count === "number");
  if (numbers.length > 0) return atLeast(numbers, repeated);
  return atLeastOfEach(
    told.filter((count) => typeof count !== "number"),
    repeated,
  );
}

import type { EdgeRecord } from "../../../shared/event.js";
import type { StoredRow } from "../../store/stored-row.js";
import { factsOf } from "../compliance/facts.js";
import type { Labels } from "./identifying-labels.js";
import type { Pod, PodList, Workload } from "./pod-list.js";

/** An end of an edge: which workload it is, or why that is not known. */
type End =
  | { readonly workload: Workload; readonly pod: Pod | undefined }
  /** `among`: it is one of these. */
  | { readonly unknown: string; readonly among?: readonly Workload[] };

/** Calls of one workload to another that were seen. */
export interface SeenCaller {
  readonly workload: Workload;
  readonly ports: readonly (number | string)[];
  readonly edges: readonly EdgeRecord[];
  /** What limits the evidence, in words. */
  readonly notes: readonly string[];
}

/** An address that called and whose workload is not known: nothing may be made of it. */
export interface UnknownCaller {
  readonly edge: EdgeRecord;
  readonly why: string;
}

/** Everything that was seen to call one workload. */
export interface SeenServer {
  readonly workload: Workload;
  readonly callers: readonly SeenCaller[];
  readonly unknown: readonly UnknownCaller[];
  /** Calls of services that stand for it and for others: which of them answered is not known. */
  readonly shared: readonly UnknownCaller[];
}

export interface SeenCalls {
  readonly servers: readonly SeenServer[];
  /** Edges whose server's workload is not known. */
  readonly unplaced: readonly UnknownCaller[];
}

interface Gathered {
  readonly workload: Workload;
  readonly callers: Map<
    string,
    { workload: Workload; ports: Set<number | string>; edges: EdgeRecord[]; notes: Set<string> }
  >;
  readonly unknown: UnknownCaller[];
  readonly shared: { readonly caller: UnknownCaller; readonly port: number | string | undefined }[];
}

/** Edges as calls between workloads of a cluster. What the pods' list does not tell stays unknown. */
export function seenCalls(rows: readonly StoredRow[], pods: PodList): SeenCalls {
  const servers = new Map<string, Gathered>();
  const unplaced: UnknownCaller[] = [];
  const { edges } = factsOf(rows, []);
  const networks = networksOf(edges);
  for (const edge of edges) {
    const doubtful = [edge.clientAddress, edge.serverAddress].find((address) => (networks.get(address)?.size ?? 0) > 1);
    if (doubtful !== undefined) {
      unplaced.push({
        edge,
        why: `${doubtful} is in several virtual networks: the list does not say in which it is the pod's`,
      });
      continue;
    }
    const server = serverEnd(edge, pods);
    if ("unknown" in server.end) {
      const caller = { edge, why: server.end.unknown };
      unplaced.push(caller);
      for (const workload of server.end.among ?? [])
        gatheredOf(servers, workload).shared.push({ caller, port: server.port });
      continue;
    }
    const gathered = gatheredOf(servers, server.end.workload);
    const client = podEnd(edge.clientAddress, edge, pods);
    if ("unknown" in client) gathered.unknown.push({ edge, why: client.unknown });
    else note(gathered, client, server.end, server.port ?? edge.serverPort, edge);
  }
  const inOrder = [...servers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gathered]) => gathered);
  return {
    servers: inOrder.map(({ workload, callers, unknown, shared }) => ({
      workload,
      shared: shared
        .filter(({ caller, port }) => !isAmong(callers, podEnd(caller.edge.clientAddress, caller.edge, pods), port))
        .map(({ caller }) => caller),
      callers: [...callers]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { workload, ports, edges, notes }]) => ({
          workload,
          ports: [...ports].sort(),
          edges,
          notes: [...notes],
        })),
      unknown,
    })),
    unplaced,
  };
}

function gatheredOf(servers: Map<string, Gathered>, workload: Workload): Gathered {
  const key = workloadKey(workload);
  const known = servers.get(key) ?? { workload, callers: new Map(), unknown: [], shared: [] };
  servers.set(key, known);
  return known;
}

/** Whether these callers include the client at this port: what a policy lets in anyway need not be told. */
function isAmong(callers: Gathered["callers"], client: End, port: number | string | undefined): boolean {
  if ("unknown" in client || port === undefined) return false;
  return callers.get(workloadKey(client.workload))?.ports.has(port) === true;
}

export function workloadKey({ namespace, labels, serviceAccount }: Workload): string {
  return JSON.stringify([namespace, labels, serviceAccount]);
}

/** `pay: app=ledger` */
export function workloadName({ namespace, labels }: Workload): string {
  return `${namespace}: ${labelText(labels)}`;
}

export function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

/** Two virtual networks may have the same addresses; the cluster's list knows addresses only. */
function networksOf(edges: readonly EdgeRecord[]): ReadonlyMap<string, ReadonlySet<string>> {
  const networks = new Map<string, Set<string>>();
  for (const { clientAddress, serverAddress, virtualNetwork = "" } of edges)
    for (const address of [clientAddress, serverAddress])
      networks.set(address, (networks.get(address) ?? new Set()).add(virtualNetwork));
  return networks;
}

function note(into: Gathered, client: KnownEnd, server: KnownEnd, port: number | string, edge: EdgeRecord): void {
  const key = workloadKey(client.workload);
  const known = into.callers.get(key) ?? { workload: client.workload, ports: new Set(), edges: [], notes: new Set() };
  into.callers.set(key, known);
  known.ports.add(port);
  known.edges.push(edge);
  for (const { pod } of [client, server])
    if (pod?.startedMicros !== undefined && pod.startedMicros > edge.firstMicros)
      known.notes.add(
        `pod ${pod.name} started after ${pod.address} was first seen: some of it may have been another pod's`,
      );
}

type KnownEnd = Extract<End, { workload: Workload }>;

/** A service's address stands for the pods that its selector picks, where these are of one kind. */
function serverEnd(edge: EdgeRecord, pods: PodList): { end: End; port: number | string | undefined } {
  const service = pods.service(edge.serverAddress);
  if (service === undefined) return { end: podEnd(edge.serverAddress, edge, pods), port: edge.serverPort };
  const port = service.ports.get(edge.serverPort);
  const name = `service ${service.namespace}/${service.name}`;
  const selected = Object.keys(service.selector).length === 0 ? [] : pods.selected(service.namespace, service.selector);
  const kinds = new Map(selected.map(({ workload }) => [workloadKey(workload), workload]));
  const [only] = kinds.values();
  // A policy refuses these calls at whichever of its pods they end.
  const among = [...kinds.values()].filter(({ labels }) => Object.keys(labels).length > 0);
  if (port === undefined)
    return { end: { unknown: `${name} has no port ${edge.serverPort} any more`, among }, port: undefined };
  if (only === undefined) return { end: { unknown: `${name} picks no pod` }, port };
  if (kinds.size > 1) return { end: { unknown: `${name} picks pods of ${kinds.size} kinds`, among }, port };
  if (Object.keys(only.labels).length === 0) return { end: { unknown: whyNoLabels(selected[0]) }, port };
  return { end: { workload: only, pod: undefined }, port };
}

function podEnd(address: string, { lastMicros }: EdgeRecord, pods: PodList): End {
  const pod = pods.pod(address);
  if (pod === undefined) return { unknown: "no pod has this address" };
  if (pod === "shared") return { unknown: "several pods, or a host, have this address" };
  if (pod.startedMicros !== undefined && pod.startedMicros > lastMicros)
    return { unknown: `pod ${pod.name} has this address, and started only afterwards` };
  const { workload } = pod;
  if (Object.keys(workload.labels).length === 0) return { unknown: whyNoLabels(pod) };
  return { workload, pod };
}

/** A selector of what changes with a release picks nothing after the next, and an empty one every pod of the namespace. */
function whyNoLabels({ name, labels }: Pod): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return `pod ${name} has no label by which it could be selected`;
  return `pod ${name} has no label that stays: ${names.join(", ")} change with a release or a pod; give it app.kubernetes.io/name`;
}

import type { CheckedDocument } from "../../shared/config/checked-document.js";
import {
  type ClusterObject,
  clusterObjects,
  type ObjectMeta,
  type PodObject,
  podAddresses,
  type ServiceObject,
  type SliceObject,
  serviceAddresses,
} from "./cluster-objects.js";
import type { NamedAddress } from "./identities.js";

/** Labels whose value is, by convention, the name of the application; the recommended one first. */
const NAMING_LABELS = ["app.kubernetes.io/name", "app", "k8s-app"] as const;
const SERVICE_LABEL = "kubernetes.io/service-name";
/** Kinds that own pods one by one and end their name with a hash of their template. */
const HASHING_OWNERS: ReadonlySet<string> = new Set(["ReplicaSet", "ReplicationController"]);

interface Named extends Omit<NamedAddress, "ground"> {
  /** Its object is being deleted. */
  readonly isEnding: boolean;
}

/**
 * What `kubectl get pods,services,endpointslices -A -o json` lists. What is in front of a pod names it better than its own labels do:
 * slices count first, then services, then pods. Other kinds are passed over.
 */
export function readCluster(document: CheckedDocument): NamedAddress[] {
  const found: Record<string, Named[]> = { EndpointSlice: [], Service: [], Pod: [] };
  for (const object of clusterObjects(document)) found[object.kind].push(...namedBy(object));
  const all = [...found.EndpointSlice, ...found.Service, ...found.Pod];
  const held = new Set(all.filter(({ isEnding }) => !isEnding).map(({ at }) => at));
  // What is about to end may have given its address to another one by now: it names it where nothing else does.
  const named = all.filter(({ at, isEnding }) => !isEnding || !held.has(at));
  return named.map(({ name, at, ports }) => ({ name, ground: "kubernetes", at, ports }));
}

function namedBy(found: ClusterObject): Named[] {
  if (found.kind === "Pod") return ofPod(found.object);
  return found.kind === "Service" ? ofService(found.object) : ofSlice(found.object);
}

/** A pod on its node's network has the node's address, as others there do; one that has ended has given its address back. */
function ofPod(pod: PodObject): Named[] {
  const { metadata, spec, status } = pod;
  if (spec?.hostNetwork === true || status?.phase === "Succeeded" || status?.phase === "Failed") return [];
  const name = `${applicationOf(metadata)}.${metadata.namespace}`;
  const isEnding = metadata.deletionTimestamp != null;
  return podAddresses(pod).map((at) => ({ name, at, ports: undefined, isEnding }));
}

function applicationOf({ labels, ownerReferences, name }: ObjectMeta): string {
  for (const label of NAMING_LABELS) if (labels?.[label]) return labels[label];
  const [owner] = ownerReferences ?? [];
  if (owner === undefined) return name;
  return HASHING_OWNERS.has(owner.kind) ? owner.name.replace(/-[a-z0-9]+$/, "") : owner.name;
}

function ofService(service: ServiceObject): Named[] {
  const { metadata, spec } = service;
  const ports = spec?.ports?.map(({ port }) => port);
  return serviceAddresses(service).map((at) => ({
    name: `${metadata.name}.${metadata.namespace}`,
    at,
    ports,
    isEnding: false,
  }));
}

function ofSlice({ metadata, endpoints, ports: portList }: SliceObject): Named[] {
  const service = metadata.labels?.[SERVICE_LABEL];
  if (service === undefined) return [];
  const name = `${service}.${metadata.namespace}`;
  const open = portList?.flatMap(({ port }) => (port == null ? [] : [port])) ?? [];
  const ports = open.length === 0 ? undefined : open;
  return (endpoints ?? []).flatMap(({ addresses, conditions }) =>
    addresses.map((at) => ({ name, at, ports, isEnding: conditions?.terminating === true })),
  );
}

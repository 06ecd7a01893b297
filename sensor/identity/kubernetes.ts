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

type Named = Omit<NamedAddress, "ground">;

/**
 * What `kubectl get pods,services,endpointslices -A -o json` lists. What is in front of a pod names it better than its own labels do:
 * slices count first, then services, then pods. Other kinds are passed over.
 */
export function readCluster(document: CheckedDocument): NamedAddress[] {
  const found: Record<string, NamedAddress[]> = { EndpointSlice: [], Service: [], Pod: [] };
  for (const object of clusterObjects(document))
    found[object.kind].push(...namedBy(object).map((one) => ({ ...one, ground: "kubernetes" as const })));
  return [...found.EndpointSlice, ...found.Service, ...found.Pod];
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
  return podAddresses(pod).map((at) => ({ name, at, ports: undefined }));
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
  return serviceAddresses(service).map((at) => ({ name: `${metadata.name}.${metadata.namespace}`, at, ports }));
}

function ofSlice({ metadata, endpoints, ports }: SliceObject): Named[] {
  const service = metadata.labels?.[SERVICE_LABEL];
  if (service === undefined) return [];
  const name = `${service}.${metadata.namespace}`;
  const open = ports?.flatMap(({ port }) => (port == null ? [] : [port]));
  return (endpoints ?? []).flatMap(({ addresses }) =>
    addresses.map((at) => ({ name, at, ports: open === undefined || open.length === 0 ? undefined : open })),
  );
}

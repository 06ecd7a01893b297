import { z } from "zod";
import type { CheckedDocument } from "../../shared/config/checked-document.js";
import { list, text } from "../../shared/config/checked-schema.js";
import type { NamedAddress } from "./identities.js";

/** Labels whose value is, by convention, the name of the application; the recommended one first. */
const NAMING_LABELS = ["app.kubernetes.io/name", "app", "k8s-app"] as const;
const SERVICE_LABEL = "kubernetes.io/service-name";
/** Kinds that own pods one by one and end their name with a hash of their template. */
const HASHING_OWNERS: ReadonlySet<string> = new Set(["ReplicaSet", "ReplicationController"]);

const META = z.looseObject(
  {
    name: text("the object's name"),
    namespace: z.string("a namespace").default("default"),
    labels: z.record(z.string(), z.string("a text"), "labels").nullish(),
    ownerReferences: list(z.looseObject({ kind: z.string(), name: z.string() }), "owners").nullish(),
  },
  "keys such as name, namespace",
);
const HEAD = z.looseObject(
  {
    kind: text("a kind such as Pod, Service, EndpointSlice or List"),
    items: list(z.unknown(), "objects").nullish(),
  },
  "a Kubernetes object",
);
const POD = z.looseObject({
  metadata: META,
  spec: z.looseObject({ hostNetwork: z.boolean().nullish() }).nullish(),
  status: z
    .looseObject({
      phase: z.string().nullish(),
      podIP: z.string("an address").nullish(),
      podIPs: list(z.looseObject({ ip: z.string("an address") }), "addresses").nullish(),
    })
    .nullish(),
});
const SERVICE = z.looseObject({
  metadata: META,
  spec: z
    .looseObject({
      clusterIP: z.string("an address").nullish(),
      clusterIPs: list(z.string("an address"), "addresses").nullish(),
      ports: list(z.looseObject({ port: z.int("a port") }), "ports").nullish(),
    })
    .nullish(),
});
const SLICE = z.looseObject({
  metadata: META,
  endpoints: list(z.looseObject({ addresses: list(z.string("an address"), "addresses") }), "endpoints").nullish(),
  ports: list(z.looseObject({ port: z.int("a port").nullish() }), "ports").nullish(),
});

type Path = readonly PropertyKey[];
type Metadata = z.infer<typeof META>;
type Named = Omit<NamedAddress, "ground">;

/**
 * What `kubectl get pods,services,endpointslices -A -o json` lists. What is in front of a pod names it better than its own labels do:
 * slices count first, then services, then pods. Other kinds are passed over.
 */
export function readCluster(document: CheckedDocument): NamedAddress[] {
  const found: Record<string, NamedAddress[]> = { EndpointSlice: [], Service: [], Pod: [] };
  readObject(document, document.value, [], found);
  return [...found.EndpointSlice, ...found.Service, ...found.Pod];
}

function readObject(
  document: CheckedDocument,
  value: unknown,
  path: Path,
  found: Record<string, NamedAddress[]>,
): void {
  const { kind, items } = document.check(HEAD, value, path);
  if (kind.endsWith("List")) {
    for (const [index, item] of (items ?? []).entries()) readObject(document, item, [...path, "items", index], found);
    return;
  }
  for (const one of namedBy(kind, document, value, path)) found[kind].push({ ...one, ground: "kubernetes" });
}

function namedBy(kind: string, document: CheckedDocument, value: unknown, path: Path): Named[] {
  if (kind === "Pod") return ofPod(document.check(POD, value, path));
  if (kind === "Service") return ofService(document.check(SERVICE, value, path));
  return kind === "EndpointSlice" ? ofSlice(document.check(SLICE, value, path)) : [];
}

/** A pod on its node's network has the node's address, as others there do; one that has ended has given its address back. */
function ofPod({ metadata, spec, status }: z.infer<typeof POD>): Named[] {
  if (spec?.hostNetwork === true || status?.phase === "Succeeded" || status?.phase === "Failed") return [];
  const addresses = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP ? [status.podIP] : []);
  const name = `${applicationOf(metadata)}.${metadata.namespace}`;
  return addresses.map((at) => ({ name, at, ports: undefined }));
}

function applicationOf({ labels, ownerReferences, name }: Metadata): string {
  for (const label of NAMING_LABELS) if (labels?.[label]) return labels[label];
  const [owner] = ownerReferences ?? [];
  if (owner === undefined) return name;
  return HASHING_OWNERS.has(owner.kind) ? owner.name.replace(/-[a-z0-9]+$/, "") : owner.name;
}

function ofService({ metadata, spec }: z.infer<typeof SERVICE>): Named[] {
  const addresses = spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : []);
  const name = `${metadata.name}.${metadata.namespace}`;
  const ports = spec?.ports?.map(({ port }) => port);
  // A headless service has "None" there: no address of its own.
  return addresses.filter((at) => at !== "None" && at !== "").map((at) => ({ name, at, ports }));
}

function ofSlice({ metadata, endpoints, ports }: z.infer<typeof SLICE>): Named[] {
  const service = metadata.labels?.[SERVICE_LABEL];
  if (service === undefined) return [];
  const name = `${service}.${metadata.namespace}`;
  const open = ports?.flatMap(({ port }) => (port == null ? [] : [port]));
  return (endpoints ?? []).flatMap(({ addresses }) =>
    addresses.map((at) => ({ name, at, ports: open === undefined || open.length === 0 ? undefined : open })),
  );
}

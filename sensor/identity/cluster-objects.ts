import { z } from "zod";
import type { CheckedDocument } from "../../shared/config/checked-document.js";
import { list, text } from "../../shared/config/checked-schema.js";

const LABELS = z.record(z.string(), z.string("a text"), "labels").nullish();
const META = z.looseObject(
  {
    name: text("the object's name"),
    namespace: z.string("a namespace").default("default"),
    labels: LABELS,
    deletionTimestamp: z.string("a time").nullish(),
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
/** Of a list that is of one kind. */
const ITEM = HEAD.extend({ kind: z.string("a kind such as Pod").optional() });
const LIST = "List";
const POD = z.looseObject({
  metadata: META,
  spec: z
    .looseObject({ hostNetwork: z.boolean().nullish(), serviceAccountName: z.string("a name").nullish() })
    .nullish(),
  status: z
    .looseObject({
      phase: z.string().nullish(),
      startTime: z.string().nullish(),
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
      selector: LABELS,
      ports: list(
        z.looseObject({ port: z.int("a port"), targetPort: z.union([z.int(), z.string()], "a port").nullish() }),
        "ports",
      ).nullish(),
    })
    .nullish(),
});
const SLICE = z.looseObject({
  metadata: META,
  endpoints: list(
    z.looseObject({
      addresses: list(z.string("an address"), "addresses"),
      conditions: z.looseObject({ terminating: z.boolean().nullish() }, "conditions").nullish(),
    }),
    "endpoints",
  ).nullish(),
  ports: list(z.looseObject({ port: z.int("a port").nullish() }), "ports").nullish(),
});

export type ObjectMeta = z.infer<typeof META>;
export type PodObject = z.infer<typeof POD>;
export type ServiceObject = z.infer<typeof SERVICE>;
export type SliceObject = z.infer<typeof SLICE>;

/** One object of a cluster, of a kind that is read. */
export type ClusterObject =
  | { readonly kind: "Pod"; readonly object: PodObject }
  | { readonly kind: "Service"; readonly object: ServiceObject }
  | { readonly kind: "EndpointSlice"; readonly object: SliceObject };

/**
 * What `kubectl get pods,services,endpointslices -A -o json` (or yaml) lists, and what the API itself answers: a PodList, whose items are
 * Pods and do not say so. Other kinds are passed over. Throws CommandError that names
 * the file, the line and what is allowed.
 */
export function* clusterObjects(
  document: CheckedDocument,
  value: unknown = document.value,
  path: readonly PropertyKey[] = [],
  kindOfItems = "",
): Iterable<ClusterObject> {
  const { kind: own, items } = document.check(kindOfItems === "" ? HEAD : ITEM, value, path);
  const kind = own ?? kindOfItems;
  if (kind.endsWith(LIST)) {
    for (const [index, item] of (items ?? []).entries())
      yield* clusterObjects(document, item, [...path, "items", index], kind.slice(0, -LIST.length));
  } else if (kind === "Pod") yield { kind, object: document.check(POD, value, path) };
  else if (kind === "Service") yield { kind, object: document.check(SERVICE, value, path) };
  else if (kind === "EndpointSlice") yield { kind, object: document.check(SLICE, value, path) };
}

/** Every address that a pod has. */
export function podAddresses({ status }: PodObject): string[] {
  const all = [status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)];
  return [...new Set(all.flatMap((address) => (address ? [address] : [])))];
}

/** Those that a service has; a headless one has "None" there. */
export function serviceAddresses({ spec }: ServiceObject): string[] {
  const all = [spec?.clusterIP, ...(spec?.clusterIPs ?? [])];
  return [...new Set(all.flatMap((address) => (address && address !== "None" ? [address] : [])))];
}

import { parseDocument } from "yaml";
import { z } from "zod";
import { CommandError } from "../../../shared/command-error.js";

export type Labels = Readonly<Record<string, string>>;

/** Pods that are alike: what a selector can pick. */
export interface Workload {
  readonly namespace: string;
  /** Without those that another revision or another pod of it would have otherwise. */
  readonly labels: Labels;
  /** Undefined where its pods have several. */
  readonly serviceAccount: string | undefined;
}

export interface Pod {
  readonly name: string;
  readonly address: string;
  readonly workload: Workload;
  /** Undefined where the file does not tell. */
  readonly startedMicros: number | undefined;
}

export interface ClusterService {
  readonly name: string;
  readonly namespace: string;
  readonly addresses: readonly string[];
  readonly selector: Labels;
  /** Port of the service → that of its pods, a number or the name of one. */
  readonly ports: ReadonlyMap<number, number | string>;
}

/** Labels that tell pods of one workload apart, or its revisions. */
const PASSING_LABELS: ReadonlySet<string> = new Set([
  ...["pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid", "job-name"],
  ...["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "apps.kubernetes.io/pod-index"],
  ...["batch.kubernetes.io/job-completion-index", "statefulset.kubernetes.io/pod-name", "istio.io/rev"],
  ...["service.istio.io/canonical-revision", "service.istio.io/canonical-name", "security.istio.io/tlsMode"],
]);

const TEXTS = z.record(z.string(), z.string());
const METADATA = z.looseObject({ name: z.string(), namespace: z.string().default("default"), labels: TEXTS.nullish() });
const POD = z.looseObject({
  metadata: METADATA,
  spec: z.looseObject({ serviceAccountName: z.string().nullish(), hostNetwork: z.boolean().nullish() }),
  status: z
    .looseObject({
      podIP: z.string().nullish(),
      podIPs: z.array(z.looseObject({ ip: z.string() })).nullish(),
      startTime: z.string().nullish(),
    })
    .nullish(),
});
const SERVICE = z.looseObject({
  metadata: METADATA,
  spec: z.looseObject({
    clusterIP: z.string().nullish(),
    clusterIPs: z.array(z.string()).nullish(),
    selector: TEXTS.nullish(),
    ports: z.array(z.looseObject({ port: z.int(), targetPort: z.union([z.int(), z.string()]).nullish() })).nullish(),
  }),
});

/** The pods and services of a cluster, as its API tells them. Addresses that several pods share tell nobody's. */
export class PodList {
  /** As the file was named. */
  readonly source: string;
  readonly #pods: readonly Pod[];
  readonly #byAddress = new Map<string, Pod | "shared">();
  readonly #services = new Map<string, ClusterService>();

  constructor(source: string, pods: readonly Pod[], services: readonly ClusterService[]) {
    this.source = source;
    this.#pods = pods;
    for (const pod of pods) this.#byAddress.set(pod.address, this.#byAddress.has(pod.address) ? "shared" : pod);
    for (const service of services) for (const address of service.addresses) this.#services.set(address, service);
  }

  pod(address: string): Pod | "shared" | undefined {
    return this.#byAddress.get(address);
  }

  service(address: string): ClusterService | undefined {
    return this.#services.get(address);
  }

  /** Every pod that labels pick. */
  selected(namespace: string, labels: Labels): Pod[] {
    return this.#pods.filter(({ workload }) => workload.namespace === namespace && holds(workload.labels, labels));
  }
}

/** What `kubectl get pods,services -A -o yaml` (or json) prints. Throws CommandError that names file and remedy. */
export function parsePods(text: string, source: string): PodList {
  const pods: Pod[] = [];
  const services: ClusterService[] = [];
  for (const item of itemsOf(text, source)) {
    const { kind, metadata } = (item ?? {}) as { kind?: string; metadata?: { name?: string } };
    if (kind !== "Pod" && kind !== "Service") continue;
    const { success, data, error } = (kind === "Pod" ? POD : SERVICE).safeParse(item);
    if (!success) {
      const [{ path, message }] = error.issues;
      throw unusable(source, `${kind} "${metadata?.name ?? "?"}": ${path.join(".")}: ${message}`);
    }
    if (kind === "Pod") pods.push(...podsOf(data as z.infer<typeof POD>));
    else services.push(serviceOf(data as z.infer<typeof SERVICE>));
  }
  if (pods.length === 0) throw unusable(source, "it has no Pod");
  return new PodList(source, pods, services);
}

function itemsOf(text: string, source: string): unknown[] {
  const value = parsedText(text, source) as { kind?: string; items?: unknown[] } | undefined;
  if (value?.kind?.endsWith("List") && Array.isArray(value.items)) return value.items;
  throw unusable(source, "it is no List of Kubernetes' objects");
}

/** JSON first: reading it as YAML, which it is too, takes a hundred times as long. */
function parsedText(text: string, source: string): unknown {
  if (text.trimStart().startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw unusable(source, (error as Error).message);
    }
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw unusable(source, error.message.split("\n")[0]);
  return document.toJS({ maxAliasCount: 0 });
}

function unusable(source: string, reason: string): CommandError {
  return new CommandError(
    `workloads "${source}" can't be used: ${reason}; make it by: kubectl get pods,services -A -o json`,
  );
}

/** One of a pod's addresses each; pods on the host's network have the host's, which is nobody's. */
function podsOf({ metadata, spec, status }: z.infer<typeof POD>): Pod[] {
  const addresses = new Set([status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)]);
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => !PASSING_LABELS.has(name));
  const workload = {
    namespace: metadata.namespace,
    labels: Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1))),
    serviceAccount: spec.serviceAccountName ?? "default",
  };
  const started = Date.parse(status?.startTime ?? "");
  const pod = { name: metadata.name, workload, startedMicros: Number.isNaN(started) ? undefined : started * 1_000 };
  const isHost = spec.hostNetwork === true;
  return [...addresses].flatMap((address) => {
    if (address === undefined || address === null || address === "") return [];
    // Twice, so that it is known for shared.
    return isHost
      ? [
          { ...pod, address },
          { ...pod, address },
        ]
      : [{ ...pod, address }];
  });
}

function serviceOf({ metadata, spec }: z.infer<typeof SERVICE>): ClusterService {
  const addresses = [...new Set([spec.clusterIP, ...(spec.clusterIPs ?? [])])];
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    addresses: addresses.flatMap((address) => (address && address !== "None" ? [address] : [])),
    selector: spec.selector ?? {},
    ports: new Map((spec.ports ?? []).map(({ port, targetPort }) => [port, targetPort ?? port])),
  };
}

function holds(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

import { CommandError } from "../../../shared/command-error.js";
import { checkedDocuments } from "../../../shared/config/checked-document.js";
import {
  type ClusterObject,
  clusterObjects,
  type PodObject,
  podAddresses,
  type ServiceObject,
  serviceAddresses,
} from "../../identity/cluster-objects.js";

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

const REMEDY = "make it by: kubectl get pods,services -A -o json";

/** Labels that tell pods of one workload apart, or its revisions. */
const PASSING_LABELS: ReadonlySet<string> = new Set([
  ...["pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid", "job-name"],
  ...["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "apps.kubernetes.io/pod-index"],
  ...["batch.kubernetes.io/job-completion-index", "statefulset.kubernetes.io/pod-name", "istio.io/rev"],
  ...["service.istio.io/canonical-revision", "service.istio.io/canonical-name", "security.istio.io/tlsMode"],
]);

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
  for (const found of objectsOf(text, source)) {
    if (found.kind === "Pod") pods.push(...podsOf(found.object));
    else if (found.kind === "Service") services.push(serviceOf(found.object));
  }
  if (pods.length === 0) throw unusable(source, "it has no Pod with an address");
  return new PodList(source, pods, services);
}

function objectsOf(text: string, source: string): ClusterObject[] {
  try {
    return checkedDocuments(text, source).flatMap((document) => [...clusterObjects(document)]);
  } catch (error) {
    // It names the file and the line itself.
    throw error instanceof CommandError ? new CommandError(`workloads ${error.message}; ${REMEDY}`) : error;
  }
}

function unusable(source: string, reason: string): CommandError {
  return new CommandError(`workloads "${source}" can't be used: ${reason}; ${REMEDY}`);
}

/** One of a pod's addresses each; pods on the host's network have the host's, which is nobody's. */
function podsOf(object: PodObject): Pod[] {
  const { metadata, spec, status } = object;
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => !PASSING_LABELS.has(name));
  const workload = {
    namespace: metadata.namespace,
    labels: Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1))),
    serviceAccount: spec?.serviceAccountName ?? "default",
  };
  const started = Date.parse(status?.startTime ?? "");
  const pod = { name: metadata.name, workload, startedMicros: Number.isNaN(started) ? undefined : started * 1_000 };
  const isHost = spec?.hostNetwork === true;
  const pods = podAddresses(object).map((address) => ({ ...pod, address }));
  // Twice, so that it is known for shared.
  return isHost ? [...pods, ...pods] : pods;
}

function serviceOf(object: ServiceObject): ClusterService {
  const { metadata, spec } = object;
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    addresses: serviceAddresses(object),
    selector: spec?.selector ?? {},
    ports: new Map((spec?.ports ?? []).map(({ port, targetPort }) => [port, targetPort ?? port])),
  };
}

function holds(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

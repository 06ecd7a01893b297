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
import { identityOf, type Labels } from "./identifying-labels.js";

/** Pods that are alike: what a selector can pick. */
export interface Workload {
  readonly namespace: string;
  /** Those by which it is known after its next release as well; empty where it has none. */
  readonly labels: Labels;
  /** Undefined where its pods have several. */
  readonly serviceAccount: string | undefined;
}

export interface Pod {
  readonly name: string;
  /** All of them, as a service's selector asks for them. */
  readonly labels: Labels;
  /** Those in which pods of one workload may differ. */
  readonly otherLabels: Labels;
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
    return this.#pods.filter((pod) => pod.workload.namespace === namespace && holds(pod.labels, labels));
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
  const labels = metadata.labels ?? {};
  const identity = identityOf(labels);
  const workload = {
    namespace: metadata.namespace,
    labels: identity.labels,
    serviceAccount: spec?.serviceAccountName ?? "default",
  };
  const started = Date.parse(status?.startTime ?? "");
  const startedMicros = Number.isNaN(started) ? undefined : started * 1_000;
  const pod = { name: metadata.name, labels, otherLabels: identity.others, workload, startedMicros };
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

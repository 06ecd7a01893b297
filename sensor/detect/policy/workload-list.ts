import type { ServerMatch } from "./policy.js";
import type { WorkloadInput } from "./schema.js";

export type Labels = Readonly<Record<string, string>>;

/** Labels whose value is, by convention, the name of the service in front of the workload. */
const NAMING_LABELS: ReadonlySet<string> = new Set(["app", "app.kubernetes.io/name", "k8s-app"]);

/** Where on the wire the workloads of a cluster are: by the policy's `workloads`, else by the cluster's host names. */
export class WorkloadList {
  readonly #workloads: readonly WorkloadInput[];

  constructor(workloads: readonly WorkloadInput[]) {
    this.#workloads = workloads;
  }

  /** Every workload of the cluster that is named in the policy or asked for by a cluster's host name. */
  all(): ServerMatch[] {
    return [...this.#workloads.map(({ server }) => server), { name: ["*.*.svc", "*.*.svc.*"] }];
  }

  inNamespace(namespace: string): ServerMatch[] {
    const listed = this.#workloads.filter((workload) => workload.namespace === namespace).map(({ server }) => server);
    return [...listed, { name: [`*.${namespace}.svc`, `*.${namespace}.svc.*`] }];
  }

  /**
   * Those a selector picks. Labels do not show on the wire: without an entry in `workloads` only a single label that by convention
   * names the service can be followed. Undefined where it can't be told.
   */
  selected(namespace: string, labels: Labels): ServerMatch[] | undefined {
    const wanted = Object.entries(labels);
    const listed = this.#workloads.filter(
      (workload) =>
        workload.namespace === namespace && wanted.every(([label, value]) => workload.labels?.[label] === value),
    );
    if (listed.length > 0) return listed.map(({ server }) => server);
    const [only, ...others] = wanted;
    if (only === undefined || others.length > 0 || !NAMING_LABELS.has(only[0])) return undefined;
    const host = `${only[1]}.${namespace}.svc`;
    return [{ name: [host, `${host}.*`, `*.${host}`, `*.${host}.*`] }];
  }
}

/** The same servers at one port; undefined where none of them is at it. */
export function atPort(servers: readonly ServerMatch[], port: number): ServerMatch[] | undefined {
  const there = servers
    .filter((server) => server.port === undefined || server.port.includes(port))
    .map((server) => ({ ...server, port: [port] }));
  return there.length > 0 ? there : undefined;
}

/** `app=payments,version=v1` */
export function selectorText(labels: Labels): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
}

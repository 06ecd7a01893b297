import type { Workload } from "./cluster/pod-list.js";
import type { SeenServer } from "./cluster/seen-calls.js";
import { type Suggested, suggestionName, suggestions } from "./cluster/suggestion.js";
import type { Report } from "./report.js";

/** Label that Kubernetes itself gives each namespace. */
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** Kubernetes' NetworkPolicy for the callers seen. Only of what comes in: what goes out was seen as far as it reached the sensors. */
export const networkPolicy: Report = {
  name: "network-policy",
  *write(rows, _coverage, { workloads } = {}) {
    yield* suggestions("NetworkPolicy", [...rows], workloads, suggest);
  },
};

function suggest({ workload, callers }: SeenServer): Suggested | undefined {
  if (callers.length === 0) return undefined;
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: suggestionName(workload, "ingress"), namespace: workload.namespace },
    spec: {
      podSelector: { matchLabels: workload.labels },
      policyTypes: ["Ingress"],
      ingress: callers.map((caller) => ({
        from: [peerOf(caller.workload)],
        ports: caller.ports.map((port) => ({ protocol: "TCP", port })),
      })),
    },
  };
  return {
    object,
    notes: ["only TCP was looked at, and probes of the kubelet are no pod's: try it before it refuses"],
  };
}

function peerOf({ namespace, labels }: Workload): object {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } },
    podSelector: { matchLabels: labels },
  };
}

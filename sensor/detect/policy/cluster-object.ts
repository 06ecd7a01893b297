import type { Labels } from "./workload-list.js";

/** A Kubernetes object that says who must authenticate, its `spec` checked. */
export interface ClusterObject {
  /** `Istio` or `Linkerd`: both have an AuthorizationPolicy. */
  readonly mesh: "Istio" | "Linkerd";
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** RFC 3339; empty where it was not written. */
  readonly created: string;
  readonly spec: unknown;
  /** `file:line:column` */
  readonly place: string;
}

import { z } from "zod";
import { keys } from "../../../shared/config/checked-schema.js";
import type { ClusterObject } from "./cluster-object.js";
import type { Expectation, Expected, ServerMatch } from "./policy.js";
import { SELECTOR } from "./schema.js";
import { atPort, type Labels, selectorText, type WorkloadList } from "./workload-list.js";

/** Istio's default `meshConfig.rootNamespace`: what stands there without a selector is for the whole mesh. */
const ROOT_NAMESPACE = "istio-system";

const MODE = "UNSET, DISABLE, PERMISSIVE, STRICT";
const MUTUAL = keys({ mode: z.enum(["UNSET", "DISABLE", "PERMISSIVE", "STRICT"], MODE).optional() });
const PORT = "port numbers from 1 to 65535, each with a mode";

/** https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export const PEER_AUTHENTICATION = keys({
  selector: SELECTOR.nullish(),
  mtls: MUTUAL.nullish(),
  portLevelMtls: z.record(z.string().refine(isPort, PORT), MUTUAL, PORT).nullish(),
});

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

type Spec = z.infer<typeof PEER_AUTHENTICATION>;

interface Peer extends ClusterObject {
  readonly spec: Spec;
}

/**
 * Port before selector before namespace before mesh; of several alike the oldest counts. UNSET takes over what is further out,
 * and PERMISSIVE and DISABLE expect nothing. Ports are the workload's, not those of a service in front of it.
 */
export function istioExpectations(
  objects: readonly ClusterObject[],
  workloads: WorkloadList,
  notices: string[],
): Expectation[] {
  // A stable sort: those without a time keep the order of the file.
  const peers = [...(objects as readonly Peer[])].sort((a, b) =>
    a.created < b.created ? -1 : a.created > b.created ? 1 : 0,
  );
  const selecting = peers.filter(({ spec }) => labelsOf(spec) !== undefined);
  const wide = peers.filter(({ spec }) => labelsOf(spec) === undefined);
  const first: Expectation[] = [];
  const second: Expectation[] = [];
  const yielding: Expectation[] = [];
  for (const peer of selecting) {
    const servers = workloads.selected(peer.namespace, labelsOf(peer.spec) ?? {});
    if (servers === undefined) yielding.push(...yieldFor(peer, workloads, notices));
    else {
      first.push(...portExpectations(peer, servers, notices));
      second.push(...expectation(peer, servers, peer.spec.mtls?.mode));
    }
  }
  return [...first, ...second, ...yielding, ...wideExpectations(wide, workloads, notices)];
}

function labelsOf({ selector }: Spec): Labels | undefined {
  const labels = selector?.matchLabels;
  return labels === undefined || Object.keys(labels).length === 0 ? undefined : labels;
}

function portExpectations(peer: Peer, servers: readonly ServerMatch[], notices: string[]): Expectation[] {
  return Object.entries(peer.spec.portLevelMtls ?? {}).flatMap(([port, { mode }]) => {
    const there = atPort(servers, Number(port));
    if (there !== undefined) return expectation(peer, there, mode, ` port ${port}`);
    notices.push(`${nameOf(peer)}: none of its workloads is at port ${port}; portLevelMtls for it is not applied`);
    return [];
  });
}

/** A workload that can't be found may be allowed less than STRICT: nothing is expected where it might be. */
function yieldFor(peer: Peer, workloads: WorkloadList, notices: string[]): Expectation[] {
  const { mtls, portLevelMtls } = peer.spec;
  const modes = [mtls?.mode, ...Object.values(portLevelMtls ?? {}).map(({ mode }) => mode)];
  const isLoose = modes.some((mode) => mode === "PERMISSIVE" || mode === "DISABLE");
  notices.push(
    `${nameOf(peer)} is not applied: labels do not show on the wire, and no entry of workloads in namespace ` +
      `"${peer.namespace}" has ${selectorText(labelsOf(peer.spec) ?? {})}` +
      (isLoose ? `; it allows less than STRICT, so nothing is expected of namespace "${peer.namespace}" by Istio` : ""),
  );
  return isLoose ? expectation(peer, workloads.inNamespace(peer.namespace), "PERMISSIVE") : [];
}

function wideExpectations(peers: readonly Peer[], workloads: WorkloadList, notices: string[]): Expectation[] {
  const byNamespace = new Map<string, Peer>();
  for (const peer of peers) {
    const older = byNamespace.get(peer.namespace);
    if (older === undefined) byNamespace.set(peer.namespace, peer);
    else
      notices.push(`${nameOf(peer)} is not applied: ${nameOf(older)} is for all of namespace "${peer.namespace}" too`);
    if (Object.keys(peer.spec.portLevelMtls ?? {}).length > 0)
      notices.push(`${nameOf(peer)}: portLevelMtls is not applied, as Istio takes it only together with a selector`);
  }
  const mesh = byNamespace.get(ROOT_NAMESPACE);
  const namespaces = [...byNamespace.values()].filter((peer) => peer !== mesh);
  return [
    ...namespaces.flatMap((peer) => expectation(peer, workloads.inNamespace(peer.namespace), peer.spec.mtls?.mode)),
    ...(mesh === undefined ? [] : expectation(mesh, workloads.all(), mesh.spec.mtls?.mode)),
  ];
}

function expectation(
  peer: Peer,
  servers: readonly ServerMatch[],
  mode: string | undefined,
  suffix = "",
): Expectation[] {
  if (mode === undefined || mode === "UNSET") return [];
  const expect: Expected = mode === "STRICT" ? "mtls" : "any";
  return [{ name: nameOf(peer) + suffix, servers, client: undefined, expect, reason: `${peer.kind} mode ${mode}` }];
}

function nameOf({ kind, namespace, name }: Peer): string {
  return `${kind} ${namespace}/${name}`;
}

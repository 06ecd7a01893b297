import type { ClusterObject } from "./cluster-object.js";
import { type Authorization, authorizationsOf } from "./linkerd-authorization.js";
import type { ServerSpec } from "./linkerd-spec.js";
import type { Expectation, Expected, ServerMatch } from "./policy.js";
import { atPort, selectorText, type WorkloadList } from "./workload-list.js";

interface Server extends ClusterObject {
  readonly spec: ServerSpec;
}

/**
 * A Server expects what its authorizations ask for. Clients that need less are written first: an authorization without mutual TLS
 * is for its networks, and where it names none, nothing is expected of anyone.
 */
export function linkerdExpectations(
  objects: readonly ClusterObject[],
  workloads: WorkloadList,
  notices: string[],
): Expectation[] {
  for (const { kind, place, spec } of objects) {
    const target = kind === "AuthorizationPolicy" ? (spec as { targetRef: { kind: string } }).targetRef.kind : "Server";
    if (target !== "Server" && target !== "Namespace")
      notices.push(
        `${place}: an AuthorizationPolicy of a ${target} is not applied: it is for some requests of a server`,
      );
  }
  const servers = objects.filter(({ kind }) => kind === "Server") as readonly Server[];
  return servers.flatMap((server) => {
    const matches = matchesOf(server, workloads, notices);
    return matches === undefined
      ? []
      : expectationsOf(server, matches, authorizationsOf(server, objects, notices), notices);
  });
}

function matchesOf(server: Server, workloads: WorkloadList, notices: string[]): ServerMatch[] | undefined {
  const { podSelector, externalWorkloadSelector, port } = server.spec;
  const labels = (podSelector ?? externalWorkloadSelector)?.matchLabels ?? {};
  const isWide = Object.keys(labels).length === 0;
  const found = isWide ? workloads.inNamespace(server.namespace) : workloads.selected(server.namespace, labels);
  if (found === undefined) {
    notices.push(
      `${nameOf(server)} is not applied: labels do not show on the wire, and no entry of workloads in namespace ` +
        `"${server.namespace}" has ${selectorText(labels)}`,
    );
    return undefined;
  }
  // The name of a port does not show on the wire either.
  const there = typeof port === "number" ? atPort(found, port) : found.filter((match) => match.port !== undefined);
  if (there !== undefined && there.length > 0) return there;
  const why = typeof port === "number" ? "is at it" : "has a port in workloads";
  notices.push(
    `${nameOf(server)} is not applied: port ${JSON.stringify(port)} can't be followed, none of its workloads ${why}`,
  );
  return undefined;
}

function expectationsOf(
  server: Server,
  servers: readonly ServerMatch[],
  authorizations: readonly Authorization[],
  notices: string[],
): Expectation[] {
  const all = [...authorizations, ...byAccessPolicy(server.spec)];
  if (all.length === 0) {
    notices.push(`${nameOf(server)} is not applied: no authorization in the policy file lets anyone in`);
    return [];
  }
  const make = ({ expect, networks }: Authorization, index: number): Expectation => ({
    name: index === 0 ? nameOf(server) : `${nameOf(server)} authorization ${index + 1}`,
    servers,
    client: networks && { network: networks },
    expect,
    reason: `Linkerd lets in clients ${WORDS[expect]}`,
  });
  // The least first: a client that needs no certificate must not be held against an authorization that takes one.
  return [...all].sort((a, b) => ORDER[a.expect] - ORDER[b.expect]).map(make);
}

const ORDER: Readonly<Record<Expected, number>> = { any: 0, tls: 1, mtls: 2 };
const WORDS: Readonly<Record<Expected, string>> = {
  any: "without TLS",
  tls: "with TLS",
  mtls: "with a certificate of the mesh",
};

/** What a Server does with clients that no authorization lets in; `deny` by default. */
function byAccessPolicy({ accessPolicy }: ServerSpec): Authorization[] {
  if (accessPolicy === undefined || accessPolicy === "deny") return [];
  return [{ expect: accessPolicy.endsWith("-authenticated") ? "mtls" : "any", networks: undefined }];
}

function nameOf({ kind, namespace, name }: ClusterObject): string {
  return `${kind} ${namespace}/${name}`;
}

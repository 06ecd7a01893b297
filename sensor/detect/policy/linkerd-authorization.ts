import type { ClusterObject } from "./cluster-object.js";
import type { AuthorizationPolicySpec, NetworkSpec, ServerAuthorizationSpec } from "./linkerd-spec.js";
import type { Expected } from "./policy.js";

/** What one authorization asks of the clients it lets in. */
export interface Authorization {
  readonly expect: Expected;
  /** Networks of these clients; undefined for all. */
  readonly networks: readonly string[] | undefined;
}

/** Kinds of references that only a client of the mesh, with its certificate, can satisfy. */
const MESH_KINDS: ReadonlySet<string> = new Set(["MeshTLSAuthentication", "ServiceAccount"]);

/** Every authorization of a Server. One of them is enough for a client. */
export function authorizationsOf(
  server: ClusterObject,
  objects: readonly ClusterObject[],
  notices: string[],
): Authorization[] {
  const near = objects.filter(({ namespace }) => namespace === server.namespace);
  const found: Authorization[] = [];
  for (const object of near) {
    if (object.kind === "AuthorizationPolicy" && isTarget(object.spec as AuthorizationPolicySpec, server))
      found.push(fromPolicy(object, objects, notices));
    if (object.kind === "ServerAuthorization" && isNamed(object.spec as ServerAuthorizationSpec, server))
      found.push(fromServerAuthorization(object.spec as ServerAuthorizationSpec));
  }
  return found;
}

function isTarget({ targetRef }: AuthorizationPolicySpec, server: ClusterObject): boolean {
  if (targetRef.kind === "Namespace") return targetRef.name === server.namespace;
  return targetRef.kind === "Server" && targetRef.name === server.name;
}

function isNamed({ server: { name, selector } }: ServerAuthorizationSpec, server: ClusterObject): boolean {
  if (name !== undefined) return name === server.name;
  return Object.entries(selector?.matchLabels ?? {}).every(([label, value]) => server.labels[label] === value);
}

/** All references must be satisfied at once. */
function fromPolicy(policy: ClusterObject, objects: readonly ClusterObject[], notices: string[]): Authorization {
  const references = (policy.spec as AuthorizationPolicySpec).requiredAuthenticationRefs ?? [];
  if (references.some(({ kind }) => MESH_KINDS.has(kind))) return { expect: "mtls", networks: undefined };
  const networks: string[] = [];
  for (const { kind, name, namespace } of references) {
    const found = objects.find(
      (object) => object.kind === kind && object.name === name && object.namespace === (namespace ?? policy.namespace),
    );
    if (kind === "NetworkAuthentication" && found !== undefined) {
      networks.push(...(found.spec as NetworkSpec).networks.map(({ cidr }) => cidr));
    } else {
      notices.push(
        `${policy.kind} ${policy.namespace}/${policy.name}: ${kind} "${name}" is not in the policy file; ` +
          "nothing is expected of the clients it lets in",
      );
      return { expect: "any", networks: undefined };
    }
  }
  return { expect: "any", networks: networks.length > 0 ? networks : undefined };
}

function fromServerAuthorization({ client }: ServerAuthorizationSpec): Authorization {
  const networks = client.networks?.map(({ cidr }) => cidr);
  if (client.unauthenticated === true || client.meshTLS === undefined) return { expect: "any", networks };
  return { expect: client.meshTLS.unauthenticatedTLS === true ? "tls" : "mtls", networks: networks };
}

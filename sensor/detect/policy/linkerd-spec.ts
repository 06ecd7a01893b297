import { z } from "zod";
import { keys, list, text } from "../../../shared/config/checked-schema.js";
import { isNetwork } from "../../../shared/config/network-text.js";
import { SELECTOR } from "./schema.js";

const PORT = "a port number or the name of a container's port";
const PROXY_PROTOCOLS = ["unknown", "HTTP/1", "HTTP/2", "gRPC", "opaque", "TLS"] as const;
const ACCESS_POLICIES = [
  "deny",
  "audit",
  "all-unauthenticated",
  "all-authenticated",
  "cluster-unauthenticated",
  "cluster-authenticated",
] as const;
const CIDR = "a network such as 10.0.0.0/8";

const cidr = z.string(CIDR).refine(isNetwork, CIDR);
const networks = list(keys({ cidr, except: list(cidr, "networks").optional() }), "networks");
const name = text("a name");
const reference = keys({
  group: z.string("an API group").optional(),
  kind: text("a kind"),
  name,
  namespace: name.optional(),
});
const account = keys({ name, namespace: name.optional() });

const ONE_SELECTOR = "podSelector or externalWorkloadSelector, one of the two";

export const SERVER_SPEC = keys({
  podSelector: SELECTOR.optional(),
  externalWorkloadSelector: SELECTOR.optional(),
  port: z.union([z.int(PORT).min(1, PORT).max(65_535, PORT), z.string(PORT).min(1, PORT)], PORT),
  proxyProtocol: z.enum(PROXY_PROTOCOLS, PROXY_PROTOCOLS.join(", ")).optional(),
  accessPolicy: z.enum(ACCESS_POLICIES, ACCESS_POLICIES.join(", ")).optional(),
}).refine(
  ({ podSelector, externalWorkloadSelector }) => podSelector === undefined || externalWorkloadSelector === undefined,
  ONE_SELECTOR,
);
export const AUTHORIZATION_POLICY_SPEC = keys({
  targetRef: reference,
  requiredAuthenticationRefs: list(reference, "references").nullish(),
});
const MESH_TLS_SPEC = keys({
  identities: list(text("an identity"), "identities").optional(),
  identityRefs: list(reference, "references").optional(),
});
export const NETWORK_SPEC = keys({ networks });
export const SERVER_AUTHORIZATION_SPEC = keys({
  server: keys({ name: name.optional(), selector: SELECTOR.optional() }),
  client: keys({
    networks: networks.optional(),
    unauthenticated: z.boolean("true or false").optional(),
    meshTLS: keys({
      unauthenticatedTLS: z.boolean("true or false").optional(),
      identities: list(text("an identity"), "identities").optional(),
      serviceAccounts: list(account, "accounts").optional(),
    }).optional(),
  }),
});

export type ServerSpec = z.infer<typeof SERVER_SPEC>;
export type AuthorizationPolicySpec = z.infer<typeof AUTHORIZATION_POLICY_SPEC>;
export type NetworkSpec = z.infer<typeof NETWORK_SPEC>;
export type ServerAuthorizationSpec = z.infer<typeof SERVER_AUTHORIZATION_SPEC>;

/** https://linkerd.io/2/reference/authorization-policy/: by kind of policy.linkerd.io. */
export const LINKERD_SPECS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["Server", SERVER_SPEC],
  ["AuthorizationPolicy", AUTHORIZATION_POLICY_SPEC],
  ["MeshTLSAuthentication", MESH_TLS_SPEC],
  ["NetworkAuthentication", NETWORK_SPEC],
  ["ServerAuthorization", SERVER_AUTHORIZATION_SPEC],
]);

import type { CertificateRecord } from "../../shared/event.js";
import type { StoredRow } from "../store/stored-row.js";
import type { SeenCaller, SeenServer } from "./cluster/seen-calls.js";
import { type Suggested, suggestionName, suggestions } from "./cluster/suggestion.js";
import type { Report } from "./report.js";

/** Istio's AuthorizationPolicy for the callers seen, by the service accounts of their pods. */
export const authorizationPolicy: Report = {
  name: "authorization-policy",
  *write(rows, _coverage, { workloads } = {}) {
    const list = [...rows];
    const identities = identitiesOf(list);
    yield* suggestions("AuthorizationPolicy", list, workloads, (server) => suggest(server, identities));
  },
};

/** Identities that clients proved by a certificate (SPIFFE X.509-SVID §2) → addresses they did from. */
type Identities = ReadonlyMap<string, ReadonlySet<string>>;

function identitiesOf(rows: readonly StoredRow[]): Identities {
  const certificates = rows.flatMap(({ record }) => (record.kind === "certificate" ? [record] : []));
  const identities = new Map<string, Set<string>>();
  for (const { san, clients } of certificates)
    for (const name of spiffeNames(san))
      for (const address of clients) identities.set(name, (identities.get(name) ?? new Set()).add(address));
  return identities;
}

/** `cluster.local/ns/shop/sa/orders` */
function spiffeNames(san: CertificateRecord["san"]): string[] {
  return san.flatMap((name) => /^spiffe:\/\/([^/]+\/ns\/[^/]+\/sa\/[^/]+)$/.exec(name)?.[1] ?? []);
}

function suggest({ workload, callers }: SeenServer, identities: Identities): Suggested {
  const notes: string[] = [];
  const rules = callers.flatMap((caller) => {
    const principal = principalOf(caller, identities, notes);
    if (principal === undefined) return [];
    const ports = caller.ports.filter((port) => typeof port === "number").map(String);
    if (ports.length < caller.ports.length)
      notes.push(
        `Istio takes numbers of ports only: ${caller.ports.join(", ")} became ${ports.join(", ") || "any port"}`,
      );
    const to = ports.length === 0 ? {} : { to: [{ operation: { ports } }] };
    return [{ from: [{ source: { principals: [principal] } }], ...to }];
  });
  if (rules.length === 0) return { object: undefined, notes };
  const object = {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: suggestionName(workload, "callers"), namespace: workload.namespace },
    spec: { selector: { matchLabels: workload.labels }, action: "ALLOW", rules },
  };
  return { object, notes };
}

/** From the pod's service account, under the trust domain that its certificates name; where they name another identity, none. */
function principalOf({ workload, edges }: SeenCaller, identities: Identities, notes: string[]): string | undefined {
  const { namespace, serviceAccount } = workload;
  const account = `/ns/${namespace}/sa/${serviceAccount}`;
  const addresses = edges.map(({ clientAddress }) => clientAddress);
  const proven = [...identities]
    .filter(([, its]) => addresses.some((address) => its.has(address)))
    .map(([name]) => name);
  const others = proven.filter((name) => !name.endsWith(account));
  if (others.length > 0) {
    notes.push(`${account} is left out: it proved to be ${others.join(", ")} by its certificate, which is another`);
    return undefined;
  }
  const unproven = edges.filter(({ posture }) => posture !== "mtls").length;
  if (unproven > 0)
    notes.push(
      `${account} was not seen to use mutual TLS throughout: without it Istio knows no principal, and refuses`,
    );
  if (proven.length === 1) return proven[0];
  notes.push(`the trust domain of ${account} was not seen: any is allowed`);
  return `*${account}`;
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import t from "tap";
import { parseAllDocuments, stringify } from "yaml";
import type { EdgeRecord } from "../shared/event.js";
import { inventoryFile, type Row } from "./support/inventory-file.js";
import { run, temporaryFolder } from "./support/program.js";
import { certificate, edge, NOW, SECONDS } from "./support/teller.js";

function pod(name: string, namespace: string, address: string, labels: object, more: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { ...labels, "pod-template-hash": "abc" } },
    spec: { serviceAccountName: name.split("-")[0], containers: [], ...more },
    status: { podIP: address, podIPs: [{ ip: address }], startTime: "2020-01-01T00:00:00Z" },
  };
}

const PODS = {
  apiVersion: "v1",
  kind: "List",
  items: [
    pod("orders-1", "shop", "10.1.0.1", { app: "orders" }),
    pod("orders-2", "shop", "10.1.0.2", { app: "orders" }),
    pod("ledger-1", "pay", "10.1.0.3", { app: "ledger", tier: "back" }),
    pod("reports-1", "shop", "10.1.0.4", { app: "reports" }),
    pod("agent-1", "kube-system", "10.9.0.1", { app: "agent" }, { hostNetwork: true }),
    {
      ...pod("young-1", "shop", "10.1.0.5", { app: "young" }),
      status: { podIP: "10.1.0.5", startTime: "2099-01-01T00:00:00Z" },
    },
    pod("bare-1", "shop", "10.1.0.6", {}),
    {
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "ledger", namespace: "pay" } },
      spec: { clusterIP: "10.2.0.3", selector: { app: "ledger" }, ports: [{ port: 443, targetPort: "https" }] },
    },
  ],
};

const EVIL = "x\n---\nkind: Evil\u2028kind: Evil";

function call(client: string, server: string, port: number, posture: EdgeRecord["posture"] = "mtls"): EdgeRecord {
  const counts = { [posture === "mixed" ? "tls" : posture]: 3 };
  return { ...edge(client, EVIL, posture, counts), serverAddress: server, serverPort: port };
}

const ROWS: readonly Row[] = [
  call("10.1.0.1", "10.1.0.3", 8443),
  call("10.1.0.2", "10.1.0.3", 8443),
  call("10.1.0.2", "10.2.0.3", 443),
  call("10.1.0.4", "10.1.0.3", 8443, "cleartext"),
  call("10.9.0.1", "10.1.0.3", 8443),
  call("10.1.0.5", "10.1.0.3", 8443),
  call("10.1.0.6", "10.1.0.3", 8443),
  call("192.0.2.9", "10.1.0.1", 8080, "tls"),
  call("10.1.0.1", "10.7.7.7", 5432, "cleartext"),
  {
    ...certificate("CN=orders", SECONDS + 9_999),
    ...{ kind: "certificate", handshakes: 1, firstMicros: NOW, lastMicros: NOW, services: [], serviceCount: 0 },
    ...{ clients: ["10.1.0.1"], clientCount: 1, extendedKeyUsages: [], isSelfIssued: false },
    san: ["spiffe://mesh.example/ns/shop/sa/orders"],
  },
];

function suggested(
  t: { teardown(action: () => void): void },
  format: string,
  rows = ROWS,
  text = JSON.stringify(PODS),
): string {
  const folder = temporaryFolder(t);
  const file = join(folder, "pods.json");
  writeFileSync(file, text);
  const database = inventoryFile(folder, rows);
  const { code, out, error } = run(["export", "--format", format, "--database", database, "--workloads", file]);
  if (code !== 0) throw new Error(error);
  return out;
}

function documentsOf(text: string): unknown[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const value: unknown = document.toJS();
    return value === null ? [] : [value];
  });
}

const LEDGER = { app: "ledger", tier: "back" };
const from = (app: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
  podSelector: { matchLabels: { app } },
});

t.test(
  "NetworkPolicy: one for each workload called, valid by Kubernetes' schema, for the callers that are known",
  (t) => {
    const text = suggested(t, "network-policy");
    const documents = documentsOf(text);
    for (const document of documents) new NetworkPolicy(document as object).validate();
    t.throws(() => new NetworkPolicy({ ...(documents[0] as object), spec: { podSelector: 3 } } as object).validate());
    t.match(documents, [
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: /^ledger-ingress-[0-9a-f]{8}$/, namespace: "pay" },
        spec: {
          podSelector: { matchLabels: LEDGER },
          policyTypes: ["Ingress"],
          ingress: [
            {
              from: [from("orders")],
              ports: [
                { protocol: "TCP", port: 8443 },
                { protocol: "TCP", port: "https" },
              ],
            },
            { from: [from("reports")], ports: [{ protocol: "TCP", port: 8443 }] },
          ],
        },
      },
    ]);
    t.equal(documents.length, 1, "orders was called from outside only: nothing to allow is known");
    t.match(text, /^# Evidence: shop: app=orders → port 8443, https: 9 connections, mutual TLS, \d{4}-/m);
    t.match(text, /^# {3}10\.9\.0\.1 → port 8443, 3 connections: several pods, or a host, have this address$/m);
    t.match(text, /^# {3}10\.1\.0\.5 → .*: pod young-1 has this address, and started only afterwards$/m);
    t.match(text, /^# {3}10\.1\.0\.6 → .*: pod bare-1 has no label by which it could be selected$/m);
    t.match(text, /^# {3}10\.7\.7\.7:5432 .*no pod has this address$/m);
    t.match(
      text,
      /^# For shop: app=orders\n.*\n# {3}192\.0\.2\.9 → port 8080.*: no pod has this address\n# Nothing is suggested/m,
    );
    t.notMatch(text, /^(---\n)?kind: Evil/m, "a name from the wire ends no comment");
    t.end();
  },
);

t.test("AuthorizationPolicy: by service accounts, valid by Istio's schema, with what was not proven", (t) => {
  const text = suggested(t, "authorization-policy");
  const documents = documentsOf(text);
  for (const document of documents) new AuthorizationPolicy(document as object).validate();
  t.throws(() => new AuthorizationPolicy({ ...(documents[0] as object), spec: { rules: 3 } } as object).validate());
  t.match(documents, [
    {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: /^ledger-callers-[0-9a-f]{8}$/, namespace: "pay" },
      spec: {
        selector: { matchLabels: LEDGER },
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { principals: ["mesh.example/ns/shop/sa/orders"] } }],
            to: [{ operation: { ports: ["8443"] } }],
          },
          { from: [{ source: { principals: ["*/ns/shop/sa/reports"] } }], to: [{ operation: { ports: ["8443"] } }] },
        ],
      },
    },
  ]);
  t.match(text, /^# Note: \/ns\/shop\/sa\/reports was not seen to use mutual TLS throughout/m);
  t.match(text, /^# Note: the trust domain of \/ns\/shop\/sa\/reports was not seen: any is allowed$/m);
  const other = ROWS.map((row) =>
    row.kind === "certificate" ? { ...row, san: ["spiffe://m/ns/shop/sa/other"] } : row,
  );
  const refused = suggested(t, "authorization-policy", other);
  t.notMatch(refused, /principals:\n\s+- .*orders/, "who proved to be another is not let in by its address");
  t.match(refused, /^# Note: \/ns\/shop\/sa\/orders is left out: it proved to be m\/ns\/shop\/sa\/other/m);
  const alone = suggested(t, "authorization-policy", [
    call("10.1.0.1", "10.1.0.3", 8443),
    ...other.filter(({ kind }) => kind === "certificate"),
  ]);
  t.same(documentsOf(alone), []);
  t.match(alone, /^# Note: .* is left out: .*\n# Nothing is suggested: none of the callers above can be named in a/m);
  t.notMatch(alone, /no caller of a known workload was seen/, "one was, and is told above");
  t.end();
});

t.test("an address of several virtual networks is nobody's", (t) => {
  const first = call("10.1.0.1", "10.1.0.3", 8443);
  const text = suggested(t, "network-policy", [first, { ...first, virtualNetwork: "vxlan 7" }]);
  t.same(documentsOf(text), []);
  t.match(text, /^# {3}10\.1\.0\.3:8443 in vxlan 7 .*: 10\.1\.0\.1 is in several virtual networks/m);
  t.equal(
    documentsOf(suggested(t, "network-policy", [{ ...first, virtualNetwork: "vxlan 7" }])).length,
    1,
    "of one it is",
  );
  t.end();
});

t.test("without the cluster's pods nothing is guessed, and a file that does not do is told", (t) => {
  const folder = temporaryFolder(t);
  const database = inventoryFile(folder, ROWS);
  const none = run(["export", "--format", "network-policy", "--database", database]);
  t.match(none, {
    code: 0,
    out: /^# Nothing is suggested: .*not guessed\.\n# Name the cluster's pods: --workloads FILE/m,
  });
  t.same(documentsOf(none.out), []);
  t.same(documentsOf(suggested(t, "network-policy", ROWS, stringify(PODS))).length, 1, "YAML does as well");
  const file = join(folder, "bad");
  for (const [text, error] of [
    ["{", /workloads .*bad:1:2: Flow map must end/],
    ["a: [", /workloads .*bad:1:\d+: /],
    ["a: 1", /workloads .*bad:1:1: kind is missing; .* List; make it by: kubectl get pods,services -A -o json/],
    [JSON.stringify({ kind: "List", items: [] }), /it has no Pod/],
    [
      JSON.stringify({ kind: "List", items: [{ kind: "Pod", metadata: { name: "p" } }] }),
      /it has no Pod with an address/,
    ],
    [
      JSON.stringify({ kind: "List", items: [{ kind: "Pod", metadata: {} }] }),
      /bad:1:\d+: items\[0\]\.metadata\.name is missing/,
    ],
  ] as const) {
    writeFileSync(file, text);
    t.match(run(["export", "--format", "network-policy", "--database", database, "--workloads", file]), {
      code: 2,
      error,
    });
  }
  t.end();
});

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
    t.match(text, /^# {3}10\.1\.0\.6 → .*: pod bare-1 has no label that stays: pod-template-hash change/m);
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

t.test("who calls a service of several kinds of pods is told beside the policies that refuse it", (t) => {
  const service = {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "api", namespace: "shop" } },
    spec: { clusterIP: "10.2.0.1", selector: { part: "api" }, ports: [{ port: 80, targetPort: 8080 }] },
  };
  const cluster = JSON.stringify({
    ...{ apiVersion: "v1", kind: "List" },
    items: [
      pod("public-1", "shop", "10.1.0.1", { app: "public", part: "api" }),
      pod("admin-1", "shop", "10.1.0.2", { app: "admin", part: "api" }),
      pod("web-1", "shop", "10.3.0.1", { app: "web" }),
      pod("ops-1", "ops", "10.3.0.4", { app: "web" }),
      service,
    ],
  });
  const direct = [call("10.3.0.1", "10.1.0.1", 8080), call("10.3.0.1", "10.1.0.2", 8080)];
  const text = suggested(t, "network-policy", [...direct, call("10.3.0.4", "10.2.0.1", 80)], cluster);
  t.equal(documentsOf(text).length, 2);
  const line = "#   10.3.0.4 → port 80, 3 connections: service shop/api picks pods of 2 kinds\n";
  const heading =
    "# Seen as well, by a service's address, and refused by this where it led here: which of its pods answered is not known:\n";
  t.equal(text.split(heading + line).length, 3, "at each of its kinds");
  const same = suggested(t, "network-policy", [...direct, call("10.3.0.1", "10.2.0.1", 80)], cluster);
  t.notMatch(same, /refused by this where it led here/, "who is let in at that port anyway");
  const part = suggested(t, "network-policy", [direct[0], call("10.3.0.1", "10.2.0.1", 80)], cluster);
  t.match(part, /^# For shop: app=admin\n# Seen as well, by a service's address: which/m, "no policy refuses it there");
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

/** What charts and controllers put on a pod, of which all but three change. */
function chartLabels(name: string, release: number): object {
  return {
    "app.kubernetes.io/component": "api",
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/version": `1.16.${release}`,
    "controller-revision-hash": `6f7c${release}`,
    "helm.sh/chart": `${name}-0.3.${release}`,
    "rollouts-pod-template-hash": `5d9c6b7f8${release}`,
    "statefulset.kubernetes.io/pod-name": `${name}-${release}`,
    chart: `${name}-0.3.${release}`,
    heritage: "Tiller",
    release: `r${release}`,
    version: `v${release}`,
  };
}

function clusterOf(...pods: readonly object[]): string {
  const service = (name: string, address: string, selector: object): object => {
    const spec = { clusterIP: address, selector, ports: [{ port: 80, targetPort: 8080 }] };
    return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "shop" }, spec };
  };
  const byHash = service("by-hash", "10.2.0.1", { "rollouts-pod-template-hash": "5d9c6b7f81" });
  const all = service("roll", "10.2.0.2", { "pod-template-hash": "abc", track: "stable" });
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: [...pods, byHash, all] });
}

t.test(
  "selectors have labels that the next release has as well, and where there are none there is no selector",
  (t) => {
    const cluster = clusterOf(
      pod("cart-a", "shop", "10.1.0.1", chartLabels("cart", 1)),
      pod("cart-b", "shop", "10.1.0.2", chartLabels("cart", 2)),
      pod("front-a", "web", "10.3.0.1", { ...chartLabels("front", 7), shard: "one" }),
      pod("front-b", "web", "10.3.0.4", { ...chartLabels("front", 7), shard: "two" }),
      pod("roll-a", "web", "10.3.0.2", { app: "roll", "rollouts-pod-template-hash": "6f7c" }),
      pod("hash-a", "shop", "10.1.0.9", { track: "stable", "git-sha": "0a1b2c3d", built: "2026.11.30" }),
      pod("own-a", "shop", "10.1.0.8", { squad: "payments", version: "3" }),
    );
    const rows = [
      call("10.3.0.1", "10.1.0.1", 8080),
      call("10.3.0.2", "10.1.0.2", 8080),
      call("10.3.0.1", "10.2.0.1", 80),
      call("10.3.0.1", "10.1.0.9", 8080),
      call("10.3.0.1", "10.2.0.2", 80),
      call("10.1.0.9", "10.1.0.8", 8080),
      call("10.3.0.4", "10.1.0.8", 8080),
    ];
    const chosen = (name: string) => ({
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/instance": name,
      "app.kubernetes.io/component": "api",
    });
    const text = suggested(t, "network-policy", rows, cluster);
    const documents = documentsOf(text) as {
      spec: { podSelector: object; ingress: { from: { podSelector: object }[] }[] };
    }[];
    for (const document of documents) new NetworkPolicy(document as object).validate();
    t.strictSame(
      documents.map(({ spec }) => [spec.podSelector, ...spec.ingress.map(({ from: [one] }) => one.podSelector)]),
      [
        [chosen("cart"), { app: "roll" }, chosen("front")].map((matchLabels) => ({ matchLabels })),
        [{ squad: "payments" }, chosen("front")].map((matchLabels) => ({ matchLabels })),
      ],
    );
    const gone =
      "pod hash-a has no label that stays: built, git-sha, pod-template-hash, track change with a release or a pod";
    for (const line of [
      `#   10.1.0.9 → port 8080, 3 connections: ${gone}; give it app.kubernetes.io/name`,
      "# Note: pods of web: app.kubernetes.io/name=front,app.kubernetes.io/instance=front,app.kubernetes.io/component=api differ in shard, and are taken for one workload",
      "# Note: whether squad=payments stays with the next release is not known by its name: look before you apply",
    ])
      t.ok(text.includes(line), line);
    t.equal(text.split(gone).length, 4, "as a caller, at its own address and behind its service");
    t.notMatch(text, /matchLabels: \{\}/);
    for (const document of documentsOf(suggested(t, "authorization-policy", rows, cluster)))
      t.notMatch(JSON.stringify(document), /hash|chart|version|managed-by|release/);
    t.end();
  },
);

t.test(
  "a label that has a revision's, a run's or a pod's value selects nothing, and what a pod is doing is no name",
  (t) => {
    const knative = {
      ...{ app: "till-00031", "serving.knative.dev/service": "till", "serving.knative.dev/revision": "till-00031" },
      ...{ "serving.knative.dev/revisionUID": "77aa", "service.istio.io/canonical-name": "till" },
    };
    const run = { "workflows.argoproj.io/workflow": "nightly-q8z4c", "workflows.argoproj.io/completed": "false" };
    const gone: readonly (readonly [string, object])[] = [
      ["nightly-q8z4c", run],
      ["hashed-1", { app: "hashed-abc" }],
      ["ledger-0", { app: "ledger-0", "statefulset.kubernetes.io/pod-name": "ledger-0" }],
      ["report-29384756-xk2p9", { app: "report-29384756", "job-name": "report-29384756" }],
      ["member-1", { role: "Master", paused: "true" }],
      ["task-1", { "tekton.dev/taskRun": "build-run-8djk2", "app.kubernetes.io/managed-by": "tekton" }],
    ];
    const stays: readonly (readonly [string, object, object])[] = [
      ["till-00031-deployment-1", knative, { "serving.knative.dev/service": "till" }],
      ["api-1", { app: "api-v1", "service.istio.io/canonical-revision": "v1" }, { app: "api-v1" }],
      ["shop-1", { app: "shop", "app.kubernetes.io/part-of": "shop", release: "shop" }, { app: "shop" }],
      ["pg-1", { "app.kubernetes.io/component": "primary" }, { "app.kubernetes.io/component": "primary" }],
    ];
    const pods = [
      pod("front", "web", "10.3.0.1", { app: "front" }),
      ...gone.map(([name, labels], at) => pod(name, "shop", `10.1.0.${at + 1}`, labels)),
      ...stays.map(([name, labels], at) => pod(name, "shop", `10.1.1.${at + 1}`, labels)),
    ];
    const rows = [
      ...gone.map((_, at) => call("10.3.0.1", `10.1.0.${at + 1}`, 8080)),
      ...stays.map((_, at) => call("10.3.0.1", `10.1.1.${at + 1}`, 8080)),
    ];
    const text = suggested(t, "network-policy", rows, JSON.stringify({ apiVersion: "v1", kind: "List", items: pods }));
    const documents = documentsOf(text) as { spec: { podSelector: { matchLabels: object } } }[];
    const selectors = new Set(documents.map(({ spec }) => JSON.stringify(spec.podSelector.matchLabels)));
    t.same([...selectors].sort(), stays.map(([, , labels]) => JSON.stringify(labels)).sort());
    for (const [name] of gone) t.ok(text.includes(`pod ${name} has no label that stays: `), name);
    t.end();
  },
);

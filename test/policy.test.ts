import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { matchesGlob } from "../sensor/detect/policy/glob.js";
import { parsePolicy } from "../sensor/detect/policy/parse.js";
import { writeTraffic } from "./bench/traffic.js";
import { run, temporaryFolder } from "./support/program.js";
import { START_MICROS, TlsScene } from "./support/tls-scene.js";

const DAY_MICROS = 86_400e6;
const PRESENTED = { verdict: "presented", basis: "messages", confidence: 1, reason: "seen" } as const;
const UNKNOWN = { verdict: "unknown", basis: "none", confidence: 0, reason: "joined late" } as const;

function scene(text: string): TlsScene {
  return new TlsScene({ policy: parsePolicy(text, "p.yaml").policy });
}

/** What is told of a policy that can't be read. */
function fault(text: string): string {
  try {
    parsePolicy(text, "p.yaml");
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

t.test("mutual TLS expected: cleartext and handshakes without a certificate violate, the unknown never does", (t) => {
  const seen = scene(`
expectations:
  - name: shop is mutual
    server: { network: 10.0.0.0/24 }
    expect: mtls
    reason: card data
`);
  seen.call().call().call({ method: "CONNECT", client: "10.0.0.3", authority: "else:443" });
  seen.handshake({ client: "10.0.0.4" }).handshake({ client: "10.0.0.4", clientAuth: { verdict: "declined" } });
  seen.handshake({ client: "10.0.0.5", clientAuth: UNKNOWN }).connection(undefined, { client: "10.0.0.5" });
  seen.handshake({ client: "10.0.0.6", established: undefined });
  seen.handshake({ client: "10.0.0.7", clientAuth: PRESENTED }).connection("tls", { client: "10.0.0.7" });
  seen.handshake({ client: "10.0.0.8", established: false });
  seen.handshake({ client: "10.0.0.9", server: "10.0.1.2" });
  const policy = seen.detection.all().filter(({ rule }) => rule.startsWith("policy-"));
  t.same(
    policy.map(({ rule, severity, clientAddress, count, evidence }) =>
      [rule, severity, clientAddress, `×${count}`, evidence.seen].join(" "),
    ),
    [
      "policy-violation high 10.0.0.1 ×2 HTTP in the clear",
      "policy-violation high 10.0.0.4 ×2 TLS with a server that asked for no certificate",
      "policy-unproven info 10.0.0.5 ×2 TLS that does not show whether the client sent a certificate",
      "policy-unproven info 10.0.0.6 ×1 a TLS handshake whose end was not seen",
    ],
  );
  t.match(policy[0], {
    summary: '"shop is mutual" expects mutual TLS of 10.0.0.1 → shop.internal; seen was HTTP in the clear.',
    evidence: { expectation: "shop is mutual", expect: "mtls", reason: "card data", protocol: "HTTP/1.1" },
  });
  t.match(policy[2].evidence, { verdict: "unknown", basis: "none", ground: "joined late" });
  t.end();
});

t.test("TLS expected: any handshake will do; the first expectation that fits decides", (t) => {
  const seen = scene(`
expectations:
  - { name: metrics, server: { port: [9090, 9100] }, expect: any }
  - { name: old client, server: {}, client: { network: [10.9.0.0/16, "fd00::/8"] }, expect: tls }
  - { name: gateway, server: {}, client: { service: "gate*" }, expect: any }
  - { name: names, server: { name: "*.PAY.internal" }, expect: mtls }
  - { name: service, server: { service: ["shop.*", "stock.?nternal"] }, expect: tls }
`);
  seen.call({ port: 9_090 }).handshake({ client: "10.9.1.1" }).call({ client: "fd00::1" });
  seen.call({ server: "10.0.0.20", authority: "gate.internal", client: "10.0.0.21", port: 9_100 });
  seen.call({ server: "10.0.0.20", authority: "gate.internal", client: "10.0.0.21", port: 9_090 });
  seen.call({ server: "10.0.0.25", authority: "gate.internal", client: "10.0.0.21", port: 9_100 });
  seen.call({ server: "10.0.0.25", authority: "else.internal", client: "10.0.0.21", port: 9_090 });
  seen.call({ client: "10.0.0.20" }).call({ client: "10.0.0.22" }).call({ client: "10.0.0.25" });
  seen.handshake({ client: "10.0.0.23", serverName: "a.pay.internal" });
  seen.handshake({ client: "10.0.0.24", serverName: "pay.internal" });
  t.same(
    seen.found("policy-violation").map(({ clientAddress, evidence }) => `${clientAddress} ${evidence.expectation}`),
    ["fd00::1 old client", "10.0.0.22 service", "10.0.0.25 service", "10.0.0.23 names"],
  );
  t.end();
});

t.test("exceptions hold to the end of their day, by packet time; then they are findings themselves", (t) => {
  const seen = scene(`
expectations:
  - { name: all, server: {}, expect: mtls }
exceptions:
  - { name: old printer, server: {}, client: { network: 10.0.0.1/32 }, reason: replaced in winter, until: 2023-11-15 }
  - { server: { port: 81 }, reason: goes on, until: "2030-01-01T12:00:00+01:00" }
`);
  seen
    .call()
    .call({ port: 81, client: "10.0.0.3" })
    .call({ atMicros: START_MICROS + 1.07 * DAY_MICROS });
  t.same(seen.lines(), [], "still on the last day");
  seen.call({ atMicros: START_MICROS + 1.08 * DAY_MICROS }).call({ atMicros: START_MICROS + 2 * DAY_MICROS });
  t.same(seen.lines().sort(), [
    "policy-exception-expired medium - - ×1",
    "policy-violation high 10.0.0.1 10.0.0.2:80 ×2",
  ]);
  t.match(seen.found("policy-exception-expired")[0], {
    summary: 'The exception "old printer" held until 2023-11-15 and excuses nothing any more.',
    evidence: { exception: "old printer", until: "2023-11-15", reason: "replaced in winter" },
  });
  t.same(seen.found("policy-violation")[0].evidence.expiredExceptions, ["old printer"]);
  t.end();
});

t.test("mistakes are told with file, line, column, key, value and what is allowed", (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["expectations: [\n", "p.yaml:2:1: "],
    ["- a\n", 'p.yaml:1:1: the document is ["a"]; allowed: keys such as expectations, exceptions, workloads'],
    [
      "expectation: []\n",
      'p.yaml:1:1: unknown key "expectation"; allowed: expectations, exceptions, workloads; did you mean "expectations"?',
    ],
    [
      "expectations:\n  - name: a\n    server: { prot: 1 }\n    expect: mtls\n",
      'p.yaml:3:15: unknown key "expectations[0].server.prot"; allowed: service, network, port, name; did you mean "port"?',
    ],
    [
      "expectations:\n  - name: a\n    server: {}\n    expect: mtsl\n",
      'p.yaml:4:13: expectations[0].expect is "mtsl"; allowed: mtls, tls, any',
    ],
    [
      "expectations:\n  - name: a\n    server: {}\n",
      "p.yaml:2:5: expectations[0].expect is missing; allowed: mtls, tls, any",
    ],
    [
      "expectations:\n  - name: a\n    server: { network: 10.0.0.0/40 }\n    expect: tls\n",
      'p.yaml:3:24: expectations[0].server.network is "10.0.0.0/40"; allowed: a network such as 10.0.0.0/8 or fd00::/8, or a list of them',
    ],
    [
      "exceptions:\n  - { server: {}, reason: x, until: 2023-02-30 }\n",
      'p.yaml:2:37: exceptions[0].until is "2023-02-30"; allowed: a day such as 2027-03-31, which is the last, or a time such as 2027-03-31T12:00:00Z',
    ],
    [
      "exceptions:\n  - { server: {}, until: 2023-02-03 }\n",
      "p.yaml:2:5: exceptions[0].reason is missing; allowed: a reason in words: no exception without one",
    ],
    [
      "expectations:\n  - { name: a, server: {}, expect: any }\n  - { name: a, server: {}, expect: any }\n",
      'p.yaml:3:13: the name "a" is taken; allowed: a name of its own',
    ],
    [
      "---\nexpectations: []\n---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: a }\nspec:\n  mtls: { mode: strict }\n",
      'p.yaml:8:17: spec.mtls.mode is "strict"; allowed: UNSET, DISABLE, PERMISSIVE, STRICT',
    ],
    [
      "apiVersion: policy.linkerd.io/v1beta3\nkind: Server\nmetadata: { name: a }\nspec: { ports: 1 }\n",
      "p.yaml:4:7: spec.port is missing; allowed: a port number or the name of a container's port",
    ],
  ];
  for (const [text, message] of cases) t.equal(fault(text).slice(0, message.length), message);
  t.equal(fault(""), "");
  t.end();
});

const STRICT = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: a }\nspec:\n";

t.test("what a parser would let pass, or fail at, is told as well", (t) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '{ "expectations": [],\n  "\\u0065xpectations": [] }',
      'p.yaml:2:3: the key "\\u0065xpectations" is there twice; allowed: each key once',
    ],
    ["expectations: !mine []\n", "p.yaml:1:15: Unresolved tag: !mine"],
    ["expectations: &a [*a]\n", "p.yaml:1:1: *a stands within &a; allowed: aliases of what ends before them"],
    [
      `{ "expectations": ${"[".repeat(9_000)}${"]".repeat(9_000)} }`,
      "p.yaml:1:20: expectations[0] is something nested too deep to be shown; allowed: keys such as name",
    ],
    [
      `expectations: ${"x".repeat(500)}\n`,
      `p.yaml:1:15: expectations is "${"x".repeat(199)}…; allowed: a list of expectations`,
    ],
    ['"a\\u001b[31m": 1\n', 'p.yaml:1:1: unknown key "a\\u001b[31m"; allowed: expectations'],
    [
      "exceptions:\n  - { server: {}, until: 2023-02-03, reason: ' ' }\n",
      'p.yaml:2:46: exceptions[0].reason is " "; allowed: a reason in words: no exception without one',
    ],
    [
      "expectations:\n  - { name: a, server: { network: fe80::1%eth0/64 }, expect: tls }\n",
      "p.yaml:2:35: expectations[0].server.network is",
    ],
    [
      "expectations:\n  - { name: a, server: { network: 10.0.0.0/08 }, expect: tls }\n",
      "p.yaml:2:35: expectations[0].server.network is",
    ],
    [
      `${STRICT}  portLevelMtls: { 99999: { mode: STRICT } }\n`,
      'p.yaml:5:18: spec.portLevelMtls.99999 is "99999"; allowed: port numbers from 1 to 65535, each with a mode',
    ],
    [
      `${STRICT}  {}\n---\n${STRICT}  {}\n`,
      "p.yaml:7:1: PeerAuthentication default/a is there twice, first at p.yaml:1:1; allowed: each object once",
    ],
    [
      "apiVersion: policy.linkerd.io/v1beta3\nkind: Server\nmetadata: { name: a }\nspec: { port: 1, podSelector: {}, externalWorkloadSelector: {} }\n",
      "p.yaml:4:7: spec is",
    ],
    [
      STRICT.replace("name: a", "name: a, creationTimestamp: soon"),
      'p.yaml:3:41: metadata.creationTimestamp is "soon"; allowed: a time',
    ],
  ];
  for (const [text, message] of cases) t.equal(fault(text).slice(0, message.length), message);
  const deep = `a: ${"[".repeat(5_000)}${"]".repeat(5_000)}`;
  t.match(fault(deep), /^p\.yaml:1:\d+: nested too deep; allowed: what a person would write$/);
  const { notices } = parsePolicy(
    "expectations:\n  - { name: a, server: { network: [10.0.0.0/8, 10.1.2.3/8] }, client: { network: 'fd00::5/64' }, expect: tls }\n",
    "p.yaml",
  );
  t.same(notices, [
    "p.yaml:2:35: 10.1.2.3/8 is read as the whole network with this prefix; for one address write 10.1.2.3/32",
    "p.yaml:2:82: fd00::5/64 is read as the whole network with this prefix; for one address write fd00::5/128",
  ]);
  t.end();
});

t.test("globs, also against a pattern that would make a regular expression run for ever", (t) => {
  for (const [pattern, text, expected] of [
    ["*", "", true],
    ["a*c", "abbc", true],
    ["a*c", "abbcd", false],
    ["?.b", "a.b", true],
    ["?.b", ".b", false],
    ["*.a*.b", "x.aa.b.b", true],
    ["a.b", "axb", false],
    [`${"*a".repeat(40)}b`, "a".repeat(250), false],
  ] as const)
    t.equal(matchesGlob(pattern, text), expected, `${pattern} ${text}`);
  t.end();
});

const PEER = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n";

t.test(
  "Istio: port before selector before namespace before mesh; UNSET takes over, PERMISSIVE expects nothing",
  (t) => {
    const seen = scene(`
workloads:
  - { namespace: pay, labels: { app: ledger, tier: data }, server: { network: 10.3.0.0/24 } }
---
${PEER}metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
${PEER}metadata: { name: default, namespace: legacy, labels: { a: b } }
spec: { mtls: { mode: PERMISSIVE } }
---
${PEER}metadata: { name: default, namespace: pay }
spec: { mtls: { mode: UNSET } }
---
${PEER}metadata: { name: ledger, namespace: pay }
spec:
  selector: { matchLabels: { tier: data } }
  mtls: { mode: STRICT }
  portLevelMtls: { 9090: { mode: DISABLE } }
---
${PEER}metadata: { name: web, namespace: legacy }
spec: { selector: { matchLabels: { app: web } }, mtls: { mode: STRICT } }
`);
    const call = (server: string, authority: string, port = 80) => seen.call({ server, authority, port });
    call("10.1.0.1", "stock.shop.svc.cluster.local:80");
    call("10.1.0.2", "old.legacy.svc.cluster.local");
    call("10.1.0.3", "web.legacy.svc");
    call("10.1.0.4", "teller.pay.svc.cluster.local");
    call("10.3.0.5", "10.3.0.5:80");
    call("10.3.0.6", "10.3.0.6:9090", 9_090);
    call("10.1.0.7", "example.org");
    const name = "outbound_.80_._.stock.shop.svc.cluster.local";
    seen.handshake({ server: "10.1.0.8", serverName: name }).handshake({ server: "10.1.0.9", clientAuth: PRESENTED });
    t.same(
      seen.found("policy-violation").map(({ serverAddress, evidence }) => `${serverAddress} ${evidence.expectation}`),
      [
        "10.1.0.1 PeerAuthentication istio-system/default",
        "10.1.0.3 PeerAuthentication legacy/web",
        "10.1.0.4 PeerAuthentication istio-system/default",
        "10.3.0.5 PeerAuthentication pay/ledger",
        "10.1.0.8 PeerAuthentication istio-system/default",
      ],
    );
    t.end();
  },
);

t.test("Istio: what can't be applied is told, and a workload that may be allowed less is not held to more", (t) => {
  const text = `
${PEER}metadata: { name: strict, namespace: shop, creationTimestamp: "2026-01-02T00:00:00Z" }
spec: { mtls: { mode: STRICT }, portLevelMtls: { 80: { mode: DISABLE } } }
---
${PEER}metadata: { name: older, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z" }
spec: { mtls: { mode: STRICT } }
---
${PEER}metadata: { name: canary, namespace: shop }
spec: { selector: { matchLabels: { app: web, version: v2 } }, mtls: { mode: PERMISSIVE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: x }
`;
  t.same(parsePolicy(text, "p.yaml").notices, [
    "p.yaml:17:1: DestinationRule of networking.istio.io/v1 says nothing of authentication that is read here",
    'PeerAuthentication shop/canary is not applied: labels do not show on the wire, and no entry of workloads in namespace "shop" has app=web,version=v2; it allows less than STRICT, so nothing is expected of namespace "shop" by Istio',
    'PeerAuthentication shop/strict is not applied: PeerAuthentication shop/older is for all of namespace "shop" too',
    "PeerAuthentication shop/strict: portLevelMtls is not applied, as Istio takes it only together with a selector",
  ]);
  t.same(scene(text).call({ authority: "web.shop.svc" }).lines(), []);
  t.end();
});

t.test("Linkerd: a Server expects what its authorizations ask for, the least first", (t) => {
  const server = (name: string, app: string, more = "") => `---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: ${name}, namespace: shop, labels: { server: ${name} } }
spec: { podSelector: { matchLabels: { app: ${app} } }, port: 8080, proxyProtocol: HTTP/1${more} }
`;
  const text = `
${server("stock", "stock")}---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: mesh, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: stock }
  requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: all }]
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: all, namespace: shop }
spec: { identities: ["*"] }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: probes, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: stock }
  requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: NetworkAuthentication, name: probes }]
---
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
metadata: { name: probes, namespace: shop }
spec: { networks: [{ cidr: 10.9.0.0/16 }] }
${server("web", "web")}---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: web, namespace: shop }
spec: { server: { selector: { matchLabels: { server: web } } }, client: { meshTLS: { unauthenticatedTLS: true } } }
${server("open", "open", ", accessPolicy: all-unauthenticated")}${server("closed", "closed")}`;
  const { notices } = parsePolicy(text, "p.yaml");
  t.same(notices, ["Server shop/closed is not applied: no authorization in the policy file lets anyone in"]);
  const seen = scene(text);
  const port = 8_080;
  seen.call({ server: "10.1.0.1", port, authority: "stock.shop.svc:8080" });
  seen.call({ server: "10.1.0.1", port, authority: "stock.shop.svc:8080", client: "10.9.0.1" });
  seen.handshake({ server: "10.1.0.1", port, serverName: "stock.shop.svc", client: "10.0.0.4", clientAuth: PRESENTED });
  seen.handshake({ server: "10.1.0.2", port, serverName: "web.shop.svc" });
  seen.call({ server: "10.1.0.3", port, authority: "web.shop.svc" });
  seen.call({ server: "10.1.0.4", port, authority: "open.shop.svc" });
  seen.call({ server: "10.1.0.5", port: 80, authority: "stock.shop.svc" });
  t.same(
    seen
      .found("policy-violation")
      .map(({ clientAddress, serverAddress, evidence }) =>
        [clientAddress, serverAddress, evidence.expectation, evidence.expect].join(" "),
      ),
    ["10.0.0.1 10.1.0.1 Server shop/stock authorization 2 mtls", "10.0.0.1 10.1.0.3 Server shop/web tls"],
  );
  t.end();
});

t.test("a policy's violation is exit code 1, also without --fail-on; a policy that can't be read is 2", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "a.pcap");
  const traffic = { name: "t", what: "t", segmentBytes: 1_448, requests: 3, requestsPerConnection: 1, connections: 1 };
  writeTraffic(capture, { ...traffic, bodyBytes: 10 });
  const analyze = (text: string, ...more: string[]) => {
    writeFileSync(join(folder, "p.yaml"), text);
    return run(["analyze", capture, "--out", join(folder, "o"), "--policy", join(folder, "p.yaml"), ...more]);
  };
  const expecting = (expect: string) => `expectations:\n  - { name: all, server: {}, expect: ${expect} }\n`;
  t.match(analyze(expecting("mtls")), { code: 1, error: "" });
  t.match(analyze(expecting("any")), { code: 0, error: "" });
  t.equal(analyze(expecting("mtls"), "--set", "detect.disabledRules=policy-violation").code, 0);
  t.match(analyze(expecting("all")), {
    code: 2,
    error: /p\.yaml:2:38: expectations\[0\]\.expect is "all"; allowed: mtls/,
  });
  t.match(analyze("kind: Pod\napiVersion: v1\nmetadata: { name: a }\n"), { code: 0, error: /Pod of v1 says nothing/ });
  t.match(run(["analyze", capture, "--out", join(folder, "o"), "--policy", join(folder, "none")]), {
    code: 2,
    error: /policy\.file ".*none" can't be read: there is no such file/,
  });
  t.match(run(["check-config", "--set", `policy.file=${join(folder, "none")}`]).code, 2);
  t.end();
});

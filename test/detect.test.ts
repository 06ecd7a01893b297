import t from "tap";
import { RULES } from "../sensor/detect/registry.js";
import type { Anomaly } from "../sensor/protocol/message.js";
import { CATALOGUE, referencesOf } from "../shared/catalogue.js";
import { SEVERITIES } from "../shared/event.js";
import { TestFlow } from "./support/dialog.js";
import { Scene } from "./support/scene.js";

const HOUR = 3_600e6;
const START = 1_700_000_000_000_000;

/** `rule severity subject ×count` for each finding. */
function findings(scene: Scene): string[] {
  return scene.detection
    .all()
    .map(({ rule, severity, clientAddress, serverAddress, method, template, count }) =>
      [rule, severity, clientAddress ?? "-", serverAddress ?? "-", method ?? "-", template ?? "-", `×${count}`].join(
        " ",
      ),
    );
}

t.test("every rule is in the catalogue, and every entry has a rule", (t) => {
  t.same(RULES.map(({ id }) => id).sort(), Object.keys(CATALOGUE).sort());
  for (const [id, { severity, title, remedy, references }] of Object.entries(CATALOGUE)) {
    t.ok(SEVERITIES.includes(severity) && title.length > 10 && remedy.length > 20 && references.length >= 3, id);
    for (const reference of references)
      t.match(
        reference,
        /^(owasp-api:2023-API\d+|nist:800-204:MS-SS-\d+|nist:800-204a:SM-DR\d+|nist:800-52r2:[\d.]+|cwe:\d+|pci-dss:[\d.]+|hipaa:[\w.()]+|gdpr:\d+)$/,
      );
  }
  t.end();
});

t.test("cleartext HTTP: one finding an east-west edge, none beyond", (t) => {
  const scene = new Scene();
  scene.get("/a").get("/b").get("/a", { client: "10.0.0.9" }).get("/a", { client: "8.8.8.8" });
  t.same(findings(scene), [
    "cleartext-http medium 10.0.0.1 10.0.0.2 - - ×2",
    "cleartext-http medium 10.0.0.9 10.0.0.2 - - ×1",
  ]);
  t.match(scene.detection.all()[0], {
    summary: /^10\.0\.0\.1 talks to shop\.internal over HTTP/,
    evidence: { scope: "east-west" },
  });
  t.end();
});

t.test("Basic credentials: one finding an edge, and never the credentials", (t) => {
  const scene = new Scene();
  const fields = "Authorization: Basic dXNlcjpwYXNz\r\n";
  scene
    .get("/a", { fields, client: "8.8.8.8" })
    .get("/b", { fields, client: "8.8.8.8" })
    .get("/c", { client: "8.8.8.8", fields: "Authorization: Bearer abc\r\n" });
  t.same(findings(scene), [
    "basic-credentials-in-cleartext high 8.8.8.8 10.0.0.2 - - ×2",
    "credentials-in-cleartext high 8.8.8.8 10.0.0.2 GET /c ×1",
  ]);
  t.notMatch(JSON.stringify(scene.detection.all()), /dXNl|user:pass/);
  t.end();
});

t.test("a credential in the URL: one finding an endpoint, and never its value", (t) => {
  const scene = new Scene();
  for (const id of [1, 2, 3]) scene.get(`/reports/${id}?api_key=s3cr3tvalue`, { client: "8.8.8.8" });
  scene.get("/reports/4?page=2", { client: "8.8.8.8" });
  t.same(findings(scene), [
    "credential-in-url high 8.8.8.8 10.0.0.2 GET /reports/{reportId} ×3",
    "credentials-in-cleartext high 8.8.8.8 10.0.0.2 GET /reports/{reportId} ×3",
    "authentication-not-enforced medium 8.8.8.8 10.0.0.2 GET /reports/{reportId} ×1",
  ]);
  t.match(scene.detection.all().find(({ rule }) => rule === "credential-in-url")?.evidence, {
    ...{ kind: "api-key", place: "query", parameter: "api_key" },
  });
  t.notMatch(JSON.stringify(scene.detection.all()), /s3cr3t/);
  t.end();
});

t.test(
  "findings at paths that the inventory does not have say so: one for each usual method, and never the path",
  (t) => {
    const scene = new Scene();
    const client = "8.8.8.8";
    const answerFields = "Content-Type: application/json\r\n";
    const body = '{"email":"ada@example.com","k":"AKIAIOSFODNN7EXAMPLE"}';
    const path = "/people/ada-lovelace?api_key=s3cr3tvalue";
    for (const method of ["POST", "PUT", "POST", "MADEUP", "MADEUPTOO"])
      scene.exchange({ method, path, client, status: 404, answerFields, body });
    scene.speak([["server", `HTTP/1.1 200 OK\r\n${answerFields}Content-Length: ${body.length}\r\n\r\n${body}`]]);
    const told = scene.detection.all().filter(({ summary }) => summary.startsWith("Calls to "));
    const expected = [
      ["paths of shop.internal that are not in the inventory (POST)", "POST ×2"],
      ["paths of shop.internal that are not in the inventory (PUT)", "PUT ×1"],
      ["paths of shop.internal that are not in the inventory (a rare method)", "- ×2"],
      ["shop.internal of which neither method nor path was seen", "- ×1"],
    ].flatMap(([where, times], at) => [
      `Calls to ${where} carry personal data (email) without TLS. ${times}`,
      `Calls to ${where} carry secrets (aws-key) without TLS. ${times}`,
      `Calls to ${where} are answered with a secret: aws-key. ${times}`,
      ...(at === 3 ? [] : [`Calls to ${where} carry a credential in the query of the URL. ${times}`]),
      ...(at === 3
        ? []
        : [
            `Calls to ${where} carry an API key (in query api_key) without TLS: anyone on the path can read it. ${times}`,
          ]),
    ]);
    t.same(told.map(({ summary, method = "-", count }) => `${summary} ${method} ×${count}`).sort(), expected.sort());
    t.same(
      told.filter((finding) => "template" in finding),
      [],
    );
    t.notMatch(JSON.stringify(scene.detection.all()), /lovelace|s3cr3t|ada@|MADEUP/);
    t.end();
  },
);

t.test(
  "credentials in the clear that can be used again: one finding an endpoint and kind, never what they are",
  (t) => {
    const scene = new Scene();
    const client = "8.8.8.8";
    const part = (what: object) => Buffer.from(JSON.stringify(what)).toString("base64url");
    const bound = `${part({ alg: "ES256" })}.${part({ iss: "idp", cnf: { jkt: "0ZcOCORZNYy" } })}.c2lnbmF0dXJl`;
    const form = "Content-Type: application/x-www-form-urlencoded\r\n";
    const json = "Content-Type: application/json\r\n";
    scene
      .get("/a", { client, fields: "Authorization: Bearer s3cr3t-one-zx81\r\n" })
      .get("/a", { client: "8.8.4.4", fields: "Authorization: Bearer s3cr3t-two-zx82\r\n" })
      .get("/a", { client, fields: "X-Api-Key: s3cr3t-key-zx83\r\nCookie: theme=dark; JSESSIONID=s3cr3t84zx\r\n" })
      .get("/b?api_key=s3cr3t-zx90", { client, fields: "Cookie: api_key=s3cr3t-zx85\r\n" })
      .get("/b", { client: "10.0.0.2", fields: "X-Api-Key: s3cr3t-key-zx91\r\n" })
      .get("/c", { client, fields: "Cookie: choice=s3cr3t86\r\n" })
      .get("/d", { client, fields: `Authorization: DPoP ${bound}\r\nDPoP: ${bound}\r\n` })
      .get("/e", { client, fields: 'Authorization: Digest username="ada", nonce="n", uri="/e", response="s3cr3t"\r\n' })
      .exchange({ client, method: "POST", path: "/f", fields: form, requestBody: "username=ada&password=s3cr3t87" })
      .exchange({
        client,
        method: "POST",
        path: "/g",
        fields: json,
        requestBody: '{"user":"ada","password":"s3cr3t88"}',
      })
      .exchange({
        ...{ client, method: "POST", path: "/h", fields: json },
        requestBody: '{"jsonrpc":"2.0","id":1,"method":"login","params":["ada","s3cr3t89"]}',
      });
    const clear = scene.detection.all().filter(({ rule }) => rule.endsWith("cleartext"));
    const open = "without TLS: anyone on the path can read it.";
    t.same(
      clear
        .map(({ severity, summary, count }) => `${severity} ${summary.replace(" of shop.internal", "")} ×${count}`)
        .sort(),
      [
        `high Calls to GET /a carry a bearer token (in header authorization) ${open} ×2`,
        `high Calls to GET /a carry an API key (in header x-api-key) ${open} ×1`,
        `high Calls to GET /b carry an API key (in cookie api_key) ${open} ×1`,
        "high Calls to POST /f carry secrets (password) without TLS. ×1",
        "high Calls to POST /g carry secrets (password) without TLS. ×1",
        `high Calls to POST /h#login carry a password (in body) ${open} ×1`,
        `info Calls to GET /d carry a token that is bound to a key of its sender (in header authorization) ${open} ×1`,
        `medium Calls to GET /a carry a session cookie (in cookie JSESSIONID) ${open} ×1`,
        "info Calls to GET /b carry an API key (in header x-api-key) without TLS, within one host. ×1",
      ].sort(),
    );
    const referencesTo = (kind: string) => clear.find(({ evidence }) => evidence.kind === kind)?.references;
    t.ok(referencesTo("api-key")?.includes("pci-dss:8.3.2"));
    t.notOk(referencesTo("bearer")?.includes("pci-dss:8.3.2"), "a token is no factor of authentication");
    for (const finding of clear) t.same(finding.references, referencesOf(finding));
    const secret = clear.find(({ summary }) => summary.includes("/f"));
    t.ok(secret?.references.includes("owasp-api:2023-API2"), "a password in a body is one of these as well");
    t.notMatch(JSON.stringify(scene.detection.all()), /s3cr3t/);
    t.end();
  },
);

t.test("a new endpoint after the learning period, but not what is absent", (t) => {
  const scene = new Scene({}, 24 * 3_600);
  const client = "8.8.8.8";
  scene.get("/known", { client, atMicros: START });
  scene.get("/late", { client, atMicros: START + 25 * HOUR }).get("/late", { client, atMicros: START + 26 * HOUR });
  scene
    .get("/gone", { client, status: 404, atMicros: START + 26 * HOUR })
    .get("/known", { client, atMicros: START + 27 * HOUR });
  t.same(findings(scene), ["new-endpoint low 8.8.8.8 10.0.0.2 GET /late ×2"]);
  t.end();
});

t.test("framing anomalies: one finding an edge and kind, graver where requests are smuggled", (t) => {
  const scene = new Scene();
  const client = "8.8.8.8";
  for (let times = 0; times < 3; times++) scene.get("/a", { client, fields: "A : b\r\n" });
  scene.get("/a", { client, fields: "A: b\r\n c\r\n" });
  t.same(findings(scene), [
    "framing-anomaly high 8.8.8.8 10.0.0.2 - - ×3",
    "framing-anomaly low 8.8.8.8 10.0.0.2 - - ×1",
  ]);
  t.same(
    scene.detection.all().map(({ evidence }) => evidence.anomaly),
    ["space-before-colon", "obs-fold"],
  );
  t.end();
});

t.test("renegotiation: one finding an edge, and none of framing", (t) => {
  const scene = new Scene();
  const anomaly: Anomaly = {
    kind: "anomaly",
    flow: new TestFlow({}),
    atMicros: 1,
    from: "server",
    name: "tls-renegotiation",
    detail: undefined,
  };
  scene.inventory.message(anomaly);
  scene.inventory.message({ ...anomaly, atMicros: 2 });
  t.match(scene.detection.all(), [
    { rule: "tls-renegotiation", severity: "low", count: 2, evidence: { from: "server" } },
  ]);
  t.equal(scene.detection.all().length, 1);
  t.end();
});

t.test("ids are stable, counts go on after a restart, bounds hold", (t) => {
  const one = new Scene();
  const other = new Scene();
  one.get("/a");
  other.get("/x", { client: "10.0.0.7" }).get("/a");
  const id = one.detection.all()[0].id;
  t.match(id, /^[0-9a-f]{16}$/);
  t.ok(
    other.detection.all().some((finding) => finding.id === id),
    "the same subject has the same id in another run",
  );
  const restarted = new Scene();
  restarted.detection.restore(one.detection.takeChanged(10), START);
  t.same(restarted.detection.takeChanged(10), [], "nothing has changed by being restored");
  restarted.get("/a");
  t.equal(restarted.detection.all()[0].count, 2);
  t.equal(restarted.detection.takeChanged(10).length, 1);
  t.end();
});

import t from "tap";
import type { Declared } from "../sensor/declared/declared-api.js";
import { NOT_REPEATED } from "../sensor/report/counted-once.js";
import { joinedEndpoint } from "../sensor/report/joined-rows.js";
import { differenceOf } from "../shared/difference.js";
import type { EndpointRecord } from "../shared/event.js";
import { compareFacts, reviewedFacts } from "../shared/reviewed-facts.js";
import { readDeclared } from "./support/declared-files.js";
import { JWE } from "./support/protection-cases.js";
import { Scene } from "./support/scene.js";

/** One operation a path, of which each asks for credentials in another way; `/open` and `/any` ask for none. */
const SECURED = `openapi: 3.1.0
info: { title: Secured, version: "1" }
servers: [{ url: "http://shop.internal" }]
security: [{ token: [] }]
paths:
${[
  ["/token"],
  ["/open", "security: [], responses: { default: { description: any } } }, options: { "],
  ["/any", "security: [{ token: [] }, {}], "],
  ["/key", "security: [{ key: [] }], "],
  ["/either", "security: [{ key: [] }, { basic: [] }], "],
  ["/both", "security: [{ key: [], oauth: [read] }], "],
  ["/session", "security: [{ session: [] }], "],
  ["/mutual", "security: [{ certificate: [] }], "],
  ["/unseen", "security: [{ tenant: [] }], "],
  ["/code", "security: [{ code: [], tenant: [] }], parameters: [{ name: X-Page, in: header, schema: {} }], "],
  ["/field", "security: [], parameters: [{ name: x-api-KEY, in: header, required: true, schema: {} }], "],
]
  .map(([path, more = ""]) => `  ${path}: { get: { ${more}responses: { default: { description: any } } } }\n`)
  .join("")}components:
  securitySchemes:
    token: { type: http, scheme: Bearer }
    oauth: { type: openIdConnect, openIdConnectUrl: "https://id.internal/.well-known/openid-configuration" }
    basic: { type: http, scheme: basic }
    key: { type: apiKey, in: header, name: X-Api-Key }
    code: { type: apiKey, in: query, name: key }
    tenant: { type: apiKey, in: header, name: X-Tenant-Code }
    session: { type: apiKey, in: cookie, name: JSESSIONID }
    certificate: { type: mutualTLS }
`;
const OLD = `swagger: "2.0"
info: { title: Old, version: "1" }
host: shop.internal
securityDefinitions: { basic: { type: basic }, oauth: { type: oauth2, flow: implicit, authorizationUrl: "https://id.internal/", scopes: {} } }
paths:
  /basic: { get: { security: [{ basic: [] }, { oauth: [] }], responses: { default: { description: any } } } }
  /header: { get: { parameters: [{ name: Authorization, in: header, required: true, type: string }], responses: { default: { description: any } } } }
  /silent: { get: { responses: { default: { description: any } } } }
`;

const FIELDS: Readonly<Record<string, string>> = {
  none: "",
  token: "Authorization: Bearer abcdefgh12345\r\n",
  basic: "Authorization: Basic YTpiY2RlZg==\r\n",
  key: "X-API-Key: k8s9d7f6a5s4\r\n",
  session: "Cookie: JSESSIONID=5f2a9c\r\n",
  certificate: "X-Forwarded-Client-Cert: Hash=ab;Subject=CN=a\r\n",
  tokens: `Cookie: a=${JWE}; b=${JWE}\r\n`,
  tenant: "X-Tenant-Code: acme\r\nX-Page: 1\r\n",
};

/** Calls of a path, each `token` or `token 401`. */
function callAs(scene: Scene, path: string, calls: readonly string[]): Scene {
  for (const [what, status = "200"] of calls.map((call) => call.split(" ")))
    scene.get(path, {
      fields: what
        .split("+")
        .map((one) => FIELDS[one])
        .join(""),
      status: Number(status),
    });
  return scene;
}

function called(scene: Scene): EndpointRecord {
  return scene.endpoints().filter(({ calls }) => calls > 0)[0];
}

function lacks(what: string, missing: number, all: number): string[] {
  return [`credential ${what} is required and was missing in ${missing} of ${all} calls answered with success`];
}

t.test("calls are held against the credentials that a file asks for", async (t) => {
  const { declared, broken, notices } = await readDeclared(t, { "secured.yaml": SECURED });
  const old = await readDeclared(t, { "old.yaml": OLD });
  t.same([...broken, ...notices, ...old.broken, ...old.notices], []);
  const of =
    (declared: Declared) =>
    (path: string, ...calls: readonly string[]) =>
      callAs(new Scene({ declared }), path, calls)
        .endpoints()
        .flatMap(({ drift = [] }) => drift);
  const [told, toldOfOld] = [of(declared), of(old.declared)];
  const key = "api-key in header x-api-key";
  t.same(told("/token", "token", "token", "none", "none 401", "none 404"), lacks("bearer", 1, 3));
  t.same(told("/token", "none", "none"), lacks("bearer", 2, 2), "where no call carries any");
  t.same(told("/either", "none", "key", "basic"), lacks(`${key} or basic`, 1, 3));
  t.same(told("/session", "none", "session"), lacks("api-key in cookie JSESSIONID", 1, 2));
  t.same(told("/field", "none", "key"), lacks(key, 1, 2), "a parameter that is a key");
  t.same(toldOfOld("/basic", "none", "basic", "token"), lacks("basic or bearer", 1, 3));
  t.same(toldOfOld("/header", "none", "basic", "token"), lacks("in header authorization", 1, 3));
  const basic = "basic in header authorization";
  t.same(told("/key", "basic", "basic"), [`credential is ${basic}, declared ${key}`]);
  t.same(told("/token", "token", "basic"), [`credential is ${basic}, declared bearer`]);
  t.same(told("/token", "session", "key"), [`credential is ${key} or cookie JSESSIONID, declared bearer`]);
  t.same(told("/both", "key"), [`credential is ${key}, declared ${key} and bearer`]);
  const conforming: Readonly<Record<string, readonly string[]>> = {
    "/token": ["token", "none 401", "basic 401", "basic 403", "token 500", "token+session", "token+key"],
    "/open": ["none", "basic"],
    "/any": ["none", "token", "none 401"],
    "/key": ["key", "key+certificate", "none 401", "none 404"],
    "/either": ["key", "basic", "key+basic", "basic+tokens"],
    "/both": ["key+token"],
    "/session": ["session", "none 302"],
    "/mutual": ["none", "certificate", "basic"],
    "/unseen": ["none", "tenant", "basic"],
    "/code?key=7": ["tenant", "tenant", "tenant", "tenant"],
    "/field": ["key"],
  };
  for (const [path, calls] of Object.entries(conforming)) t.same(told(path, ...calls), [], path);
  t.same(toldOfOld("/silent", "none", "basic"), [], "a file that says nothing");
  const scene = callAs(new Scene({ declared }), "/token", ["none", "token"]);
  scene.speak([
    ["client", "GET /token HTTP/1.1\r\nHost: shop.internal\r\n\r\n"],
    ["server", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"],
    ["server", 10],
  ]);
  scene.get("/token", { fields: FIELDS.token });
  t.match(called(scene), { calls: 4, protection: { unsureCalls: 1 }, drift: lacks("bearer", 1, 3) }, "not seen whole");
  scene.exchange({ path: "/open", method: "OPTIONS" });
  t.same(scene.endpoints().find(({ method }) => method === "OPTIONS")?.drift, undefined, "browsers ask without any");
  t.match(
    scene.detection.all().find(({ rule }) => rule === "undeclared-parameter"),
    {
      summary: /^Credentials of GET \/token of shop\.internal are other than secured\.yaml:\d+ declares\.$/,
      evidence: { differences: lacks("bearer", 1, 3) },
    },
  );
  const restarted = new Scene({ declared });
  restarted.inventory.restore(scene.inventory.takeDelta(100).rows);
  restarted.detection.restore(scene.detection.all(), undefined);
  for (const one of [scene, restarted]) {
    for (let calls = 0; calls < 8; calls++) one.get("/token?page=1", { fields: FIELDS.token });
    const later = one.detection.all().find(({ rule }) => rule === "undeclared-parameter");
    t.match(later, { summary: /^Parameters and credentials of GET/, evidence: { differences: { length: 2 } } });
  }
});

t.test("that credentials are missing is kept over a restart, and no other difference when it grows", async (t) => {
  const { declared } = await readDeclared(t, { "secured.yaml": SECURED });
  const scene = callAs(new Scene({ declared }), "/token", ["token", "none"]);
  const bare = callAs(new Scene({ declared }), "/token", ["none"]);
  const other = callAs(new Scene({ declared }), "/token", ["basic"]);
  const restarted = [scene, bare, other].map((one) => {
    const again = new Scene({ declared });
    again.inventory.restore(one.inventory.takeDelta(100).rows);
    t.same(again.endpoints(), one.endpoints());
    return called(callAs(again, "/token", ["token", "none"]));
  });
  t.same(
    restarted.map(({ drift }) => drift),
    [
      lacks("bearer", 2, 4),
      lacks("bearer", 2, 3),
      [...lacks("bearer", 1, 3), "credential is basic in header authorization, declared bearer"],
    ],
  );
  const before = called(scene);
  const [after, , more] = restarted;
  const changes = (now: EndpointRecord): readonly string[] =>
    compareFacts(reviewedFacts(before, []), reviewedFacts(now, [])).changes;
  t.same(changes(after), [], "an approval covers it");
  t.match(changes(more).at(-1), /^other than declared: credential is basic in header authorization, declared bearer$/);
  t.same(differenceOf([{ record: before }], [{ record: after }]), []);
  t.same(joinedEndpoint([before, after], NOT_REPEATED).drift, lacks("bearer", 3, 6));
  const repeated = { calls: 2, connections: 1 };
  t.same(joinedEndpoint([before, after], repeated).drift, lacks("bearer", 2, 4), "of calls that both saw");
});

import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import type { EndpointRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { protectionRows } from "../shared/protection-words.js";
import { feed, type Step } from "./support/dialog.js";
import { HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { bearer, COOKIE_CASES, TOKEN_CASES, token } from "./support/protection-cases.js";
import { CLAIMS, FORM, SHOP, SHOP_TOKEN, shop } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";

const DAY = 86_400e6;
const START = 1_700_000_000_000_000;

function calls(steps: readonly Step[]): Call[] {
  return feed(steps).filter((message) => message.kind === "call");
}

function ask(fields: string): Step {
  return ["client", `GET /a HTTP/1.1\r\nHost: h\r\n${fields}\r\n`];
}

function answer(fields: string): Step {
  return ["server", `HTTP/1.1 200 OK\r\n${fields}Content-Length: 0\r\n\r\n`];
}

function tokensOf(fields: string) {
  return calls([ask(fields)])[0].credentials.map((credential) => credential.token);
}

/** `rule severity template ×count: evidence` for each finding over protection. */
function found(scene: Scene, ...rules: readonly string[]): string[] {
  return scene.detection
    .all()
    .filter(({ rule }) => rules.includes(rule))
    .map(({ rule, severity, template, count, evidence }) => {
      return `${rule} ${severity} ${template} ×${count}: ${JSON.stringify(evidence)}`;
    });
}

function protectionOf(scene: Scene, template: string): EndpointRecord["protection"] {
  return scene.endpoints().find((endpoint) => endpoint.template === template)?.protection;
}

t.test("what a token says of itself is told, and nothing else of it", (t) => {
  for (const [header, claims, expected] of TOKEN_CASES)
    t.match(tokensOf(bearer(header, claims)), [expected], JSON.stringify([header, claims]));
  // RFC 7515 §4.1.1: without a header that names an algorithm there is no token.
  for (const odd of ["eyJhbGciOiJub25l.e30.xxxxxxxxxx", `eyJ${"A".repeat(20)}..`, "eyJhbGciOjF9.e30.xxxxxxxxxx"])
    t.same(tokensOf(`Authorization: Bearer ${odd}\r\n`), [undefined], odd);
  for (const scheme of ["Bearer", "JWT"])
    t.match(tokensOf(`Authorization: ${scheme} eyJhbGciOiJIUzI1NiJ9.bm90IGpzb24.x\r\n`), [{ expires: undefined }]);
  t.end();
});

t.test("a token is told wherever it stands, and what says the same is one object", (t) => {
  const own = token(SHOP, CLAIMS);
  const found = calls([
    [
      "client",
      `GET /a?access_token=${own} HTTP/1.1\r\nHost: h\r\nCookie: a=b; t=${own}; api_key=k\r\nX-Auth-Token: ${own}\r\n`,
    ],
    ["client", `Authorization: DPoP ${token(SHOP, { ...CLAIMS, sub: "other" })}\r\nDPoP: ${own}\r\n\r\n`],
  ])[0].credentials;
  t.same(
    found.map(({ kind, place, name, token }) => `${kind} ${place} ${name} ${token?.issuer ?? "-"}`),
    [
      "cookie cookie cookie -",
      "jwt cookie cookie https://idp.internal",
      "api-key cookie api_key -",
      "jwt header x-auth-token https://idp.internal",
      "jwt header authorization https://idp.internal",
      "dpop header dpop -",
      "jwt query access_token https://idp.internal",
    ],
  );
  t.equal(new Set(found.flatMap(({ token }) => token ?? [])).size, 1);
  t.end();
});

t.test("cookies are told by purpose and attributes, not by value nor by a name of the service's own", (t) => {
  const [call] = calls([ask(""), answer(COOKIE_CASES.map(([field]) => `Set-Cookie: ${field}\r\n`).join(""))]);
  t.same(
    call.access?.cookies,
    COOKIE_CASES.map(([, expected]) => expected),
  );
  t.notMatch(JSON.stringify(call.access), /abc|dark|eyJ|theme|auth_token|example/);
  t.end();
});

t.test("what an answer's head says, by both versions of HTTP, and again where it comes again", (t) => {
  const fields = [
    ["access-control-allow-origin", "https://shop.example"],
    ["access-control-allow-credentials", "true"],
    ["cache-control", "max-age=60, private"],
    ["strict-transport-security", "max-age=31536000"],
    ["x-content-type-options", "nosniff"],
    ["content-security-policy", "script-src 'nonce-abc'"],
    ["x-frame-options", "DENY"],
    ["referrer-policy", "no-referrer"],
    ["permissions-policy", "camera=()"],
    ["set-cookie", "sid=1; Secure"],
    ["www-authenticate", 'Bearer realm="x"'],
  ] as const;
  const origin = "https://shop.example";
  const safeguards = {
    allowsOrigin: origin,
    allowsCredentials: true,
    caching: "private",
    hasTransportSecurity: true,
    hasNoSniff: true,
    hasContentPolicy: true,
    hasFrameOptions: true,
    hasReferrerPolicy: true,
    hasPermissionsPolicy: true,
  };
  const access = { origin, challenge: "bearer", oauth: undefined };
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const plain = [1, 2, 3].flatMap(() => [ask(`Origin: ${origin}\r\n`), answer(lines)]);
  const peers = new Http2Peers();
  const framed: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (const stream of [1, 3, 5, 7, 9]) {
    framed.push(["client", peers.request(stream, "/a", [["origin", origin]])]);
    framed.push(["server", peers.answer(stream, 200, fields, { ends: true })]);
  }
  for (const [told, count] of [
    [calls(plain), 3],
    [calls(framed), 5],
  ] as const) {
    t.equal(told.length, count);
    for (const call of told) {
      t.same(call.safeguards, safeguards);
      t.match(call.access, access);
      t.match(call.access?.cookies, [{ purpose: "session", isSecure: true }]);
      t.equal(call.safeguards, told[0].safeguards, "one object");
    }
  }
  const words: readonly (readonly [string, unknown])[] = [
    ["Cache-Control: public, max-age=60, no-store\r\n", { caching: "no-store" }],
    ["Cache-Control: max-age=0\r\n", { caching: "no-cache" }],
    ["Cache-Control: public\r\n", { caching: "public" }],
    ["Cache-Control: max-age=60\r\n", { caching: "max-age" }],
    ["Cache-Control: immutable\r\n", { caching: "other" }],
    ["Pragma: no-cache\r\n", { caching: "pragma" }],
    ["Pragma: no-cache\r\nCache-Control: private\r\n", { caching: "private" }],
    ["Cache-Control: private\r\nPragma: no-cache\r\n", { caching: "private" }],
    ["X-Frame-Options: ALLOW-FROM https://a.test\r\n", undefined],
    ["Referrer-Policy: no-referrer, unsafe-url\r\n", undefined],
    ["Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: TRUE\r\n", { allowsCredentials: false }],
    ["Strict-Transport-Security: max-age=0\r\n", undefined],
    ["X-Content-Type-Options: sniff\r\n", undefined],
    ["", undefined],
  ];
  for (const [head, expected] of words) t.match(calls([ask(""), answer(head)])[0].safeguards, expected, head);
  t.equal(calls([ask(""), answer("")])[0].access, undefined, "most calls have nothing of it");
  t.end();
});

t.test("an endpoint counts who was let in with what, also after a restart, a merge and over the wire", (t) => {
  const scene = shop();
  const none = { calls: 0, answered: 0, refused: 0 };
  const expected = {
    carried: { calls: 4, answered: 3, refused: 1 },
    cookieOnly: { calls: 1, answered: 1, refused: 0 },
    bare: { calls: 2, answered: 1, refused: 1 },
    unsureCalls: 0,
    places: { "api-key in header x-api-key": 1, "cookie in cookie": 1, "jwt in header authorization": 3 },
    tokens: {
      algorithms: { RS256: 3 },
      issuers: { "https://idp.internal": 3 },
      audiences: { orders: 3 },
      keyIds: { k1: 3 },
      scopes: { read: 3 },
      bindings: { none: 3 },
      shortestSeconds: 3_600,
      longestSeconds: 3_600,
      endless: 0,
      changes: [],
    },
    challenges: { bearer: 1 },
    cookies: { "session cookie: Secure, no HttpOnly, no SameSite, until the browser is closed": 1 },
    echoedSites: 0,
    refusedOrigins: 0,
    caching: { "no-store": 3, unsaid: 1 },
    safeguards: { "cache-control": 3 },
    answers: 7,
    beyond: 0,
  };
  t.same(protectionOf(scene, "/orders"), expected);
  t.equal(protectionOf(scene, "/open"), undefined, "no call showed anything");
  t.match(protectionOf(scene, "/closed"), {
    bare: { calls: 1, answered: 0, refused: 1 },
    crossOrigin: { "no origin named": 1 },
    refusedOrigins: 1,
  });
  const proofs = { "secret in header": 1, "secret in body": 1 };
  t.match(protectionOf(scene, "/oauth/token"), {
    oauth: { token: 2 },
    grants: { client_credentials: 1, "token-exchange": 1 },
    clientProofs: proofs,
  });
  t.match(protectionOf(scene, "/oauth/check"), { oauth: { introspection: 1 } });
  t.match(protectionOf(scene, "/oauth/revoke"), { oauth: { revocation: 1 }, clientProofs: { assertion: 1 } });
  t.equal(protectionOf(scene, "/reset")?.oauth, undefined, "a token of another kind");

  const restarted = new Scene();
  restarted.inventory.restore(scene.inventory.takeDelta(100).rows);
  t.same(restarted.endpoints(), scene.endpoints());
  restarted.get("/orders", { fields: SHOP_TOKEN }).get("/open", { fields: SHOP_TOKEN });
  t.match(protectionOf(restarted, "/orders"), {
    carried: { calls: 5 },
    tokens: { issuers: { "https://idp.internal": 4 } },
  });
  t.match(protectionOf(restarted, "/open"), {
    carried: { calls: 1, answered: 1, refused: 0 },
    bare: { calls: 2, answered: 1, refused: 0 },
    answers: 3,
  });
  for (const endpoint of scene.endpoints())
    t.match(decodeEvent(encodeEvent(endpoint)), { protection: endpoint.protection });

  const merged = new Scene();
  for (const id of [1, 2, 3, 4, 5, 6]) merged.get(`/items/${id}`, id % 2 === 0 ? {} : { fields: SHOP_TOKEN });
  t.same(merged.templates(), ["GET /items/{itemId} ×6"]);
  t.match(merged.endpoints()[0].protection, {
    carried: { calls: 3, answered: 3, refused: 0 },
    cookieOnly: none,
    bare: { calls: 3, answered: 3, refused: 0 },
    tokens: { algorithms: { RS256: 3 } },
  });
  t.end();
});

t.test("what could not be seen is not taken for a call without credentials", (t) => {
  const scene = new Scene();
  scene.speak([
    ["client", "GET /a HTTP/1.1\r\nHost: h\r\n"],
    ["client", 400],
    ["client", "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"],
  ]);
  t.match(protectionOf(scene, "/a"), { bare: { calls: 0 }, unsureCalls: 1 });
  const ntlm = new Scene();
  ntlm.speak([
    ...turn("/a", "Authorization: NTLM TlRMTVNTUAAB\r\n", 401),
    ...turn("/a", "Authorization: NTLM TlRMTVNTUAAD\r\n"),
    ...turn("/a"),
    ...turn("/b"),
  ]);
  ntlm.speak([...turn("/a", "", 401), ...turn("/b")]);
  t.match(
    protectionOf(ntlm, "/a"),
    { bare: { calls: 1, refused: 1 }, unsureCalls: 1 },
    "the connection is its caller's",
  );
  t.match(protectionOf(ntlm, "/b"), { bare: { calls: 1, answered: 1 }, unsureCalls: 1 }, "whatever is asked for on it");
  const old = new Scene();
  const rows = shop()
    .inventory.takeDelta(100)
    .rows.map(({ record, state }) => ({
      record: record.kind === "endpoint" ? withoutProtection(record) : record,
      state,
    }));
  old.inventory.restore(rows);
  t.match(protectionOf(old, "/orders"), { bare: { calls: 0 }, unsureCalls: 7 }, "a version that did not count");
  t.end();
});

/** A request and its answer, on a connection that goes on. */
function turn(path: string, fields = "", status = 200): readonly Step[] {
  return [
    ["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`],
    ["server", `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`],
  ];
}

function withoutProtection({ protection: _, ...record }: EndpointRecord): EndpointRecord {
  return record;
}

t.test("tokens: unsigned, long-lived, and of a source that was not there before", (t) => {
  const scene = new Scene({}, 86_400);
  const unsigned = bearer({ alg: "none" }, CLAIMS);
  scene.get("/orders", { fields: SHOP_TOKEN, atMicros: START });
  scene
    .get("/orders", { fields: unsigned, atMicros: START + 1 })
    .get("/orders", { fields: unsigned, atMicros: START + 2 });
  scene.get("/orders", { fields: unsigned, status: 401, atMicros: START + 3 });
  scene.get("/orders", { fields: unsigned, status: 404, atMicros: START + 4 });
  scene.get("/users", { fields: bearer(SHOP, { ...CLAIMS, exp: 1_700_000_000 + 86_401 }), atMicros: START + 5 });
  scene.get("/users", { fields: bearer(SHOP, { ...CLAIMS, exp: 1_700_000_000 + 86_400 }), atMicros: START + 6 });
  scene.get("/users", { fields: bearer(SHOP, { iss: "https://forever.test" }), atMicros: START + 7 });
  const late = bearer({ alg: "HS256" }, { ...CLAIMS, iss: "https://other.test" });
  scene
    .get("/orders", { fields: late, atMicros: START + 2 * DAY })
    .get("/orders", { fields: late, atMicros: START + 2 * DAY });
  // Findings of one call stand in the order of their ids.
  t.same(found(scene, "unsigned-token", "long-lived-token", "new-token-source").sort(), [
    'long-lived-token medium /users ×1: {"issuer":"https://forever.test","lifetime_seconds":"no end","limit_seconds":86400}',
    'long-lived-token medium /users ×1: {"issuer":"https://idp.internal","lifetime_seconds":86401,"limit_seconds":86400}',
    'new-token-source medium /orders ×2: {"what":"algorithm","name":"HS256","status":200}',
    'new-token-source medium /orders ×2: {"what":"issuer","name":"https://other.test","status":200}',
    'unsigned-token critical /orders ×2: {"outcome":"accepted","status":200,"place":"header","name":"authorization"}',
    'unsigned-token high /orders ×1: {"outcome":"unclear","status":404,"place":"header","name":"authorization"}',
    'unsigned-token low /orders ×1: {"outcome":"refused","status":401,"place":"header","name":"authorization"}',
  ]);
  t.match(protectionOf(scene, "/orders")?.tokens?.changes, [
    { what: "algorithm", name: "none", atMicros: START + 1 },
    { what: "algorithm", name: "HS256" },
    { what: "issuer", name: "https://other.test" },
  ]);
  t.end();
});

t.test("an endpoint that answers with credentials and without: not where none may be expected", (t) => {
  const rule = "authentication-not-enforced";
  const scene = new Scene();
  scene.get("/late", { client: "10.0.0.9" });
  for (let times = 0; times < 3; times++)
    scene
      .get("/orders", { fields: SHOP_TOKEN })
      .get("/late", { fields: SHOP_TOKEN })
      .get("/cookies", { fields: "Cookie: a=b\r\n" })
      .get("/few", times < 2 ? { fields: SHOP_TOKEN } : {})
      .get("/closed", { fields: SHOP_TOKEN })
      .exchange({ path: "/orders", method: "OPTIONS", fields: SHOP_TOKEN })
      .speak([...turn("/ntlm", "Authorization: NTLM TlRMTVNTUAAD\r\n"), ...turn("/ntlm")]);
  scene.get("/orders", { status: 401 }).get("/orders", { client: "10.0.0.7" }).get("/orders").get("/cookies");
  scene.exchange({ path: "/orders", method: "OPTIONS" }).get("/closed", { status: 401 });
  for (let times = 0; times < 100; times++) scene.get("/public");
  for (let times = 0; times < 4; times++) scene.get("/public", { fields: SHOP_TOKEN });
  t.same(found(scene, rule), [
    `${rule} medium /late ×1: {"with_credentials_answered":3,"without_answered":1,"without_refused":0}`,
    `${rule} medium /orders ×2: {"with_credentials_answered":3,"without_answered":2,"without_refused":1}`,
  ]);
  t.same(
    scene.detection.all().flatMap((finding) => (finding.rule === rule ? [finding.clientAddress] : [])),
    [undefined, "10.0.0.7"],
    "who was answered without, as far as it was noted",
  );
  const kinds = scene
    .endpoints()
    .map((endpoint) => `${endpoint.method} ${endpoint.template}: ${protectionRows(endpoint)[0][1]}`);
  t.same(kinds, [
    "GET /closed: refuses calls without a credential of a known kind",
    "GET /cookies: answers some calls without a credential of a known kind, and refuses others or is called with credentials too",
    "GET /few: answers some calls without a credential of a known kind, and refuses others or is called with credentials too",
    "GET /late: answers some calls without a credential of a known kind, and refuses others or is called with credentials too",
    "GET /ntlm: whether it answers without a credential was not seen",
    "GET /orders: answers some calls without a credential of a known kind, and refuses others or is called with credentials too",
    "OPTIONS /orders: whether it answers without a credential was not seen",
    "GET /public: answers some calls without a credential of a known kind, and refuses others or is called with credentials too",
  ]);
  t.end();
});

t.test("cookies, pages of other origins and password grants that should not be", (t) => {
  const scene = new Scene();
  const set = (path: string, cookie: string) => scene.get(path, { answerFields: `Set-Cookie: ${cookie}\r\n` });
  set("/login", "connect.sid=1; HttpOnly");
  set("/other", "connect.sid=1; HttpOnly");
  set("/login", "connect.sid=1; HttpOnly; Secure");
  set("/login", "my_session=1");
  set("/login", "my_session=; Max-Age=0");
  set("/login", "theme=dark");
  set("/login", "csrf_token=1; Secure");
  const cross = (path: string, origin: string, allowed: string) =>
    scene.get(path, {
      fields: `Origin: ${origin}\r\n`,
      answerFields: `Access-Control-Allow-Origin: ${allowed}\r\nAccess-Control-Allow-Credentials: true\r\n`,
    });
  for (const site of ["https://a.one.test", "https://b.one.test", "https://two.test", "https://three.test"]) {
    cross("/reflects", site, site);
    cross("/lists", site, "https://b.one.test");
    cross("/any", site, "*");
    scene.get("/harmless", { fields: `Origin: ${site}\r\n`, answerFields: `Access-Control-Allow-Origin: ${site}\r\n` });
  }
  cross("/null", "null", "null");
  scene.exchange({
    path: "/token",
    method: "POST",
    fields: FORM,
    requestBody: "grant_type=password&username=a&password=b",
  });
  scene.exchange({ path: "/token", method: "POST", fields: FORM, requestBody: "grant_type=refresh_token" });
  const rules = ["unprotected-session-cookie", "cross-origin-credentials", "password-grant"];
  t.same(found(scene, ...rules), [
    'unprotected-session-cookie medium /login ×2: {"cookie":"connect.sid","lacking":"Secure","same_site":"not set","lifetime":"session"}',
    'unprotected-session-cookie medium /login ×1: {"cookie":"a name of the service\'s own","lacking":"Secure and HttpOnly","same_site":"not set","lifetime":"session"}',
    'cross-origin-credentials low /any ×4: {"allows":"any origin","sites_echoed":0}',
    'cross-origin-credentials medium /reflects ×1: {"allows":"whatever origin asks","sites_echoed":3}',
    'cross-origin-credentials medium /null ×1: {"allows":"the origin null, which any page can have","sites_echoed":0}',
    'password-grant medium /token ×1: {"grant":"password","status":200}',
  ]);
  t.end();
});

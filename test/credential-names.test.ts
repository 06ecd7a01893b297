import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import type { AskedCounts } from "../shared/protection.js";
import { accessOf } from "../shared/protection-words.js";
import { feed, type Step } from "./support/dialog.js";
import { HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { JWE, OPAQUE, token } from "./support/protection-cases.js";
import { CLAIMS, FORM, SHOP, SHOP_TOKEN } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";

const JSON_TYPE = "Content-Type: application/json\r\n";
const XML_TYPE = "Content-Type: text/xml\r\n";
const ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>';
const NO_CALLS: AskedCounts = { calls: 0, answered: 0, refused: 0 };
const PARTS = "Content-Type: multipart/form-data; boundary=b\r\n";

const HEX = "0424bd59b807674191e7d77572075f33";
const PASSWORD = "password in body";

function rpc(method: string, parameters: string): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":${parameters},"id":1}`;
}

function graph(document: string, variables: string): string {
  return `{"query":"${document}","variables":${variables}}`;
}

function part(disposition: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
}

const JWT = token(SHOP, CLAIMS);

/** Fields of a request, and what is told of them. */
const FIELDS: readonly (readonly [name: string, value: string, told: string | undefined])[] = [
  ["cf-access-jwt-assertion", JWT, "jwt in cf-access-jwt-assertion"],
  ["x-goog-iap-jwt-assertion", JWT, "jwt in x-goog-iap-jwt-assertion"],
  ["x-amzn-oidc-data", JWT, "jwt in x-amzn-oidc-data"],
  ["x-ms-token-aad-id-token", JWT, "jwt in x-ms-token-aad-id-token"],
  ["grpc-metadata-authorization", `Bearer ${JWT}`, "jwt in grpc-metadata-authorization"],
  ["x-original-authorization", "Basic YTpi", "basic in *-authorization"],
  ["x-shop-jwt", JWT, "jwt in *-token"],
  ["authorization", `Bearer ${JWE}`, "jwe in authorization"],
  ["x-consul-token", OPAQUE, "api-key in x-consul-token"],
  ["x-shopify-access-token", OPAQUE, "api-key in x-shopify-access-token"],
  ["dd-application-key", OPAQUE, "api-key in dd-application-key"],
  ["private-token", OPAQUE, "api-key in private-token"],
  ["x-shop-admin-token", OPAQUE, "api-key in *-token"],
  ["shop-access-key", OPAQUE, "api-key in *-key"],
  ["x-shop-api-secret", OPAQUE, "api-key in *-secret"],
  ["x-sentry-auth", "Sentry sentry_key=a", "other in x-sentry-auth"],
  ["signature", "sig1=:YWJj:", "hmac in signature"],
  ["x-hub-signature-256", "sha256=0a", "hmac in x-hub-signature-256"],
  ["stripe-signature", "t=1,v1=0a", "hmac in stripe-signature"],
  ["x-shop-hmac-sha256", "0a", "hmac in *-signature"],
  ["x-csrf-token", OPAQUE, undefined],
  ["x-xsrf-token", OPAQUE, undefined],
  ["requestverificationtoken", OPAQUE, undefined],
  ["idempotency-key", OPAQUE, undefined],
  ["x-continuation-token", OPAQUE, undefined],
  ["x-next-page-token", OPAQUE, undefined],
  ["lock-token", OPAQUE, undefined],
  ["x-device-token", OPAQUE, undefined],
  ["sec-websocket-key", OPAQUE, undefined],
  ["surrogate-key", OPAQUE, undefined],
  ["x-request-id", OPAQUE, undefined],
  ["x-monkey", OPAQUE, undefined],
  ["token", OPAQUE, "api-key in *-token"],
  ["authentication", `Bearer ${JWT}`, "jwt in *-authorization"],
  ["x-internal-key", OPAQUE, "api-key in *-key"],
  ["x-mashape-key", OPAQUE, "api-key in *-key"],
  ["x-session", OPAQUE, "api-key in *-session"],
  ["x-session-id", OPAQUE, "api-key in *-session"],
  ["x-okta-session", OPAQUE, "api-key in *-session"],
  ["x-sig", OPAQUE, "hmac in *-signature"],
  ["cb-access-sign", OPAQUE, "hmac in *-signature"],
  ["x-pagerduty-signature", "v1=0a", "hmac in *-signature"],
  ["x-nextcloud-token", OPAQUE, "api-key in *-token"],
  ["x-ms-client-principal", OPAQUE, "api-key in x-ms-client-principal"],
  ["x-devicetoken", OPAQUE, undefined],
  ["x-cache-key", OPAQUE, undefined],
  ["x-public-key", OPAQUE, undefined],
  ["x-client-id", OPAQUE, undefined],
  ["x-design", OPAQUE, undefined],
  ["x-insert-key", `NRII-${OPAQUE}`, "api-key in x-insert-key"],
  ["x-honeycomb-team", OPAQUE, "api-key in x-honeycomb-team"],
  ["x-jfrog-art-api", OPAQUE, "api-key in x-jfrog-art-api"],
  ["x-aio-key", OPAQUE, "api-key in *-key"],
  ["fastly-key", OPAQUE, "api-key in *-key"],
  ["key", OPAQUE, "api-key in *-key"],
  ["jwt", JWT, "jwt in *-token"],
  ["x-hubspot-signature-v3", "YWJj", "hmac in *-signature"],
  ["x-signature-ed25519", "0a", "hmac in *-signature"],
  ["x-aio-key", "blue", undefined],
  ["x-sort-key", OPAQUE, undefined],
  ["x-amz-meta-photo-key", OPAQUE, undefined],
  ["x-amz-client-token", OPAQUE, undefined],
  ["x-ms-client-session-id", OPAQUE, undefined],
  ["x-transmission-session-id", OPAQUE, undefined],
  ["accept-signature", 'sig1=("@method")', undefined],
];

/** What stands where a credential belongs and is none. */
const NOTHING = [
  "Bearer ",
  "Bearer",
  "Bearer undefined",
  "bearer NULL",
  'Bearer ""',
  "Basic",
  "Basic Og==",
  "x",
  "null",
];

t.test("a scheme without a secret, and what programs write that have none, is no credential", (t) => {
  for (const value of NOTHING) {
    t.same(toldOf([["client", `GET /a HTTP/1.1\r\nHost: h\r\nAuthorization: ${value}\r\n\r\n`]]), [], value);
    const peers = new Http2Peers();
    const asked = peers.request(1, "/a", [["authorization", value.trim()]]);
    const framed: Step[] = [
      ["client", HELLO],
      ["server", settings()],
      ["client", asked],
      ["server", peers.answer(1, 200, [], { ends: true })],
    ];
    t.same(toldOf(framed), [], `${value} by HTTP/2`);
  }
  const others = ["X-Api-Key: undefined", "X-Shop-Token: null", "Cookie: api_key=null", "Authorization: JWT undefined"];
  for (const field of others)
    t.notMatch(toldOf([["client", `GET /a HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`]]).join(), /api-key|other/, field);
  t.same(toldOf([["client", "GET /a?access_token=undefined&api_key=null HTTP/1.1\r\nHost: h\r\n\r\n"]]), []);
  t.same(toldOf([["client", `GET /a HTTP/1.1\r\nHost: h\r\nAuthorization: ${OPAQUE}\r\n\r\n`]]), [
    "other in authorization",
  ]);
  const scene = new Scene();
  for (let times = 0; times < 4; times++)
    scene.get("/a", { fields: SHOP_TOKEN }).get("/a", { fields: "Authorization: Bearer undefined\r\n" });
  t.match(scene.endpoints()[0].protection, { carried: { answered: 4 }, bare: { answered: 4 } });
  t.same(
    scene.detection.all().flatMap(({ rule }) => (rule === "authentication-not-enforced" ? [rule] : [])),
    ["authentication-not-enforced"],
  );
  t.end();
});

function toldOf(steps: readonly Step[]): string[] {
  const found = feed(steps).filter((message): message is Call => message.kind === "call");
  return found.flatMap(({ credentials }) => credentials.map(({ kind, name }) => `${kind} in ${name}`));
}

/** What Flask signs its sessions with, itsdangerous: the payload, when it was signed, and the signature. */
function signed(payload: object): string {
  return `${Buffer.from(JSON.stringify(payload)).toString("base64url")}.aSxOYQ.c2lnbmF0dXJlLXNpZ25hdHVyZQa`;
}

t.test("what is signed in three parts without a header that names an algorithm is no JSON Web Token", (t) => {
  const ask = (target: string, fields: string): string[] =>
    toldOf([["client", `GET ${target} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`]]);
  const session = signed({ csrf: "0a1b2c3d4e5f6071" });
  const five = JWE.replace(/^[^.]+/, Buffer.from('{"alg":"dir"}').toString("base64url"));
  t.same(ask("/a", `Cookie: session=${session}\r\n`), ["cookie in session"]);
  t.same(ask("/a", `Cookie: a=${token({ typ: "JWT" }, CLAIMS)}; b=${five}\r\n`), ["cookie in cookie"]);
  t.same(ask("/a", `Authorization: Bearer ${session}\r\n`), ["bearer in authorization"]);
  t.same(ask(`/a?token=${session}`, ""), ["bearer in token"]);
  t.same(ask(`/reset/${session}`, ""), ["other in path"]);
  const scene = new Scene();
  for (let times = 0; times < 10; times++) {
    const cookie = `Cookie: session=${signed({ times })}\r\n`;
    scene.get("/news", { fields: cookie }).get("/news");
    scene.get("/basic", { fields: cookie, status: 401 });
    scene.get("/basic", { fields: `${cookie}Authorization: Basic YTpi\r\n` });
  }
  t.same(
    scene.detection
      .all()
      .flatMap(({ rule }) => (/^(authentication|long-lived|credential-in-url)/.test(rule) ? [rule] : [])),
    [],
  );
  // The cookie was never enough where a credential was.
  t.same(scene.endpoints().map(accessOf), ["refusing", "mixed"]);
  t.end();
});

t.test("cookies that are tokens and are any visitor's, or held against forged requests, prove nothing", (t) => {
  const ask = (cookie: string): string[] =>
    toldOf([["client", `GET /a HTTP/1.1\r\nHost: h\r\nCookie: ${cookie}\r\n\r\n`]]);
  t.same(ask(`PLAY_SESSION=${JWT}`), ["cookie in PLAY_SESSION"]);
  for (const name of ["KC_RESTART", "csrf_token", "XSRF-TOKEN"])
    t.same(ask(`${name}=${JWT}`), ["cookie in cookie"], name);
  for (const [name, told] of [
    ["KEYCLOAK_IDENTITY", "KEYCLOAK_IDENTITY"],
    ["next-auth.session-token", "next-auth.session-token"],
    ["CF_Authorization", "*-authorization"],
    ["access_token", "*-token"],
  ])
    t.same(ask(`${name}=${JWT}`), [`cookie in ${told}`, `jwt in ${told}`], name);
  t.same(ask(`next-auth.session-token=${JWE}`), [
    "cookie in next-auth.session-token",
    "jwe in next-auth.session-token",
  ]);
  t.end();
});

t.test("session cookies of frameworks are known by their names, and what a page reads of a session is none", (t) => {
  const set = [
    ["_shop_session", "session -"],
    ["sessionid", "session sessionid"],
    ["connect.sid", "session connect.sid"],
    ["koa.sess", "session -"],
    ["_shop_key", "session -"],
    [".AspNetCore.Cookies", "session .AspNetCore.Cookies"],
    [".AspNetCore.CookiesC12", "session .AspNetCore.Cookies"],
    [".AspNetCore.Antiforgery.x", "csrf -"],
    ["PLAY_SESSION", "session PLAY_SESSION"],
    ["KEYCLOAK_IDENTITY", "session -"],
    ["KEYCLOAK_SESSION", "other -"],
    ["KC_AUTH_SESSION_HASH", "other -"],
    ["_oauth2_proxy", "session -"],
    ["wordpress_sec_0a", "session -"],
    ["prefs", "other -"],
  ] as const;
  const fields = set.map(([name]) => `Set-Cookie: ${name}=eyJhIjoxfQ\r\n`).join("");
  const [call] = feed([
    ["client", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"],
    ["server", `HTTP/1.1 200 OK\r\n${fields}Content-Length: 0\r\n\r\n`],
  ]).filter((message): message is Call => message.kind === "call");
  t.same(
    call.access?.cookies?.map(({ purpose, name = "-" }) => `${purpose} ${name}`),
    set.map(([, told]) => told),
  );
  t.end();
});

t.test("fields that carry a credential are known by name or by its words, in both versions of HTTP", (t) => {
  for (const [name, value, told] of FIELDS) {
    const expected = told === undefined ? [] : [told];
    const line = `${name.toUpperCase()}: ${value}\r\n`;
    // The first head is taken apart, the others are compared with it.
    const plain = [1, 2, 3].flatMap((): Step[] => [
      ["client", `GET /a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n${line}\r\n`],
      ["server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ]);
    t.same(
      toldOf(plain),
      [1, 2, 3].flatMap(() => expected),
      name,
    );
    const peers = new Http2Peers();
    const framed: Step[] = [
      ["client", HELLO],
      ["server", settings()],
    ];
    for (const stream of [1, 3, 5]) {
      framed.push(["client", peers.request(stream, "/a", [[name, value]])]);
      framed.push(["server", peers.answer(stream, 200, [], { ends: true })]);
    }
    t.same(
      toldOf(framed),
      [1, 2, 3].flatMap(() => expected),
      `${name} by HTTP/2`,
    );
  }
  t.end();
});

t.test("keys in queries and bodies are credentials, and a body that was not looked at may have held one", (t) => {
  const queries = [
    [`appid=${OPAQUE}`, "api-key in appid"],
    ["appid=web", undefined],
    ["hapikey=demo", "api-key in hapikey"],
    [`key=${OPAQUE}`, "api-key in key"],
    ["sig=abcDEF123%2FxyzABC45%3D", "hmac in sig"],
    [`page_token=${OPAQUE}`, undefined],
    [`X-Plex-Token=${OPAQUE}`, "bearer in *-token"],
    [`consumer_key=${OPAQUE}`, "api-key in *-key"],
    [`appKey=${OPAQUE}`, "api-key in *-key"],
    [`wskey=${OPAQUE}`, "api-key in *-key"],
    [`pass=${OPAQUE}`, "other in pass"],
    [`JSESSIONID=${OPAQUE}`, "other in *-session"],
    ["x-plex-token=none-yet", undefined],
    [`nextPageToken=${OPAQUE}`, undefined],
    [`paginationToken=${OPAQUE}`, undefined],
    [`clientToken=${OPAQUE}`, undefined],
    [`sort_key=${OPAQUE}`, undefined],
    [`continuationToken=${OPAQUE}`, undefined],
    [`user_id=${OPAQUE}`, undefined],
    [`%61pi%5Fkey=${OPAQUE}`, "api-key in api_key"],
    [`%50%61ss=${OPAQUE}`, "other in pass"],
    [`app%2Did%25=${OPAQUE}`, undefined],
  ] as const;
  for (const [query, told] of queries) {
    const steps: Step[] = [["client", `GET /a?${query} HTTP/1.1\r\nHost: h\r\n\r\n`]];
    t.same(toldOf(steps), told === undefined ? [] : [told], query);
  }
  const wsse = `${ENVELOPE.replace("<s:Body>", "<s:Header><w:Security><w:UsernameToken/></w:Security></s:Header><s:Body>")}<Get/></s:Body></s:Envelope>`;
  const bodies = [
    [JSON_TYPE, '{"q":1,"api_key":"s3cr3t"}', "api-key in body"],
    [JSON_TYPE, '{"access_token":"s3cr3t","q":1}', "bearer in body"],
    [JSON_TYPE, '{"api_key":"","q":{"api_key":"x"}}', undefined],
    [FORM, "q=1&api_key=s3cr3t", "api-key in body"],
    [JSON_TYPE, '{"api_key":"undefined","access_token":"null"}', undefined],
    [JSON_TYPE, '{"q":1,"auth":{"api_key":"s3cr3t"}}', "api-key in body"],
    [JSON_TYPE, '{"params":{"context":[{"id":1},{"access_token":"s3cr3t"}]}}', "bearer in body"],
    [JSON_TYPE, `{"auth":{"user":"a","token":"${OPAQUE}"}}`, "bearer in body"],
    [JSON_TYPE, `[{"id":1,"b":[{"c":2}]},{"token":"${OPAQUE}"}]`, "bearer in body"],
    [JSON_TYPE, '[{"api_key":"s3cr3t"}]', "api-key in body"],
    [JSON_TYPE, `[{"key":"${OPAQUE}"}]`, undefined],
    [JSON_TYPE, `{"device":{"token":"${OPAQUE}","api_key":"x"}}`, undefined],
    [JSON_TYPE, '{"auth":{"auth":{"auth":{"auth":{"auth":{"api_key":"x"}}}}}}', undefined],
    [PARTS, `${part('name="q"', "1")}${part('name="api_key"', "s3cr3t")}--b--\r\n`, "api-key in body"],
    [PARTS, `${part('name="api_key"; filename="a.txt"', "s3cr3t")}--b--\r\n`, undefined],
    [XML_TYPE, wsse, "ws-security in body"],
  ] as const;
  for (const [type, requestBody, place] of bodies) {
    const scene = new Scene({}, 86_400, { firstBodies: 30, oneIn: 1_000 });
    for (let times = 0; times < 40; times++) scene.exchange({ path: "/b", method: "POST", fields: type, requestBody });
    const { protection, calls } = scene.endpoints()[0];
    t.equal(calls, 40);
    t.same(Object.keys(protection?.places ?? {}), place === undefined ? [] : [place], requestBody);
    if (place === undefined) t.equal(protection, undefined, requestBody);
    else {
      const { carried = NO_CALLS, bare, unsureCalls = 0 } = protection ?? {};
      t.equal(bare?.calls, 0, requestBody);
      t.ok(carried.calls >= 30 && unsureCalls > 0 && carried.calls + unsureCalls === 40, requestBody);
    }
  }
  t.end();
});

t.test(
  "a call of JSON-RPC or GraphQL that logs somebody in, or says beside itself who asks, carries a credential",
  (t) => {
    const bodies: readonly (readonly [body: string, place: string | undefined])[] = [
      [`{"jsonrpc":"2.0","method":"host.get","params":{"output":"extend"},"auth":"${HEX}","id":1}`, "bearer in body"],
      [`[{"jsonrpc":"2.0","method":"a.b","params":[],"auth":"${HEX}","id":1}]`, "bearer in body"],
      ['{"jsonrpc":"2.0","method":"host.get","params":{},"auth":null,"id":1}', undefined],
      [`{"method":"x","auth":"${HEX}","kind":"device"}`, undefined],
      [rpc("user.login", '{"user":"Admin","password":"zabbix","userData":true}'), PASSWORD],
      [rpc("User.login", '[{"Bugzilla_login":"a","password":"b"}]'), PASSWORD],
      [rpc("call", '{"service":"common","method":"login","args":["db","admin","pw"]}'), PASSWORD],
      [rpc("call", '["00","session","login",{"username":"root","password":"pw"}]'), PASSWORD],
      [rpc("aria2.tellStatus", '["token:s3cr3t","2089b05ecca3d829"]'), "bearer in body"],
      [rpc("user.create", '{"username":"a","password":"b"}'), undefined],
      [rpc("user.login", '{"user":"Admin","password":""}'), undefined],
      [rpc("smtp.configure", '{"user":"a","password":"b"}'), undefined],
      [rpc("login.history", '{"user":"a"}'), undefined],
      [graph("mutation Login($p:String!){login(password:$p){token}}", '{"p":"Hunter2"}'), PASSWORD],
      [graph("mutation($i:In!){signIn(input:$i){token}}", '{"i":{"email":"a@b.c","password":"x"}}'), PASSWORD],
      [graph('mutation{tokenCreate(email:\\"a@b.c\\",password:\\"x(y)\\"){token}}', "{}"), PASSWORD],
      [graph('mutation{x(input:{email:\\"a@b.c\\" password:\\"x\\"}){id}}', "{}"), PASSWORD],
      [graph("mutation Login($p:String!){login(password:$p){token}}", "{}"), undefined],
      [graph('mutation{createUser(email:\\"a@b.c\\",password:\\"x\\"){id}}', "{}"), undefined],
      [graph("mutation Add($i:In!){addMail(input:$i){id}}", '{"i":{"user":"a","password":"x"}}'), undefined],
      [graph("{users(filter:{password:true}){id password}}", "{}"), undefined],
    ];
    for (const [requestBody, place] of bodies) {
      const scene = new Scene();
      for (let times = 0; times < 3; times++)
        scene.exchange({ path: "/b", method: "POST", fields: JSON_TYPE, requestBody });
      t.same(
        Object.keys(scene.endpoints()[0].protection?.places ?? {}),
        place === undefined ? [] : [place],
        requestBody,
      );
    }
    t.end();
  },
);

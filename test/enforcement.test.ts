import t from "tap";
import { schemesOf, securityOf } from "../sensor/report/openapi/security.js";
import { protectionObject } from "../sensor/report/protection-object.js";
import { unaskedOf } from "../sensor/report/unasked.js";
import type { EndpointRecord } from "../shared/event.js";
import type { AskedCounts } from "../shared/protection.js";
import { accessOf, shareWords } from "../shared/protection-words.js";
import { feed, type Step } from "./support/dialog.js";
import { HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { bearer, JWE, OPAQUE, token } from "./support/protection-cases.js";
import { CLAIMS, FORM, SHOP, SHOP_TOKEN } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";

const CLIENT_ASSERTION = "client-assertion in body client_assertion";
const JSON_TYPE = "Content-Type: application/json\r\n";
const XML_TYPE = "Content-Type: text/xml\r\n";
const ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>';
const NO_CALLS: AskedCounts = { calls: 0, answered: 0, refused: 0 };

interface Dialog {
  readonly type: string;
  readonly request: string;
  readonly success: string;
}

const GRAPHQL: Dialog = {
  type: JSON_TYPE,
  request: '{"query":"query Me{me{id}}"}',
  success: '{"data":{"me":{"id":1}}}',
};
const JSON_RPC: Dialog = {
  type: JSON_TYPE,
  request: '{"jsonrpc":"2.0","id":1,"method":"acct.get"}',
  success: '{"jsonrpc":"2.0","id":1,"result":1}',
};
const SOAP: Dialog = {
  type: XML_TYPE,
  request: `${ENVELOPE}<Get/></s:Body></s:Envelope>`,
  success: `${ENVELOPE}<R/></s:Body></s:Envelope>`,
};

function graphqlError(error: string): string {
  return `{"errors":[${error}],"data":null}`;
}

function rpcError(error: string): string {
  return `{"jsonrpc":"2.0","id":1,"error":${error}}`;
}

function fault(code: string): string {
  return `${ENVELOPE}<s:Fault>${code}</s:Fault></s:Body></s:Envelope>`;
}

/** Answers to those who carry nothing, with the status that HTTP gives them, and what they are. */
const ERRORS: readonly (readonly [Dialog, number, string, "refused" | "otherwise"])[] = [
  [GRAPHQL, 200, graphqlError('{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"extensions":{"code":"FORBIDDEN"},"message":"x"}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"message":"x"},{"extensions":{"code":"AUTH_NOT_AUTHORIZED"}}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"message":"x","errorType":"UnauthorizedException"}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"message":"x","extensions":{"code":"INTERNAL_SERVER_ERROR"}}'), "otherwise"],
  [GRAPHQL, 200, '{"data":{"me":', "otherwise"],
  [JSON_RPC, 200, rpcError('{"code":-32001,"message":"Unauthorized"}'), "refused"],
  [JSON_RPC, 200, rpcError('{"code":403,"message":"no"}'), "refused"],
  [
    JSON_RPC,
    200,
    rpcError('{"code":200,"message":"Server Error","data":{"name":"x.exceptions.AccessDenied"}}'),
    "refused",
  ],
  [JSON_RPC, 200, rpcError('{"code":-32602,"message":"Invalid params"}'), "otherwise"],
  [SOAP, 500, fault("<faultcode>wsse:FailedAuthentication</faultcode>"), "refused"],
  [
    SOAP,
    500,
    fault("<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:InvalidSecurity</s:Value></s:Subcode></s:Code>"),
    "refused",
  ],
  [SOAP, 500, fault("<faultcode>s:Client</faultcode><faultstring>Access is denied.</faultstring>"), "refused"],
  [SOAP, 500, fault("<faultcode>s:Client</faultcode>"), "otherwise"],
];

function grpcScene(answerFields: string): Scene {
  const scene = new Scene();
  const call = { path: "/shop.v1.Cart/Add", method: "POST", body: "\0\0\0\0\0", requestBody: "\0\0\0\0\0" };
  const type = "Content-Type: application/grpc+proto\r\n";
  for (let times = 0; times < 4; times++)
    scene
      .exchange({ ...call, fields: type + SHOP_TOKEN, answerFields: `${type}grpc-status: 0\r\n` })
      .exchange({ ...call, fields: type, answerFields: type + answerFields });
  return scene;
}

function findings(scene: Scene): number {
  return scene.detection.all().filter(({ rule }) => rule === "authentication-not-enforced").length;
}

function askedWithout(scene: Scene): AskedCounts {
  return scene.endpoints()[0].protection?.bare ?? NO_CALLS;
}

t.test("who is refused in an answer of another status is refused, and another error shows neither", (t) => {
  for (const [{ type, request, success }, status, error, expected] of ERRORS) {
    const scene = new Scene();
    const call = { path: "/api", method: "POST", requestBody: request, answerFields: type };
    for (let times = 0; times < 4; times++)
      scene
        .exchange({ ...call, fields: type + SHOP_TOKEN, body: success })
        .exchange({ ...call, fields: type, status, body: error });
    t.same(askedWithout(scene), { calls: 4, answered: 0, refused: expected === "refused" ? 4 : 0 }, error);
    t.equal(scene.endpoints()[0].protection?.carried.answered, 4, error);
    t.equal(accessOf(scene.endpoints()[0]), expected === "refused" ? "refusing" : "unseen", error);
    t.equal(findings(scene), 0, error);
    const alone = new Scene();
    for (let times = 0; times < 4; times++) alone.exchange({ ...call, fields: type, status, body: error });
    t.equal(accessOf(alone.endpoints()[0]), expected === "refused" ? "refusing" : "unseen", `without others: ${error}`);
  }
  t.end();
});

t.test("gRPC's status decides, not HTTP's, and one that was not seen is no success", (t) => {
  const all = [
    ["grpc-status: 16\r\n", 0, 4, "refusing"],
    ["grpc-status: 7\r\n", 0, 4, "refusing"],
    ["grpc-status: 3\r\n", 0, 0, "unseen"],
    ["", 0, 0, "unseen"],
    ["grpc-status: 0\r\n", 4, 0, "mixed"],
  ] as const;
  for (const [fields, answered, refused, access] of all) {
    const scene = grpcScene(fields);
    t.same(askedWithout(scene), { calls: 4, answered, refused }, fields);
    t.equal(accessOf(scene.endpoints()[0]), access, fields);
    t.equal(findings(scene), answered > 0 ? 1 : 0, fields);
  }
  t.end();
});

t.test("a proxy that asks for credentials refuses", (t) => {
  const scene = new Scene();
  scene.get("/a", { status: 407 }).get("/a", { fields: "Proxy-Authorization: Basic YTpi\r\n" });
  t.same(askedWithout(scene), { calls: 1, answered: 0, refused: 1 });
  t.end();
});

t.test("OpenAPI asks for what came on the same calls together, and for what came on others instead", (t) => {
  const cookie = "Cookie: JSESSIONID=0a1b\r\n";
  const security = (...fields: readonly string[]): unknown => {
    const scene = new Scene();
    for (const each of fields) scene.get("/a", { fields: each }).get("/a", { fields: each });
    const [before] = scene.endpoints();
    const again = new Scene();
    again.inventory.restore(scene.inventory.takeDelta(100).rows);
    t.same(securityOf(again.endpoints()), securityOf([before]), "also after a restart");
    const names = securityOf([before]).security?.flatMap((one) => Object.keys(one)) ?? [];
    t.same(Object.keys(schemesOf([before])), [...new Set(names)].sort());
    return securityOf([before]).security;
  };
  const session = "cookie-JSESSIONID";
  t.same(security(cookie + SHOP_TOKEN), [{ [session]: [], jwt: [] }]);
  t.same(security(cookie, SHOP_TOKEN), [{ [session]: [] }, { jwt: [] }]);
  t.same(security(cookie + SHOP_TOKEN, SHOP_TOKEN), [{ [session]: [], jwt: [] }, { jwt: [] }]);
  t.same(security(cookie + SHOP_TOKEN, ""), [{ [session]: [], jwt: [] }, {}]);
  const bound = `${SHOP_TOKEN.replace("Bearer", "DPoP")}DPoP: ${JWE}\r\n`;
  t.same(security(bound), [{ dpop: [] }], "RFC 9449 §7.1: a token that is bound stands behind a scheme of its own");
  t.same(security(bound, SHOP_TOKEN), [{ dpop: [] }, { jwt: [] }]);
  t.same(security(`Authorization: Basic YTpi\r\nDPoP: ${JWE}\r\n`), [{ basic: [] }], "a client that asks for one");
  t.same(security('Authorization: Signature keyId="k",signature="YWJj"\r\n'), [{ "http-signature": [] }]);
  t.same(security(`X-Shop-Token: ${OPAQUE}\r\n`), [{ "api-key-header-any-token": [] }]);
  t.end();
});

t.test("only calls without a credential that were answered with success show that anybody is let in", (t) => {
  const jwt = [{ jwt: [] }];
  const securityWhere = (status: number): unknown => {
    const scene = new Scene();
    scene.get("/a", { fields: SHOP_TOKEN }).get("/a", { fields: SHOP_TOKEN }).get("/a", { status });
    return securityOf(scene.endpoints()).security;
  };
  for (const status of [404, 302, 500, 401]) t.same(securityWhere(status), jwt, `${status}`);
  t.same(securityWhere(204), [...jwt, {}]);
  t.end();
});

t.test("a browser's preflight, which never has credentials, does not show that anybody is let in", (t) => {
  const scene = new Scene();
  const asks = "Origin: https://app.test\r\nAccess-Control-Request-Method: GET\r\n";
  const asked = { method: "OPTIONS", path: "/a", fields: asks, status: 204 };
  for (let times = 0; times < 3; times++) scene.exchange(asked);
  scene.exchange({ ...asked, status: 403 }).exchange({ ...asked, path: "/plain", fields: "" });
  for (const endpoint of scene.endpoints()) {
    const { template } = endpoint;
    const calls = template === "/a" ? 4 : 1;
    t.match(protectionObject(endpoint), {
      "auth.access": "unseen",
      "auth.calls": { without: 0, preflights: calls },
      "auth.answered": { without: 0 },
      "auth.refused": { without: 0 },
    });
    t.equal(shareWords(endpoint), `100 % preflights, which have none (${calls})`);
    t.match(unaskedOf(endpoint), { answered: 0, refused: 0 });
  }
  scene.exchange({ ...asked, fields: asks + SHOP_TOKEN });
  const [endpoint] = scene.endpoints();
  t.same(securityOf([endpoint]).security, [{ jwt: [] }], "nor where somebody sends them with one");
  t.end();
});

t.test("drift of tokens: what makes one worth more is a finding, keys and scopes are facts", (t) => {
  const DAY = 86_400e6;
  const start = 1_700_000_000_000_000;
  const bound = { ...CLAIMS, cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJ" } };
  const drift = (before: readonly object[], after: object, head = SHOP, status = 200): Scene => {
    const scene = new Scene({}, 86_400);
    for (const claims of before) scene.get("/a", { fields: bearer(SHOP, claims), atMicros: start });
    for (const at of [2, 3]) scene.get("/a", { fields: bearer(head, after), atMicros: start + at * DAY, status });
    return scene;
  };
  const told = (scene: Scene): unknown => [
    scene.endpoints()[0].protection?.tokens?.changes.map(({ what, name }) => `${what} ${name}`),
    scene.detection
      .all()
      .flatMap(({ rule, count, evidence }) =>
        rule === "weaker-token" ? [`${evidence.what} ${evidence.name} ×${count}`] : [],
      ),
  ];
  t.same(told(drift([bound], CLAIMS)), [["binding none"], ["binding none ×2"]]);
  t.same(told(drift([bound, CLAIMS], CLAIMS)), [["binding none"], []], "while it was learned");
  t.same(told(drift([CLAIMS], bound)), [["binding dpop"], []], "stronger");
  t.same(told(drift([bound], CLAIMS, SHOP, 401)), [["binding none"], []], "refused");
  t.same(told(drift([CLAIMS], { ...CLAIMS, aud: ["orders", "everything"] })), [
    ["audience everything"],
    ["audience everything ×2"],
  ]);
  t.same(told(drift([CLAIMS], { ...CLAIMS, exp: CLAIMS.iat + 4 * 3_600 })), [["lifetime 4 h"], ["lifetime 4 h ×2"]]);
  t.same(told(drift([CLAIMS], { ...CLAIMS, exp: CLAIMS.iat + 3 * 3_600 })), [[], []]);
  t.same(told(drift([CLAIMS], { ...CLAIMS, exp: undefined })), [
    ["lifetime without an end"],
    ["lifetime without an end ×2"],
  ]);
  t.same(told(drift([CLAIMS], CLAIMS, { ...SHOP, kid: "k2" })), [["key k2"], []]);
  t.same(told(drift([CLAIMS], { ...CLAIMS, scope: "read admin" })), [["scope admin"], []]);
  const encrypted = new Scene();
  encrypted.get("/a", { fields: `Authorization: Bearer ${JWE}\r\n` });
  t.match(encrypted.endpoints()[0].protection?.tokens, {
    algorithms: { "RSA-OAEP-256": 1 },
    issuers: { "https://idp.internal": 1 },
    bindings: {},
    endless: 0,
  });
  t.end();
});

t.test(
  "a token that says where its key is to be fetched is told, and found where that is not its issuer's host",
  (t) => {
    const scene = new Scene();
    const head = (jku: unknown): object => ({ ...SHOP, jku, x5u: 5 });
    scene.get("/own", { fields: bearer(head("https://idp.internal:8443/keys?k=1"), CLAIMS) });
    for (const status of [200, 401])
      scene.get("/a", { fields: bearer(head("https://evil.example/k"), CLAIMS), status });
    scene.get("/refused", { fields: bearer(head("https://evil.example/k"), CLAIMS), status: 401 });
    scene.get("/none", { fields: bearer(head("keys"), CLAIMS) });
    const hosts = scene.endpoints().map(({ template, protection }) => [template, protection?.tokens?.keyHosts]);
    t.same(Object.fromEntries(hosts), {
      "/own": { "idp.internal": 1 },
      "/a": { "evil.example": 2 },
      "/refused": { "evil.example": 1 },
      "/none": undefined,
    });
    const found = scene.detection.all().filter(({ rule }) => rule === "foreign-token-key");
    t.same(
      found
        .map(({ severity, template, count, evidence }) => `${severity} ${template} ×${count} ${evidence.host}`)
        .sort(),
      ["high /a ×2 evil.example", "low /refused ×1 evil.example"],
    );
    t.end();
  },
);

t.test("a link that leads to what is said of deprecation marks nothing, in both versions of HTTP", (t) => {
  for (const link of ['</d>; rel="deprecation"', "</d>; rel=deprecation", '</d>; rel="sunset"']) {
    const plain = [1, 2, 3].flatMap((): Step[] => [
      ["client", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"],
      ["server", `HTTP/1.1 200 OK\r\nServer: a\r\nLink: ${link}\r\nContent-Length: 0\r\n\r\n`],
    ]);
    const peers = new Http2Peers();
    const framed: Step[] = [
      ["client", HELLO],
      ["server", settings()],
    ];
    for (const stream of [1, 3, 5]) {
      framed.push(["client", peers.request(stream, "/a", [])]);
      framed.push(["server", peers.answer(stream, 200, [["link", link]], { ends: true })]);
    }
    for (const steps of [plain, framed])
      t.same(
        feed(steps).flatMap((message) => (message.kind === "call" ? [message.deprecation] : [])),
        [undefined, undefined, undefined],
        link,
      );
  }
  const both = ["Deprecation: @1688169599", 'Link: </d>; rel="deprecation"'];
  for (const lines of [both, [...both].reverse()]) {
    const found = feed([
      ["client", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"],
      ["server", `HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`],
    ]);
    const call = found.find((message) => message.kind === "call");
    t.match(call, { deprecation: { sinceMicros: 1_688_169_599e6 } }, "the field beside it does");
  }
  t.end();
});

t.test(
  "an assertion or a subject's token that is sent with a grant is a credential, of which it is told what it says",
  (t) => {
    const facts = {
      "token.algorithms": { RS256: 3 },
      "token.issuers": { "https://robot.shop.internal": 3 },
      "token.longest_seconds": 3_600,
    };
    const jwt = token(
      { alg: "RS256", kid: "k1" },
      { iss: "https://robot.shop.internal", aud: "https://idp.internal/token", iat: 1_700_000_000, exp: 1_700_003_600 },
    );
    const GRANT = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A";
    const cases: readonly (readonly [string, string, string, object])[] = [
      ["/jwt", `${GRANT}jwt-bearer&assertion=${jwt}`, "assertion in body assertion", facts],
      ["/saml", `${GRANT}saml2-bearer&assertion=PHNhbWxwOl...`, "assertion in body assertion", {}],
      ["/own", `assertion=${jwt}&grant_type=urn%3Aown%3Agrant`, "assertion in body assertion", facts],
      ["/subject", `${GRANT}token-exchange&subject_token=${jwt}`, "jwt in body subject_token", facts],
      ["/opaque", `${GRANT}token-exchange&subject_token=${OPAQUE}`, "bearer in body subject_token", {}],
      ["/client", `grant_type=client_credentials&client_assertion=${jwt}`, CLIENT_ASSERTION, facts],
      ["/key", `access_token=${jwt}&item=7`, "jwt in body", facts],
    ];
    const scene = new Scene();
    for (const [path, requestBody] of cases)
      for (let times = 0; times < 3; times++) scene.exchange({ method: "POST", path, fields: FORM, requestBody });
    const json = { assertion: jwt, grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" };
    for (let times = 0; times < 3; times++)
      scene.exchange({ method: "POST", path: "/json", fields: JSON_TYPE, requestBody: JSON.stringify(json) });
    const none = `${GRANT}jwt-bearer&assertion=null`;
    for (const requestBody of [none, `assertion=${jwt}`])
      scene.exchange({ method: "POST", path: "/none", fields: FORM, requestBody });
    const rowOf = (path: string): Record<string, unknown> =>
      protectionObject(scene.endpoints().find(({ template }) => template === path) as EndpointRecord);
    for (const [path, , place, told] of [...cases, ["/json", "", "assertion in body assertion", facts] as const]) {
      t.match(rowOf(path), { "auth.access": "unseen", "auth.places": { [place]: 3 }, ...told }, path);
      t.match(rowOf(path)["auth.answered"], { with_credentials: 3, without: 0 }, path);
    }
    t.equal(rowOf("/none")["auth.places"], undefined, "what is none, and what is sent with no grant");
    const asked = securityOf(scene.endpoints().filter(({ template }) => template === "/jwt"));
    t.same(asked, { "x-credentials-in-body": { assertion: 3 } });
    const all = JSON.stringify(scene.endpoints());
    t.notOk(all.includes(jwt.slice(0, 40)) || all.includes("PHNhbWxwOl") || all.includes(OPAQUE));
    t.end();
  },
);

t.test("of a cookie its prefix is told, whether it is partitioned, and for which paths it is", (t) => {
  const scene = new Scene();
  for (const cookie of [
    "__Host-sid=1; Secure; Path=/; Partitioned",
    "__SECURE-sid=1; path=/shop ;partitioned",
    "sid=1; Path=shop",
    "__hosted-sid=1",
  ])
    scene.get("/a", { answerFields: `Set-Cookie: ${cookie}\r\n` });
  const end = "until the browser is closed";
  t.same(Object.keys(scene.endpoints()[0].protection?.cookies ?? {}).sort(), [
    `session cookie: Secure, no HttpOnly, no SameSite, Path=/, Partitioned, named __Host-, ${end}`,
    `session cookie: no Secure, no HttpOnly, no SameSite, Path narrower than /, Partitioned, named __Secure-, ${end}`,
    `session cookie: no Secure, no HttpOnly, no SameSite, ${end}`,
  ]);
  t.end();
});

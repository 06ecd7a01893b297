import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import type { AskedCounts } from "../shared/protection.js";
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

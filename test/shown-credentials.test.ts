import t from "tap";
import { securityOf } from "../sensor/report/openapi/security.js";
import { accessOf, askedBy } from "../shared/protection-words.js";
import { readDeclared } from "./support/declared-files.js";
import type { Step } from "./support/dialog.js";
import { type Field, HELLO, Http2Peers, headers, settings } from "./support/http2-builder.js";
import { Scene } from "./support/scene.js";

const JSON_TYPE = "Content-Type: application/json\r\n";
const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

t.test("a user's name and a password in a form or JSON are a credential, and who chooses them shows none", (t) => {
  const logins = [
    [FORM, "/login", "username=ada&password=s3cr3t&remember_me=1&csrf_token=x"],
    [FORM, "/login", "user%5Bemail%5D=ada&user%5Bpassword%5D=s3cr3t&commit=Log+in"],
    [FORM, "/login", "token=abcdef&login=ada&passwd=s3cr3t"],
    [FORM, "/login", "%75sername=ada&%70assword=s3cr3t"],
    [FORM, "/j_security_check", "j_username=ada&j_password=s3cr3t"],
    [JSON_TYPE, "/login", '{"email":"ada@example.com","password":"s3cr3t"}'],
    [JSON_TYPE, "/login", '{"user":{"email":"ada@example.com","password":"s3cr3t"}}'],
    [JSON_TYPE, "/_session", '{"name":"ada","password":"s3cr3t"}'],
    [FORM, "/token", "grant_type=password&username=ada&password=s3cr3t&client_id=web"],
  ] as const;
  for (const [fields, path, requestBody] of logins) {
    const scene = new Scene();
    for (const status of [200, 401, 200]) scene.exchange({ path, method: "POST", fields, requestBody, status });
    const [endpoint] = scene.endpoints();
    t.same(endpoint.credentials, { password: 3 }, requestBody);
    t.same(endpoint.protection?.places, { "password in body": 3 });
    t.match(askedBy(endpoint), { carried: { calls: 3, answered: 2, refused: 1 }, bare: { calls: 0 }, unsureCalls: 0 });
    t.same(accessOf(endpoint), "unseen", "whether it answers without one was not seen");
    t.same(securityOf([endpoint]), { "x-credentials-in-body": { password: 3 } });
  }
  const others = [
    [FORM, "/login", "username=ada&password="],
    [FORM, "/login", "username=ada"],
    [FORM, "/login", "username=ada&password=s3cr3t&password_confirmation=s3cr3t"],
    [JSON_TYPE, "/staff", '{"username":"ada","password":"s3cr3t","role":"admin"}'],
    [JSON_TYPE, "/users", '{"username":"ada","password":"s3cr3t"}'],
    [JSON_TYPE, "/register", '{"email":"ada@example.com","password":"s3cr3t"}'],
    [JSON_TYPE, "/orders", '{"order":{"user":"ada","password":"s3cr3t"}}'],
  ] as const;
  for (const [fields, path, requestBody] of others) {
    const [endpoint] = new Scene().exchange({ path, method: "POST", fields, requestBody }).endpoints();
    t.same(endpoint.credentials, {}, requestBody);
    t.match(askedBy(endpoint), { bare: { calls: 1 } });
  }
  t.end();
});

t.test(
  "a client's secret stands beside the password that it was given, and where people log in nothing is to be enforced",
  (t) => {
    const grant = "grant_type=password&username=ada&password=s3cr3t&client_secret=x";
    const [token] = new Scene()
      .exchange({ path: "/token", method: "POST", fields: FORM, requestBody: grant })
      .endpoints();
    t.same(token.credentials, { "client-secret": 1, password: 1 });
    const scene = new Scene();
    for (let times = 0; times < 4; times++) {
      scene.exchange({ path: "/login", method: "POST", fields: FORM, requestBody: "username=ada&password=s3cr3t" });
      scene.exchange({ path: "/login", method: "POST", fields: FORM, requestBody: "username=ada" });
    }
    const [login] = scene.endpoints();
    t.match(askedBy(login), { carried: { calls: 4 }, bare: { calls: 4 } });
    const rules = (one: Scene) => one.detection.all().map(({ rule }) => rule);
    t.notOk(rules(scene).includes("authentication-not-enforced"), "who mistypes is answered, too");
    const again = new Scene();
    again.inventory.restore(scene.inventory.takeDelta(100).rows);
    again.exchange({ path: "/login", method: "POST", fields: FORM, requestBody: "username=ada" });
    t.notOk(rules(again).includes("authentication-not-enforced"), "after a restart as well");
    t.end();
  },
);

const coded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (header: object, claims: object = { iss: "https://idp.test", exp: 2_000_000_000 }): string =>
  `${coded(header)}.${coded(claims)}.c2lnbmF0dXJl`;
const TOKEN = jwt({ alg: "RS256", kid: "k1" });

/** Calls with such a field, over HTTP/1.1 and over HTTP/2 as encoders of both kinds write it. */
const WAYS: Readonly<Record<string, (scene: Scene, name: string, values: readonly string[]) => Scene>> = {
  "HTTP/1.1": (scene, name, values) => {
    for (const value of values)
      scene.get("/a", { host: "h", fields: `Accept: */*\r\nX-Platform: ios\r\n${name}: ${value}\r\n` });
    return scene;
  },
  "HTTP/2": (scene, name, values) => overHttp2(scene, new Http2Peers(), name, values),
  "HTTP/2 spelt": (scene, name, values) => overHttp2(scene, new Http2Peers(), name, values, "spelt"),
  "HTTP/2 coded": (scene, name, values) => overHttp2(scene, new Http2Peers("huffman"), name, values),
};

/** `spelt`: the field goes into no table. */
function overHttp2(
  scene: Scene,
  peers: Http2Peers,
  name: string,
  values: readonly string[],
  how: "indexed" | "spelt" = "indexed",
): Scene {
  const steps: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  const pseudo: readonly Field[] = [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/a"],
    [":authority", "h"],
  ];
  for (const [index, value] of values.entries()) {
    const stream = 2 * index + 1;
    const field: Field = [name.toLowerCase(), value];
    const blocks =
      how === "indexed"
        ? [peers.client.block([...pseudo, ["x-platform", "ios"], field])]
        : [peers.client.block([...pseudo, ["x-platform", "ios"]]), peers.client.literal(...field)];
    steps.push(["client", headers(stream, Buffer.concat(blocks), { ends: true })]);
    steps.push(["server", peers.answer(stream, 200, [], { ends: true })]);
  }
  return scene.speak(steps);
}

t.test("a token is found by its value in a request's field whose name says nothing, with all that it says", (t) => {
  const other = jwt({ alg: "ES256" }, { iss: "https://other.test" });
  for (const [way, call] of Object.entries(WAYS)) {
    const scene = call(new Scene(), "X-Foo", [TOKEN, TOKEN, TOKEN, other, "plain", TOKEN, TOKEN]);
    const [endpoint] = scene.endpoints();
    t.same(endpoint.credentials, { jwt: 6 }, way);
    t.same(endpoint.protection?.places, { "jwt in header *": 6 });
    t.match(endpoint.protection?.tokens, { algorithms: { RS256: 5, ES256: 1 }, keyIds: { k1: 5 } });
    t.match(askedBy(endpoint), { carried: { calls: 6 }, bare: { calls: 1 } });
    t.notMatch(JSON.stringify([scene.endpoints(), scene.detection.all()]), TOKEN.slice(0, 12), "no part of it is told");
    const unlearned = call(new Scene(), "X-Assessment", [TOKEN, TOKEN, TOKEN, "plain", TOKEN]).endpoints()[0];
    t.same(unlearned.credentials, { jwt: 4 }, `${way}, in a field that no schema has`);
    const encrypted = `${coded({ alg: "dir", enc: "A256GCM" })}..aXY.Y2lwaGVy.dGFn`;
    t.same(call(new Scene(), "X-Foo", [encrypted]).endpoints()[0].credentials, { jwe: 1 });
    for (const [name, value] of [
      ["X-Foo", coded({ page: 1, size: 20 })],
      ["X-Foo", `${coded({ page: 1 })}.${coded({ size: 20 })}.x1`],
      ["X-Foo", "eyJhbGciOi.eyJpc3Mi.x1x1x1x1x1"],
      ["X-Foo", `${TOKEN}.x`],
      ["X-CSRF-Value", TOKEN],
      ["X-Next-Page", TOKEN],
    ])
      t.same(call(new Scene(), name, [value, value, value]).endpoints()[0].credentials, {}, `${way} ${name} ${value}`);
  }
  const answer = new Scene().get("/a", { answerFields: `X-Foo: ${TOKEN}\r\n` });
  t.same(answer.endpoints()[0].credentials, {}, "an answer's is nobody's who asked");
  t.end();
});

t.test("a field that holds a token is part of what heads are built of still, by either protocol", async (t) => {
  const file = `openapi: 3.0.3
info: { title: A, version: "1" }
servers: [{ url: "http://h" }]
paths:
  /a:
    get:
      parameters: [{ name: X-Foo, in: header, required: true, schema: { type: string } }]
      responses: { default: { description: any } }
`;
  const { declared } = await readDeclared(t, { "a.yaml": file });
  for (const [way, call] of Object.entries(WAYS)) {
    const [endpoint] = call(new Scene({ declared }), "X-Foo", [TOKEN, TOKEN, TOKEN, TOKEN]).endpoints();
    t.same(endpoint.credentials, { jwt: 4 }, way);
    t.match(endpoint.declaration, { isDeclared: true });
    t.same(
      (endpoint.drift ?? []).filter((text) => text.includes("x-foo")),
      [],
      way,
    );
  }
});

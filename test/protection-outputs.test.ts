import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "@readme/openapi-parser";
import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { delta, sensorStore } from "./support/delivery.js";
import { feed, type Step } from "./support/dialog.js";
import { TcpDialog } from "./support/frame-builder.js";
import { flow, handshake, LEAF } from "./support/handshake-builder.js";
import { HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { exported, inventoryFile } from "./support/inventory-file.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { bearer, PROTECTION_CANARIES, token } from "./support/protection-cases.js";
import { FORM, shop } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";

function calls(steps: readonly Step[]): Call[] {
  return feed(steps).filter((message) => message.kind === "call");
}

function ask(fields: string): Step {
  return ["client", `GET /a HTTP/1.1\r\nHost: h\r\n${fields}\r\n`];
}

const JSON_FIELD = "Content-Type: application/json\r\n";

t.test("exports, documents and the difference of two inventories tell it", async (t) => {
  const folder = temporaryFolder(t);
  const scene = shop();
  const file = inventoryFile(
    folder,
    scene.inventory.takeDelta(100).rows.map(({ record }) => record),
  );
  const lines = exported(file, "ndjson")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const row = (path: string) => lines.find((line) => line["url.template"] === path);
  t.match(row("/orders"), {
    "auth.kinds": ["api-key", "cookie", "jwt"],
    "auth.access": "mixed",
    "auth.calls": { with_credentials: 4, cookies_only: 1, without: 2, not_seen_whole: 0 },
    "auth.answered": { with_credentials: 3, cookies_only: 1, without: 1 },
    "auth.refused": { with_credentials: 1, cookies_only: 0, without: 1 },
    "auth.challenges": { bearer: 1 },
    "token.issuers": { "https://idp.internal": 3 },
    "token.longest_seconds": 3_600,
    cache_control: { "no-store": 3, unsaid: 1 },
  });
  t.match(row("/open"), { "auth.access": "open", "auth.calls": { without: 2 }, "auth.answered": { without: 1 } });
  t.match(row("/oauth/token"), { "oauth.requests": { token: 2 }, "oauth.grants": { "token-exchange": 1 } });
  const [head, ...cells] = exported(file, "csv").split("\r\n");
  t.match(head, /,auth\.access,auth\.calls,.*,oauth\.client_proofs,/);
  t.ok(cells.some((line) => /with_credentials=4; cookies_only=1; without=2; not_seen_whole=0/.test(line)));
  const document = JSON.parse(exported(file, "openapi"));
  t.match(await validate(structuredClone(document)), { valid: true });
  t.same(document.components.securitySchemes, {
    "api-key-header-x-api-key": { type: "apiKey", in: "header", name: "x-api-key" },
    basic: { type: "http", scheme: "basic" },
    jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  });
  t.same(document.paths["/closed"].get.security, [{ jwt: [] }], "calls without were refused");
  const page = exported(file, "html");
  t.match(
    page,
    /Protection of endpoints.*57 % with a credential \(4\), 14 % with cookies only \(1\), 29 % without one of a known kind \(2\)/s,
  );
  t.match(page, /JSON Web Tokens.*https:\/\/idp\.internal ×3.*60 min/s);
  t.match(page, /OAuth 2 servers.*token ×2.*client_credentials ×1, token-exchange ×1/s);
  const later = shop().get("/closed", { fields: bearer({ alg: "none" }, { iss: "https://new.test" }) });
  const other = inventoryFile(
    temporaryFolder(t),
    later.inventory.takeDelta(100).rows.map(({ record }) => record),
  );
  t.match(
    run(["diff", file, other]).out,
    /GET \/closed: token issuers https:\/\/idp\.internal → https:\/\/idp\.internal, https:\/\/new\.test; token algorithms RS256 → RS256, none/,
  );
  t.end();
});

t.test("exports tell what found no room, and names that nobody let in", (t) => {
  const scene = new Scene();
  scene.get("/a", { fields: bearer({ alg: "RS256", kid: "taken" }, {}) });
  for (let number = 0; number < 40; number++)
    scene.get("/a", { fields: bearer({ alg: "RS256", kid: `made-${number}` }, {}), status: 401 });
  const file = inventoryFile(
    temporaryFolder(t),
    scene.inventory.takeDelta(100).rows.map(({ record }) => record),
  );
  const lines = exported(file, "ndjson").trim().split("\n");
  const row = lines.map((line) => JSON.parse(line)).find((line) => line["url.template"] === "/a");
  t.match(row, {
    "auth.not_counted": 9,
    "token.not_counted": { key: 9 },
    "token.key_ids": { taken: 1, "made-39": 1 },
    "token.changes": [{ what: "key", name: "made-16", never_answered: true }],
  });
  t.equal(row["token.never_answered"].key.length, 31);
  const [head] = exported(file, "csv").split("\r\n");
  t.match(head, /,auth\.not_counted,token\.never_answered,token\.not_counted,/);
  t.match(exported(file, "html"), /key ×9/);
  t.end();
});

t.test("a client certificate that a proxy tells of is told as what it is, by both versions of HTTP", (t) => {
  const told = [{ kind: "client-certificate", place: "header", name: "x-forwarded-client-cert" }];
  const value = 'By=spiffe://c/ns/a/sa/b;Hash=ab12;Subject="CN=ada@example.com";URI=spiffe://c/ns/x/sa/y';
  t.same(calls([ask(`X-Forwarded-Client-Cert: ${value}\r\n`)])[0].credentials, told);
  t.same(calls([ask("Client-Cert: :MIIB:\r\nX-SSL-Client-S-DN: CN=a\r\n")])[0].credentials, [
    { kind: "client-certificate", place: "header", name: "client-cert" },
  ]);
  t.same(calls([ask("X-SSL-Client-Cert: \r\n")])[0].credentials, [], "an empty one is none");
  const peers = new Http2Peers();
  const framed: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (const stream of [1, 3, 5, 7])
    framed.push(
      ["client", peers.request(stream, "/a", [["x-forwarded-client-cert", value]])],
      ["server", peers.answer(stream, 200, [], { ends: true })],
    );
  t.same(
    calls(framed).map(({ credentials }) => credentials),
    [told, told, told, told],
  );
  t.end();
});

t.test(
  "an endpoint tells what the way to it is: mutual TLS is its connections', and what a proxy says of it its calls'",
  async (t) => {
    const scene = new Scene();
    for (const client of ["10.0.0.8", "10.0.0.9"])
      scene.get("/mutual", { client, fields: "X-Forwarded-Client-Cert: Hash=ab\r\n" });
    const one = { ...flow("10.0.0.9", "10.0.0.2"), serverPort: 80 };
    scene.inventory.message(handshake("presented", { clientChain: [LEAF], flow: one }));
    const file = inventoryFile(
      temporaryFolder(t),
      scene.inventory.takeDelta(100).rows.map(({ record }) => record),
    );
    const rows = exported(file, "ndjson").trim().split("\n");
    const row = rows.map((line) => JSON.parse(line)).find(({ kind }) => kind === "endpoint");
    t.strictSame(row["auth.kinds"], ["client-certificate"]);
    t.strictSame(row["auth.places"], { "client-certificate in header x-forwarded-client-cert": 2 });
    t.strictSame(row["edge.posture_counts"], { cleartext: 2, mtls: 1 });
    t.equal(Object.values(row["edge.client_certificates"]).length, 1);
    t.match(exported(file, "csv"), /"cleartext=2; mtls=1"/);
    t.match(exported(file, "html"), /<td>1 mutual · 2 cleartext<\/td>/);
    const document = JSON.parse(exported(file, "openapi"));
    t.match(await validate(structuredClone(document)), { valid: true });
    t.strictSame(document.components.securitySchemes, { "client-certificate": { type: "mutualTLS" } });
  },
);

t.test(
  "a client's secret or assertion in a form is a credential; a code, a verifier and an empty secret are none",
  async (t) => {
    const scene = new Scene();
    const grant = (path: string, form: string, fields = FORM): void => {
      scene.exchange({ method: "POST", path, fields, requestBody: `grant_type=${form}` });
    };
    for (let times = 0; times < 3; times++) {
      grant("/post/token", "client_credentials&client_id=a&client_secret=Zx81-plain-words");
      grant("/assert/token", "client_credentials&client_assertion_type=urn%3Ax&client_assertion=eyJh.eyJi.c2ln");
      grant("/public/token", "authorization_code&code=c0de&code_verifier=w0rds&client_id=a");
      grant("/public/token", "refresh_token&refresh_token=r3fresh&client_id=a&client_secret=");
      grant("/basic/token", "client_credentials", `${FORM}Authorization: Basic YTpi\r\n`);
    }
    const pushed = "response_type=code&client_id=a&client_assertion_type=urn%3Ax&client_assertion=eyJh.eyJi.c2ln";
    for (let times = 0; times < 3; times++)
      scene.exchange({ method: "POST", path: "/par", fields: FORM, requestBody: pushed });
    // As Auth0 and others take it; what is deeper is no member, and neither is a value that breaks off.
    const json = (path: string, value: unknown): void => {
      scene.exchange({ method: "POST", path, fields: JSON_FIELD, requestBody: JSON.stringify(value) });
    };
    for (let times = 0; times < 3; times++) {
      json("/json/token", { grant_type: "client_credentials", client_id: "a", client_secret: "Zx81-plain-words" });
      json("/json/assert", {
        client_assertion: "eyJh.eyJi.c2ln",
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      });
      json("/json/public", { grant_type: "refresh_token", refresh_token: "r3fresh-Zx81", client_secret: "" });
      json("/json/other", {
        job: { grant_type: "password", client_secret: "Zx81-plain-words" },
        list: [{ token: "a" }],
      });
    }
    // The first calls of an operation are looked at, then one in many: what was not looked at may have held a secret.
    for (let times = 0; times < 2_000; times++)
      grant("/often/token", "client_credentials&client_secret=Zx81-plain-words");
    const folder = temporaryFolder(t);
    const records = scene.inventory.takeDelta(100).rows.map(({ record }) => record);
    const file = inventoryFile(folder, [...records, ...scene.detection.all()]);
    const rows = exported(file, "ndjson")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const row = (path: string) => rows.find((line) => line.kind === "endpoint" && line["url.template"] === path);
    t.match(row("/post/token"), {
      "auth.kinds": ["client-secret"],
      "auth.access": "unseen",
      "auth.calls": { with_credentials: 3, cookies_only: 0, without: 0, not_seen_whole: 0 },
      "auth.places": { "client-secret in body client_secret": 3 },
      "oauth.client_proofs": { "secret in body": 3 },
    });
    t.match(row("/assert/token"), {
      "auth.access": "unseen",
      "auth.places": { "client-assertion in body client_assertion": 3 },
      "oauth.client_proofs": { assertion: 3 },
    });
    t.match(row("/par"), {
      "auth.access": "unseen",
      "auth.places": { "client-assertion in body client_assertion": 3 },
    });
    t.same(row("/par")["oauth.requests"] ?? {}, {}, "an authorization request that is pushed asks for no token");
    t.match(row("/public/token"), {
      "auth.access": "unseen",
      "auth.calls": { without: 6 },
      "oauth.answered_to_public_clients": 6,
      "auth.kinds": [],
      "oauth.grants": { authorization_code: 3, refresh_token: 3 },
      "oauth.client_proofs": { "none seen": 3, "none seen, code verifier (PKCE)": 3 },
    });
    t.match(row("/basic/token"), { "auth.access": "unseen", "auth.places": { "basic in header authorization": 3 } });
    t.match(row("/json/token"), {
      "auth.access": "unseen",
      "auth.places": { "client-secret in body client_secret": 3 },
      "oauth.requests": { token: 3 },
      "oauth.grants": { client_credentials: 3 },
      "oauth.client_proofs": { "secret in body": 3 },
    });
    t.match(row("/json/assert"), { "oauth.grants": { "jwt-bearer": 3 }, "oauth.client_proofs": { assertion: 3 } });
    t.match(row("/json/public"), { "oauth.grants": { refresh_token: 3 }, "oauth.client_proofs": { "none seen": 3 } });
    t.same(row("/json/other")["oauth.requests"] ?? {}, {}, "only members of the whole");
    t.same(row("/json/other")["auth.kinds"], []);
    const often = row("/often/token");
    t.match(often, { "auth.access": "unseen", "auth.answered": { without: 0 } });
    t.ok(often["auth.calls"].not_seen_whole > 0 && often["auth.calls"].with_credentials > 0);
    t.match(exported(file, "csv"), /client-secret in body client_secret=3/);
    const document = JSON.parse(exported(file, "openapi"));
    t.match(await validate(structuredClone(document)), { valid: true });
    t.strictSame(document.paths["/post/token"].post["x-credentials-in-body"], { client_secret_post: 3 });
    t.strictSame(document.paths["/assert/token"].post["x-credentials-in-body"], { client_assertion: 3 });
    t.strictSame(document.paths["/basic/token"].post.security, [{ basic: [] }]);
    t.notOk("x-credentials-in-body" in document.paths["/public/token"].post);
    t.match(exported(file, "cyclonedx"), /"eastwatch:credentials",\s+"value": "basic client-assertion client-secret"/);
    t.match(exported(file, "html"), /client-secret in body client_secret/);
    const exposed = rows.find(
      (line) => line.kind === "finding" && line["url.template"] === "/post/token" && line.severity === "high",
    );
    t.match(exposed, { rule: "sensitive-data-cleartext", evidence: { group: "secret" } });
    t.notMatch(JSON.stringify(rows), /Zx81|w0rds|r3fresh|c0de/);
  },
);

t.test("canaries: not one byte of tokens, cookies, keys and forms gets out", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "canary.pcap");
  writeCanaries(capture);
  t.same(leaksIn(readFileSync(capture)), PROTECTION_CANARIES, "they are found where they are");
  const out = join(folder, "out");
  t.equal(run(["analyze", capture, "--out", out]).code, 0);
  t.match(readFileSync(join(out, "calls.ndjson"), "utf8"), /"auth\.kinds":\["api-key","cookie","dpop","jwt"\]/);
  const scene = new Scene();
  for (const [request, answer] of canaryDialog())
    scene.speak([
      ["client", request],
      ["server", answer],
    ]);
  const endpoints = scene.endpoints();
  t.match(endpoints.find(({ template }) => template === "/token")?.protection, { grants: { password: 1 } });
  t.match(endpoints.find(({ template }) => template === "/a")?.protection?.tokens, { audiences: { "***": 1 } });
  const store = sensorStore(folder);
  const rows = scene.inventory.takeDelta(100);
  store.apply(delta({ inventory: rows, findings: scene.detection.takeChanged(100) }));
  store.close();
  const exportsOf = temporaryFolder(t);
  const database = inventoryFile(exportsOf, [...rows.rows.map(({ record }) => record), ...scene.detection.all()]);
  for (const format of ["ndjson", "csv", "openapi", "html", "sarif", "cyclonedx"])
    writeFileSync(join(exportsOf, format), exported(database, format));
  const files = [out, folder, exportsOf].flatMap((place) =>
    readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "canary.pcap")
      .map(({ name }) => join(place, name)),
  );
  t.ok(files.length >= 13);
  for (const file of files) t.same(leaksIn(readFileSync(file)), [], file);
  t.end();
});

/** Requests and answers with a marked secret in every place that is looked at. */
function canaryDialog(): readonly (readonly [string, string])[] {
  const [subject, mail, signature, cookie, named, key, proof, secret, user, password, nonce, realm, domain, aws] =
    PROTECTION_CANARIES;
  const encode = (text: string): string => Buffer.from(text).toString("base64url");
  const claims = {
    iss: `https://${user}:${password}@idp.test/?s=${secret}`,
    sub: subject,
    email: mail,
    name: user,
    aud: aws,
  };
  const marked = token(
    { alg: "RS256", kid: mail, jku: `https://x/${secret}` },
    { ...claims, scope: mail },
    encode(signature),
  );
  const own = token({ alg: "ES256", jwk: { x: proof } }, { jti: proof }, encode(proof));
  const get = `GET /a HTTP/1.1\r\nHost: h\r\nAuthorization: DPoP ${marked}\r\nDPoP: ${own}\r\nX-Api-Key: ${key}\r\n`;
  const answer = [
    `Set-Cookie: ${named}=${cookie}; Domain=${domain}; Path=/${secret}`,
    `Set-Cookie: sid_${named}=${token({ alg: "HS256" }, { sub: subject }, encode(signature))}`,
    `WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}"`,
    `WWW-Authenticate: ${realm}`,
    `Content-Security-Policy: script-src 'nonce-${nonce}'`,
    `Cache-Control: ${nonce}`,
  ].join("\r\n");
  const form = `grant_type=password&username=${user}&password=${password}&client_secret=${secret}`;
  const post = `POST /token HTTP/1.1\r\nHost: h\r\n${FORM}Content-Length: ${form.length}\r\n\r\n${form}`;
  const json = JSON.stringify({
    grant_type: "password",
    username: user,
    password,
    client_secret: secret,
    refresh_token: key,
  });
  const odd = `grant_type=${secret}&token=${marked}`;
  return [
    [
      `${get}Cookie: ${named}=${cookie}; t=${marked}; api_key=${key}\r\n\r\n`,
      `HTTP/1.1 200 OK\r\n${answer}\r\nContent-Length: 0\r\n\r\n`,
    ],
    [post, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    [
      `POST /json/token HTTP/1.1\r\nHost: h\r\n${JSON_FIELD}Content-Length: ${json.length}\r\n\r\n${json}`,
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    [
      `POST /token HTTP/1.1\r\nHost: h\r\n${FORM}Content-Length: ${odd.length}\r\n\r\n${odd}`,
      "HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n",
    ],
  ];
}

function writeCanaries(path: string): void {
  const output = new PcapOutput(path);
  const ends = { client: "10.0.0.1", clientPort: 40_000, server: "10.0.0.2", serverPort: 80 };
  const dialog = new TcpDialog({ ...ends, clientSequence: 1, serverSequence: 1, segmentBytes: 1_400 }, (frame) =>
    output.frame(frame),
  ).open();
  for (const [request, answer] of canaryDialog()) {
    dialog.send("client", Buffer.from(request));
    dialog.send("server", Buffer.from(answer));
  }
  dialog.close();
  output.close();
}

/** Canaries found in plain, base64 (at any of its three phases), hexadecimal or URL encoding, or as a digest. */
function leaksIn(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  const lower = text.toLowerCase();
  return PROTECTION_CANARIES.filter((value) => {
    const phases = [0, 1, 2].flatMap((phase) => {
      const encoded = Buffer.from(" ".repeat(phase) + value)
        .toString("base64")
        .slice(phase === 0 ? 0 : 4, -4);
      return [encoded, encoded.replaceAll("+", "-").replaceAll("/", "_")];
    });
    const digests = ["sha256", "md5"].map((name) => createHash(name).update(value).digest("hex").slice(0, 12));
    const hex = Buffer.from(value).toString("hex");
    const forms = [value, encodeURIComponent(value), ...phases];
    return forms.some((form) => text.includes(form)) || [hex, ...digests].some((form) => lower.includes(form));
  });
}

t.test("an operator reads how an endpoint is protected", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  const scene = shop();
  await sensor.tell(scene.inventory.takeDelta(1_000).rows.map(({ record }) => record));
  const { page, troubles } = await enter(t, console.setupLink ?? "");
  await page.click('nav button:text-is("Endpoints")');
  await page.locator("tr", { hasText: "/orders" }).click();
  const text = (await page.locator(DETAIL).textContent()) ?? "";
  t.match(text, /Protection.*answers some calls without a credential of a known kind.*57 % with a credential \(4\)/s);
  t.match(text, /token issuershttps:\/\/idp\.internal ×3.*token lifetime60 min/s);
  t.match(text, /setssession cookie: Secure, no HttpOnly, no SameSite, until the browser is closed ×1/);
  await shot(page, "endpoint-protection");
  t.same(troubles, []);
});

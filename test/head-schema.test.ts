import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect, createServer } from "node:net";
import { validate } from "@readme/openapi-parser";
import t from "tap";
import { Inventory } from "../sensor/inventory/inventory.js";
import { Dispatcher } from "../sensor/protocol/dispatcher.js";
import { defaultSettings } from "../shared/config/settings.js";
import { PROTOCOL_SETTINGS, type Step, TestFlow } from "./support/dialog.js";
import { type Field, HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { exported, inventoryFile } from "./support/inventory-file.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

t.test(
  "fields and cookies of requests are learned as parameters, and neither what HTTP has there nor a credential",
  async (t) => {
    const scene = new Scene();
    const ask = (fields: string) =>
      scene.get("/carts", {
        fields: `Accept: text/html\r\nAuthorization: Bearer abcdefghijkl\r\nX-Api-Key: k-93847562\r\nX-Internal-Token: zzz\r\n${fields}`,
      });
    for (let times = 0; times < 12; times++) {
      ask(
        "X-Tenant: 7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c11\r\nX-Platform: ios\r\nX-Page-Size: 50\r\nX-Contact: anna@example.org\r\n" +
          "Cookie: platform=dark; session=s3cr3tcanary; visits=12; seen_by_7f3a=1\r\n",
      );
      ask("X-Tenant: 7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c12\r\nX-Platform: android\r\nCookie: platform=light\r\n");
    }
    const [{ schemas }] = scene.endpoints();
    t.strictSame(schemas?.header, {
      type: "object",
      properties: {
        "x-contact": { type: "string", format: "email" },
        "x-page-size": { type: "integer" },
        "x-platform": { type: "string", enum: ["android", "ios"] },
        "x-tenant": { type: "string", format: "uuid" },
      },
      required: ["x-platform", "x-tenant"],
    });
    t.strictSame(schemas?.cookie, {
      type: "object",
      properties: { platform: { type: "string" }, visits: { type: "integer" } },
      required: ["platform"],
    });
    const rows = scene.inventory.takeDelta(100).rows;
    t.notMatch(
      JSON.stringify(rows),
      /s3cr3tcanary|k-93847562|zzz|anna@|0a4b8f3f2c1|dark|light|7f3a/,
      "no value is kept",
    );
    const again = new Scene();
    again.inventory.restore(rows);
    t.strictSame(again.endpoints()[0]?.schemas, schemas, "they are known after a restart");
    const file = inventoryFile(
      temporaryFolder(t),
      rows.map(({ record }) => record),
    );
    const document = JSON.parse(exported(file, "openapi"));
    t.equal((await validate(structuredClone(document))).valid, true);
    const { parameters } = document.paths["/carts"].get;
    t.strictSame(
      parameters.map((one: { in: string; name: string; required?: true }) => [one.in, one.name, one.required]),
      [
        ["header", "x-contact", undefined],
        ["header", "x-page-size", undefined],
        ["header", "x-platform", true],
        ["header", "x-tenant", true],
        ["cookie", "platform", true],
        ["cookie", "visits", undefined],
      ],
    );
  },
);

t.test("a field that only later calls have is no parameter of all of them", async (t) => {
  const scene = new Scene();
  for (let times = 0; times < 3; times++) scene.get("/carts");
  t.equal(scene.endpoints()[0]?.schemas, undefined, "plain heads teach nothing");
  for (let times = 0; times < 3; times++) scene.get("/carts", { fields: "X-Mode: fast\r\n" });
  t.strictSame(scene.endpoints()[0]?.schemas?.header?.required, undefined);
  const alone = new Scene();
  for (let times = 0; times < 3; times++) alone.get("/carts", { fields: "X-Mode: fast\r\n" });
  t.strictSame(alone.endpoints()[0]?.schemas?.header?.required, ["x-mode"]);
});

t.test("heads that had none of a field are counted in what their endpoint became part of", (t) => {
  const scene = new Scene();
  for (const box of ["box-1", "box-2", "box-3"])
    for (let times = 0; times < 3; times++)
      scene.get(`/boxes/${box}`, { fields: box !== "box-2" ? "X-Platform: ios\r\nCookie: visits=3\r\n" : "" });
  const [{ template, schemas }] = scene.endpoints();
  t.equal(template, "/boxes/{boxId}");
  t.strictSame(
    [schemas?.header, schemas?.cookie].map((schema) => [Object.keys(schema?.properties ?? {}), schema?.required]),
    [
      [["x-platform"], undefined],
      [["visits"], undefined],
    ],
    "what one of three boxes had not is optional",
  );
  t.end();
});

/** Fields of the answers of an API with pages, limits and versions, in turn; then what HTTP, proxies and browsers have in answers. */
const ANSWERED: readonly (readonly [status: number, fields: Readonly<Record<string, string>>])[] = [
  [
    200,
    {
      etag: '"Qm7k2LpX9sT4vB1nZ8cR5wYq"',
      "x-total-count": "120",
      "x-cache-policy": "stale",
      "x-reset": "2026-01-02T03:04:05Z",
      "x-owner": "anna@example.org",
    },
  ],
  [200, { etag: 'W/"12-abc"', "x-total-count": "7", "x-cache-policy": "fresh", link: "</carts?page=2>; rel=next" }],
  [201, { location: "https://shop.internal/carts/s3cr3tcanary" }],
  [429, { "retry-after": "30", "ratelimit-remaining": "0" }],
];
const UNTOLD: Readonly<Record<string, string>> = {
  ...{ date: "Sun, 06 Nov 1994 08:49:37 GMT", server: "nginx", vary: "accept", age: "3", via: "1.1 edge" },
  ...{
    "cache-control": "no-store",
    "set-cookie": "visits=12; Path=/",
    "x-auth-token": "zzz",
    "x-request-id": "k-93847562",
  },
  ...{ "access-control-expose-headers": "etag", "x-frame-options": "deny", "grpc-accept-encoding": "gzip" },
};
const ANSWER_HEADERS = {
  "200": {
    type: "object",
    properties: {
      etag: { type: "string" },
      link: { type: "string" },
      "x-cache-policy": { type: "string", enum: ["fresh", "stale"] },
      "x-owner": { type: "string", format: "email" },
      "x-reset": { type: "string", format: "date-time" },
      "x-total-count": { type: "integer" },
    },
    required: ["etag", "x-cache-policy", "x-total-count"],
  },
  "201": { type: "object", properties: { location: { type: "string", format: "uri" } }, required: ["location"] },
  "429": {
    type: "object",
    properties: { "ratelimit-remaining": { type: "integer" }, "retry-after": { type: "integer" } },
    required: ["ratelimit-remaining", "retry-after"],
  },
};

function lines(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

t.test("fields of answers are learned by status, and no value of them", async (t) => {
  const scene = new Scene();
  for (let times = 0; times < 12; times++)
    for (const [status, fields] of ANSWERED)
      scene.get("/carts", { status, answerFields: lines({ ...fields, ...UNTOLD }) });
  const [{ schemas }] = scene.endpoints();
  t.strictSame(schemas, { responses: {}, responseHeaders: ANSWER_HEADERS });
  const rows = scene.inventory.takeDelta(100).rows;
  t.notMatch(JSON.stringify(rows), /s3cr3tcanary|k-93847562|zzz|anna@|Qm7k2|12-abc|page=2|"visits/, "no value is kept");
  const again = new Scene();
  again.inventory.restore(rows);
  t.strictSame(again.endpoints()[0]?.schemas, schemas, "they are known after a restart");
  again.get("/carts", { status: 201 });
  t.strictSame(again.endpoints()[0]?.schemas?.responseHeaders?.["201"]?.required, undefined, "and go on");
  const file = inventoryFile(
    temporaryFolder(t),
    rows.map(({ record }) => record),
  );
  const document = JSON.parse(exported(file, "openapi"));
  t.equal((await validate(structuredClone(document))).valid, true);
  const { responses } = document.paths["/carts"].get;
  t.strictSame(responses["201"].headers, { location: { required: true, schema: { type: "string", format: "uri" } } });
  t.strictSame(responses["200"].headers.link, { schema: { type: "string" } });
  const row = exported(file, "ndjson")
    .split("\n")
    .find((line) => line.includes("url.template"));
  t.strictSame(JSON.parse(row ?? "{}").schemas.responseHeaders, ANSWER_HEADERS);
});

t.test("a field that not all answers have is optional, in what their endpoint became part of too", (t) => {
  const scene = new Scene();
  const total = { answerFields: "X-Total-Count: 3\r\n" };
  for (let times = 0; times < 3; times++) scene.get("/carts");
  t.equal(scene.endpoints()[0]?.schemas, undefined, "plain heads teach nothing");
  scene.get("/carts", total);
  const headers = { type: "object", properties: { "x-total-count": { type: "integer" } } };
  t.strictSame(scene.endpoints()[0]?.schemas?.responseHeaders, { "200": headers });
  const boxes = new Scene();
  for (const box of ["box-1", "box-2", "box-3"])
    for (let times = 0; times < 3; times++) boxes.get(`/boxes/${box}`, box !== "box-2" ? total : {});
  const [{ template, schemas }] = boxes.endpoints();
  t.strictSame([template, schemas?.responseHeaders], ["/boxes/{boxId}", { "200": headers }]);
  const many = new Scene();
  for (let status = 400; status < 420; status++) many.get("/carts", { status, ...total });
  t.equal(
    Object.keys(many.endpoints()[0]?.schemas?.responseHeaders ?? {}).length,
    8,
    "of a bounded number of statuses",
  );
  t.end();
});

t.test("an answer whose head was cut or is folded teaches nothing of its fields", (t) => {
  const scene = new Scene();
  const whole = "HTTP/1.1 200 OK\r\nX-Total-Count: 3\r\nX-Shard: 7\r\nContent-Length: 0\r\n\r\n";
  const ask: Step = ["client", "GET /carts HTTP/1.1\r\nHost: h\r\n\r\n"];
  for (let times = 0; times < 3; times++) scene.speak([ask, ["server", whole]]);
  const told = scene.endpoints()[0]?.schemas?.responseHeaders;
  t.strictSame(told?.["200"]?.required, ["x-shard", "x-total-count"]);
  scene.speak([ask, ["server", whole.slice(0, 40)], ["server", 60]]);
  scene.speak([ask, ["server", "HTTP/1.1 200 OK\r\nX-Total-Count: 3\r\n x-other: 1\r\nContent-Length: 0\r\n\r\n"]]);
  t.equal(scene.endpoints()[0]?.calls, 5);
  t.strictSame(scene.endpoints()[0]?.schemas?.responseHeaders, told);
  t.end();
});

interface Piece {
  readonly from: "client" | "server";
  readonly bytes: Buffer;
}

/** What Node's own client and server say to each other over HTTP/2, request after request. */
async function spoken(
  requests: readonly Record<string, string>[],
  answers: typeof ANSWERED = [[200, {}]],
): Promise<readonly Piece[]> {
  const pieces: Piece[] = [];
  let answered = 0;
  const origin = createHttp2Server((_request, response) => {
    const [status, fields] = answers[answered++ % answers.length];
    response.writeHead(status, fields).end("{}");
  });
  await once(origin.listen(0, "127.0.0.1"), "listening");
  const relay = createServer((client) => {
    const server = connect((origin.address() as AddressInfo).port, "127.0.0.1");
    client.on("data", (bytes: Buffer) => pieces.push({ from: "client", bytes }) && server.write(bytes));
    server.on("data", (bytes: Buffer) => pieces.push({ from: "server", bytes }) && client.write(bytes));
    client.on("close", () => server.destroy());
  });
  await once(relay.listen(0, "127.0.0.1"), "listening");
  const session = connectHttp2(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`);
  for (const fields of requests) {
    const request = session.request(fields).resume();
    await once(request, "end");
  }
  session.close();
  await once(session, "close");
  relay.close();
  origin.close();
  return pieces;
}

/** The schemas of what was asked for; a piece is lost where `lost` says. */
function learned(pieces: readonly Piece[], lost = -1) {
  return endpointsOf(pieces, lost).map(({ template, schemas }) => [template, schemas?.header, schemas?.cookie]);
}

function endpointsOf(pieces: readonly Piece[], lost: number) {
  const inventory = new Inventory(defaultSettings().inventory, {
    call() {},
    anomaly() {},
    connection() {},
    handshake() {},
    settled() {},
  });
  const flow = new TestFlow({});
  const stream = new Dispatcher(PROTOCOL_SETTINGS, inventory).open(flow, flow);
  for (const [at, { from, bytes }] of pieces.entries()) {
    if (at === lost) stream.gap(from, bytes.length, at);
    else stream.data(from, bytes, 0, bytes.length, at);
  }
  stream.close("fin", pieces.length);
  inventory.settle();
  return [...inventory.endpoints()];
}

t.test("heads of HTTP/2 teach what those of HTTP/1 do, though most of their fields come by an index", async (t) => {
  const ask = (path: string, platform: string, more: Record<string, string> = {}) => ({
    ":path": path,
    authorization: "Bearer abcdefghijkl",
    "x-api-key": "k-93847562",
    "x-tenant": "7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c11",
    "x-platform": platform,
    cookie: "platform=dark; session=s3cr3tcanary; visits=12",
    ...more,
  });
  const requests = Array.from({ length: 24 }, (_, at) => [
    ask("/carts", at % 2 === 0 ? "ios" : "android", at % 2 === 0 ? { "x-page-size": "50" } : {}),
    ask("/orders", "ios"),
  ]).flat();
  const pieces = await spoken(requests);
  const platform = { type: "string", enum: ["ios"] };
  const tenant = { type: "string", format: "uuid" };
  const cookie = {
    type: "object",
    properties: { platform: { type: "string" }, visits: { type: "integer" } },
    required: ["platform", "visits"],
  };
  const expected = [
    [
      "/carts",
      {
        type: "object",
        properties: {
          "x-page-size": { type: "integer" },
          "x-platform": { type: "string", enum: ["android", "ios"] },
          "x-tenant": tenant,
        },
        required: ["x-platform", "x-tenant"],
      },
      cookie,
    ],
    [
      "/orders",
      {
        type: "object",
        properties: { "x-platform": platform, "x-tenant": tenant },
        required: ["x-platform", "x-tenant"],
      },
      cookie,
    ],
  ];
  t.strictSame(learned(pieces), expected);
  const asked = pieces.flatMap(({ from }, at) => (from === "client" && at > 2 ? [at] : []));
  const known = new Map(expected.map(([template, header]) => [template, header]));
  for (const lost of asked.filter((_, at) => at % 5 === 2))
    for (const [template, header] of learned(pieces, lost))
      t.match(
        (known.get(template as string) as Schema | undefined)?.properties,
        (header as Schema | undefined)?.properties ?? {},
        `what was lost in piece ${lost} teaches nothing that was not said`,
      );
});

t.test("answers over HTTP/2 teach what those over HTTP/1 do, and nothing of what was lost", async (t) => {
  const answers = ANSWERED.map(([status, fields]) => [status, { ...fields, ...UNTOLD }] as const);
  const pieces = await spoken(new Array(48).fill({ ":path": "/carts" }), answers);
  const headersOf = (lost?: number) => endpointsOf(pieces, lost ?? -1)[0]?.schemas?.responseHeaders;
  t.strictSame(headersOf(), ANSWER_HEADERS);
  const fromServer = pieces.flatMap(({ from }, at) => (from === "server" && at > 2 ? [at] : []));
  for (const lost of fromServer.filter((_, at) => at % 7 === 3))
    for (const [status, schema] of Object.entries(headersOf(lost) ?? {})) {
      const known = (ANSWER_HEADERS as Readonly<Record<string, Schema>>)[status];
      t.match(known?.properties, schema.properties ?? {}, `what was lost in piece ${lost} is not made up`);
      t.ok(
        known?.required?.every((name) => schema.required?.includes(name)),
        "and what was read is still required",
      );
    }
});

t.test("a head of HTTP/2 that was cut teaches nothing: what it had not said is still required", (t) => {
  const peers = new Http2Peers();
  const pieces: Piece[] = [
    { from: "client", bytes: HELLO },
    { from: "server", bytes: settings() },
  ];
  const fields: readonly Field[] = [
    ["x-platform", "ios"],
    ["x-tenant", "7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c11"],
  ];
  for (let stream = 1; stream <= 9; stream += 2) {
    pieces.push({ from: "client", bytes: peers.request(stream, "/carts", fields) });
    pieces.push({ from: "server", bytes: peers.answer(stream, 200, fields, { ends: true }) });
  }
  const last = peers.request(11, "/carts", fields);
  const cut = last.length - 1;
  pieces.push({ from: "client", bytes: last.subarray(0, cut) }, { from: "client", bytes: last.subarray(cut) });
  const answer = peers.answer(11, 200, fields, { ends: true });
  pieces.push({ from: "server", bytes: answer.subarray(0, -1) }, { from: "server", bytes: answer.subarray(-1) });
  const required = (lost: number) => {
    const [{ schemas }] = endpointsOf(pieces, lost);
    return [schemas?.header?.required, schemas?.responseHeaders?.["200"]?.required];
  };
  const both = ["x-platform", "x-tenant"];
  t.strictSame(required(-1), [both, both]);
  t.strictSame(required(pieces.length - 3), [both, both], "a request's");
  t.strictSame(required(pieces.length - 1), [both, both], "an answer's");
  t.end();
});

interface Schema {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

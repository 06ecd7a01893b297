import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import type { Call } from "../sensor/protocol/message.js";
import { strictSettings } from "./support/analysis-run.js";
import { describe, type FeedOptions, feed, type Step } from "./support/dialog.js";
import { TcpDialog } from "./support/frame-builder.js";
import {
  BlockEncoder,
  data,
  type Field,
  FLAG,
  frame,
  HELLO,
  Http2Peers,
  headers,
  integer,
  SETTINGS_ACK,
  settings,
  TYPE,
  text,
} from "./support/http2-builder.js";
import { token } from "./support/protection-cases.js";
import { CLAIMS, SHOP } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";

/** What two dozen requests and answers teach. */
function taught(blocks: (peers: Http2Peers, stream: number) => readonly [request: Buffer, answer: Buffer]) {
  const peers = new Http2Peers();
  const steps: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (let stream = 1; stream <= 47; stream += 2) {
    const [request, answer] = blocks(peers, stream);
    steps.push(["client", request], ["server", answer]);
  }
  const scene = new Scene();
  scene.speak(steps);
  return scene.endpoints()[0].schemas;
}

/** `fields` go into no table, and are marked as never to be put into one (RFC 7541 §7.1.3). */
function neverIndexed(stream: number, block: Buffer, fields: readonly Field[]): Buffer {
  const encoder = new BlockEncoder();
  const more = fields.map(([name, value]) => encoder.literal(name, value));
  return frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, stream, Buffer.concat([block.subarray(9), ...more]));
}

t.test("fields of HTTP/2 that are never indexed are told as being there, without any word of theirs", (t) => {
  const fields: readonly Field[] = [
    ["x-platform", "ios"],
    ["x-page-size", "50"],
    ["x-api-key", "k-93847562"],
    ["cookie", "visits=12"],
    ["cookie", "platform=dark"],
  ];
  const schemas = taught((peers, stream) => [
    neverIndexed(stream, peers.request(stream, "/carts", [["x-mode", "fast"]]), fields),
    neverIndexed(stream, peers.answer(stream, 200, [["x-mode", "fast"]]), fields),
  ]);
  const properties = {
    "x-mode": { type: "string", enum: ["fast"] },
    "x-page-size": { type: "integer" },
    "x-platform": { type: "string" },
  };
  const required = ["x-mode", "x-page-size", "x-platform"];
  t.strictSame(schemas?.header, { type: "object", properties, required });
  t.strictSame(schemas?.responseHeaders, { "200": { type: "object", properties, required } });
  t.strictSame(schemas?.cookie, {
    type: "object",
    properties: { platform: { type: "string" }, visits: { type: "integer" } },
    required: ["platform", "visits"],
  });
  t.notMatch(JSON.stringify(schemas), /ios|k-93847562|dark/);
  t.end();
});

t.test("long fields of HTTP/2 are told as those of HTTP/1 are, at every length of a head", (t) => {
  for (const length of [100, 511, 513, 1_500, 2_500, 2_540, 2_555, 2_560, 4_000, 6_000]) {
    const fields: readonly Field[] = [
      ["x-platform", "ios"],
      ["cookie", `visits=12; filler=${"a".repeat(length)}; platform=dark`],
      ["link", `<https://shop.internal/${"b".repeat(length)}>; rel=next`],
      ["x-tenant", "7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c11"],
    ];
    const schemas = taught((peers, stream) => [
      peers.request(stream, "/carts", fields),
      peers.answer(stream, 200, fields, { ends: true }),
    ]);
    const fieldNames = ["link", "x-platform", "x-tenant"];
    t.strictSame(schemas?.header?.required, fieldNames, `${length}`);
    t.strictSame(schemas?.responseHeaders?.["200"]?.required, fieldNames, `an answer's, ${length}`);
    t.strictSame(schemas?.cookie?.required, ["filler", "platform", "visits"], `its cookies, ${length}`);
  }
  t.end();
});

t.test("cookies of HTTP/2 in fields of their own are told as those of one field, in each head of many", (t) => {
  const peers = new Http2Peers();
  const crumbs = (fields: readonly string[]) => fields.map((cookie) => ["cookie", cookie] as const);
  const steps: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  const own = token(SHOP, CLAIMS);
  for (let stream = 1; stream < 49; stream += 8) {
    steps.push(["client", peers.request(stream, "/a", crumbs(["a=b", `t=${own}`, "api_key=k", "c=d"]))]);
    steps.push(["client", peers.request(stream + 2, "/a", crumbs([`a=b; t=${own}; api_key=k; c=d`]))]);
    steps.push(["client", peers.request(stream + 4, "/a", crumbs(["a=b", "c=d", "e=f"]))]);
    steps.push(["client", peers.request(stream + 6, "/a", crumbs(["a=b", "c=d", "api_key=k"]))]);
  }
  const calls = feed(steps).filter((message) => message.kind === "call");
  const told = calls.map(({ credentials }) => credentials.map(({ kind, name }) => `${kind} ${name}`));
  const all = ["cookie cookie", "jwt cookie", "api-key api_key"];
  const round = [all, all, ["cookie cookie"], ["cookie cookie", "api-key api_key"]];
  t.strictSame(told, [...round, ...round, ...round, ...round, ...round, ...round]);
  t.end();
});

t.test("blocks that spell all they say fill the table each time, known again or not", (t) => {
  const STATIC = { "content-length": 28, "content-type": 31, date: 33, server: 54 } as const;
  const table: (readonly [name: string, value: string])[] = [];
  let most = 4_096;
  const spelt = (status: 200 | 404, type: string, length: number): Buffer => {
    const fields = [
      ["server", "nginx"],
      ["date", "today"],
      ["content-type", type],
      ["content-length", `${length}`],
    ] as const;
    const put = [...fields, ["accept-ranges", "bytes"]] as const;
    for (const field of put) table.unshift(field);
    const size = () => table.reduce((sum, [name, value]) => sum + 32 + name.length + value.length, 0);
    while (size() > most) table.pop();
    const named = fields.map(([name, value]) => Buffer.concat([Buffer.from([0x40 | STATIC[name]]), text(value)]));
    const last = Buffer.concat([Buffer.from([0x40]), text("accept-ranges"), text("bytes")]);
    return Buffer.concat([Buffer.from([status === 200 ? 0x88 : 0x8d]), ...named, last]);
  };
  const steps: Step[] = [
    ["client", HELLO],
    ["server", Buffer.concat([settings(), SETTINGS_ACK])],
  ];
  const expected: string[] = [];
  let stream = 1;
  const call = (block: Buffer, said: string, length: number): void => {
    const ask = Buffer.concat([Buffer.from([0x82, 0x84, 0x86, 0x01]), text("h")]);
    steps.push(["client", headers(stream, ask, { ends: true })]);
    steps.push(["server", Buffer.concat([headers(stream, block), data(stream, "x".repeat(length), "ends")])]);
    expected.push(said);
    stream += 2;
  };
  const asked = (name: string, nth: number): Buffer => {
    const at = table.flatMap(([known], position) => (known === name ? [position] : []))[nth];
    return integer(0x80, 0x7f, 62 + at);
  };
  const speak = (count: number): void => {
    for (let at = 0; at < count; at++) {
      if (at % 5 === 4) call(spelt(404, "text/html", 3), "404 text/html 3", 3);
      else call(spelt(200, "application/json", 2), "200 application/json 2", 2);
    }
  };
  // A third of them in the time in which fields are learned; then known; after each, blocks that ask for what was put there.
  for (const size of [4_096, 4_096, 4_096, 300, 100, 0]) {
    const isSame = size === most;
    most = size;
    if (!isSame) call(Buffer.concat([integer(0x20, 0x1f, size), spelt(404, "a/b", 2)]), "404 a/b 2", 2);
    speak(200);
    const kept = table.filter(([name]) => name === "content-type").length;
    for (let nth = 0; nth < kept; nth++) {
      const value = table.filter(([name]) => name === "content-type")[nth][1];
      call(Buffer.concat([Buffer.from([0x88]), asked("content-type", nth)]), `200 ${value} 1`, 1);
    }
    speak(7);
  }
  const told = (options: FeedOptions): string[] =>
    feed(steps, options)
      .filter((message): message is Call => message.kind === "call")
      .map(
        ({ status, responseContentType, responseBodySize }) => `${status} ${responseContentType} ${responseBodySize}`,
      );
  for (const pieceBytes of [11, 5_000]) t.same(told({ pieceBytes }), expected, `by ${pieceBytes}`);
  const beyond = headers(stream - 2, Buffer.from([0x88, 0x80 | 62]), { ends: true });
  t.match(
    describe(feed([...steps, ["server", beyond]])).join(),
    "invalid-header-block",
    "the table is empty in the end",
  );
  t.end();
});

t.test("where a redirect leads is told by a number, whatever the protocol's version", (t) => {
  const path = "/Go/x7Kp2q";
  const places = (status: number, locations: readonly string[]): number[][] => {
    const peers = new Http2Peers();
    const one: Step[] = [];
    const two: Step[] = [
      ["client", HELLO],
      ["server", settings()],
    ];
    for (const [at, location] of locations.entries()) {
      const head = `HTTP/1.1 ${status} X\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;
      one.push(["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`], ["server", head]);
      const answer = peers.answer(2 * at + 1, status, [["location", location]], { ends: true });
      two.push(["client", peers.request(2 * at + 1, path)], ["server", answer]);
    }
    return [one, two].map((steps) =>
      feed(steps)
        .filter((message): message is Call => message.kind === "call")
        .map(({ redirectPlace }) => redirectPlace),
    );
  };
  const same = [
    ...["/login", "/login?next=/Go/x7Kp2q", "/login#top", "/login;jsessionid=8A3F"],
    ...[
      "/login/8f14e45fceea167a/x",
      "/login/c9f0f895fb98ab91/x",
      "https://a.example/b",
      "http://ada:s3cr3t@a.example/b",
    ],
    ...["//a.example/b", "https://a.example/c", "https://b.example/b", "/"],
  ];
  const back = ["https://h/go/X7kp2q", "/Go/x7Kp2q/", "/en/Go/x7Kp2q.html", "/go", "https://h/Go/"];
  const [of1, of2] = places(302, [...same, ...same, ...back]);
  t.same(of1, of2);
  t.same(
    of1.slice(0, 12).map((place) => of1.indexOf(place)),
    [0, 0, 0, 0, 4, 4, 6, 6, 6, 9, 10, 11],
    "whom for, how to get there and which session are no part of it",
  );
  t.same(of1.slice(12, 24), of1.slice(0, 12), "heads that came before");
  t.same(of1.slice(24), [0, 0, 0, 0, 0], "the same or above, spelt in another way");
  for (const status of [200, 201, 404]) t.same(places(status, ["/orders/17"]), [[0], [0]], `${status} is no redirect`);
  t.end();
});

t.test("answers that a server pushes are counted, and are no calls", (t) => {
  const p = new Http2Peers();
  const promised = (stream: number) =>
    headers(
      1,
      p.server.block([
        [":method", "GET"],
        [":path", `/${stream}.css`],
      ]),
      { promises: stream },
    );
  const pipeline = new Pipeline(strictSettings(), {}, 1);
  let atMicros = START_MICROS;
  new TcpDialog({}, (bytes) => pipeline.frame(frameOf({ bytes, atMicros: ++atMicros })))
    .open()
    .send("client", Buffer.concat([HELLO, p.request(1, "/a", [], { ends: true })]))
    .send("server", Buffer.concat([settings(), SETTINGS_ACK, promised(2), promised(4)]))
    .send("server", Buffer.concat([p.answer(1, 200, [], { ends: true }), p.answer(2, 200), data(2, "body", "ends")]))
    .close();
  pipeline.finish();
  t.match(pipeline.counters(), { calls: 1, http2_answers_pushed: 2, http2_streams: 0, anomalies: 0 });
  t.same(
    [...pipeline.inventory.endpoints()].map(({ template }) => template),
    ["/a"],
  );
  t.end();
});

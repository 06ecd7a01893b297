import t from "tap";
import { csv } from "../sensor/report/csv.js";
import { html } from "../sensor/report/html.js";
import { ndjson } from "../sensor/report/ndjson.js";
import { openapi } from "../sensor/report/openapi.js";
import type { CallRecord, EndpointRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { endpointLine } from "../shared/record-json.js";
import { describe, feed, type Step } from "./support/dialog.js";
import { ANSWER, GET } from "./support/http1-cases.js";
import { data, HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";
import { accept, closing, frame, masked, OPCODE, upgrade } from "./support/websocket-builder.js";

const EVENTS = "Content-Type: text/event-stream; charset=utf-8";
const START = 1_700_000_000_000_000;

/** An answer of events without a length, until the connection closes. */
function events(content: string): readonly Step[] {
  return [
    ["client", GET],
    ["server", ANSWER(EVENTS, content)],
    ["server", "fin"],
  ];
}

t.test("server-sent events are counted, whole, byte by byte and in threes", (t) => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["by line feeds", "data: one\n\ndata: two\n\n", "->2:6"],
    ["by carriage returns, alone and with line feeds", "data: one\r\rdata: two\r\n\r\ndata: 3\r\n\n", "->3:7"],
    ["of several lines", "data: a\ndata: bc\n\n", "->1:4f1"],
    ["with and without the space, and without a value", "data:abc\n\ndata:  d\n\ndata\n\n", "->3:5"],
    ["with name, id and time to come back", "event: tick\nid: 7\nretry: 10\ndata: x\n\n", "->1:1"],
    ["comments and what has no data are none", ": stay awake\n\nevent: x\n\nid: 1\n\n\n\n", "->0:0"],
    ["names that only begin so", "database: x\n\ndat: x\n\nDATA: x\n\n", "->0:0"],
    ["one that is not over", "data: one\n\ndata: two\n", "->1:3"],
  ];
  for (const [name, content, expected] of cases) {
    const size = content.length;
    for (const pieceBytes of [1_000, 1, 3])
      t.same(
        describe(feed(events(content), { pieceBytes })),
        ["= http1", `1.1 GET /a h 200 0 ${size} event-stream ${expected}`],
        `${name}, by ${pieceBytes}`,
      );
  }
  t.end();
});

t.test("server-sent events in chunks, over HTTP/2, compressed, with losses, and what is none", (t) => {
  const chunked = "Transfer-Encoding: chunked\r\n";
  t.same(
    describe(
      feed([
        ["client", GET],
        ["server", ANSWER(chunked + EVENTS, "8\r\ndata: on\r\n5\r\ne\n\n: \r\n")],
        ["server", "4\r\nhi\n\n\r\n0\r\n\r\n"],
      ]),
    ),
    ["= http1", "1.1 GET /a h 200 0 17 event-stream ->1:3"],
  );
  const p = new Http2Peers();
  t.same(
    describe(
      feed([
        ["client", HELLO],
        ["server", settings()],
        ["client", p.request(1, "/events")],
        ["server", p.answer(1, 200, [["content-type", "text/event-stream"]])],
        ["server", Buffer.concat([data(1, "data: on"), data(1, "e\n\ndata: 2\n\n", "ends")])],
      ]),
    ),
    ["= http2", "2 GET /events h 200 0 20 event-stream ->2:4"],
  );
  t.same(
    describe(
      feed([
        ["client", GET],
        ["server", ANSWER(`Content-Encoding: gzip\r\n${EVENTS}`, "????")],
        ["server", "fin"],
      ]),
    ),
    ["= http1", "1.1 GET /a h 200 0 4 event-stream"],
    "what is compressed can't be counted",
  );
  for (const none of ["none", "identity"])
    t.same(
      describe(
        feed([
          ["client", GET],
          ["server", ANSWER(`Content-Encoding: ${none}\r\n${EVENTS}`, "data: one\n\n")],
          ["server", "fin"],
        ]),
      ),
      ["= http1", "1.1 GET /a h 200 0 11 event-stream ->1:3"],
      `${none} is no compression`,
    );
  t.same(
    describe(
      feed([
        ["client", GET],
        ["server", ANSWER(EVENTS, "data: one\n\ndata: t")],
        ["server", 20],
        ["server", "e rest\n\ndata: four\n\n"],
        ["server", "fin"],
      ]),
    ),
    ["= http1", "1.1 GET /a h 200 0 58 incomplete:20 event-stream ->2:7u8"],
  );
  t.same(
    describe(
      feed([
        ["client", GET.replace("GET", "HEAD")],
        ["server", ANSWER(EVENTS, "")],
        ["client", GET],
        ["server", ANSWER("Content-Type: text/html\r\nContent-Length: 2", "ok")],
      ]),
    ),
    ["= http1", "1.1 HEAD /a h 200 0 0", "1.1 GET /a h 200 0 2"],
  );
  t.end();
});

t.test("how long a stream lasts is none of its endpoint's latency", (t) => {
  const scene = new Scene();
  for (let at = 0; at < 3; at++)
    scene.speak(
      [
        ["client", "GET /events HTTP/1.1\r\nHost: h\r\n\r\n"],
        ["server", ANSWER(`Transfer-Encoding: chunked\r\n${EVENTS}`, "9\r\ndata: a\n\n\r\n")],
        ["server", "9\r\ndata: b\n\n\r\n"],
        ["server", "0\r\n\r\n"],
      ],
      20e6,
    );
  t.match(scene.endpoints(), [
    {
      template: "/events",
      calls: 3,
      durationMillis: { count: 3, max: 20_000 },
      streams: {
        kinds: { "event-stream": 3 },
        requestMessages: 0,
        responseMessages: 6,
        responseMessageBytes: 6,
        lastedMillis: { count: 3, max: 60_000 },
      },
    },
  ]);
  t.end();
});

/** A WebSocket that says something both ways, for a while. */
function talk(path: string, close: readonly Step[]): readonly Step[] {
  return [
    ["client", upgrade(path)],
    ["server", accept("Sec-WebSocket-Protocol: chat")],
    ["client", masked("hello")],
    ["server", frame("hi")],
    ["server", frame("there", { opcode: OPCODE.binary })],
    ...close,
  ];
}

function webSockets(): Scene {
  const bye: readonly Step[] = [
    ["client", masked(closing(1000, "done"), { opcode: OPCODE.close })],
    ["server", frame(closing(1000), { opcode: OPCODE.close })],
  ];
  return new Scene().speak(talk("/rooms/17/ws", bye)).speak(talk("/rooms/18/ws", bye)).speak(talk("/rooms/19/ws", []));
}

const CHAT: Partial<EndpointRecord> = {
  method: "GET",
  template: "/rooms/{roomId}/ws",
  calls: 3,
  statuses: { 101: 3 },
  streams: {
    kinds: { websocket: 3 },
    subprotocols: ["chat"],
    extensions: [],
    requestMessages: 3,
    responseMessages: 6,
    requestMessageBytes: 15,
    responseMessageBytes: 21,
    frames: { control: 4 },
    closes: { 1000: 2, none: 1 },
    closeReasons: { text: 2 },
  },
};

t.test("an endpoint says that it is a WebSocket, with what was sent; a call in the feed likewise", (t) => {
  const scene = webSockets();
  const [endpoint] = scene.endpoints();
  t.match(endpoint, CHAT);
  t.match(endpoint, { durationMillis: { count: 3, max: 1 }, streams: { lastedMillis: { count: 3 } } });
  t.same(decodeEvent(encodeEvent(endpoint)), endpoint, "over the wire");
  const rows = scene.inventory.takeDelta(1_000).rows;
  const later = new Scene();
  later.inventory.restore(JSON.parse(JSON.stringify(rows)));
  t.same(later.endpoints(), [endpoint], "after a restart");
  later.speak(talk("/rooms/20/ws", []));
  t.match(later.endpoints(), [{ calls: 4, streams: { kinds: { websocket: 4 }, requestMessages: 4 } }]);
  t.match(scene.inventory.counters, { calls: 3 }, "nothing is counted twice");
  const call = { kind: "call", streamKind: "websocket", subprotocol: "chat" } as CallRecord;
  t.match(decodeEvent(encodeEvent(call)), { streamKind: "websocket", subprotocol: "chat" });
  t.end();
});

t.test("exports tell of streams, and endpoints.ndjson what the contract has and no more", (t) => {
  const rows = webSockets()
    .endpoints()
    .map((record) => ({ record, sensor: undefined }));
  const [line] = [...ndjson.write(rows, [])].map((text) => JSON.parse(text));
  t.match(line, {
    "stream.kinds": { websocket: 3 },
    "stream.subprotocols": ["chat"],
    "stream.request.messages": 3,
    "stream.response.messages": 6,
    "stream.request.message_bytes": 15,
    "stream.response.message_bytes": 21,
    "stream.closes": { 1000: 2, none: 1 },
  });
  t.match([...csv.write(rows, [])].join(""), /,websocket=3,chat,,3,6,15,21,control=4,/);
  t.match(
    [...html.write(rows, [])].join(""),
    /Endpoints that stream.*GET \/rooms\/\{roomId\}\/ws<\/td><td>websocket ×3/s,
  );
  const document = JSON.parse([...openapi.write(rows, [])].join(""));
  t.match(document.paths["/rooms/{roomId}/ws"].get["x-observed"], [{ streams: { kinds: { websocket: 3 } } }]);
  t.notMatch(endpointLine(rows[0].record), /stream|websocket/);
  t.end();
});

t.test("with losses it is at least what was seen", (t) => {
  const [endpoint] = new Scene()
    .speak([...talk("/ws", []), ["server", 500], ["server", frame("unheard of by anybody before")]])
    .endpoints();
  t.match(endpoint, {
    calls: 1,
    incompleteCalls: 1,
    missingBytes: 500,
    streams: { kinds: { websocket: 1 }, requestMessages: 1, responseMessages: 3, frames: {} },
  });
  t.same(endpoint.streams?.closes, {}, "and how it ended may have been lost");
  t.end();
});

interface Poll {
  readonly heldMillis: number;
  readonly status?: number;
  readonly body?: string;
  readonly fields?: string;
  readonly pauseMillis?: number;
  readonly path?: string;
  readonly client?: string;
}

/** One client's calls, one after the other, each as soon as the one before is answered unless it pauses. */
function poll(scene: Scene, polls: readonly Poll[]): Scene {
  let atMicros = START;
  for (const { heldMillis, pauseMillis = 5, path = "/updates", ...more } of polls) {
    atMicros += pauseMillis * 1_000;
    scene.get(path, { atMicros, tookMicros: heldMillis * 1_000, ...more });
    atMicros += heldMillis * 1_000;
  }
  return scene;
}

function verdict(scene: Scene): string {
  const [{ calls, durationMillis, streams }] = scene.endpoints();
  const polls = streams?.kinds["long-poll"] ?? 0;
  return `${calls} calls, ${durationMillis?.count ?? 0} durations, ${polls} polls, ${streams?.lastedMillis?.count ?? 0} lasted`;
}

t.test("a request that says that it waits is a long poll where its answer was held back", (t) => {
  const asks: readonly Poll[] = [
    { heldMillis: 9_000, fields: "Prefer: respond-async, wait=10\r\n" },
    { heldMillis: 8_000, path: "/updates?index=7&wait=30s" },
    { heldMillis: 25_000, path: "/updates?EIO=4&transport=polling&sid=1" },
  ];
  t.equal(verdict(poll(new Scene(), asks)), "3 calls, 0 durations, 3 polls, 3 lasted");
  const answered: readonly Poll[] = [
    { heldMillis: 20, path: "/updates?wait=30s" },
    { heldMillis: 9_000, path: "/updates?wait=false", pauseMillis: 60_000 },
    { heldMillis: 9_000, path: "/updates?transport=websocket", pauseMillis: 60_000 },
  ];
  t.equal(verdict(poll(new Scene(), answered)), "3 calls, 3 durations, 0 polls, 0 lasted");
  const posted = new Scene().exchange({ path: "/updates?transport=polling", method: "POST", tookMicros: 5e6 });
  t.equal(verdict(posted), "1 calls, 1 durations, 0 polls, 0 lasted", "what is sent to be kept does not wait");
  const p = new Http2Peers();
  const twice = [1, 3, 5].flatMap((stream): Step[] => [
    ["client", p.request(stream, "/updates?wait=1m")],
    ["server", Buffer.concat([p.answer(stream, 200), data(stream, "{}", "ends")])],
  ]);
  t.equal(
    verdict(new Scene().speak([["client", HELLO], ["server", settings()], ...twice], 7e6)),
    "3 calls, 0 durations, 3 polls, 3 lasted",
    "over HTTP/2, whose heads are not read again",
  );
  t.end();
});

t.test("answers that come at a limit with nothing, and earlier with something, are held back", (t) => {
  const nothing = { heldMillis: 30_000, status: 204, body: "" };
  const silent = Array<Poll>(4).fill(nothing);
  t.equal(verdict(poll(new Scene(), silent)), "4 calls, 0 durations, 4 polls, 4 lasted");
  const empty = { heldMillis: 25_000, body: "[]" };
  const news = (heldMillis: number): Poll => ({ heldMillis, body: '[{"id":1}]' });
  const mixed = [news(3_000), empty, news(11_000), { ...empty, heldMillis: 25_100 }, news(20), news(7_000), empty];
  t.equal(verdict(poll(new Scene(), mixed)), "7 calls, 1 durations, 6 polls, 6 lasted");
  const early = poll(new Scene(), mixed.slice(0, 3));
  t.equal(verdict(early), "3 calls, 3 durations, 0 polls, 0 lasted", "until it is certain they are slow calls");
  const rows = poll(new Scene(), silent).inventory.takeDelta(100).rows;
  const later = new Scene();
  later.inventory.restore(JSON.parse(JSON.stringify(rows)));
  t.equal(verdict(poll(later, [nothing])), "5 calls, 0 durations, 5 polls, 5 lasted", "a restart forgets nothing");
  t.end();
});

t.test("slow calls stay slow calls, however they are made", (t) => {
  const slow = (name: string, polls: readonly Poll[]): void => {
    t.equal(
      verdict(poll(new Scene(), polls)),
      `${polls.length} calls, ${polls.length} durations, 0 polls, 0 lasted`,
      name,
    );
  };
  slow("each as slow as the other", Array<Poll>(40).fill({ heldMillis: 5_000 }));
  slow(
    "each slow in its own way",
    Array.from({ length: 40 }, (_none, at) => ({ heldMillis: 2_000 + ((at * 977) % 6_000), body: "x".repeat(at) })),
  );
  slow(
    "of all sizes at a limit",
    [3, 30, 9, 30, 12, 30].map((seconds, at) => ({ heldMillis: seconds * 1_000, body: "x".repeat(at) })),
  );
  slow(
    "with a pause between them",
    Array<Poll>(9).fill({ heldMillis: 30_000, status: 204, body: "", pauseMillis: 5_000 }),
  );
  slow(
    "the more the slower",
    [1, 2, 3, 4, 5, 6].map((work) => ({ heldMillis: work * 1_500, body: "x".repeat(work * 100) })),
  );
  slow("a few", Array<Poll>(2).fill({ heldMillis: 30_000, status: 204, body: "" }));
  t.end();
});

t.test("many who poll at the same time from one address are told apart from nobody", (t) => {
  const scene = new Scene();
  const calls = [0, 7, 13, 22].flatMap((offset) =>
    Array.from({ length: 4 }, (_none, at) => ({ startMillis: offset * 1_000 + at * 30_010, heldMillis: 30_000 })),
  );
  for (const { startMillis, heldMillis } of calls.sort((a, b) => a.startMillis - b.startMillis))
    scene.get("/updates", {
      atMicros: START + startMillis * 1_000,
      tookMicros: heldMillis * 1_000,
      status: 204,
      body: "",
    });
  t.equal(verdict(scene), "16 calls, 0 durations, 16 polls, 16 lasted");
  t.end();
});

t.test("the page marks what streams, with messages and bytes", { skip: NO_BROWSER }, async (t) => {
  const { console: server, sensor } = await consoleWithSensor(t);
  await sensor.tell([...webSockets().endpoints()]);
  const { page, troubles } = await enter(t, server.setupLink ?? "");
  await page.click('nav button:text-is("Endpoints")');
  const row = page.locator("tr", { hasText: "/rooms/{roomId}/ws" });
  await row.waitFor();
  t.match(await row.textContent(), /\/rooms\/\{roomId\}\/wsWebSocket.*3 in \(15 B\), 6 out \(21 B\)/s);
  await shot(page, "endpoints-that-stream");
  await row.click();
  t.match(await page.locator(DETAIL).textContent(), /subprotocolschat.*websocket3.*closes10002none1/s);
  await shot(page, "endpoint-that-streams");
  t.same(troubles, []);
});

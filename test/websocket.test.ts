import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { generator } from "./fuzz/mutate.js";
import { fuzzWebsocket } from "./fuzz/websocket-fuzz.js";
import { describe, type FeedOptions, feed, type Step } from "./support/dialog.js";
import { GET, OK } from "./support/http1-cases.js";
import { data, HELLO, Http2Peers, SETTINGS_ACK, settings } from "./support/http2-builder.js";
import {
  accept,
  closing,
  DEFLATE,
  deflated,
  frame,
  masked,
  OPCODE,
  pieces,
  upgrade,
} from "./support/websocket-builder.js";
import { WEBSOCKET_CASES } from "./support/websocket-cases.js";

const FUZZ_MILLIS = 2_000;
const SEED = 20_261_128;
const OPEN: readonly Step[] = [
  ["client", upgrade()],
  ["server", accept()],
];
const TOLD = ["= http1", "1.1 GET /ws h 101 0 0 websocket"];
const JSON_TEXT = '{"type":"tick","price":1234.5,"at":"2026-01-01T00:00:00Z"}';

t.test("every dialog gives the same messages whole, byte by byte and in threes", (t) => {
  for (const { name, steps, expected, options } of WEBSOCKET_CASES) {
    t.same(describe(feed(steps, options)), expected, name);
    for (const pieceBytes of [1, 3, 10])
      t.same(describe(feed(steps, { ...options, pieceBytes })), expected, `${name}, by ${pieceBytes}`);
  }
  t.end();
});

t.test("cut at every place, nothing is told that was not sent, and no fault that was not made", (t) => {
  const faultless = WEBSOCKET_CASES.filter(({ expected }) => !expected.some((line) => line.startsWith("!")));
  for (const { name, steps } of faultless) {
    const whole = sumOf(feed(steps, { isShared: true }) as Call[]);
    const wrong: string[] = [];
    for (const [at, [from, bytes]] of steps.entries()) {
      const content = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : (bytes as Buffer);
      const stride = Math.max(1, Math.floor(content.length / 400));
      for (let length = 0; length < content.length; length += stride) {
        const cut: readonly Step[] = [...steps.slice(0, at), [from, content.subarray(0, length)]];
        const told = feed(cut, { closed: "end", isShared: true });
        if (told.some(({ kind }) => kind === "anomaly")) wrong.push(`step ${at}, ${length} bytes: ${describe(told)}`);
        if (!isWithin(sumOf(told as Call[]), whole)) wrong.push(`step ${at}, ${length} bytes: ${describe(told)}`);
      }
    }
    t.same(wrong, [], name);
  }
  t.end();
});

/** Messages and bytes each way, control frames, of all streams together. */
function sumOf(messages: readonly Call[]): number[] {
  const sums = [0, 0, 0, 0, 0, 0];
  for (const { stream } of messages) {
    const counts = [stream?.request, stream?.response].flatMap((count) =>
      count === undefined ? [0, 0, 0] : [count.messages, count.messageBytes, count.controlFrames],
    );
    for (const [at, count] of counts.entries()) sums[at] += count;
  }
  return sums;
}

function isWithin(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((count, at) => count <= whole[at]);
}

function told(steps: readonly Step[], options: FeedOptions = {}): string[] {
  return describe(feed([...OPEN, ...steps], options)).slice(TOLD.length);
}

t.test("bytes lost within a frame's payload lose nothing else", (t) => {
  const long = "z".repeat(1_000);
  const head = frame(long).subarray(0, 100);
  t.same(
    told([
      ["server", head],
      ["server", 900],
      ["server", frame(long).subarray(1_000)],
      ["server", frame("next")],
    ]),
    ["~ GET /ws websocket 0:0>2:1004 incomplete:900"],
  );
  t.same(
    told([
      ["server", frame(closing(1000, "bye"), { opcode: OPCODE.close }).subarray(0, 3)],
      ["server", 4],
    ]),
    ["~ GET /ws websocket 0:0>0:0c1 - none server incomplete:4"],
    "a close whose code was lost has none",
  );
  t.end();
});

t.test("bytes lost over a frame's end: frames are found again where they show themselves", (t) => {
  const texts: readonly Step[] = Array(3).fill(["server", frame(JSON_TEXT)]);
  t.same(
    told([...texts, ["server", 200], ...texts]),
    [`~ GET /ws websocket 0:0>6:${6 * JSON_TEXT.length} incomplete:200`],
    "a text in one piece is enough",
  );
  const asked: readonly Step[] = Array(3).fill(["client", masked(JSON_TEXT)]);
  t.same(
    told([...asked, ["client", 200], ...asked]),
    [`~ GET /ws websocket 6:${6 * JSON_TEXT.length}>0:0 incomplete:200`],
    "and so is a masked one",
  );
  const binary: readonly Step[] = Array.from({ length: 8 }, (_none, at) => [
    "server",
    frame(noise(40 + at, at), { opcode: OPCODE.binary }),
  ]);
  t.same(
    told([["server", frame("x")], ["server", 50], ...binary]),
    ["~ GET /ws websocket 0:0>9:349 incomplete:50"],
    "of binary ones it takes more than one, and those before count too",
  );
  const packed = Buffer.concat(Array.from({ length: 40 }, (_none, at) => frame(`${JSON_TEXT}${at}`)));
  t.same(
    told([
      ["server", frame("x")],
      ["server", 9],
      ["server", packed.subarray(30, 1_430)],
      ["server", packed.subarray(1_430)],
    ]),
    [`~ GET /ws websocket 0:0>40:${1 + 39 * 60 - 9}u31 incomplete:9`],
    "where no piece begins with a frame they are found within",
  );
  t.same(
    told([
      ["server", frame("ab", { isFinal: false })],
      ["server", 50],
      ["server", frame(JSON_TEXT, { opcode: OPCODE.continuation })],
      ["server", frame(JSON_TEXT)],
      ["server", frame(JSON_TEXT)],
    ]).map((line) => line.replace(/u\d+/, "")),
    [`~ GET /ws websocket 0:0>3:${3 * JSON_TEXT.length}f1 incomplete:50`],
    "the end of a message whose beginning was lost is a message's end",
  );
  t.end();
});

t.test("in a tunnel of HTTP/2 every loss is one, not the first alone", (t) => {
  const peers = new Http2Peers();
  const text = (): Buffer => data(1, masked(JSON_TEXT));
  const cut = masked(JSON_TEXT.repeat(4));
  const steps: readonly Step[] = [
    ["client", HELLO],
    ["server", Buffer.concat([settings(), SETTINGS_ACK])],
    ["client", SETTINGS_ACK],
    ["client", peers.request(1, "/ws", [[":protocol", "websocket"]], { method: "CONNECT" })],
    ["server", peers.answer(1, 200)],
    ...Array.from({ length: 2 }, (): Step => ["client", text()]),
    ["client", text().length],
    ...Array.from({ length: 8 }, (): Step => ["client", text()]),
    ["client", data(1, cut.subarray(0, 100))],
    // The rest of a frame, with the header of HTTP/2's own that it comes in.
    ["client", data(1, cut.subarray(100)).length],
    ...Array.from({ length: 8 }, (): Step => ["client", text()]),
  ];
  const lines = describe(feed(steps));
  t.same(
    lines.filter((line) => line.startsWith("!")),
    [],
    "no fault is made of it",
  );
  t.equal(lines.at(-1), `~ CONNECT /ws websocket 18:${18 * JSON_TEXT.length}>0:0 incomplete:0`);
  t.end();
});

t.test("where frames can't be found again, what was not read is told, and no fault is", (t) => {
  const lines = told([
    ["server", frame("x")],
    ["server", 10],
    ...Array.from({ length: 300 }, (_none, at): Step => ["server", noise(700, at)]),
  ]);
  t.same(lines, ["~ GET /ws websocket 0:0>1:1u210000 incomplete:10"]);
  const zeros = told([["server", 10], ...Array<Step>(300).fill(["server", Buffer.alloc(700)])]);
  t.same(zeros, ["~ GET /ws websocket 0:0>0:0u210000 incomplete:10"], "zeros look like empty frames");
  t.end();
});

/** Bytes that are no text: xorshift32. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2_654_435_761 + 88_172_645;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
}

t.test("joined late it is known by its frames where they are sure, and never made up", (t) => {
  const late: FeedOptions = { rolesFrom: "ports" };
  const ticks = Array<Step>(3).fill(["server", frame(JSON_TEXT)]);
  const unknown = "~ GET <unknown-path> websocket";
  t.same(describe(feed([...ticks, ["client", masked(JSON_TEXT)], ["client", masked(JSON_TEXT)]], late)), [
    "= websocket",
    `${unknown} 2:${2 * JSON_TEXT.length}>3:${3 * JSON_TEXT.length} incomplete:0`,
  ]);
  t.same(
    describe(
      feed(
        [
          ["client", frame(JSON_TEXT)],
          ["server", masked(JSON_TEXT)],
        ],
        late,
      ),
    ),
    ["= websocket", `${unknown} 1:${JSON_TEXT.length}>1:${JSON_TEXT.length} incomplete:0`],
    "whoever masks is the client, whatever the ports say",
  );
  const binary = Array.from(
    { length: 10 },
    (_none, at): Step => ["client", masked(noise(30 + at, at), { opcode: OPCODE.binary })],
  );
  t.match(describe(feed(binary, late)), ["= websocket", /^~ GET <unknown-path> websocket 10:345>0:0/]);
  t.same(describe(feed([["client", masked("ok")]], late)), ["= unknown"], "one short frame is no proof");
  t.same(describe(feed([["server", frame(noise(900, 7), { opcode: OPCODE.binary })]], late)), ["= unknown"]);
  const random = Array.from({ length: 400 }, (_none, at): Step => ["server", noise(1_000, at + 50)]);
  t.same(describe(feed(random, late)), ["= unknown"], "random bytes are not");
  t.end();
});

t.test("an answer that was lost, or is captured nowhere, does not hide what it opened", (t) => {
  const call = "1.1 GET /ws h - 0 - incomplete";
  const counted = `~ GET /ws websocket 2:${2 * JSON_TEXT.length}>2:${2 * JSON_TEXT.length} incomplete:0`;
  const said: readonly Step[] = [
    ["client", masked(JSON_TEXT)],
    ["server", frame(JSON_TEXT)],
    ["client", masked(JSON_TEXT)],
    ["server", frame(JSON_TEXT)],
  ];
  t.same(describe(feed([["client", upgrade()], ["server", accept().length], ...said])), [
    "= http1",
    `${call}:129 websocket`,
    counted,
  ]);
  t.same(
    describe(feed([["client", upgrade()], ...said.filter(([from]) => from === "client")], { twoSided: false })),
    ["= http1", `${call}:0 websocket`, counted.replace(/>.* /, ">0:0 ")],
    "only the client's side is captured",
  );
  t.same(
    describe(feed([["server", accept()], ...said.filter(([from]) => from === "server")], { twoSided: false })),
    [
      "= http1",
      "1.1 - - - 101 - 0 incomplete:0 websocket",
      `~ GET <unknown-path> websocket 0:0>2:${2 * JSON_TEXT.length}`,
    ],
    "only the server's side is captured",
  );
  t.same(
    describe(
      feed([
        ["client", upgrade()],
        ["server", 60],
        ["client", GET],
        ["server", OK],
      ]),
    ),
    ["= http1", "1.1 GET /a h 200 0 2", `${call}:60`],
    "it was refused",
  );
  t.end();
});

t.test("one that goes on is told in between", (t) => {
  const flowing = feed([...OPEN, ...Array<Step>(5).fill(["server", frame("tick")])], { stepMicros: 4e6 });
  t.same(describe(flowing), [...TOLD, "~ GET /ws websocket 0:0>4:16", "~ GET /ws websocket 0:0>1:4"]);
  const [opening, , last] = flowing.filter((message) => message.kind === "call");
  t.match(opening, { durationMicros: 4e6, stream: { answeredMicros: 4e6, lastedMicros: undefined } });
  t.match(last, { stream: { answeredMicros: undefined, lastedMicros: 28e6 } });
  t.end();
});

t.test("conversations that lose bytes by chance (short form of `make fuzz`)", (t) => {
  const { runs, sent, seen } = fuzzWebsocket(FUZZ_MILLIS, SEED, generator(SEED));
  t.ok(runs > 0 && seen <= sent, `${runs} runs, ${seen} of ${sent} messages`);
  t.end();
});

t.test("whatever is sent over an open one, nothing breaks and no more is told than was sent", (t) => {
  const sent: readonly Buffer[] = [
    ...pieces(masked, JSON_TEXT, 3),
    masked(deflated(JSON_TEXT), { reserved: 0x40 }),
    masked("p", { opcode: OPCODE.ping }),
    masked(noise(300, 3), { opcode: OPCODE.binary }),
    masked(closing(1000, "x"), { opcode: OPCODE.close }),
  ];
  let state = 0x2545f491;
  const random = (most: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
  let calls = 0;
  for (let run = 0; run < 3_000; run++) {
    const bytes = Buffer.concat(Array.from({ length: 6 }, () => sent[random(sent.length)]));
    for (let change = random(8); change > 0; change--) bytes[random(bytes.length)] = random(256);
    const steps: Step[] = [
      ["client", upgrade("/ws", DEFLATE)],
      ["server", accept(DEFLATE)],
    ];
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + random(200);
      if (random(5) === 0) steps.push(["client", length]);
      else steps.push(["client", bytes.subarray(at, at + length)]);
      at += length;
    }
    for (const message of feed(steps, { isShared: true })) {
      if (message.kind !== "call" || message.stream?.request === undefined) continue;
      calls++;
      const { messages, unreadBytes } = message.stream.request;
      if (messages > bytes.length / 6 || unreadBytes > bytes.length) t.fail(describe([message]).join());
    }
  }
  t.equal(calls, 3_000);
  t.end();
});

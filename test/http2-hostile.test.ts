import t from "tap";
import { type Call, type Message, UNKNOWN_PATH } from "../sensor/protocol/message.js";
import { fuzzHttp2 } from "./fuzz/http2-fuzz.js";
import { type FeedOptions, feed, type Step } from "./support/dialog.js";
import {
  data,
  type Field,
  FLAG,
  frame,
  HELLO,
  Http2Peers,
  headers,
  PING,
  reset,
  settings,
  TYPE,
} from "./support/http2-builder.js";
import { HTTP2_CASES } from "./support/http2-cases.js";
import { told } from "./support/http2-told.js";
import { SECRETS } from "./support/secret-cases.js";

t.test("what breaks the rules is named, once a connection", (t) => {
  const twice = (step: Step): Step[] => [step, step];
  const raw = (p: Http2Peers, fields: readonly Field[]): Step => [
    "client",
    headers(1, p.client.block(fields), { ends: true }),
  ];
  const get: readonly Field[] = [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/a"],
    [":authority", "h"],
  ];
  const anomalies: readonly (readonly [string, (p: Http2Peers) => readonly Step[]])[] = [
    ["client invalid-frame", () => twice(["client", frame(TYPE.ping, 0, 0, "1234")])],
    ["client invalid-frame", () => [["client", frame(TYPE.data, FLAG.padded, 1, "\x09abc")]]],
    [
      "client invalid-frame",
      (p) => [
        [
          "client",
          frame(
            TYPE.headers,
            FLAG.padded | FLAG.endHeaders,
            1,
            Buffer.concat([Buffer.from([99]), p.client.block(get)]),
          ),
        ],
      ],
    ],
    ["client invalid-frame", () => [["client", frame(TYPE.continuation, 0, 1, "\x82")]]],
    ["server oversized-frame", () => [["server", frame(TYPE.data, 0, 1, "x".repeat(16_385))]]],
    [
      "client invalid-header-block",
      () => [["client", headers(1, Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]))]],
    ],
    [
      "client interrupted-header-block",
      (p) => [["client", Buffer.concat([frame(TYPE.headers, 0, 1, p.client.block(get)), PING])]],
    ],
    ["client invalid-stream-id", (p) => [["client", p.request(2, "/a")]]],
    ["client invalid-pseudo-header", (p) => [raw(p, [...get, [":method", "GET"]])]],
    ["client invalid-pseudo-header", (p) => [raw(p, [["x", "y"], ...get])]],
    ["client invalid-pseudo-header", (p) => [raw(p, [...get, [":what", "y"]])]],
    ["client invalid-pseudo-header", (p) => [raw(p, get.slice(1))]],
    ["client upper-case-field-name", (p) => [raw(p, [...get, ["X-Y", "y"]])]],
    ["client line-break-in-field", (p) => [raw(p, [...get, ["x", "y\r\nGET /admin HTTP/1.1"]])]],
    ["client line-break-in-field", (p) => [raw(p, [...get, ["x", "y\0"]])]],
    ["client connection-field", (p) => [raw(p, [...get, ["transfer-encoding", "chunked"]])]],
    ["client invalid-host", (p) => [raw(p, [...get.slice(0, 3), [":authority", "user@a b"]])]],
    ["client conflicting-host", (p) => [raw(p, [...get, ["host", "other"]])]],
    [
      "client content-length-mismatch",
      (p) => [
        ["client", p.request(1, "/a", [["content-length", "5"]], { method: "POST" })],
        ["client", data(1, "ab", "ends")],
      ],
    ],
    ["server response-without-request", (p) => [["server", p.answer(7, 200, [], { ends: true })]]],
    [
      "client head-too-large",
      (p) => [["client", headers(1, p.client.block([...get, ["x", "y".repeat(70_000)]]), { continuations: 9 })]],
    ],
    [
      "client hpack-bomb",
      (p) => [
        [
          "client",
          headers(1, Buffer.concat([p.client.block([...get, ["x", "y".repeat(3_000)]]), Buffer.alloc(1_000, 0xbe)])),
        ],
      ],
    ],
    [
      "client rapid-reset-flood",
      (p) =>
        Array.from(
          { length: 900 },
          (_none, at) => ["client", Buffer.concat([p.request(2 * at + 1, "/a"), reset(2 * at + 1)])] as const,
        ),
    ],
    ["client settings-flood", () => Array<Step>(200).fill(["client", settings()])],
    ["client ping-flood", () => Array<Step>(2_000).fill(["client", PING])],
    [
      "client continuation-flood",
      (p) => [["client", headers(1, p.client.block([...get, ["x", "y".repeat(500)]]), { continuations: 100 })]],
    ],
    [
      "client empty-frame-flood",
      (p) => [
        ["client", p.request(1, "/a", [], { method: "POST" })],
        ...Array<Step>(2_000).fill(["client", data(1, "")]),
      ],
    ],
  ];
  for (const [anomaly, speak] of anomalies)
    t.same(
      told(speak).filter((line) => line.startsWith("!")),
      [`! ${anomaly}`],
      anomaly,
    );
  t.end();
});

t.test("blocks that come again say what they say, in between others and with what they break", (t) => {
  const speak = (p: Http2Peers): Step[] =>
    Array.from({ length: 24 }, (_none, at) => {
      const more = [p.client.literal("x", "y"), p.client.literal("X", "y"), p.client.literal("cookie", "a=b")][at % 3];
      const paths = [`/a${at % 3}`, `/b${at % 4}`];
      const blocks = paths.map((path) =>
        Buffer.concat([
          Buffer.from([0x82, 0x86]),
          p.client.literal(":path", path),
          p.client.literal(":authority", "h"),
          more,
        ]),
      );
      const [one, other] = [1 + 4 * at, 3 + 4 * at];
      return [
        "client",
        Buffer.concat([headers(one, blocks[0], { ends: true }), headers(other, blocks[1], { ends: true })]),
      ] as const;
    });
  const expected = Array.from({ length: 24 }, (_none, at) => [`/a${at % 3}`, `/b${at % 4}`]).flat();
  t.same(
    told(speak, { closed: "end" }).slice(2),
    expected.map((path) => `2 GET ${path} h - 0 - incomplete:0`),
  );
  const answers = (p: Http2Peers): Step[] => [
    ["client", Buffer.concat(Array.from({ length: 12 }, (_none, at) => p.request(1 + 2 * at, "/a")))],
    ...Array.from({ length: 12 }, (_none, at): Step => {
      const status = ["200", "404", "503"][at % 3];
      const broken = at % 2 === 0 ? p.server.literal("connection", "close") : p.server.literal("server", "s");
      return [
        "server",
        headers(1 + 2 * at, Buffer.concat([p.server.literal(":status", status), broken]), { ends: true }),
      ];
    }),
  ];
  t.same(
    told(answers).slice(2),
    Array.from({ length: 12 }, (_none, at) => `2 GET /a h ${["200", "404", "503"][at % 3]} 0 0`),
  );
  t.end();
});

t.test("whatever came before it, a head says what it says alone", (t) => {
  const next = generator(0x4ead);
  const random = (most: number): number => next() % most;
  const pick = <T>(list: readonly T[]): T => list[random(list.length)];
  const request = (): [fields: Field[], method: string, path: string] => {
    const fields: Field[] = [];
    const maybe = (name: string, ...values: readonly string[]): void => {
      if (random(7) === 0) fields.push([name, pick(values)]);
    };
    maybe("user-agent", "a/1", "b/2");
    maybe("authorization", "Bearer abc", "Basic dTpw", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl");
    maybe("cookie", "a=b");
    maybe("x-api-key", "k1", "k2");
    maybe("content-type", "application/grpc", "application/json", "application/x-amz-json-1.1");
    maybe("x-amz-target", "Store_1.Get", "Store_1.Put");
    maybe("grpc-timeout", "1S", "250m");
    maybe("grpc-encoding", "gzip");
    maybe("content-length", "0", "1");
    maybe("prefer", "wait=5");
    maybe("x-unread", String(random(9)));
    const path = pick([
      "/a",
      "/b?token=abcdefgh12",
      "/shop.Cart/Add",
      "/shop.Cart/Get",
      "http://u:p@other/x",
      "*",
      "/b?a=1",
    ]);
    return [fields, pick(["GET", "POST"]), path];
  };
  const answer = (): [fields: Field[], status: number] => {
    const fields: Field[] = [["content-type", pick(["application/json", "application/grpc", "text/event-stream"])]];
    if (random(2) === 0) fields.push(["server", pick(["s/1", "s/2"])]);
    if (random(2) === 0) fields.push(["set-cookie", pick(["JSESSIONID=1", "PHPSESSID=2", "x=y"])]);
    if (random(2) === 0) fields.push(["grpc-status", pick(["0", "5"])]);
    if (random(3) === 0) fields.push(["connection", "close"]);
    return [fields, pick([200, 404, 503])];
  };
  const dialogs = Array.from({ length: 900 }, () => [request(), answer()] as const);
  const steps = (peers: Http2Peers, [[fields, method, path], [more, status]]: (typeof dialogs)[number], id: number) => [
    ["client", peers.request(id, path, fields, { method, ends: true })] as const,
    ["server", peers.answer(id, status, more, { ends: true })] as const,
  ];
  const hello: readonly Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  const calls = (messages: readonly Message[]): object[] =>
    messages
      .filter((message) => message.kind === "call")
      .map((call) => ({ ...(call as Call), flow: undefined, shapes: undefined, atMicros: 0, durationMicros: 0 }));
  const peers = new Http2Peers("huffman");
  const together = calls(feed([...hello, ...dialogs.flatMap((dialog, at) => steps(peers, dialog, 1 + 2 * at))]));
  const known = new Map<string, object[]>();
  const alone = dialogs.flatMap((dialog) => {
    const key = JSON.stringify(dialog);
    if (!known.has(key)) known.set(key, calls(feed([...hello, ...steps(new Http2Peers(), dialog, 1)])));
    return known.get(key) ?? [];
  });
  t.equal(together.length, dialogs.length);
  for (const [at, call] of together.entries())
    if (JSON.stringify(call) !== JSON.stringify(alone[at])) {
      t.same(call, alone[at], JSON.stringify(dialogs[at]));
      break;
    }
  t.end();
});

t.test("streams beyond the bound are told early, not forgotten", (t) => {
  const many = (p: Http2Peers): Step[] =>
    Array.from({ length: 10_050 }, (_none, at) => ["client", p.request(1 + 2 * at, "/a")]);
  const lines = told(many, { closed: "fin" });
  t.equal(lines.filter((line) => line === "2 GET /a h - 0 - incomplete:0").length, 50);
  t.equal(lines.filter((line) => line === "2 GET /a h - 0 - no-response").length, 10_000);
  t.end();
});

t.test("credentials are told by kind and place as over HTTP/1, and no value leaves the parser", (t) => {
  for (const [target, field, expected] of SECRETS) {
    const [, name, value] = /^([^:]+): *(.*)$/s.exec(field) ?? [];
    const fields: readonly Field[] = name === undefined || name === "Host" ? [] : [[name.toLowerCase(), value]];
    if (name === "Host" || field.includes("\n") || !target.startsWith("/")) continue;
    const p = new Http2Peers();
    const messages = feed([
      ["client", HELLO],
      ["client", p.request(1, target, fields)],
      ["client", p.request(3, target, fields)],
    ]);
    const calls = messages.filter((message) => message.kind === "call");
    t.equal(calls.length, 2);
    for (const call of calls)
      t.same(
        call.credentials.map(({ kind, place, name }) => `${kind} ${place} ${name}`),
        expected,
        `${target} ${field}`,
      );
    if (expected.length === 0) continue;
    const text = JSON.stringify({ ...calls[1], flow: undefined });
    for (const secret of ["0123456789", "eyJ", "dXNl", "YIIZ", "AKID", "s3cr3t", "AIza", "hunter2", "DEF456"])
      t.notOk(text.includes(secret), `${secret} in ${text}`);
  }
  t.end();
});

/** xorshift32, so that a failure comes back. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Method, path, authority and status of each call, where they are known. */
function facts(messages: readonly Message[]): Set<string> {
  const calls = messages.filter((message): message is Call => message.kind === "call");
  return new Set(
    calls.flatMap(({ method, path, authority, status, rpc }) =>
      Object.entries({ method, path, authority, status, service: rpc?.service, grpc: rpc?.status })
        .filter(([, value]) => value !== undefined && value !== UNKNOWN_PATH)
        .map(([name, value]) => `${name} ${value}`),
    ),
  );
}

t.test("connections that lose bytes by chance (short form of `make fuzz`)", (t) => {
  const { runs, made, told, beyond } = fuzzHttp2(2_000, 0x5eed);
  t.ok(runs > 0 && told > made / 2 && beyond * 1_000 <= told, `${runs} runs, ${told} of ${made}, ${beyond} beyond`);
  t.end();
});

t.test("cut anywhere, with bytes lost anywhere or changed, it neither throws nor invents anything", (t) => {
  const seed = Number(process.env.EASTWATCH_SEED ?? 0x5eed);
  const random = generator(seed);
  let runs = 0;
  const calls = (messages: readonly Message[]): number => messages.filter((message) => message.kind === "call").length;
  // What HTTP/1.1 sends before, or within, is cut in tests of its own.
  for (const { name, steps, options: given } of HTTP2_CASES.filter(
    ({ name }) => !/HTTP\/1.1|grants|asks|upgrade|tunnel/.test(name),
  )) {
    const options: FeedOptions = { ...given, isShared: true };
    const whole = feed(steps, options);
    const known = facts(whole);
    const judge = (messages: readonly Message[], how: string): void => {
      runs++;
      const invented = [...facts(messages)].filter((fact) => !known.has(fact));
      if (invented.length > 0) t.fail(`${name}, ${how}, seed ${seed}: invented ${invented.join(", ")}`);
      if (calls(messages) > calls(whole)) t.fail(`${name}, ${how}, seed ${seed}: more calls`);
    };
    for (const [index, [from, what]] of steps.entries()) {
      if (!Buffer.isBuffer(what)) continue;
      const [before, after] = [steps.slice(0, index), steps.slice(index + 1)];
      for (let at = 0; at < what.length; at += 1 + (random() % 3)) {
        judge(
          feed([...before, [from, what.subarray(0, at)]], { ...options, closed: "end" }),
          `cut in ${index} at ${at}`,
        );
        const lost = 1 + (random() % 60);
        const holed: Step[] = [
          ...before,
          [from, what.subarray(0, at)],
          [from, Math.min(lost, what.length - at)],
          [from, what.subarray(at + lost)],
          ...after,
        ];
        judge(feed(holed, { ...options, closed: "end" }), `${lost} lost in ${index} at ${at}`);
        judge(
          feed(holed.slice(index), { isShared: true, rolesFrom: "ports", closed: "end" }),
          `joined in ${index}, ${lost} lost at ${at}`,
        );
        const changed = Buffer.from(what);
        for (let change = random() % 4; change >= 0; change--)
          changed[(at + (random() % 40)) % what.length] = random() & 0xff;
        feed([...before, [from, changed], ...after], { ...options, pieceBytes: 1 + (random() % 40) });
      }
    }
  }
  t.ok(runs > 3_000, `${runs} dialogs`);
  t.end();
});

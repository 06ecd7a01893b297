import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { describe, type FeedOptions, feed, type Step } from "./support/dialog.js";
import {
  data,
  frame,
  HELLO,
  Http2Peers,
  headers,
  message,
  PING,
  reset,
  SETTINGS_ACK,
  settings,
  TYPE,
  text,
  windowUpdate,
} from "./support/http2-builder.js";
import { HTTP2_CASES } from "./support/http2-cases.js";
import { spelt, told } from "./support/http2-told.js";

t.test("every dialog gives the same messages whole, byte by byte and in threes", (t) => {
  for (const { name, steps, expected, options } of HTTP2_CASES) {
    t.same(describe(feed(steps, options)), expected, name);
    for (const pieceBytes of [1, 3, 10])
      t.same(describe(feed(steps, { ...options, pieceBytes })), expected, `${name}, by ${pieceBytes}`);
  }
  t.end();
});

t.test("what only looks like a frame is not taken for HTTP/2", (t) => {
  const others: readonly (readonly [string, Buffer])[] = [
    ["Kafka", Buffer.from("0000001f00120003000000010004746573740000000000000000000000000000000000", "hex")],
    ["Postgres", Buffer.from("0000000804d2162f", "hex")],
    ["zeros", Buffer.alloc(2_000)],
    [
      "numbers of 64 bits",
      Buffer.concat(
        Array.from({ length: 200 }, (_none, at) => {
          const n = Buffer.alloc(8);
          n.writeUInt32BE(at, 4);
          return n;
        }),
      ),
    ],
    ["small lengths before zeros", Buffer.concat(Array(50).fill(Buffer.from("0000000400000000", "hex")))],
    ["a lone header", frame(TYPE.data, 0, 5, "", 900)],
    ["PRI of its own", Buffer.from("PRIVMSG #a :hello\r\n")],
  ];
  for (const [name, bytes] of others)
    for (const pieceBytes of [bytes.length, 7])
      for (const rolesFrom of ["ports", "handshake"] as const)
        t.notMatch(
          describe(
            feed(
              [
                ["client", bytes],
                ["server", bytes],
              ],
              { rolesFrom, pieceBytes },
            ),
          ),
          ["= http2"],
          name,
        );
  t.end();
});

t.test("gaps lose what they took and nothing else", (t) => {
  const gaps: readonly (readonly [string, (p: Http2Peers) => readonly Step[], readonly string[]])[] = [
    [
      "in an answer's content",
      (p) => [
        ["client", p.request(1, "/a")],
        ["server", Buffer.concat([p.answer(1, 200), data(1, "0123456789", "ends").subarray(0, 12)])],
        ["server", 4],
        ["server", "789"],
        ["client", p.request(3, "/a")],
        ["server", p.answer(3, 200, [], { ends: true })],
      ],
      ["2 GET /a h 200 0 10 incomplete:4", "2 GET /a h 200 0 0"],
    ],
    [
      "in padding, of which nothing is missing, and in a message whose length is known",
      (p) => [
        ["client", Buffer.concat([p.call(1, "/a.B/C"), data(1, message("0123456789"), "ends", 20).subarray(0, 18)])],
        ["client", 3],
        ["client", Buffer.concat([Buffer.from("6789"), Buffer.alloc(10)])],
        ["client", 10],
        ["client", p.request(3, "/a")],
        ["server", Buffer.concat([1, 3].map((id) => p.answer(id, 200, [], { ends: true })))],
      ],
      ["2 POST /a.B/C h 200 15 0 incomplete:3 grpc a.B/C - - 1:10>-:-", "2 GET /a h 200 0 0"],
    ],
    [
      "over an upload's end: its size is not known, frames are found again",
      (p) => [
        [
          "client",
          Buffer.concat([p.request(1, "/p", [], { method: "POST" }), data(1, "x".repeat(100)).subarray(0, 30)]),
        ],
        ["client", 200],
        ["client", Buffer.concat([windowUpdate(0), p.request(5, "/p", [], { method: "POST", ends: true })])],
        ["server", Buffer.concat([1, 5].map((id) => p.answer(id, 200, [], { ends: true })))],
      ],
      ["2 POST /p h 200 - 0 incomplete:200", "2 POST <unknown-path> - 200 0 0 incomplete:0 bytes-lost"],
    ],
    [
      "of a request's head: whether it was HEAD is not known, and nobody is accused of leaving out what such an answer has not",
      (p) => [
        ["client", p.request(1, "/a")],
        ["server", p.answer(1, 200, [], { ends: true })],
        ["client", p.request(3, "/a", [], { method: "HEAD", ends: true }).length],
        ["server", p.answer(3, 200, [["content-length", "933"]], { ends: true })],
      ],
      ["2 GET /a h 200 0 0", "2 - - - 200 - 0 incomplete:0 no-request"],
    ],
    [
      "of a request's head: its answer is told without it, what stood in the table is unknown until it is sent again",
      (p) => [
        ["client", p.request(1, "/a")],
        ["server", p.answer(1, 200, [], { ends: true })],
        ["client", p.request(3, "/lost").length],
        ["server", p.answer(3, 404, [], { ends: true })],
        ["client", Buffer.concat([PING, p.request(5, "/a")])],
        ["server", p.answer(5, 200, [], { ends: true })],
        ["client", spelt(p, 7, "/b")],
        ["server", p.answer(7, 200, [], { ends: true })],
      ],
      [
        "2 GET /a h 200 0 0",
        "2 - - - 404 - 0 incomplete:0 no-request",
        "2 GET <unknown-path> - 200 0 0 incomplete:0 bytes-lost",
        "2 GET /b h 200 0 0",
      ],
    ],
    [
      "between requests: streams that follow each other prove that none was lost, and the table holds",
      (p) => [
        ["client", p.request(1, "/a")],
        ["client", 13],
        ["client", Buffer.concat([p.request(3, "/a"), PING])],
        ["client", 1_000],
        ["client", Buffer.concat([p.request(5, "/b"), p.request(7, "/a")])],
        ["server", Buffer.concat([1, 3, 5, 7].map((id) => p.answer(id, 200, [], { ends: true })))],
      ],
      ["2 GET /a h 200 0 0", "2 GET /a h 200 0 0", "2 GET /b h 200 0 0", "2 GET /a h 200 0 0"],
    ],
    [
      "after trailers of a request, which may have filled the table again, nothing is proved",
      (p) => [
        [
          "client",
          Buffer.concat([
            p.request(1, "/p", [], { method: "POST" }),
            headers(1, p.client.block([["x", "y"]]), { ends: true }),
          ]),
        ],
        ["client", p.client.block([["x", "z"]]).length + 9],
        ["client", p.request(3, "/p")],
        ["server", Buffer.concat([1, 3].map((id) => p.answer(id, 200, [], { ends: true })))],
      ],
      ["2 POST /p h 200 0 0", "2 GET <unknown-path> - 200 0 0 incomplete:0 bytes-lost"],
    ],
    [
      "that shifts the table although streams follow each other shows in the heads",
      (p) => [
        ["client", p.request(1, "/p", [["user-agent", "x"]])],
        ["client", p.client.block([["x", "z"]]).length + 9],
        ["client", p.request(3, "/p", [["user-agent", "x"]])],
        ["server", Buffer.concat([1, 3].map((id) => p.answer(id, 200, [], { ends: true })))],
      ],
      ["2 GET /p h 200 0 0", "2 GET <unknown-path> - 200 0 0 incomplete:0 bytes-lost"],
    ],
    [
      "of an answer: it can't be told",
      (p) => [
        ["client", Buffer.concat([p.request(1, "/a"), p.request(3, "/b")])],
        ["server", p.answer(1, 200, [["x", "y"]], { ends: true }).length],
        ["server", Buffer.concat([p.answer(3, 200, [["x", "y"]]), data(3, "ok", "ends")])],
      ],
      ["2 GET /b h 200 0 2 incomplete:0 bytes-lost", "2 GET /a h - 0 - incomplete:0"],
    ],
    [
      "of a header, where the rest looks like that of a frame that hides answers and ends where one of theirs does",
      (p) => {
        // Behind the lost bytes stand the stream's last two and this: 269 bytes of DATA on stream 4617.
        const rest = Buffer.concat([Buffer.from("00010d000000001209", "hex"), Buffer.alloc(30, 9)]);
        const answers = Buffer.concat([p.answer(3, 200, [["x", "y"]]), data(3, "ok", "ends")]);
        const hidden = Buffer.concat([answers, data(1, "x".repeat(269 - 30 - answers.length - 9))]);
        return [
          ["client", p.request(1, "/a")],
          ["server", p.answer(1, 200)],
          ["server", 7],
          ["server", rest],
          ["client", Buffer.concat([p.request(3, "/b"), p.request(5, "/c"), reset(5), p.request(7, "/d")])],
          ["server", hidden],
          ["server", Buffer.concat([p.answer(7, 200), data(7, "ok", "ends"), ...Array<Buffer>(16).fill(PING)])],
        ];
      },
      [
        "2 GET /c h - 0 - incomplete:0",
        "2 GET /d h 200 0 2",
        "2 GET /a h 200 0 - incomplete:7",
        "2 GET /b h - 0 - incomplete:0",
      ],
    ],
    [
      "within a head: what came before is read",
      (p) => {
        const head = p.request(1, "/a/long/way", [["user-agent", "x/1"]]);
        return [
          ["client", head.subarray(0, 30)],
          ["client", head.length - 30],
          ["client", spelt(p, 3, "/b")],
          ["server", Buffer.concat([1, 3].map((id) => p.answer(id, 200, [], { ends: true })))],
        ];
      },
      ["2 GET /a/long/way h 200 0 0 incomplete:13 bytes-lost", "2 GET /b h 200 0 0"],
    ],
    [
      "within a continuation",
      (p) => {
        const head = p.request(1, "/a", [["user-agent", "x".repeat(100)]], { continuations: 1 });
        return [
          ["client", head.subarray(0, head.length - 10)],
          ["client", 10],
          ["client", spelt(p, 3, "/b")],
          ["server", Buffer.concat([1, 3].map((id) => p.answer(id, 200, [], { ends: true })))],
        ];
      },
      ["2 GET /a h 200 0 0 incomplete:10 bytes-lost", "2 GET /b h 200 0 0"],
    ],
  ];
  for (const [name, speak, expected] of gaps) t.same(told(speak), ["= http2", ...expected], name);
  t.end();
});

t.test("a block that came before says the same again, until its table says something else", (t) => {
  const SAME = Buffer.from([0x82, 0x86, 0xc0, 0xbf, 0xbe]);
  const puts = (path: string, host: string, token: string): Buffer =>
    Buffer.concat([
      Buffer.from([0x82, 0x86, 0x44]),
      text(path),
      Buffer.from([0x41]),
      text(host),
      Buffer.from([0x40]),
      text("authorization"),
      text(token),
    ]);
  const ANSWERS = {
    200: Buffer.from([0x88, 0x0f, 0x0d, 0x01, 0x32]),
    404: Buffer.from([0x8d, 0x0f, 0x0d, 0x01, 0x32]),
  };
  const steps: Step[] = [
    ["client", HELLO],
    ["server", Buffer.concat([settings(), SETTINGS_ACK])],
  ];
  const expected: string[] = [];
  let stream = 1;
  const call = (block: Buffer, status: 200 | 404, path: string, host: string, kind: string): void => {
    steps.push(["client", headers(stream, block, { ends: true })]);
    steps.push(["server", Buffer.concat([headers(stream, ANSWERS[status]), data(stream, "ok", "ends")])]);
    expected.push(`GET ${host}${path} ${status} 2 ${kind}`);
    stream += 2;
  };
  for (const [path, host, token, kind] of [
    ["/a", "one", "Bearer 1234567890", "bearer"],
    ["/b?q=1", "two", "Basic dTpw", "basic"],
    ["/a", "two", "Bearer abcdefghij", "bearer"],
  ] as const) {
    const shown = path.replace(/\?.*/, "");
    call(puts(path, host, token), 200, shown, host, kind);
    for (let at = 0; at < 6; at++) call(SAME, at === 3 ? 404 : 200, shown, host, kind);
  }
  const told = (options: FeedOptions): string[] =>
    feed(steps, options)
      .filter((message): message is Call => message.kind === "call")
      .map((one) => {
        const kinds = one.credentials.map(({ kind }) => kind).join();
        return `${one.method} ${one.authority}${one.path} ${one.status} ${one.responseBodySize} ${kinds}`;
      });
  // One dispatcher for all: other connections' tables stand for other fields.
  for (const pieceBytes of [1, 7, 5_000]) t.same(told({ pieceBytes, isShared: true }), expected, `by ${pieceBytes}`);
  // RFC 7541 §4.2: a table that was emptied has none of them.
  const emptied = headers(stream, Buffer.concat([Buffer.from([0x20]), SAME]), { ends: true });
  t.same(describe(feed([...steps, ["client", emptied]])).slice(-2), [
    "! client invalid-header-block",
    "2 GET <unknown-path> - - 0 - incomplete:0 no-response bytes-lost",
  ]);
  t.end();
});

t.test("how long a call took is told only where its last byte was seen", (t) => {
  const p = new Http2Peers();
  const steps: Step[] = [
    ["client", HELLO],
    ["client", Buffer.concat([p.request(1, "/a"), p.request(3, "/b")])],
    ["server", Buffer.concat([settings(), p.answer(1, 200), data(1, "0123456789", "ends").subarray(0, 12)])],
    ["server", 7],
    ["server", Buffer.concat([p.answer(3, 200), data(3, "ok", "ends")])],
  ];
  const calls = feed(steps).flatMap((message) => (message.kind === "call" ? [message] : []));
  t.same(
    calls.map(({ path, responseBodySize, durationMicros }) => [path, responseBodySize, durationMicros]),
    [
      ["/a", 10, undefined],
      ["/b", 2, 3],
    ],
  );
  t.end();
});

t.test("how the end is told", (t) => {
  const half = (p: Http2Peers): Step[] => [
    ["client", Buffer.concat([p.request(1, "/a"), p.request(3, "/b"), p.request(5, "/c", [], { method: "PUT" })])],
    ["server", Buffer.concat([p.answer(1, 200), data(1, "ok")])],
  ];
  t.same(told(half, { closed: "fin" }).slice(1), [
    "2 GET /a h 200 0 2 incomplete:0",
    "2 GET /b h - 0 - no-response",
    "2 PUT /c h - 0 - no-response",
  ]);
  t.same(told(half, { closed: "end" }).slice(1), [
    "2 GET /a h 200 0 2 incomplete:0",
    "2 GET /b h - 0 - incomplete:0",
    "2 PUT /c h - 0 - incomplete:0",
  ]);
  const oneSided = (p: Http2Peers): Step[] =>
    Array.from({ length: 140 }, (_none, at) => ["client", p.request(1 + 2 * at, "/a")]);
  t.same(told(oneSided, { twoSided: false }).slice(1), [
    ...Array(12).fill("2 GET /a h - 0 - incomplete:0"),
    ...Array(128).fill("2 GET /a h - 0 -"),
  ]);
  t.end();
});

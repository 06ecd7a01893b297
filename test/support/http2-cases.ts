import type { Step } from "./dialog.js";
import { type Case, GET, OK, POST } from "./http1-cases.js";
import {
  data,
  FLAG,
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
  windowUpdate,
} from "./http2-builder.js";

/** A connection from its preface on; `speak` says what follows. */
function connection(name: string, speak: (peers: Http2Peers) => readonly Step[], expected: readonly string[]): Case {
  const steps: readonly Step[] = [["client", HELLO], ["server", settings()], ...speak(new Http2Peers())];
  return { name, steps, expected: ["= http2", ...expected] };
}

const ECHO = `GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

export const HTTP2_CASES: readonly Case[] = [
  connection(
    "a request and its answer",
    (p) => [
      ["client", p.request(1, "/a")],
      ["server", Buffer.concat([p.answer(1, 200), data(1, "ok", "ends")])],
    ],
    ["2 GET /a h 200 0 2"],
  ),
  connection(
    "content in padded pieces both ways, with trailers",
    (p) => [
      ["client", p.request(1, "/p", [], { method: "POST" })],
      ["client", Buffer.concat([data(1, "abc", "goes on", 7), data(1, "", "goes on", 200), data(1, "de", "ends")])],
      ["server", p.answer(1, 201)],
      ["server", Buffer.concat([data(1, "x", "goes on", 1), data(1, "yz"), p.trailers(1, [["x-sum", "1"]])])],
    ],
    ["2 POST /p h 201 5 3"],
  ),
  connection(
    "heads in continuations, with padding and priority",
    (p) => [
      ["client", p.request(1, "/a", [["user-agent", "x/1"]], { padding: 9, isPrioritised: true, continuations: 3 })],
      ["client", p.request(3, "/b", [["user-agent", "x/1"]], { padding: 1 })],
      ["server", p.answer(3, 404, [["server", "s"]], { ends: true, continuations: 1 })],
      ["server", p.answer(1, 404, [["server", "s"]], { ends: true, padding: 255 })],
    ],
    ["2 GET /b h 404 0 0", "2 GET /a h 404 0 0"],
  ),
  connection(
    "streams in between each other",
    (p) => [
      ["client", Buffer.concat([p.request(1, "/1", [], { method: "PUT" }), p.request(3, "/3"), data(1, "ab")])],
      ["server", Buffer.concat([p.answer(3, 200), p.answer(1, 202), data(3, "three"), data(1, "o")])],
      ["client", Buffer.concat([p.request(5, "/5"), data(1, "cd", "ends")])],
      ["server", Buffer.concat([data(1, "ne", "ends"), p.answer(5, 204, [], { ends: true }), data(3, "", "ends")])],
    ],
    ["2 PUT /1 h 202 4 3", "2 GET /5 h 204 0 0", "2 GET /3 h 200 0 5"],
  ),
  connection(
    "interim answers come before the final one",
    (p) => [
      ["client", p.request(1, "/a", [["expect", "100-continue"]], { method: "PUT" })],
      ["server", Buffer.concat([p.answer(1, 100), p.answer(1, 103, [["link", "</s.css>"]])])],
      ["client", data(1, "abc", "ends")],
      ["server", p.answer(1, 200, [], { ends: true })],
    ],
    ["2 PUT /a h 200 3 0"],
  ),
  connection(
    "frames that are no exchange are passed over",
    (p) => [
      ["client", Buffer.concat([SETTINGS_ACK, PING, windowUpdate(0), frame(TYPE.priority, 0, 3, "\0\0\0\0\x0f")])],
      [
        "server",
        Buffer.concat([SETTINGS_ACK, frame(TYPE.ping, FLAG.ack, 0, "12345678"), frame(0xfe, 0xff, 7, "what")]),
      ],
      [
        "client",
        Buffer.concat([p.request(1, "/a"), frame(TYPE.priorityUpdate, 0, 0, "\0\0\0\x01u=3"), windowUpdate(1)]),
      ],
      ["server", Buffer.concat([frame(TYPE.altSvc, 0, 1, '\0\0h2=":1"'), p.answer(1, 200, [], { ends: true })])],
      ["server", frame(TYPE.goAway, 0, 0, "\0\0\0\x01\0\0\0\0bye")],
    ],
    ["2 GET /a h 200 0 0"],
  ),
  connection(
    "a request taken back has no answer, and what comes late is not another",
    (p) => [
      ["client", Buffer.concat([p.request(1, "/a"), p.request(3, "/b"), reset(1)])],
      ["server", Buffer.concat([p.answer(1, 200), data(1, "late", "ends"), p.answer(3, 200, [], { ends: true })])],
    ],
    ["2 GET /a h - 0 - no-response", "2 GET /b h 200 0 0"],
  ),
  connection(
    "an answer that does not wait for the content, and a refused stream",
    (p) => [
      ["client", p.request(1, "/up", [], { method: "POST" })],
      ["client", data(1, "abc")],
      ["server", Buffer.concat([p.answer(1, 413, [], { ends: true }), reset(1, 0)])],
      ["client", p.request(3, "/b")],
      ["server", reset(3, 7)],
    ],
    ["2 POST /up h 413 3 0", "2 GET /b h - 0 - no-response"],
  ),
  connection(
    "a pushed answer is no call, and its head fills the table all the same",
    (p) => [
      ["client", p.request(1, "/a")],
      [
        "server",
        headers(
          1,
          p.server.block([
            [":method", "GET"],
            [":path", "/s.css"],
            ["server", "x"],
          ]),
          { promises: 2 },
        ),
      ],
      ["server", Buffer.concat([p.answer(1, 200, [["server", "x"]]), data(1, "ok", "ends")])],
      ["server", Buffer.concat([p.answer(2, 200), data(2, "body", "ends")])],
    ],
    ["2 GET /a h 200 0 2"],
  ),
  connection(
    "tables grow, shrink and are emptied in mid-flow",
    (p) => {
      const first = p.request(1, "/a", [["x-long", "y".repeat(100)]]);
      p.client.resize(40);
      const second = p.request(3, "/a");
      p.client.resize(0);
      const third = p.request(5, "/a");
      p.client.resize(8_192);
      const fourth = p.request(7, "/a", [["x-long", "y".repeat(5_000)]]);
      return [
        ["client", Buffer.concat([first, second, third])],
        ["server", settings([1, 8_192])],
        ["client", Buffer.concat([SETTINGS_ACK, fourth, p.request(9, "/a", [["x-long", "y".repeat(5_000)]])])],
        ["server", Buffer.concat([1, 3, 5, 7, 9].map((id) => p.answer(id, 200, [], { ends: true })))],
      ];
    },
    Array(5).fill("2 GET /a h 200 0 0"),
  ),
  connection(
    "gRPC: one message each way, status in the trailers",
    (p) => [
      [
        "client",
        Buffer.concat([
          p.call(1, "/shop.Cart/Add", [
            ["grpc-timeout", "250m"],
            ["grpc-encoding", "gzip"],
          ]),
          data(1, message("1234567", 1), "ends"),
        ]),
      ],
      [
        "server",
        Buffer.concat([p.answer(1, 200, [["content-type", "application/grpc+proto"]]), data(1, message("123456789"))]),
      ],
      [
        "server",
        p.trailers(1, [
          ["grpc-status", "0"],
          ["grpc-message", ""],
        ]),
      ],
    ],
    ["2 POST /shop.Cart/Add h 200 12 14 grpc shop.Cart/Add 0 unary 1:7>1:9 250000 gzip"],
  ),
  connection(
    "gRPC: an answer of trailers only",
    (p) => [
      ["client", Buffer.concat([p.call(1, "/shop.Cart/Add"), data(1, message("x"), "ends")])],
      [
        "server",
        headers(
          1,
          p.server.block([
            [":status", "200"],
            ["content-type", "application/grpc"],
            ["grpc-status", "12"],
          ]),
          { ends: true },
        ),
      ],
    ],
    ["2 POST /shop.Cart/Add h 200 6 0 grpc shop.Cart/Add 12 unary 1:1>0:0"],
  ),
  connection(
    "gRPC: streams of messages, cut into frames anyhow",
    (p) => {
      const many = Buffer.concat([message("a".repeat(300)), message(""), message("bc")]);
      return [
        [
          "client",
          Buffer.concat([p.call(1, "/shop.Cart/Watch"), p.call(3, "/shop.Cart/Send"), p.call(5, "/Chat/Talk")]),
        ],
        ["client", Buffer.concat([data(1, message("x"), "ends"), data(3, many.subarray(0, 3)), data(5, many)])],
        [
          "client",
          Buffer.concat([data(3, many.subarray(3, 308)), data(3, many.subarray(308), "ends"), data(5, "", "ends")]),
        ],
        ["server", Buffer.concat([1, 3, 5].map((id) => p.answer(id, 200, [["content-type", "application/grpc"]])))],
        [
          "server",
          Buffer.concat([
            data(1, many),
            data(3, message("y")),
            data(5, many.subarray(0, 7)),
            data(5, many.subarray(7)),
          ]),
        ],
        ["server", Buffer.concat([1, 3, 5].map((id) => p.trailers(id, [["grpc-status", "0"]])))],
      ];
    },
    [
      "2 POST /shop.Cart/Watch h 200 6 317 grpc shop.Cart/Watch 0 server-stream 1:1>3:302",
      "2 POST /shop.Cart/Send h 200 317 6 grpc shop.Cart/Send 0 client-stream 3:302>1:1",
      "2 POST /Chat/Talk h 200 317 317 grpc Chat/Talk 0 bidirectional 3:302>3:302",
    ],
  ),
  connection(
    "gRPC-Web, Connect and Twirp are known as what they are",
    (p) => [
      ["client", p.request(1, "/gw/a.B/C", [["content-type", "application/grpc-web+proto"]], { method: "POST" })],
      ["client", data(1, message("x"), "ends")],
      ["server", p.answer(1, 200, [["content-type", "application/grpc-web+proto"]])],
      ["server", data(1, Buffer.concat([message("yy"), message("grpc-status:0\r\n", 0x80)]), "ends")],
      [
        "client",
        p.request(
          3,
          "/a.B/C",
          [
            ["content-type", "application/json"],
            ["connect-protocol-version", "1"],
          ],
          { method: "POST", ends: true },
        ),
      ],
      ["server", p.answer(3, 200, [["content-type", "application/json"]], { ends: true })],
      [
        "client",
        p.request(5, "/twirp/a.B/C", [["content-type", "application/protobuf"]], { method: "POST", ends: true }),
      ],
      ["server", p.answer(5, 200, [], { ends: true })],
    ],
    [
      "2 POST /gw/a.B/C h 200 6 27 grpc a.B/C 0 unary 1:1>1:2",
      "2 POST /a.B/C h 200 0 0 connect_rpc a.B/C - unary -:->-:-",
      "2 POST /twirp/a.B/C h 200 0 0 twirp a.B/C - unary -:->-:-",
    ],
  ),
  connection(
    "a tunnel carries another protocol",
    (p) => [
      [
        "client",
        headers(
          1,
          p.client.block([
            [":method", "CONNECT"],
            [":authority", "a:80"],
          ]),
        ),
      ],
      ["server", p.answer(1, 200)],
      ["client", data(1, GET)],
      ["server", data(1, OK, "ends")],
    ],
    ["2 CONNECT a:80 a:80 200 0 0", "1.1 GET /a h 200 0 2"],
  ),
  connection(
    "a CONNECT that names a protocol has a path, RFC 8441",
    (p) => [
      ["client", p.request(1, "/chat", [[":protocol", "websocket"]], { method: "CONNECT" })],
      ["server", p.answer(1, 200)],
      ["client", data(1, "\x81\x05hello", "ends")],
    ],
    ["2 CONNECT /chat h 200 0 0 websocket", "! client websocket-masking", "~ CONNECT /chat websocket 1:5>0:0"],
  ),
  connection(
    "an answer whose request is delivered after it",
    (p) => {
      const [first, second] = [p.request(1, "/a"), p.request(3, "/b")];
      return [
        ["server", Buffer.concat([p.answer(1, 200), data(1, "one", "ends")])],
        ["client", Buffer.concat([first, second])],
        ["server", p.answer(3, 200, [], { ends: true })],
      ];
    },
    ["2 GET /a h 200 0 3", "2 GET /b h 200 0 0"],
  ),
  {
    name: "gRPC-Web, Connect and Twirp over HTTP/1.1",
    steps: [
      ["client", POST("Content-Type: application/grpc-web-text\r\nContent-Length: 2", "ab").replace("/p", "/a.B/C")],
      ["server", OK],
      ["client", POST("Connect-Protocol-Version: 1\r\nContent-Length: 2", "{}").replace("/p", "/a.B/D")],
      ["server", OK],
      ["client", POST("Content-Type: application/json\r\nContent-Length: 2", "{}").replace("/p", "/twirp/a.B/E")],
      ["server", OK],
      ["client", POST("Content-Type: application/json\r\nContent-Length: 2", "{}").replace("/p", "/twirp/")],
      ["server", OK],
    ],
    expected: [
      "= http1",
      "1.1 POST /a.B/C h 200 2 2 grpc a.B/C - - 0:0>-:-",
      "1.1 POST /a.B/D h 200 2 2 connect_rpc a.B/D - - -:->-:-",
      "1.1 POST /twirp/a.B/E h 200 2 2 twirp a.B/E - unary -:->-:-",
      "1.1 POST /twirp/ h 200 2 2",
    ],
  },
  {
    name: "upgraded from HTTP/1.1, the first request is stream 1",
    steps: (() => {
      const p = new Http2Peers();
      return [
        ["client", ECHO],
        ["server", SWITCHED],
        ["server", Buffer.concat([settings(), p.answer(1, 200), data(1, "ok", "ends")])],
        ["client", Buffer.concat([HELLO, p.request(3, "/b")])],
        ["server", p.answer(3, 200, [], { ends: true })],
      ] satisfies Step[];
    })(),
    expected: ["= http1", "2 GET /a h 200 0 2", "2 GET /b h 200 0 0"],
  },
  {
    name: "a gap takes the answer that grants an upgrade: the preface tells it",
    steps: (() => {
      const p = new Http2Peers();
      return [
        ["client", ECHO],
        ["server", SWITCHED.length],
        ["client", Buffer.concat([HELLO, p.request(3, "/b")])],
        [
          "server",
          Buffer.concat([settings(), p.answer(1, 200), data(1, "ok", "ends"), p.answer(3, 404, [], { ends: true })]),
        ],
      ] satisfies Step[];
    })(),
    expected: ["= http1", "2 GET /a h 200 0 2 incomplete:71", "2 GET /b h 404 0 0"],
  },
  {
    name: "a gap takes the request that asks for an upgrade",
    steps: (() => {
      const p = new Http2Peers();
      return [
        ["client", ECHO.length],
        ["server", SWITCHED],
        ["client", Buffer.concat([HELLO, p.request(3, "/b")])],
        [
          "server",
          Buffer.concat([settings(), p.answer(1, 200), data(1, "ok", "ends"), p.answer(3, 404, [], { ends: true })]),
        ],
      ] satisfies Step[];
    })(),
    expected: ["= http1", "2 - - - 200 - 2 incomplete:0 no-request", "2 GET /b h 404 0 0"],
  },
  {
    name: "an upgrade after which nothing comes is told all the same",
    steps: [
      ["client", ECHO],
      ["server", SWITCHED],
    ],
    expected: ["= http1", "1.1 GET /a h 101 0 -"],
  },
  {
    name: "after CONNECT over HTTP/1.1",
    steps: (() => {
      const p = new Http2Peers();
      return [
        ["client", "CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n"],
        ["server", "HTTP/1.1 200 OK\r\n\r\n"],
        ["client", Buffer.concat([HELLO, p.request(1, "/a")])],
        ["server", Buffer.concat([settings(), p.answer(1, 200, [], { ends: true })])],
      ] satisfies Step[];
    })(),
    expected: ["= http1", "1.1 CONNECT b:80 b:80 200 0 0", "2 GET /a h 200 0 0"],
  },
];

import type { Step } from "./dialog.js";
import { ANSWER, type Case, GET, OK } from "./http1-cases.js";
import { data, HELLO, Http2Peers, reset, settings } from "./http2-builder.js";
import { accept, closing, DEFLATE, deflated, frame, masked, OPCODE, pieces, upgrade } from "./websocket-builder.js";

const OPENED = ["= http1", "1.1 GET /ws h 101 0 0 websocket"];

/** What is said over one that is open, and what is told of it. */
function spoken(name: string, steps: readonly Step[], expected: readonly string[]): Case {
  return { name, steps: [["client", upgrade()], ["server", accept()], ...steps], expected: [...OPENED, ...expected] };
}

const LONG = "x".repeat(200);
const HUGE = "y".repeat(70_000);

const MESSAGES: readonly Case[] = [
  spoken(
    "messages both ways, of every form of length",
    [
      ["client", masked("hello")],
      ["server", Buffer.concat([frame("hi"), frame(LONG), frame(HUGE, { opcode: OPCODE.binary }), frame("")])],
      ["client", Buffer.concat([masked(LONG), masked(HUGE)])],
    ],
    ["~ GET /ws websocket 3:70205>4:70202"],
  ),
  spoken(
    "messages in pieces, with control frames between them",
    [
      ["client", Buffer.concat(pieces(masked, "abcdefghij", 4))],
      ["server", Buffer.concat([frame("ab", { isFinal: false }), frame("p", { opcode: OPCODE.ping })])],
      ["client", masked("p", { opcode: OPCODE.pong })],
      ["server", Buffer.concat([frame("cd", { opcode: OPCODE.continuation }), frame("whole")])],
    ],
    ["~ GET /ws websocket 1:10f1c1>2:9f1c1"],
  ),
  spoken(
    "what was not sent to its end is no message",
    [
      ["client", Buffer.concat([masked("one"), masked("two", { isFinal: false })])],
      ["server", frame("abcdef").subarray(0, 5)],
    ],
    ["~ GET /ws websocket 1:3>0:0"],
  ),
  {
    name: "compressed messages, one of them in pieces, a subprotocol and an extension",
    steps: [
      ["client", upgrade("/ws", "Sec-WebSocket-Protocol: graphql-ws, graphql-transport-ws", DEFLATE)],
      ["server", accept("Sec-WebSocket-Protocol: graphql-transport-ws", DEFLATE)],
      ["client", masked(deflated(LONG), { reserved: 0x40 })],
      ["server", Buffer.concat(pieces(frame, "123456", 2, { reserved: 0x40 }))],
      ["server", frame("not compressed")],
    ],
    expected: [
      "= http1",
      '1.1 GET /ws h 101 0 0 websocket permessage-deflate "graphql-transport-ws"',
      `~ GET /ws websocket permessage-deflate "graphql-transport-ws" 1:${deflated(LONG).length}z1>2:20f1z1`,
    ],
  },
  spoken(
    "both take leave: the first says why",
    [
      ["client", Buffer.concat([masked("x"), masked(closing(1001, "leaving"), { opcode: OPCODE.close })])],
      ["server", frame(closing(1000), { opcode: OPCODE.close })],
    ],
    ["~ GET /ws websocket 1:1c1>0:0c1 1001 text client"],
  ),
  spoken(
    "a reason that is JSON, and a code of one's own",
    [["server", frame(closing(4_001, '{"why":"secret"}'), { opcode: OPCODE.close })]],
    ["~ GET /ws websocket 0:0>0:0c1 4001 json server"],
  ),
  spoken(
    "leave without a code",
    [["server", frame("", { opcode: OPCODE.close })]],
    ["~ GET /ws websocket 0:0>0:0c1 - none server"],
  ),
  spoken("nothing is said", [], ["~ GET /ws websocket 0:0>0:0"]),
  {
    name: "a token among the subprotocols is a credential, and is not told",
    steps: [
      [
        "client",
        upgrade("/ws", "Sec-WebSocket-Protocol: v1, eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlc2lnbmF0dXJl"),
      ],
      ["server", accept("Sec-WebSocket-Protocol: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlc2lnbmF0dXJl")],
    ],
    expected: ["= http1", '1.1 GET /ws h 101 0 0 websocket "***"', '~ GET /ws websocket "***" 0:0>0:0'],
  },
  ...["pw71ZXk2w1!", "hunter2hunter", "bearer.tgbtqzkx"].map((token) => ({
    name: `the short token ${token} among the subprotocols, which the server repeats, is not told`,
    steps: [
      ["client", upgrade("/ws", `Sec-WebSocket-Protocol: ${token}`)],
      ["server", accept(`Sec-WebSocket-Protocol: ${token}`)],
    ] satisfies readonly Step[],
    expected: ["= http1", '1.1 GET /ws h 101 0 0 websocket "***"', '~ GET /ws websocket "***" 0:0>0:0'],
  })),
  ...["graphql-transport-ws", "v5.channel.k8s.io", "ocpp2.0.1", "SPDY/3.1+portforward.k8s.io"].map((name) => ({
    name: `the subprotocol ${name} is told`,
    steps: [
      ["client", upgrade("/ws", `Sec-WebSocket-Protocol: ${name}`)],
      ["server", accept(`Sec-WebSocket-Protocol: ${name}`)],
    ] satisfies readonly Step[],
    expected: ["= http1", `1.1 GET /ws h 101 0 0 websocket "${name}"`, `~ GET /ws websocket "${name}" 0:0>0:0`],
  })),
  {
    name: "refused, it goes on as HTTP",
    steps: [
      ["client", upgrade()],
      ["server", ANSWER("Content-Length: 2", "no").replace("200 OK", "403 Forbidden")],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /ws h 403 0 2", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "a draft's frames are others, and are not read",
    steps: [
      ["client", upgrade("/ws", "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5")],
      ["server", accept("Sec-WebSocket-Location: ws://h/ws")],
      ["client", "\x00hello\xff"],
      ["server", "\x00hello\xff"],
    ],
    expected: ["= http1", "1.1 GET /ws h 101 0 0"],
  },
];

/** What breaks the rules, and what is told of what follows. */
function broken(name: string, from: "client" | "server", bytes: Buffer, expected: readonly string[]): Case {
  return spoken(name, [[from, bytes]], expected);
}

const FAULTS: readonly Case[] = [
  broken("a client's frame without mask", "client", Buffer.concat([frame("abc"), masked("de")]), [
    "! client websocket-masking",
    "~ GET /ws websocket 2:5>0:0",
  ]),
  broken("a server's frame with mask", "server", masked("abc"), [
    "! server websocket-masking",
    "~ GET /ws websocket 0:0>1:3",
  ]),
  broken("a reserved bit without an extension", "server", Buffer.concat([frame("a", { reserved: 0x40 }), frame("b")]), [
    "! server websocket-reserved-bits",
    "~ GET /ws websocket 0:0>2:2z1",
  ]),
  broken("an opcode that means nothing", "client", Buffer.concat([masked("abc", { opcode: 5 }), masked("de")]), [
    "! client websocket-reserved-opcode",
    "~ GET /ws websocket 1:2>0:0",
  ]),
  broken(
    "a length in more bytes than it needs",
    "server",
    Buffer.concat([frame("abc", { lengthBytes: 2 }), frame("d")]),
    ["! server websocket-invalid-length", "~ GET /ws websocket 0:0>2:4"],
  ),
  broken("the same in eight bytes", "server", Buffer.concat([frame(LONG, { lengthBytes: 8 }), frame("d")]), [
    "! server websocket-invalid-length",
    "~ GET /ws websocket 0:0>2:201",
  ]),
  broken("a length beyond what can be", "client", Buffer.from("82ffffffffffffffffff00000000", "hex"), [
    "! client websocket-invalid-length",
    "~ GET /ws websocket 0:0>0:0 incomplete:0",
  ]),
  broken("a frame that nobody takes", "client", Buffer.from("82ff000000ffffffffff00000000", "hex"), [
    "! client websocket-oversized-frame",
    "~ GET /ws websocket 0:0>0:0 incomplete:0",
  ]),
  broken("a message within a message", "client", Buffer.concat([masked("a", { isFinal: false }), masked("bc")]), [
    "! client websocket-interrupted-message",
    "~ GET /ws websocket 1:2>0:0",
  ]),
  broken("a message that goes on and was not begun", "server", frame("abc", { opcode: OPCODE.continuation }), [
    "! server websocket-interrupted-message",
    "~ GET /ws websocket 0:0>1:3",
  ]),
  broken("a control frame in pieces", "client", masked("p", { opcode: OPCODE.ping, isFinal: false }), [
    "! client websocket-invalid-control-frame",
    "~ GET /ws websocket 0:0c1>0:0",
  ]),
  broken("a control frame that is too large", "server", frame(LONG, { opcode: OPCODE.ping }), [
    "! server websocket-invalid-control-frame",
    "~ GET /ws websocket 0:0>0:0c1",
  ]),
  broken("a close code that is never sent", "server", frame(closing(1006), { opcode: OPCODE.close }), [
    "! server websocket-invalid-close",
    "~ GET /ws websocket 0:0>0:0c1 1006 none server",
  ]),
  broken("half a close code", "client", masked("\x03", { opcode: OPCODE.close }), [
    "! client websocket-invalid-close",
    "~ GET /ws websocket 0:0c1>0:0 - invalid client",
  ]),
  broken(
    "a reason that is no UTF-8",
    "server",
    frame(closing(1000, Buffer.from([0xff, 0xfe])), { opcode: OPCODE.close }),
    ["! server websocket-invalid-close", "~ GET /ws websocket 0:0>0:0c1 1000 invalid server"],
  ),
  broken(
    "a message after the sender's own leave",
    "client",
    Buffer.concat([masked(closing(1000), { opcode: OPCODE.close }), masked("more")]),
    ["! client websocket-message-after-close", "~ GET /ws websocket 1:4c1>0:0 1000 none client"],
  ),
  broken("no frames at all: each fault once, then they are looked for", "server", Buffer.from(`zzzz${LONG}`), [
    "! server websocket-reserved-bits",
    "~ GET /ws websocket 0:0>0:0c1u78 incomplete:0",
  ]),
];

/** HTTP/2 carries it: each stream one. */
function overHttp2(name: string, speak: (peers: Http2Peers) => readonly Step[], expected: readonly string[]): Case {
  const hello: readonly Step[] = [
    ["client", HELLO],
    ["server", settings([8, 1])],
  ];
  return { name, steps: [...hello, ...speak(new Http2Peers())], expected: ["= http2", ...expected] };
}

const CONNECT = { method: "CONNECT" };
const AS_WEBSOCKET = [":protocol", "websocket"] as const;

const OVER_HTTP2: readonly Case[] = [
  overHttp2(
    "extended CONNECT, two at a time, frames cut by DATA anywhere",
    (p) => {
      const said = Buffer.concat([masked("hello"), masked(closing(1000), { opcode: OPCODE.close })]);
      return [
        ["client", p.request(1, "/chat", [AS_WEBSOCKET, ["sec-websocket-protocol", "chat"]], CONNECT)],
        ["client", p.request(3, "/other", [AS_WEBSOCKET], CONNECT)],
        ["server", p.answer(1, 200, [["sec-websocket-protocol", "chat"]])],
        ["server", p.answer(3, 200)],
        ["client", Buffer.concat([data(1, said.subarray(0, 3)), data(3, masked("x")), data(1, said.subarray(3))])],
        ["server", data(1, frame("hi"), "ends")],
        ["client", data(1, "", "ends")],
        ["server", reset(3)],
      ];
    },
    [
      '2 CONNECT /chat h 200 0 0 websocket "chat"',
      "2 CONNECT /other h 200 0 0 websocket",
      '~ CONNECT /chat websocket "chat" 1:5c1>1:2 1000 none client',
      "~ CONNECT /other websocket 1:1>0:0",
    ],
  ),
  overHttp2(
    "the same heads again, which are not read again",
    (p) =>
      [1, 3, 5, 7].flatMap((stream): Step[] => [
        ["client", p.request(stream, "/chat", [AS_WEBSOCKET], CONNECT)],
        ["server", p.answer(stream, 200, [["sec-websocket-protocol", "chat"]])],
        ["server", Buffer.concat([data(stream, frame("hi"), "ends")])],
        ["client", data(stream, "", "ends")],
      ]),
    Array(4).fill(['2 CONNECT /chat h 200 0 0 websocket "chat"', '~ CONNECT /chat websocket "chat" 0:0>1:2']).flat(),
  ),
  overHttp2(
    "refused",
    (p) => [
      ["client", p.request(1, "/chat", [AS_WEBSOCKET], CONNECT)],
      ["server", p.answer(1, 403, [], { ends: true })],
      ["client", data(1, "", "ends")],
    ],
    ["2 CONNECT /chat h 403 0 0"],
  ),
];

/** What binary messages carry is read as far as it is a protocol we know. */
const CARRIED: readonly Case[] = [
  spoken(
    "HTTP within binary messages",
    [
      ["client", masked(GET, { opcode: OPCODE.binary })],
      ["server", Buffer.concat(pieces(frame, OK, 3, { opcode: OPCODE.binary }))],
      ["client", masked("p", { opcode: OPCODE.ping })],
      ["client", masked(GET.replace("/a", "/b"), { opcode: OPCODE.binary })],
      ["server", frame(OK, { opcode: OPCODE.binary })],
    ],
    ["1.1 GET /a h 200 0 2", "1.1 GET /b h 200 0 2", `~ GET /ws websocket 2:${2 * GET.length}c1>2:${2 * OK.length}f1`],
  ),
  spoken(
    "HTTP within text messages is text",
    [
      ["client", masked(GET)],
      ["server", frame(OK)],
    ],
    [`~ GET /ws websocket 1:${GET.length}>1:${OK.length}`],
  ),
];

export const WEBSOCKET_CASES: readonly Case[] = [...MESSAGES, ...FAULTS, ...OVER_HTTP2, ...CARRIED];

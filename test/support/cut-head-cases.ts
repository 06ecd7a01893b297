import type { Step } from "./dialog.js";
import { ANSWER, GET, OK, POST } from "./http1-cases.js";

const B = GET.replace("/a", "/b");
const OPEN_REQUEST = "GET /a HTTP/1.1\r\nHost: h\r\nX: ";
const OPEN_ANSWER = "HTTP/1.1 200 OK\r\nServer: s\r\nX: ";

/** Heads whose end was lost, or never came: what came before it is told. */
export const CUT_HEADS: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
  [
    "in a request's head: the request line is told and paired",
    [
      ["client", OPEN_REQUEST],
      ["client", 50],
      ["client", "zz\r\n\r\n"],
      ["server", OK],
      ["client", B],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h 200 - 2 incomplete:50", "1.1 GET /b h 200 0 2"],
  ],
  [
    "in a response's head: its status is told and paired",
    [
      ["client", GET],
      ["server", OPEN_ANSWER],
      ["server", 50],
      ["server", "zz\r\nContent-Length: 2\r\n\r\nok"],
      ["client", B],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h 200 0 - incomplete:50", "1.1 GET /b h 200 0 2"],
  ],
  [
    "where the snap length cuts every packet",
    [
      ["client", OPEN_REQUEST],
      ["client", 100],
      ["server", OPEN_ANSWER],
      ["server", 1_000],
      ["client", OPEN_REQUEST.replace("/a", "/b")],
      ["client", 100],
      ["server", OPEN_ANSWER.replace("200", "404")],
      ["server", 1_000],
    ],
    ["= http1", "1.1 GET /a h 200 - - incomplete:1100", "1.1 GET /b h 404 - - incomplete:1100"],
  ],
  [
    "in a request line: the end of it is no request of its own",
    [
      ["client", "GET /a"],
      ["client", 50],
      ["client", "bbb HTTP/1.1\r\nHost: h\r\n\r\n"],
      ["server", OK],
      ["client", B],
      ["server", OK],
    ],
    ["= http1", "1.1 - - - 200 - 2 incomplete:0 no-request", "1.1 GET /b h 200 0 2"],
  ],
  [
    "in an interim response's head: the final one is looked for",
    [
      ["client", GET],
      ["server", "HTTP/1.1 103 Early\r\nX: "],
      ["server", 9],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h 200 0 2 incomplete:9"],
  ],
  [
    "of a whole interim answer: the only request has the next one",
    [
      ["client", GET],
      ["server", 25],
      ["server", OK],
      ["client", GET],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h 200 0 2 incomplete:25", "1.1 GET /a h 200 0 2"],
  ],
  [
    "in the head that switches protocols: nothing after it is HTTP",
    [
      ["client", "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n"],
      ["server", "HTTP/1.1 101 Switching\r\nUpgrade: "],
      ["server", 20],
      ["client", "\x81\x85\x01\x02\x03\x04abcde"],
    ],
    ["= http1", "1.1 GET /ws h 101 0 0 incomplete:20 websocket", "~ GET /ws websocket 1:5>0:0 incomplete:0"],
  ],
  [
    "of nothing: a head that never ended",
    [
      ["client", OPEN_REQUEST],
      ["client", "fin"],
    ],
    ["= http1", "1.1 GET /a h - - - incomplete:0 no-response"],
  ],
  [
    "of nothing: a refusal before the head's end",
    [
      ["client", OPEN_REQUEST],
      ["server", "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"],
    ],
    ["= http1", "1.1 GET /a h 400 - 0 incomplete:0"],
  ],
  [
    "of nothing: a refusal of what has no line end",
    [
      ["client", "GET /a HTTP/1.1\r\n\r\nGET /a HTTP/1.1\rHost: h\r\r"],
      ["server", OK],
      ["server", "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"],
    ],
    ["= http1", "! client missing-host", "1.1 GET /a - 200 0 2", "1.1 - - - 400 - 0 incomplete:0 no-request"],
  ],
  [
    "of nothing: a head beyond the bound",
    [
      ["client", OPEN_REQUEST + "y".repeat(70_000)],
      ["client", "zz\r\n\r\n"],
      ["server", OK],
      ["client", B],
      ["server", OK],
    ],
    ["= http1", "! client head-too-large", "1.1 GET /a h 200 - 2 incomplete:0", "1.1 GET /b h 200 0 2"],
  ],
  [
    "of nothing: a request smuggled behind a chunk size that overflows",
    [
      ["client", POST("Transfer-Encoding: chunked", `10000000000000000\r\n\r\n${B}`)],
      ["server", OK],
      ["server", ANSWER("Content-Length: 3", "abc")],
      ["client", GET],
      ["server", OK],
    ],
    [
      "= http1",
      "! client invalid-chunk",
      "1.1 POST /p h 200 - 2 incomplete:0",
      "1.1 GET /b h 200 0 3 incomplete:0",
      "1.1 GET /a h 200 0 2",
    ],
  ],
  [
    "of nothing: what only looks smuggled takes no other request's answer for certain",
    [
      ["client", POST("Content-Length: -1", B)],
      ["server", OK.replace("200", "400")],
      ["client", GET],
      ["server", OK],
      ["client", GET.replace("/a", "/c")],
      ["server", OK],
    ],
    [
      "= http1",
      "! client invalid-content-length",
      "1.1 POST /p h 400 - 2 incomplete:0",
      "1.1 GET /b h - 0 - incomplete:0",
      "1.1 GET /a h 200 0 2 incomplete:0",
      "1.1 GET /c h 200 0 2",
    ],
  ],
];

import type { Step } from "./dialog.js";
import { GET, OK } from "./http1-cases.js";

const B = GET.replace("/a", "/b");
const C = GET.replace("/a", "/c");
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r";
const LOST_BEFORE: readonly Step[] = [
  ["client", GET],
  ["server", OK],
  ["client", 90],
  ["server", OK],
];
const TOLD_BEFORE = ["= http1", "1.1 GET /a h 200 0 2", "1.1 - - - 200 - 2 incomplete:0 no-request"];

/** Bytes lost on both sides, and which answer is whose all the same: a client that waits for each answer tells it by what it asks next. */
export const LOSS_CASES: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
  [
    "the last byte of an answer, noticed after the next request",
    [...LOST_BEFORE, ["client", B], ["server", CHUNKED], ["client", C], ["server", 1], ["server", OK]],
    [...TOLD_BEFORE, "1.1 GET /b h 200 0 - incomplete:1", "1.1 GET /c h 200 0 2 incomplete:0"],
  ],
  [
    "a whole answer, before the next request",
    [...LOST_BEFORE, ["client", B], ["server", 60], ["client", C], ["server", OK]],
    [...TOLD_BEFORE, "1.1 GET /b h - 0 - incomplete:60", "1.1 GET /c h 200 0 2"],
  ],
  [
    "an answer and the request before it, in an order that nobody knows",
    [
      ["client", GET],
      ["server", OK],
      ["server", 60],
      ["client", 60],
      ["client", B],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /b h 200 0 2"],
  ],
  [
    "an answer and the request after it: the next answer may be to either",
    [
      ["client", GET],
      ["server", 60],
      ["client", 60],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h - 0 - incomplete:60", "1.1 - - - 200 - 2 incomplete:0 no-request"],
  ],
  [
    "the first of two requests that were sent at once: the first answer is its",
    [
      ["client", GET],
      ["server", OK],
      ["client", 60],
      ["client", B],
      ["server", OK],
      ["server", OK],
    ],
    [
      "= http1",
      "1.1 GET /a h 200 0 2",
      "1.1 GET /b h - 0 - incomplete:0",
      "1.1 - - - 200 - 2 incomplete:0 no-request",
      "1.1 - - - 200 - 2 incomplete:0 no-request",
    ],
  ],
  [
    "an answer to one that sends before it is answered: the next may be to either",
    [
      ["client", GET + B],
      ["server", OK],
      ["server", 60],
      ["client", C],
      ["server", OK],
    ],
    ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /b h - 0 - incomplete:60", "1.1 GET /c h - 0 - incomplete:0"],
  ],
];

import type { FeedOptions, Step } from "./dialog.js";

/** A dialog over HTTP/1 and the messages that must come of it. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly expected: readonly string[];
  readonly options?: FeedOptions;
}

export const GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
export const POST = (fields: string, body: string) => `POST /p HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`;
export const ANSWER = (fields: string, body: string) => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${body}`;

export const CASES: readonly Case[] = [
  {
    name: "a request and its answer",
    steps: [
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "keep-alive",
    steps: [
      ["client", GET],
      ["server", OK],
      ["client", GET.replace("/a", "/b")],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /b h 200 0 2"],
  },
  {
    name: "pipelining",
    steps: [
      ["client", GET + GET.replace("/a", "/b")],
      ["server", OK + ANSWER("Content-Length: 3", "abc")],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /b h 200 0 3"],
  },
  {
    name: "chunked both ways, with extensions and trailers",
    steps: [
      ["client", POST("Transfer-Encoding: chunked", "3;a=b\r\nabc\r\n2 \r\nde\r\n0\r\nX: y\r\n\r\n")],
      ["server", ANSWER("Transfer-Encoding: gzip, chunked", '5;q="x"\r\nhello\r\n00\r\nDigest: z\r\n\r\n')],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 POST /p h 200 5 5", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "a body until the connection closes",
    steps: [
      ["client", "GET / HTTP/1.0\r\n\r\n"],
      ["server", "HTTP/1.0 200 OK\r\n\r\nsome"],
      ["server", " more"],
      ["server", "fin"],
    ],
    expected: ["= http1", "1.0 GET / - 200 0 9"],
  },
  {
    name: "HEAD, 204 and 304 have no body whatever their length says",
    steps: [
      ["client", GET.replace("GET", "HEAD") + GET + GET],
      ["server", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"],
      ["server", "HTTP/1.1 204 No\r\n\r\nHTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n"],
    ],
    expected: ["= http1", "1.1 HEAD /a h 200 0 0", "1.1 GET /a h 204 0 0", "1.1 GET /a h 304 0 0"],
  },
  {
    name: "interim responses are passed over",
    steps: [
      ["client", POST("Expect: 100-continue\r\nContent-Length: 3", "")],
      ["server", "HTTP/1.1 100 Continue\r\n\r\n"],
      ["client", "abc"],
      ["server", `HTTP/1.1 103 Early\r\nLink: x\r\n\r\n${OK}`],
    ],
    expected: ["= http1", "1.1 POST /p h 200 3 2"],
  },
  {
    name: "a body withheld after a final answer to Expect",
    steps: [
      ["client", POST("Expect: 100-continue\r\nContent-Length: 300", "")],
      ["server", "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 POST /p h 401 0 0", "1.1 GET /a h 200 0 2"],
    options: { pieceBytes: 4_096 },
  },
  {
    name: "an early answer waits for the request's end",
    steps: [
      ["client", POST("Content-Length: 4", "ab")],
      ["server", OK],
      ["client", "cd"],
    ],
    expected: ["= http1", "1.1 POST /p h 200 4 2"],
  },
  {
    name: "absolute form, and CONNECT whose tunnel is handed on",
    steps: [
      ["client", "GET http://h:81/x?y=1 HTTP/1.1\r\nHost: h:81\r\n\r\n"],
      ["server", OK],
      ["client", "CONNECT db:443 HTTP/1.1\r\nHost: db:443\r\n\r\n"],
      ["server", "HTTP/1.1 200 Established\r\n\r\n"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /x h:81 200 0 2", "1.1 CONNECT db:443 db:443 200 0 0", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "Upgrade switches, and what was sent before the answer is handed on",
    steps: [
      ["client", "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"],
      ["client", "\x81\x85\x01\x02\x03\x04abcde"],
      ["server", "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x03abc"],
    ],
    expected: ["= http1", "1.1 GET /ws h 101 0 0 websocket", "~ GET /ws websocket 1:5>1:3"],
  },
  {
    name: "Upgrade refused goes on as HTTP",
    steps: [
      ["client", GET.replace("Host", "Upgrade: h2c\r\nHost")],
      ["client", GET.replace("/a", "/b")],
      ["server", OK + OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /b h 200 0 2"],
  },
  {
    name: "CONNECT refused goes on as HTTP",
    steps: [
      ["client", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"],
      ["server", OK.replace("200", "403")],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 CONNECT a:1 a:1 403 0 2", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "101 nobody asked for",
    steps: [
      ["client", GET],
      ["server", "HTTP/1.1 101 Switching\r\n\r\n"],
    ],
    expected: ["= http1", "! server unasked-upgrade", "1.1 GET /a h 101 0 0"],
  },
  {
    name: "HTTP/0.9",
    steps: [
      ["client", "GET /old\r\n"],
      ["server", "<html>old</html>"],
      ["server", "fin"],
    ],
    expected: ["= http1", "0.9 GET /old - - 0 16"],
  },
  {
    name: "obsolete folding",
    steps: [
      ["client", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n"],
      ["server", OK],
    ],
    expected: ["= http1", "! client obs-fold", "1.1 GET / h 200 0 2"],
  },
  {
    name: "empty lines before a request, LF alone as line end",
    steps: [
      ["client", "\r\n\r\nGET / HTTP/1.1\nHost: h\n\n"],
      ["server", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx"],
    ],
    expected: ["= http1", "1.1 GET / h 200 0 1"],
  },
  {
    name: "both lengths: the transfer coding wins, and it is told",
    steps: [
      ["client", POST("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n")],
      ["server", OK],
    ],
    expected: ["= http1", "! client both-lengths", "1.1 POST /p h 200 0 2"],
  },
  {
    name: "doubled lengths",
    steps: [
      [
        "client",
        POST("Content-Length: 2\r\nContent-Length: 2", "ab") + POST("Content-Length: 2\r\nContent-Length: 3", "ab"),
      ],
    ],
    expected: [
      "= http1",
      "! client repeated-content-length",
      "! client conflicting-content-length",
      "1.1 POST /p h - 2 - no-response",
      "1.1 POST /p h - 2 - no-response",
    ],
  },
  {
    name: "lengths that are none",
    steps: [
      ["client", POST("Content-Length: +2", "ab")],
      ["server", OK.replace("200", "400")],
    ],
    expected: ["= http1", "! client invalid-content-length", "1.1 POST /p h 400 - 2 incomplete:0"],
  },
  {
    name: "transfer codings that hide something",
    steps: [
      ["client", POST("Transfer-Encoding: xchunked", "0\r\n\r\n")],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-transfer-encoding", "1.1 POST /p h 200 - 2 incomplete:0"],
  },
  {
    name: "a transfer coding in HTTP/1.0",
    steps: [
      ["client", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"],
      ["server", OK],
    ],
    expected: ["= http1", "! client transfer-encoding-in-http10", "1.0 POST / - 200 1 2"],
  },
  {
    name: "a chunk size that is none",
    steps: [
      ["client", POST("Transfer-Encoding: chunked", "0x2\r\nab\r\n0\r\n\r\n")],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-chunk", "1.1 POST /p h 200 - 2 incomplete:0"],
  },
  {
    name: "space before the colon, bare CR, NUL, a line without colon",
    steps: [
      ["client", "GET / HTTP/1.1\r\nHost: h\r\nA : b\r\nB: c\rD: e\r\nN: \0\r\nnothing\r\n\r\n"],
      ["server", OK],
    ],
    expected: [
      "= http1",
      "! client bare-cr",
      "! client space-before-colon",
      "! client invalid-field-name",
      "! client nul-in-head",
      "1.1 GET / h 200 0 2",
    ],
  },
  {
    name: "LF alone among CRLF",
    steps: [
      ["client", "GET / HTTP/1.1\r\nHost: h\r\nA: b\nC: d\r\n\r\n"],
      ["server", OK],
    ],
    expected: ["= http1", "! client bare-lf", "1.1 GET / h 200 0 2"],
  },
  {
    name: "no Host, two Hosts, another Host than the absolute form's",
    steps: [
      [
        "client",
        "GET / HTTP/1.1\r\nA: b\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET http://x/ HTTP/1.1\r\nHost: y\r\n\r\n",
      ],
      ["server", OK + OK + OK],
    ],
    expected: [
      "= http1",
      "! client missing-host",
      "! client conflicting-host",
      "! client conflicting-host",
      "1.1 GET / - 200 0 2",
      "1.1 GET / a 200 0 2",
      "1.1 GET / x 200 0 2",
    ],
  },
  {
    name: "a request line with room to spare",
    steps: [
      ["client", "GET  /a b HTTP/1.1\r\nHost: h\r\n\r\n"],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-request-line", "1.1 GET /a b h 200 0 2"],
  },
  {
    name: "what is no request after one that was",
    steps: [
      ["client", `${GET}\x16\x03\x01 nonsense\r\n`],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-request-line", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "an answer nobody asked for",
    steps: [
      ["client", GET],
      ["server", OK + OK],
    ],
    expected: [
      "= http1",
      "1.1 GET /a h 200 0 2",
      "! server response-without-request",
      "1.1 - - - 200 - 2 incomplete:0 no-request",
    ],
  },
  {
    name: "what begins like a status line and is none, asked for and not",
    steps: [
      ["client", GET],
      ["server", OK],
      ["server", "HTTP/1.1 2000 OK\r\n\r\n"],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2", "! server invalid-status-line"],
  },
  {
    name: "an answer that never came",
    steps: [
      ["client", GET],
      ["client", "fin"],
      ["server", "fin"],
    ],
    expected: ["= http1", "1.1 GET /a h - 0 - no-response"],
  },
  {
    name: "nothing is claimed of the direction that is not captured",
    steps: [["client", GET]],
    expected: ["= http1", "1.1 GET /a h - 0 -"],
    options: { twoSided: false },
  },
  {
    name: "joined between request and answer: who is who comes from the bytes",
    steps: [
      ["client", OK],
      ["server", GET],
      ["client", OK],
    ],
    expected: ["= http1", "1.1 - - - 200 - 2 incomplete:0 no-request", "1.1 GET /a h 200 0 2"],
    options: { rolesFrom: "ports" },
  },
  {
    name: "a gap inside a body of known length is survived",
    steps: [
      ["client", GET],
      ["server", ANSWER("Content-Length: 10", "abc")],
      ["server", 4],
      ["server", `hij${OK}`],
      ["client", GET],
    ],
    expected: [
      "= http1",
      "1.1 GET /a h 200 0 10 incomplete:4",
      "! server response-without-request",
      "1.1 - - - 200 - 2",
    ],
  },
  {
    name: "other protocols are left alone",
    steps: [
      ["client", "\x00\x00\x00\x54\xffFOO"],
      ["server", "\x00\x00\x00\x54\xffFOO"],
    ],
    expected: ["= unknown"],
  },
  {
    name: "the server speaks first, and not HTTP",
    steps: [
      ["server", "220 mail ESMTP\r\n"],
      ["client", "EHLO x\r\n"],
    ],
    expected: ["= smtp"],
  },
];

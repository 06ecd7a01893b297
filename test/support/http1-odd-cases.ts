import type { Step } from "./dialog.js";
import { ANSWER, type Case, GET, OK, POST } from "./http1-cases.js";

/** HTTP behind what comes before it, and what only looks like it. */
export const ODD_CASES: readonly Case[] = [
  {
    name: "behind a PROXY header",
    steps: [
      ["client", `PROXY TCP4 10.0.0.9 10.0.0.2 40000 80\r\n${GET}`],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "behind a binary PROXY header",
    steps: [
      ["client", `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c${"a".repeat(12)}${GET}`],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "through SOCKS 5 with a password",
    steps: [
      ["client", "\x05\x02\x00\x02"],
      ["server", "\x05\x02"],
      ["client", "\x01\x01u\x06secret"],
      ["server", "\x01\x00"],
      ["client", "\x05\x01\x00\x03\x01h\x00\x50"],
      ["server", "\x05\x00\x00\x01\x0a\x00\x00\x01\x00\x50"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "through SOCKS 4a",
    steps: [
      ["client", "\x04\x01\x00\x50\x00\x00\x00\x01user\0host\0"],
      ["server", "\x00\x5a\x00\x50\x00\x00\x00\x01"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "a request within another protocol is none",
    steps: [
      ["server", "220 mail ESMTP\r\n"],
      ["client", "EHLO x\r\n"],
      ["server", "354 go\r\n"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= smtp"],
    options: {},
  },
  {
    name: "a body that nobody announced is no request",
    steps: [
      ["client", "POST /a HTTP/1.1\r\nHost: h\r\n\r\nsecretkey hunter2value\r\nfoo bar\r\n"],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-request-line", "1.1 POST /a h 200 0 2"],
  },
  {
    name: "more fields than are kept at first do not hide the length",
    steps: [
      ["client", GET],
      ["server", `HTTP/1.1 200 OK\r\n${"Set-Cookie: a=b\r\n".repeat(200)}Content-Length: 2\r\n\r\nok`],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "an upgrade that only one direction shows was not taken up where requests go on",
    steps: [
      ["client", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"],
      ["client", GET],
    ],
    options: { twoSided: false },
    expected: ["= http1", "1.1 GET /a h - 0 -", "1.1 GET /a h - 0 -"],
  },
  {
    name: "a body that was refused before it was sent is whole",
    steps: [
      ["client", "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"],
      ["server", "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"],
    ],
    expected: ["= http1", "1.1 PUT /a h 401 0 0"],
  },
  {
    name: "a status line with two spaces is read",
    steps: [
      ["client", GET],
      ["server", "HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ],
    expected: ["= http1", "! server invalid-status-line", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "a request line with another version is told, and called what it is",
    steps: [
      ["client", "GET /a http/1.1\r\nHost: h\r\n\r\n"],
      ["server", OK],
      ["client", "GET /a HTTP/2.0\r\nHost: h\r\n\r\n"],
      ["server", "HTTP/1.1 505 No\r\nContent-Length: 0\r\n\r\n"],
    ],
    expected: [
      "= http1",
      "! client invalid-request-line",
      "1.1 GET /a h 200 0 2",
      "! client invalid-request-line",
      "1.1 GET /a h 505 0 0",
    ],
  },
  {
    name: "a response coded without chunks lasts until the end, which is no fault",
    steps: [
      ["client", GET],
      ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc"],
      ["server", "fin"],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 3"],
  },
  {
    name: "what Redis answers was no request of HTTP/0.9",
    steps: [
      ["client", "GET /key\r\n"],
      ["server", "$3\r\nabc\r\n"],
      ["client", "GET /key2\r\n"],
      ["server", "$-1\r\n"],
    ],
    options: { pieceBytes: 64 },
    expected: ["= redis"],
  },
  {
    name: "chunks whose lines end with LF alone are read, and told once a message",
    steps: [
      ["client", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n2\nde\n0\n\n"],
      ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    ],
    expected: ["= http1", "! client bare-lf", "1.1 POST /a h 200 5 3"],
  },
  {
    name: "LF alone behind a chunk extension, a chunk's data or in the trailer is told",
    steps: [
      [
        "client",
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\nGET /c HTTP/1.1\r\nHost: h\r\n\r\n",
      ],
      ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;ext\nabc\r\n0\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\n\r\n"],
    ],
    expected: [
      "= http1",
      "! server bare-lf",
      "1.1 GET /a h 200 0 3",
      "! server bare-lf",
      "1.1 GET /b h 200 0 3",
      "! server bare-lf",
      "1.1 GET /c h 200 0 3",
    ],
  },
  {
    name: "CR alone in a chunk extension or in a trailer is told, beside the LF",
    steps: [
      ["client", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a\rb\r\nabc\r\n0\r\n\r\n"],
      ["client", "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: a\rb\n\r\n"],
      ["client", "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\r\n"],
      ["server", OK + OK + OK],
    ],
    expected: [
      "= http1",
      "! client bare-cr",
      "! client bare-cr",
      "! client bare-lf",
      "! client bare-cr",
      "1.1 POST /a h 200 3 2",
      "1.1 POST /b h 200 3 2",
      "1.1 POST /c h 200 0 2",
    ],
  },
  {
    name: "LF alone behind the start line and CRLF behind the fields are mixed ends",
    steps: [
      ["client", "GET /a HTTP/1.1\nHost: h\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"],
    ],
    expected: ["= http1", "! client bare-lf", "! server bare-lf", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "CR or NUL in a request line is told",
    steps: [
      ["client", "GET /a\rb HTTP/1.1\r\nHost: h\r\n\r\nGET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"],
      ["server", OK + OK],
    ],
    expected: [
      "= http1",
      "! client invalid-request-line",
      "! client invalid-request-line",
      "1.1 GET /a\rb h 200 0 2",
      "1.1 GET /a\0b h 200 0 2",
    ],
  },
  {
    name: "NUL in the first request line hides nothing, in however many pieces it comes",
    steps: [
      ["client", "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-request-line", "1.1 GET /a\0b h 200 0 2"],
  },
  {
    name: "what Redis is asked in one piece breaks no rule of HTTP",
    steps: [
      ["client", "GET /key\r\nGET /key2\r\n"],
      ["server", "$3\r\nabc\r\n$-1\r\n"],
    ],
    options: { pieceBytes: 64 },
    expected: ["= redis"],
  },
  {
    name: "what follows a request of HTTP/0.9 is told once its answer shows that it was one",
    steps: [
      ["client", "GET /a\r\nfoo bar\r\n"],
      ["server", "<p>hello</p>"],
      ["server", "fin"],
    ],
    expected: ["! client invalid-request-line", "= http1", "0.9 GET /a - - 0 12"],
  },
  {
    name: "a folded value is one line, with spaces where it was folded",
    steps: [
      ["client", "GET /a HTTP/1.1\r\nHost:\r\n h\r\n\ti\r\nContent-Length:\r\n 2\r\n\r\nok"],
      ["server", OK],
    ],
    expected: ["= http1", "! client invalid-host", "! client obs-fold", "1.1 GET /a h  \ti 200 2 2"],
  },
  {
    name: "identity beside chunks or a length is told, alone it is not",
    steps: [
      ["client", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"],
      [
        "client",
        "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ],
      ["client", "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok"],
      ["client", "GET /d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n"],
      ["server", OK + OK + OK + OK.replace("Content", "Transfer-Encoding: identity\r\nContent")],
    ],
    expected: [
      "= http1",
      "! client invalid-transfer-encoding",
      "! client invalid-transfer-encoding",
      "! client invalid-transfer-encoding",
      "1.1 POST /a h 200 0 2",
      "1.1 POST /b h 200 0 2",
      "1.1 POST /c h 200 2 2",
      "1.1 GET /d h 200 0 2",
    ],
  },
  {
    name: "a fold among trailers is told, a trailer that only has white space in it is not",
    steps: [
      ["client", POST("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\nX: y\r\n z\r\n\r\n")],
      ["client", POST("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\nX: y z\r\nB: \r\n\r\n")],
      ["server", ANSWER("Transfer-Encoding: chunked", "2\r\nok\r\n0\r\n\tX: y\r\n\r\n") + OK],
    ],
    expected: ["= http1", "! client obs-fold", "! server obs-fold", "1.1 POST /p h 200 3 2", "1.1 POST /p h 200 3 2"],
  },
  {
    name: "a Host that is none is told each time, an odd one that is one is not",
    steps: [
      ...["a b", "a b", "user:hunter2@h", "h:80x", "a/b", "::1", "[::1", "h\u00e9"].map(
        (host): Step => ["client", `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
      ),
      ...["[::1]:80", "[fe80::1%25eth0]", "a_b.example.", "", "h:", "a,b", "xn--h-1ga:8080"].map(
        (host): Step => ["client", `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
      ),
      ["server", OK.repeat(15)],
    ],
    expected: [
      "= http1",
      ...Array.from({ length: 8 }, () => "! client invalid-host"),
      ...["a b", "a b", "h", "h:80x", "a/b", "::1", "[::1", "h\u00e9"].map((host) => `1.1 GET / ${host} 200 0 2`),
      ...["[::1]:80", "[fe80::1%25eth0]", "a_b.example.", "", "h:", "a,b", "xn--h-1ga:8080"].map(
        (host) => `1.1 GET / ${host} 200 0 2`,
      ),
    ],
  },
  {
    name: "a request line beyond the bound of a head, whose path ends before it",
    steps: [
      ["client", `GET /search?q=${"x".repeat(70_000)} HTTP/1.1\r\nHost: h\r\n\r\n`],
      ["server", OK.replace("200 OK", "414 Too Long")],
    ],
    expected: ["= http1", "! client head-too-large", "1.1 GET /search - 414 - 2 incomplete:0"],
    options: { pieceBytes: 1_400 },
  },
  {
    name: "a request line beyond the bound of a head, whose path does not end before it",
    steps: [
      ["client", `GET /${"x".repeat(70_000)} HTTP/1.1\r\nHost: h\r\n\r\n`],
      ["server", OK.replace("200 OK", "414 Too Long")],
    ],
    expected: ["= http1", "! client head-too-large", "1.1 - - - 414 - 2 incomplete:0 no-request"],
    options: { pieceBytes: 1_400 },
  },
  {
    name: "HTTP/0.9 by a proxy",
    steps: [
      ["client", "GET http://h:81/old?a=b\r\n"],
      ["server", "<html>old</html>"],
      ["server", "fin"],
    ],
    expected: ["= http1", "0.9 GET /old h:81 - 0 16"],
  },
  {
    name: "bytes behind the last message that begin no other are told when their sender has ended",
    steps: [
      ["client", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc{}"],
      ["server", OK],
      ["client", "fin"],
      ["server", "fin"],
    ],
    expected: ["= http1", "1.1 POST /a h 200 3 2", "! client invalid-request-line"],
  },
  {
    name: "a request begun behind the last message is no fault",
    steps: [
      ["client", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /b"],
      ["server", OK],
      ["client", "fin"],
      ["server", "fin"],
    ],
    expected: ["= http1", "1.1 POST /a h 200 3 2"],
  },
  {
    name: "CR alone or another control in a status line is told",
    steps: [
      ["client", GET + GET + GET],
      ["server", OK.replace("OK", "OK\rX: y")],
      ["server", OK.replace("OK", "O\0K")],
      ["server", OK.replace("OK", "O\tK")],
    ],
    expected: [
      "= http1",
      "! server invalid-status-line",
      "1.1 GET /a h 200 0 2",
      "! server invalid-status-line",
      "1.1 GET /a h 200 0 2",
      "1.1 GET /a h 200 0 2",
    ],
  },
  {
    name: "a version in small letters is a version, and odd",
    steps: [
      ["client", GET],
      ["server", "http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ],
    expected: ["= http1", "! server invalid-status-line", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "joined late: nobody is accused for the rest of an answer",
    steps: [
      ["client", "the rest of an answer"],
      ["server", GET],
      ["client", OK],
      ["server", GET],
      ["client", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2", "1.1 GET /a h 200 0 2"],
    options: { rolesFrom: "ports", pieceBytes: 1_000 },
  },
  {
    name: "joined late: the end of a body is no method, and what it says is no path",
    steps: [
      ["client", "what the body says is"],
      ["server", OK],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 - - - 200 - 2 incomplete:0 no-request", "1.1 GET /a h 200 0 2"],
    options: { rolesFrom: "ports", pieceBytes: 1_000 },
  },
  {
    name: "a method that nobody knows before a path longer than what is held back",
    steps: [
      ["client", `SNAPSHOT /${"a".repeat(9_000)}?b HTTP/1.1\r\nHost: h\r\n\r\n`],
      ["server", OK],
    ],
    expected: ["= http1", `1.1 SNAPSHOT /${"a".repeat(9_000)} h 200 0 2`],
  },
];

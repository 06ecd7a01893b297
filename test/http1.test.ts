import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { CUT_HEADS } from "./support/cut-head-cases.js";
import { allOf, describe, type FeedOptions, feed, type Step } from "./support/dialog.js";
import { ANSWER, CASES, GET, OK, POST } from "./support/http1-cases.js";
import { LOSS_CASES } from "./support/http1-loss-cases.js";
import { ODD_CASES } from "./support/http1-odd-cases.js";
import { SECRETS } from "./support/secret-cases.js";

t.test("every dialog gives the same messages whole, byte by byte and in threes", (t) => {
  for (const { name, steps, expected, options } of [...CASES, ...ODD_CASES].filter(
    ({ name }) => !name.startsWith("a gap"),
  )) {
    t.same(describe(feed(steps, options)), expected, name);
    if (options?.pieceBytes !== undefined) continue;
    for (const pieceBytes of [1, 3])
      t.same(describe(feed(steps, { ...options, pieceBytes })), expected, `${name}, by ${pieceBytes}`);
  }
  t.end();
});

t.test("what was lost on both sides lets no answer be another's, and no call be told twice", (t) => {
  for (const [name, steps, expected] of LOSS_CASES) t.same(describe(feed(steps)), expected, name);
  t.end();
});

t.test("gaps lose what they took and nothing else", (t) => {
  const long = ANSWER("Content-Length: 10", "abc");
  const pairs: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
    [
      "in a body of known length",
      [
        ["client", GET],
        ["server", long],
        ["server", 4],
        ["server", "hij"],
        ["client", GET],
        ["server", OK],
      ],
      ["= http1", "1.1 GET /a h 200 0 10 incomplete:4", "1.1 GET /a h 200 0 2"],
    ],
    [
      "in an upload",
      [
        ["client", POST("Content-Length: 6", "ab")],
        ["client", 2],
        ["client", "ef"],
        ["server", OK],
      ],
      ["= http1", "1.1 POST /p h 200 6 2 incomplete:2"],
    ],
    [
      "over a body's end: the message is told, the next head is found",
      [
        ["client", GET + GET + GET],
        ["server", long],
        ["server", 20],
        ["server", OK],
      ],
      [
        "= http1",
        "1.1 GET /a h 200 0 10 incomplete:7",
        "1.1 GET /a h - 0 - incomplete:0",
        "1.1 GET /a h - 0 - incomplete:0",
      ],
    ],
    [
      "of a whole answer: the next pair is sound",
      [
        ["client", GET],
        ["server", 40],
        ["client", GET.replace("/a", "/b")],
        ["server", OK],
        ["client", GET],
        ["server", OK],
      ],
      ["= http1", "1.1 GET /a h - 0 - incomplete:40", "1.1 GET /b h 200 0 2", "1.1 GET /a h 200 0 2"],
    ],
    [
      "of a whole request: its answer is told without it",
      [
        ["client", GET],
        ["server", OK],
        ["client", 30],
        ["server", OK],
        ["client", GET.replace("/a", "/c")],
        ["server", OK],
      ],
      ["= http1", "1.1 GET /a h 200 0 2", "1.1 - - - 200 - 2 incomplete:0 no-request", "1.1 GET /c h 200 0 2"],
    ],
    [
      "inside a chunk",
      [
        ["client", GET],
        ["server", ANSWER("Transfer-Encoding: chunked", "a\r\n01")],
        ["server", 5],
        ["server", "789\r\n0\r\n\r\n"],
      ],
      ["= http1", "1.1 GET /a h 200 0 10 incomplete:5"],
    ],
    [
      "of a HEAD request: its answer has no body, and the next ones are sound",
      [
        ["client", GET],
        ["server", OK],
        ["client", 30],
        ["server", ANSWER("Content-Length: 99", "")],
        ["client", GET],
        ["server", OK],
        ["client", 30],
        ["server", ANSWER("Transfer-Encoding: chunked", "")],
        ["client", GET],
        ["server", OK],
      ],
      [
        "= http1",
        "1.1 GET /a h 200 0 2",
        "1.1 - - - 200 - 0 incomplete:0 no-request",
        "1.1 GET /a h 200 0 2",
        "1.1 - - - 200 - 0 incomplete:0 no-request",
        "1.1 GET /a h 200 0 2",
      ],
    ],
    [
      "of anything: bytes out of step are nobody's fault until two heads stood where they should",
      [
        ["client", 1],
        ["client", GET],
        ["server", long],
        ["server", 7],
        ["server", "junk"],
        ["client", "no request\r\n"],
        ["client", GET],
        ["server", OK],
        ["client", GET],
        ["server", OK],
        ["server", "junk"],
        ["client", "no request\r\n"],
      ],
      [
        "= http1",
        "1.1 GET /a h - 0 - incomplete:0",
        "1.1 - - - 200 - 10 incomplete:7 no-request",
        "1.1 GET /a h - 0 - incomplete:0",
        "1.1 - - - 200 - 2 incomplete:0 no-request",
        "1.1 GET /a h 200 0 2",
        "! server invalid-status-line",
        "! client invalid-request-line",
      ],
    ],
    [
      "of a method's first letters: the rest of it is no method",
      [
        ["client", GET],
        ["server", OK],
        ["client", 1],
        ["client", GET.slice(1)],
        ["server", OK],
        ["client", 1],
        ["client", `yyy${GET}`],
        ["server", OK],
        ["client", 1],
        ["client", GET.replace("GET", "FETCH")],
        ["server", OK],
      ],
      [
        "= http1",
        "1.1 GET /a h 200 0 2",
        "1.1 - - - 200 - 2 incomplete:0 no-request",
        "1.1 - - - 200 - 2 incomplete:0 no-request",
        "1.1 FETCH /a h - 0 - incomplete:0",
        "1.1 - - - 200 - 2 incomplete:0 no-request",
      ],
    ],
    [
      "in a body until close",
      [
        ["client", GET],
        ["server", "HTTP/1.0 200 OK\r\n\r\nab"],
        ["server", 3],
        ["server", "fg"],
        ["server", "fin"],
      ],
      ["= http1", "1.1 GET /a h 200 0 7 incomplete:3"],
    ],
  ];
  for (const [name, steps, expected] of [...pairs, ...CUT_HEADS]) t.same(describe(feed(steps)), expected, name);
  t.end();
});

t.test("how the end is told", (t) => {
  const cut = ANSWER("Content-Length: 10", "abc");
  const half: Step[] = [
    ["client", GET],
    ["server", cut],
  ];
  t.same(
    describe(feed(half, { closed: "end" })).at(-1),
    "1.1 GET /a h 200 0 3 incomplete:0",
    "the capture ended inside",
  );
  t.same(
    describe(feed([["client", GET]], { closed: "end" })).at(-1),
    "1.1 GET /a h - 0 - incomplete:0",
    "no answer seen yet",
  );
  t.same(describe(feed([["client", GET]], { closed: "reset" })).at(-1), "1.1 GET /a h - 0 - no-response");
  const open: Step[] = [
    ["client", GET],
    ["server", "HTTP/1.1 200 OK\r\n\r\nabc"],
  ];
  t.same(describe(feed(open, { closed: "fin" })).at(-1), "1.1 GET /a h 200 0 3");
  t.same(describe(feed(open, { closed: "reset" })).at(-1), "1.1 GET /a h 200 0 3 incomplete:0");
  const huge = `GET / HTTP/1.1\r\nX: ${"y".repeat(70_000)}`;
  t.same(describe(feed([["client", huge]], { pieceBytes: 1_400 })), [
    "= http1",
    "! client head-too-large",
    "1.1 GET / - - - - incomplete:0 no-response",
  ]);
  t.end();
});

t.test("times, header order, software and content types come from the heads", (t) => {
  const request = POST(
    "User-Agent: curl/8\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2",
    "{}",
  );
  const answer = ANSWER("Server: nginx\r\nX-Powered-By: Express\r\nContent-Type: text/html\r\nContent-Length: 2", "ok");
  const call = feed([
    ["client", request],
    ["server", answer.slice(0, 30)],
    ["server", answer.slice(30)],
  ])[1] as Call;
  t.match(call, {
    atMicros: 1,
    durationMicros: 2,
    userAgent: "curl/8",
    requestContentType: "application/json; charset=utf-8",
    serverSoftware: "nginx",
    poweredBy: "Express",
    responseContentType: "text/html",
  });
  const reordered = feed([["client", request.replace(/(User-Agent: curl\/8\r\n)(.*?\r\n)/, "$2$1")]])[1] as Call;
  t.not(call.requestHeaderOrder, reordered.requestHeaderOrder, "another order, another fingerprint");
  const recased = feed([["client", request.replace("User-Agent", "USER-AGENT")]])[1] as Call;
  t.equal(call.requestHeaderOrder, recased.requestHeaderOrder);
  t.end();
});

t.test("credentials are told by kind and place, and no value leaves the parser", (t) => {
  for (const [target, field, expected] of SECRETS) {
    const messages = feed([["client", `GET ${target} HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`]]);
    const call = messages.find((message) => message.kind === "call") as Call;
    t.same(
      call.credentials.map(({ kind, place, name }) => `${kind} ${place} ${name}`),
      expected,
      `${target} ${field}`,
    );
    if (expected.length === 0) continue;
    const text = JSON.stringify({ ...allOf(call), flow: undefined });
    for (const secret of [
      "0123456789abcdef",
      "eyJ",
      "dXNl",
      "YIIZ",
      "AKID",
      "s3cr3t",
      "AIza",
      "hunter2",
      "AAEhB",
      "0123456789",
      "2fd4e1c",
      "e89b-12d3",
      "k3j9x0q",
      "YmFyMTIz",
      "aB3dE5f",
      "DEF456",
    ]) {
      t.notOk(text.includes(secret), `${secret} in ${text}`);
    }
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

t.test("cut anywhere, with bytes lost anywhere or changed, it neither throws nor invents requests", (t) => {
  const random = generator(0x5eed);
  let runs = 0;
  const methods = (steps: readonly Step[], options?: FeedOptions) =>
    feed(steps, options).filter((message) => message.kind === "call" && message.method !== undefined).length;
  for (const { steps, options: given } of CASES) {
    const options: FeedOptions = { ...given, isShared: true };
    const whole = methods(steps, options);
    for (const [index, [from, what]] of steps.entries()) {
      if (typeof what !== "string" || what === "fin") continue;
      for (let at = 0; at < what.length; at += 1 + (random() % 3)) {
        const before = steps.slice(0, index);
        const after = steps.slice(index + 1);
        const cut = methods([...before, [from, what.slice(0, at)]], { ...options, closed: "end" });
        if (cut > whole) t.fail(`more requests in a prefix: ${what.slice(0, at)}`);
        const lost = 1 + (random() % 5);
        feed([...before, [from, what.slice(0, at)], [from, lost], [from, what.slice(at + lost)], ...after], options);
        const changed = Buffer.from(what, "latin1");
        changed[at] = random() & 0xff;
        feed([...before, [from, changed], ...after], { ...options, pieceBytes: 1 + (random() % 40) });
        runs += 3;
      }
    }
  }
  t.ok(runs > 3_000, `${runs} dialogs`);
  t.end();
});

/** Where pieces may tell less than the whole, and a request is missed. */
const BY_SEGMENT: ReadonlyMap<string, string> = new Map([
  ["90-request-uri-too-large.t", "the request line never ends"],
  ["91-request-unexpected-body.t", "after garbage a request is looked for at the beginning of a segment only"],
  ["99-expect-100.t", "whether the withheld body was sent after all is told from a whole segment"],
]);

t.test("UTF-8 sent raw is read as such, and as Latin-1 where it is none", (t) => {
  const path = (bytes: string) => (feed([["client", `GET ${bytes} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call).path;
  t.equal(path("/caf\xc3\xa9/\xe6\x97\xa5"), "/caf\u00e9/\u65e5");
  t.equal(path("/caf\xc3\xa9/\xe6\x97\xa5"), "/caf\u00e9/\u65e5", "seen again");
  t.equal(path("/caf\xe9"), "/caf\u00e9");
  t.equal(path(`/${"x".repeat(300)}\xc3\xa9`), `/${"x".repeat(300)}\u00e9`, "too long to be remembered");
  t.end();
});

const CORPUS = join(process.env.EASTWATCH_CORPORA ?? "../shared/corpora", "libhtp");

t.test(
  "hostile streams of the libhtp corpus pair, the same whole and in pieces",
  { skip: existsSync(CORPUS) ? false : `SKIPPED: no ${CORPUS}` },
  (t) => {
    for (const name of readdirSync(CORPUS).filter((file) => file.endsWith(".t"))) {
      const steps = readDialog(join(CORPUS, name));
      const whole = describe(feed(steps));
      const requests = whole.filter((line) => /^(0\.9|1\.[01]) [^-]/.test(line)).length;
      if (BY_SEGMENT.has(name)) {
        t.comment(`${name}: ${BY_SEGMENT.get(name)}`);
        continue;
      }
      if (steps.some(([from]) => from === "client"))
        t.ok(requests > 0 || whole.includes("= unknown"), `${name}: ${requests} requests`);
      for (const pieceBytes of [1, 7]) t.same(describe(feed(steps, { pieceBytes })), whole, `${name} by ${pieceBytes}`);
    }
    t.end();
  },
);

/** `>>>` begins what the client sends, `<<<` what the server sends; the line end before a mark is not part of it. */
function readDialog(path: string): Step[] {
  const text = readFileSync(path, "latin1");
  const parts = text.split(/(?:^|\r?\n)(>>>|<<<)\r?\n/);
  const steps: Step[] = [];
  for (let at = 1; at + 1 < parts.length; at += 2)
    steps.push([parts[at] === ">>>" ? "client" : "server", parts[at + 1]]);
  return steps;
}

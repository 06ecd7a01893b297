import * as zlib from "node:zlib";
import fc from "fast-check";
import t from "tap";
import { BodyReader } from "../sensor/protocol/body/body-reader.js";
import { BodySampler } from "../sensor/protocol/body/body-sampler.js";
import type { Call } from "../sensor/protocol/message.js";
import { classesOf, DATA, DOCUMENT, DOCUMENT_CLASSES, look } from "./support/body-look.js";
import { type FeedOptions, feed, PROTOCOL_SETTINGS, type Step } from "./support/dialog.js";
import { data, type Field, HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { LAYOUT_CASES } from "./support/layout-cases.js";
import { Scene } from "./support/scene.js";

/** `request | response` classes of each call, `-` where not looked at. */
function told(steps: readonly Step[], options?: FeedOptions): string[] {
  return feed(steps, options)
    .filter((message): message is Call => message.kind === "call")
    .map(({ requestClasses, responseClasses }) => `${requestClasses ?? "-"} | ${responseClasses ?? "-"}`);
}

const POST = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const MAIL = '{"email":"ada@example.com"}';

t.test("a body is the same whole, byte by byte and in any two pieces", (t) => {
  const bytes = Buffer.from(DOCUMENT);
  t.same(look([bytes]).classes, DOCUMENT_CLASSES);
  t.same(look([...bytes].map((byte) => Buffer.from([byte]))).classes, DOCUMENT_CLASSES);
  for (let at = 1; at < bytes.length; at++)
    t.same(look([bytes.subarray(0, at), bytes.subarray(at)]).classes, DOCUMENT_CLASSES, `${at}`);
  t.end();
});

t.test(
  "cut anywhere, with a hole anywhere, or changed anywhere: no class is made up by it, and nothing is kept",
  (t) => {
    const bytes = Buffer.from(DOCUMENT);
    for (let at = 1; at < bytes.length; at++) {
      const cut = look([bytes.subarray(0, at)]).classes ?? [];
      t.same(
        cut.filter((name) => !DOCUMENT_CLASSES.includes(name)),
        [],
        `cut at ${at}`,
      );
      const holed = look([bytes.subarray(0, at), 9, bytes.subarray(at + 9)]);
      t.same(
        (holed.classes ?? []).filter((name) => !DOCUMENT_CLASSES.includes(name)),
        [],
        `hole at ${at}`,
      );
      t.equal(holed.heldBytes, 0);
    }
    t.ok(look([bytes.subarray(0, 60)]).classes?.includes("person-name"), "what came before the cut is read");
    const plain = Buffer.from('{"a":"some words","b":["x","y"],"c":{"d":"e"},"ssn":"536904399"}');
    for (let at = 1; at < 40; at++) {
      const holed = look([plain.subarray(0, at), 3, plain.subarray(at + 3)]).classes;
      t.same(holed, ["us-ssn"], `what follows a hole at ${at} is read`);
    }
    const longer = Buffer.from('{"k":"AKIAIOSFODNN7EXAMPLEX7"}');
    for (let at = 1; at <= longer.length; at++)
      t.same(look([longer.subarray(0, at)]).classes, [], "no word is cut to fit");
    t.equal(look([500]).classes, undefined, "of what was lost nothing can be told");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 20 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of changes) changed[at] = byte;
        for (const type of ["application/json", "text/xml", "text/plain", "application/x-www-form-urlencoded"])
          look([changed], type);
      }),
      { numRuns: 300 },
    );
    t.end();
  },
);

t.test("names with escapes are the names that they stand for", (t) => {
  t.same(look([Buffer.from('{"p\\u0061ssword":"hunter2","e\\u006dail":"x@y.example"}')]).classes, [
    "email",
    "password",
  ]);
  t.end();
});

t.test("forms, parts, markup, lines and events are taken apart", (t) => {
  const part = (head: string, body: string): string =>
    `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const cases: readonly (readonly [string, string, string])[] = [
    ["application/x-www-form-urlencoded", "a=1&user%5Bemail%5D=ada%40example.com&password=hunter2", "email,password"],
    ["application/x-www-form-urlencoded", "first_name=Ada+B.&ssn=536904399", "person-name,us-ssn"],
    ["application/x-www-form-urlencoded", "first+name=Ada+B.&%73sn=536904399", "person-name,us-ssn"],
    [
      "multipart/form-data; boundary=XX",
      `${part('name="lastName"', "Lovelace")}${part('name="f"; filename="x.bin"', "bob@example.com")}--XX--`,
      "person-name",
    ],
    [
      "multipart/form-data; boundary=XX",
      `${part('name="x"; filename="y.json"\r\nContent-Type: application/json', DOCUMENT)}--XX--`,
      DOCUMENT_CLASSES.join(),
    ],
    [
      "text/xml",
      '<s:Envelope><s:Body><u:GivenName id="7">Ada</u:GivenName><a href="mailto:b@example.com"/></s:Body></s:Envelope>',
      "email,person-name",
    ],
    ["application/soap+xml", "<x><![CDATA[iban DE89370400440532013000]]></x><y>ada&#64;example.com</y>", "email,iban"],
    ["application/x-ndjson", '{"a":1}\n{"email":"ada@example.com"}\n', "email"],
    [
      "text/event-stream",
      'event: x\ndata: {"iban":"DE89370400440532013000"}\n\ndata: ada@example.com\n\n',
      "email,iban",
    ],
    ["text/plain", "First name: Ada\nsee http://10.0.0.1/", "ip-address,person-name"],
    ["text/html", "<html><body>write to ada@example.com</body></html>", "email"],
    ["text/plain", DOCUMENT, DOCUMENT_CLASSES.join()],
    ["multipart/mixed; boundary=b", `--b\r\nContent-Type: application/json\r\n\r\n${MAIL}\r\n--b--`, "email"],
    ["multipart/mixed; boundary=b", "\r\n--b\r\n\r\nwrite to ada@example.com\r\n--b--", "email"],
    [
      // What is encoded is no text, whatever a line of it looks like.
      "multipart/mixed; boundary=b",
      `--b\r\nContent-Transfer-Encoding: BASE64\r\n\r\nDE89370400440532013000\r\n--b\r\n\r\n${MAIL}\r\n--b--`,
      "email",
    ],
    [
      "multipart/mixed; boundary=b",
      `--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\n${POST}\r\n${MAIL}\r\n--c--\r\n--b--`,
      "email",
    ],
    [
      "multipart/mixed; boundary=b",
      `--b\r\nContent-Type: application/http\r\n\r\n${OK}\r\n${MAIL}\r\n--b--\r\n`,
      "email",
    ],
    [
      'multipart/related; type="application/xop+xml"',
      "--u\r\nContent-Type: application/xop+xml\r\n\r\n<a><iban>DE89370400440532013000</iban></a>\r\n--u\r\nContent-Type: image/png\r\n\r\nbob@example.com\r\n--u--",
      "iban",
    ],
  ];
  for (const [type, body, expected] of cases) {
    t.equal(classesOf(body, type)?.join(), expected, type);
    const bytes = Buffer.from(body);
    for (let at = 1; at < bytes.length; at++) look([bytes.subarray(0, at)], type);
  }
  t.equal(look([Buffer.from(DOCUMENT)], "image/png").classes, undefined, "what is no text is not looked at");
  t.equal(look([Buffer.from(DOCUMENT)], "image/png").counters.bodies_not_text, 1);
  t.same(look([Buffer.from(DOCUMENT)], "text/json", undefined, { kinds: ["form"] }).classes, undefined);
  const untyped = (text: string): unknown => look([Buffer.from(text)], "").classes;
  t.same(untyped(DOCUMENT), undefined);
  t.end();
});

t.test("what says what a value is may stand elsewhere than right before it", (t) => {
  for (const [type, body, expected] of LAYOUT_CASES)
    t.equal(classesOf(body, type)?.join(), expected, `${type} ${body}`);
  t.end();
});

t.test("what is made to hurt is bounded: depth, names, values, steps, bytes held", (t) => {
  const evil: readonly (readonly [string, string])[] = [
    ["application/json", "[".repeat(200_000)],
    ["application/json", '{"a":'.repeat(50_000)],
    ["application/json", `{"${"k".repeat(100_000)}":1}`],
    ["application/json", `{${Array.from({ length: 9_000 }, (_, at) => `"k${at}":1`).join()}}`],
    ["application/json", `["${"\\".repeat(65_000)}`],
    ["application/json", `["${"a-a@".repeat(16_000)}"]`],
    ["application/json", `["${"+1 ".repeat(20_000)}"]`],
    ["text/xml", "<".repeat(65_000)],
    ["text/xml", `<a ${'"" '.repeat(20_000)}`],
    ["text/plain", "a:\n".repeat(20_000)],
    ["multipart/form-data", `--x\r\n${"\r\n\r\n--x".repeat(8_000)}`],
    ["application/x-www-form-urlencoded", "=&%".repeat(20_000)],
  ];
  for (const [type, text] of evil) {
    const { classes, heldBytes } = look([Buffer.from(text)], type);
    t.same(classes, [], text.slice(0, 12));
    t.equal(heldBytes, 0);
  }
  const exhausting = `[${Array.from({ length: 15 }, () => `"${"eyJa-".repeat(800)}"`).join()},"ada@example.com"]`;
  const exhausted = look([Buffer.from(exhausting)]);
  t.same(
    [exhausted.counters.bodies_exhausting, exhausted.classes],
    [1, []],
    "the rest is passed over, and that is counted",
  );
  t.same(
    look([Buffer.from(`{"a":${"[".repeat(90)}"ada@example.com"`)]).classes,
    ["email"],
    "beyond the depth still read",
  );
  const small = { maxHeldBytes: 65_536 };
  const reader = new BodyReader({ ...DATA, ...small });
  const facts = {
    method: "PUT",
    pathShape: 2,
    status: undefined,
    requestContentType: "text/plain",
    responseContentType: undefined,
  };
  const flow = reader.ofFlow({ serverAddress: "10.0.0.2", serverPort: 80 } as Parameters<typeof reader.ofFlow>[0]);
  const looks = Array.from({ length: 64 }, () => flow.open("client", facts, undefined, 40_000));
  for (const one of looks) one?.take(Buffer.alloc(1_000, "a"), 0, 1_000);
  t.ok(reader.heldBytes <= small.maxHeldBytes);
  t.equal(reader.counters.bodies_refused, 63);
  t.same(looks.map((one) => one?.end("cut")?.classes?.length).filter((count) => count === 0).length, 1);
  t.equal(reader.heldBytes, 0);
  t.end();
});

t.test("calls tell what bodies held, whatever frames them and however they are cut", (t) => {
  const iban = '{"iban":"DE89370400440532013000"}';
  const chunked = iban.replace(/.{1,5}/g, (piece) => `${piece.length}\r\n${piece}\r\n`);
  const cases: readonly (readonly [string, readonly Step[], string[]])[] = [
    [
      "both sides",
      [
        ["client", `${POST}Content-Length: 27\r\n\r\n${MAIL}`],
        ["server", `${OK}Content-Length: 33\r\n\r\n${iban}`],
      ],
      ["email | iban"],
    ],
    [
      "chunked, and none",
      [
        ["client", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"],
        ["server", `${OK}Transfer-Encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`],
      ],
      ["- | iban"],
    ],
    [
      "until the end",
      [
        ["client", "GET /a HTTP/1.0\r\n\r\n"],
        ["server", `HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nwrite to ada@example.com`],
        ["server", "fin"],
      ],
      ["- | email"],
    ],
    [
      "a hole in the body",
      [
        ["client", `${POST}Content-Length: 60\r\n\r\n{"a":"`],
        ["client", 27],
        ["client", `,${MAIL.slice(1, -2)}" }`],
        ["server", "HTTP/1.1 204 No\r\n\r\n"],
      ],
      ["email | -"],
    ],
    [
      "two requests in one piece",
      [
        ["client", `${POST}Content-Length: 27\r\n\r\n${MAIL}${POST}Content-Length: 2\r\n\r\n{}`],
        ["server", "HTTP/1.1 204 No\r\n\r\nHTTP/1.1 204 No\r\n\r\n"],
      ],
      ["email | -", " | -"],
    ],
    [
      "query and path",
      [
        ["client", "GET /ssn/536904399/x?mail=ada%40example.com&limit=20 HTTP/1.1\r\nHost: h\r\n\r\n"],
        ["server", "HTTP/1.1 204 No\r\n\r\n"],
      ],
      ["email,us-ssn | -"],
    ],
    [
      "query and path with encoded names",
      [
        ["client", "GET /%73sn/536904399/x?%6d%61il=ada%40example.com HTTP/1.1\r\nHost: h\r\n\r\n"],
        ["server", "HTTP/1.1 204 No\r\n\r\n"],
      ],
      ["email,us-ssn | -"],
    ],
    [
      "nothing anywhere",
      [
        ["client", "GET /orders/123456789?page=2 HTTP/1.1\r\nHost: h\r\n\r\n"],
        ["server", `${OK}Content-Length: 2\r\n\r\n{}`],
      ],
      ["- | "],
    ],
  ];
  for (const [name, steps, expected] of cases) {
    t.same(told(steps), expected, name);
    t.same(told(steps, { pieceBytes: 1 }), expected, `${name}, byte by byte`);
  }
  t.end();
});

t.test("HTTP/2 tells the same, stream by stream", (t) => {
  const p = new Http2Peers();
  const json: Field = ["content-type", "application/json"];
  const zipped = zlib.gzipSync(Buffer.from('{"iban":"DE89370400440532013000"}'));
  const steps: readonly Step[] = [
    ["client", HELLO],
    ["server", settings()],
    ["client", p.request(1, "/a?ssn=536904399", [json], { method: "POST" })],
    ["client", p.request(3, "/b")],
    ["client", Buffer.concat([data(1, MAIL.slice(0, 9), "goes on", 7), data(1, MAIL.slice(9), "ends")])],
    ["server", p.answer(3, 200, [json, ["content-encoding", "gzip"]])],
    ["server", p.answer(1, 200, [["content-type", "image/png"]])],
    [
      "server",
      Buffer.concat([data(3, zipped.subarray(0, 20)), data(1, "ok", "ends"), data(3, zipped.subarray(20), "ends")]),
    ],
  ];
  t.same(told(steps).sort(), ["- | iban", "email,us-ssn | -"]);
  t.same(told(steps, { pieceBytes: 1 }).sort(), ["- | iban", "email,us-ssn | -"]);
  t.end();
});

t.test("personal data in a path is masked there", (t) => {
  const paths = [
    "/users/ada@example.com/x",
    "/users/ada%40example.com",
    "/ssn/536904399",
    "/iban/DE89370400440532013000",
    "/users/ada@example.com:cancel",
  ];
  const seen = feed(
    paths.flatMap((path): Step[] => [
      ["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`],
      ["server", "HTTP/1.1 204 No\r\n\r\n"],
    ]),
  ).map((message) => (message.kind === "call" ? message.path : undefined));
  t.same(seen.slice(1), ["/users/***@***/x", "/users/***@***", "/ssn/***", "/iban/***", "/users/***@***:cancel"]);
  const scene = new Scene().get("/users/ada@example.com").get("/users/bob@example.com");
  t.same(scene.templates(), ["GET /users/{email} ×2"]);
  t.end();
});

t.test(
  "the first bodies of an operation and side are looked at, then fewer, then one in so many; bodies can be left alone",
  (t) => {
    const many = (settings: Partial<typeof DATA>): number => {
      const reader = new BodyReader({ ...DATA, ...settings });
      const flow = reader.ofFlow({ serverAddress: "10.0.0.2", serverPort: 80 } as Parameters<typeof reader.ofFlow>[0]);
      for (let call = 0; call < 100; call++) {
        const facts = {
          method: "GET",
          pathShape: 7,
          status: 200,
          requestContentType: undefined,
          responseContentType: "text/json",
        };
        const body = flow.open("server", facts, undefined, 2);
        body?.take(Buffer.from("{}"), 0, 2);
        body?.end("whole");
      }
      return reader.counters.bodies_looked_at;
    };
    // Two, a third of the sixteen behind them, and one in ten of the rest, which with more in between come ever seldomer.
    t.equal(many({ firstBodies: 2, oneIn: 10 }), 2 + 6 + 8);
    t.equal(many({ firstBodies: 1, oneIn: 1 }), 100);
    t.equal(many({ bodies: false }), 0);
    t.ok(PROTOCOL_SETTINGS.data.bodies);
    t.end();
  },
);

t.test(
  "of bodies behind the first ones a third is looked at, then ever fewer, however large they are and in step with nothing",
  (t) => {
    const FIRST = 20;
    /** So many of each run of bodies were looked at, in their order. */
    const looks = (runs: readonly number[], oneIn: number, bytes = 2): boolean[][] => {
      const sampler = new BodySampler(FIRST, oneIn);
      const admitted = (): boolean => {
        const isAdmitted = sampler.admits(7);
        if (isAdmitted) sampler.looked(7, bytes);
        return isAdmitted;
      };
      return runs.map((length) => Array.from({ length }, admitted));
    };
    const sums = (runs: readonly number[], oneIn: number, bytes?: number): number[] =>
      looks(runs, oneIn, bytes).map((run) => run.filter(Boolean).length);
    const [first, third, ninth, fifteenth, rest] = sums([20, 160, 180, 180, 6_400], 64);
    t.equal(first, 20);
    t.ok(Math.abs(third - 160 / 3) < 5, `${third} of 160 are a third`);
    // From 9 to 18 times the first, and from 18 to 27: the natural logarithm of their quotients, times the first.
    t.ok(Math.abs(ninth - 20 * Math.log(2)) < 4, `${ninth} of 180: from one in nine on ever fewer`);
    t.ok(Math.abs(fifteenth - 20 * Math.log(1.5)) < 4, `${fifteenth} of the next 180`);
    t.ok(ninth > fifteenth);
    t.ok(rest > 6_400 / 64 && rest < 6_400 / 40, `${rest} of 6,400 are hardly more than one in 64`);
    t.same(sums([20, 300], 3), [20, 100], "one in three at once, where a setting asks for no fewer");
    // Whoever sends the same three bodies in turn has each of them looked at.
    const [, turns] = looks([20, 160], 64);
    const byTurn = [0, 1, 2].map((turn) => turns.filter((isLooked, at) => isLooked && at % 3 === turn).length);
    t.ok(Math.min(...byTurn) > 8, `${byTurn} of some 53 each`);
    // A body of ten units is as many small ones: of the first there are two, and behind them the curve falls ten times as fast.
    const [large, behind] = sums([20, 340], 64, 40_960);
    t.ok(large <= 10, `${large} of 20 large ones`);
    t.ok(behind <= 30, `${behind} of 340 large ones`);
    t.end();
  },
);

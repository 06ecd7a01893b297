import { createHash } from "node:crypto";
import * as zlib from "node:zlib";
import fc from "fast-check";
import t from "tap";
import { Dispatcher } from "../sensor/protocol/dispatcher.js";
import type { Call } from "../sensor/protocol/message.js";
import { type FeedOptions, feed, PROTOCOL_SETTINGS, type Step, TestFlow } from "./support/dialog.js";
import { data, HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { NONE_OF_THESE } from "./support/no-operation-cases.js";
import { GRAPHQL_CASES, MARKED_CASES, type OperationCase, OTHER_CASES } from "./support/operation-cases.js";

const CASES = [...GRAPHQL_CASES, ...OTHER_CASES, ...MARKED_CASES];
const AWS_JSON = OTHER_CASES.find(({ name }) => name === "AWS JSON by its target") as OperationCase;

/** `system service/method kind depth status`, `discovery`, the operations; `-` for a call that says nothing of them. */
function describe({ rpc, operations }: Call): string {
  if (rpc === undefined) return operations.length === 0 ? "-" : `- ${operations.join()}`;
  const { system, service = "-", method = "-", kind = "-", depth = "-", status = "-", isDiscovery } = rpc;
  const words = [system, `${service}/${method}`, kind, depth, status, ...(isDiscovery ? ["discovery"] : [])];
  return [...words, operations.join() || "-"].join(" ");
}

function calls(steps: readonly Step[], options?: FeedOptions): Call[] {
  return feed(steps, options).filter((message): message is Call => message.kind === "call");
}

type Coding = readonly [name: string, code: (bytes: Buffer) => Buffer];
const CODINGS: readonly Coding[] = [
  ["gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["br", zlib.brotliCompressSync],
];

interface Parts {
  /** What is seen of the request's body: all, a beginning, or a beginning and what follows a hole. */
  readonly seen?: readonly (Buffer | number)[];
  readonly coding?: Coding;
  readonly framing?: "length" | "chunked";
}

function http1(one: OperationCase, { seen, coding, framing = "length" }: Parts = {}): Step[] {
  const body = Buffer.from(one.body ?? "");
  const coded = coding === undefined ? body : coding[1](body);
  const lines = [`${one.method ?? "POST"} ${one.path ?? "/graphql"} HTTP/1.1`, "Host: h"];
  if (one.type !== undefined) lines.push(`Content-Type: ${one.type}`);
  if (coding !== undefined) lines.push(`Content-Encoding: ${coding[0]}`);
  for (const [name, value] of one.fields ?? []) lines.push(`${name}: ${value}`);
  const isChunked = framing === "chunked" && one.method !== "GET";
  if (isChunked) lines.push("Transfer-Encoding: chunked");
  else if (one.method !== "GET") lines.push(`Content-Length: ${coded.length}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
  const chunks = Buffer.concat([...coded].map((byte) => Buffer.from([0x31, 13, 10, byte, 13, 10])));
  const sent = isChunked ? [Buffer.concat([chunks, Buffer.from("0\r\n\r\n")])] : one.method === "GET" ? [] : [coded];
  const answer = one.answer ?? "";
  const answered = `HTTP/1.1 200 OK\r\nContent-Type: ${one.answerType ?? "application/json"}\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`;
  return [["client", head], ...(seen ?? sent).map((part): Step => ["client", part]), ["server", answered]];
}

function http2(one: OperationCase, coding?: Coding, peers = new Http2Peers(), stream = 1): Step[] {
  const body = Buffer.from(one.body ?? "");
  const coded = coding === undefined ? body : coding[1](body);
  const { method = "POST", path = "/graphql", type } = one;
  const fields = (one.fields ?? []).map(([name, value]) => [name.toLowerCase(), value] as const);
  const head = peers.request(
    stream,
    path,
    [
      ...(type === undefined ? [] : ([["content-type", type]] as const)),
      ...(coding === undefined ? [] : ([["content-encoding", coding[0]]] as const)),
      ...fields,
    ],
    { method },
  );
  const half = coded.length >> 1;
  const pieces =
    method === "GET" ? [] : [data(stream, coded.subarray(0, half)), data(stream, coded.subarray(half), "ends")];
  const answer = peers.answer(stream, 200, [["content-type", one.answerType ?? "application/json"]]);
  return [
    ["client", Buffer.concat([head, ...pieces])],
    ["server", Buffer.concat([answer, data(stream, one.answer ?? "", "ends")])],
  ];
}

const OPENED: readonly Step[] = [
  ["client", HELLO],
  ["server", settings()],
];

t.test("each operation is told as its protocol names it, over both versions of HTTP and however it is sent", (t) => {
  for (const one of CASES) {
    t.same(calls(http1(one)).map(describe), [one.told], one.name);
    t.same(calls(http1(one), { pieceBytes: 1 }).map(describe), [one.told], `${one.name}, byte by byte`);
    t.same(calls(http1(one, { framing: "chunked" })).map(describe), [one.told], `${one.name}, chunk by chunk`);
    t.same(calls([...OPENED, ...http2(one)]).map(describe), [one.told], `${one.name}, HTTP/2`);
    t.same(
      calls([...OPENED, ...http2(one)], { pieceBytes: 1 }).map(describe),
      [one.told],
      `${one.name}, HTTP/2, byte by byte`,
    );
    if (one.body === undefined) continue;
    for (const coding of CODINGS) {
      t.same(calls(http1(one, { coding })).map(describe), [one.told], `${one.name}, ${coding[0]}`);
      t.same(calls([...OPENED, ...http2(one, coding)]).map(describe), [one.told], `${one.name}, ${coding[0]}, HTTP/2`);
    }
  }
  t.end();
});

t.test("what only looks like one of them is none", (t) => {
  for (const one of NONE_OF_THESE) {
    t.same(calls(http1(one)).map(describe), ["-"], one.name);
    t.same(calls(http1(one), { pieceBytes: 1 }).map(describe), ["-"], `${one.name}, byte by byte`);
    t.same(calls([...OPENED, ...http2(one)]).map(describe), ["-"], `${one.name}, HTTP/2`);
  }
  t.end();
});

/** What of a description may be missing where not all was seen: the rest must be as it is whole. */
function invented(told: string, whole: OperationCase): string[] {
  if (told === "-") return [];
  const list = (text: string): string[] => text.split(" ").flatMap((word) => word.split(","));
  const known = new Set([
    ...list(whole.told),
    "-",
    "-/-",
    ...list(whole.told).map((word) => word.replace(/^.*\./, "")),
  ]);
  return list(told).filter((word) => !known.has(word));
}

t.test("cut or with a hole anywhere: what is told is right, or it is not told", (t) => {
  for (const one of CASES) {
    const body = Buffer.from(one.body ?? "");
    for (let at = 0; at < body.length; at++) {
      const [cut] = calls(http1(one, { seen: [body.subarray(0, at)] }), { isShared: true });
      t.same(invented(describe(cut), one), [], `${one.name}, cut at ${at}: ${describe(cut)}`);
      if (at + 5 >= body.length) continue;
      const [holed] = calls(http1(one, { seen: [body.subarray(0, at), 5, body.subarray(at + 5)] }), { isShared: true });
      t.same(invented(describe(holed), one), [], `${one.name}, a hole at ${at}: ${describe(holed)}`);
    }
  }
  t.end();
});

t.test("changed anywhere it neither throws nor tells what is no name", (t) => {
  const name = /^(query|mutation|subscription)?([.(]?[\w.$:/-]{1,128}\)?)?$|^\*$|^persisted\([\w-]+\)$/;
  fc.assert(
    fc.property(
      fc.constantFrom(...CASES, ...NONE_OF_THESE),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 12 }),
      (one, changes) => {
        const body = Buffer.from(one.body ?? "");
        for (const [at, byte] of changes) if (at < body.length) body[at] = byte;
        for (const { operations, rpc } of calls(http1(one, { seen: [body] }), { isShared: true })) {
          t.same(
            operations.filter((label) => !name.test(label)),
            [],
          );
          if (rpc?.method !== undefined) t.match(rpc.method, /^[A-Za-z_$][\w.$:/-]{0,127}$/);
        }
      },
    ),
    { numRuns: 1_500 },
  );
  t.end();
});

t.test("what is no name is not kept: secrets, data of persons, numbers, texts", (t) => {
  const given = [
    "4111111111111111",
    "pay.4111111111111111",
    "ada@example.com",
    "Bearer abc",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "aG93IG5vdyBicm93biBjb3cgMTIzNDU2Nzg5MA",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "call +49 170 1234567",
    "DE89370400440532013000",
    "a".repeat(129),
    "",
    "drop\\u0020table",
  ];
  for (const method of given) {
    const body = `{"jsonrpc":"2.0","method":"${method}","id":1}`;
    const [call] = calls(http1({ name: "", path: "/rpc", type: "application/json", body, told: "" }));
    t.same([call.rpc?.system, call.rpc?.method, call.operations], ["jsonrpc", undefined, ["*"]], method);
    const action = calls(http1({ name: "", type: "text/xml", fields: [["SOAPAction", `"urn:${method}"`]], told: "" }));
    t.same([action[0].rpc?.system, action[0].rpc?.method], ["soap", undefined], method);
  }
  for (const method of ["eth_getBlockByNumber", "textDocument/didOpen", "tools/call", "Foo::bar", "system.listMethods"])
    t.equal(
      calls(http1({ name: "", body: `{"jsonrpc":"2.0","method":"${method}"}`, told: "" }))[0].rpc?.method,
      method,
    );
  t.end();
});

t.test("every request is read, however few bodies are looked at for their data; with bodies left alone none", (t) => {
  const told = (settings: Partial<typeof PROTOCOL_SETTINGS.data>): Call[] => {
    const messages: Call[] = [];
    const dispatcher = new Dispatcher(
      { ...PROTOCOL_SETTINGS, data: { ...PROTOCOL_SETTINGS.data, ...settings } },
      { message: (message) => void (message.kind === "call" && messages.push(message)) },
    );
    const flow = new TestFlow({});
    const stream = dispatcher.open(flow, flow);
    const cases = Array.from({ length: 40 }, (_none, at) => ({
      name: "",
      path: "/graphql",
      type: "application/json",
      body: `{"query":"query Q${at % 2}{a}","variables":{"mail":"ada@example.com"}}`,
      answer: '{"errors":[{"message":"ada@example.com"}]}',
      told: "",
    }));
    for (const one of cases)
      for (const [from, bytes] of http1(one))
        if (Buffer.isBuffer(bytes) || typeof bytes === "string")
          stream.data(from, Buffer.from(bytes as string), 0, bytes.length, 1);
    return messages;
  };
  const few = told({ firstBodies: 1, oneIn: 1_000_000 });
  t.same(
    few.map(({ operations, rpc }) => `${operations} ${rpc?.status}`),
    Array.from({ length: 40 }, (_none, at) => `query.Q${at % 2} 2`),
  );
  const looked = (of: "requestClasses" | "responseClasses"): unknown[] => few.map((call) => call[of]).filter(Boolean);
  // Of each the first, three of the eight behind it, and one of the eleven behind these.
  const sampled = Array.from({ length: 10 }, () => ["email"]);
  t.same(looked("requestClasses"), sampled, "a sample of each operation, not of the path they share");
  t.same(looked("responseClasses"), sampled);
  t.ok(told({ bodies: false }).every(({ operations, rpc }) => operations.length === 0 && rpc === undefined));
  t.end();
});

t.test("requests with the same head over HTTP/2 are told apart by their bodies", (t) => {
  const peers = new Http2Peers();
  const bodies = ["query A{a}", "query B{b}", "query A{a}", "mutation C{c}", "no document", "query D{d}"];
  const steps = bodies.flatMap((query, at) =>
    http2(
      { name: "", type: "application/json", body: JSON.stringify({ query }), told: "" },
      undefined,
      peers,
      1 + 2 * at,
    ),
  );
  const told = ["query.A", "query.B", "query.A", "mutation.C", "", "query.D"];
  t.same(
    calls([...OPENED, ...steps]).map(({ operations }) => operations.join()),
    told,
  );
  const target = (at: number): Step[] => http2({ ...AWS_JSON, path: "/" }, undefined, peers, 101 + 2 * at);
  const targets = calls([...OPENED, ...steps, ...[0, 1, 2, 3].flatMap(target)]).slice(bodies.length);
  t.same(targets.map(describe), Array(4).fill(AWS_JSON.told));
  t.end();
});

t.test("requests of one connection with the same head but for what it names are told apart", (t) => {
  const actions = ["urn:a:Get", "urn:a:Put", "urn:a:Get", "", "urn:a:List"];
  const soap = actions.flatMap((action) =>
    http1({ name: "", type: "text/xml", fields: [["SOAPAction", `"${action}"`]], body: "<a/>", told: "" }),
  );
  t.same(
    calls([...soap, ...soap]).map(({ rpc }) => rpc?.method),
    [...actions, ...actions].map((action) => action.split(":")[2]),
  );
  const targets = ["A", "B", "A", "C"].flatMap((name) =>
    http1({
      name: "",
      type: "application/x-amz-json-1.1",
      fields: [["X-Amz-Target", `Logs_20140328.${name}`]],
      told: "",
    }),
  );
  t.same(
    calls([...targets, ...targets]).map(({ operations }) => operations.join()),
    [..."ABACABAC"].map((name) => `Logs_20140328.${name}`),
  );
  t.end();
});

t.test("a persisted query goes by the name of the document that has its hash, and nobody can give it another", (t) => {
  const document = "query Feed { feed { id } }";
  const hash = createHash("sha256").update(document).digest("hex");
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  const one = (body: object): Step[] =>
    http1({ name: "", type: "application/json", body: JSON.stringify(body), told: "" });
  const label = `persisted(${hash.slice(0, 16)})`;
  const steps = [
    { extensions },
    { query: "mutation Evil{x}", extensions },
    { extensions },
    { query: document, extensions },
  ];
  t.same(
    calls([...steps.flatMap(one), ...one({ extensions, variables: {} })]).map(({ operations }) => operations.join()),
    [label, "mutation.Evil", label, "query.Feed", "query.Feed"],
  );
  t.end();
});

t.test("documents that come again are told as they were the first time, with whatever stands beside them", (t) => {
  const again = [...GRAPHQL_CASES, ...GRAPHQL_CASES, ...GRAPHQL_CASES, ...GRAPHQL_CASES];
  t.same(
    calls(again.flatMap((one) => http1(one))).map(describe),
    again.map(({ told }) => told),
  );
  const two = "query A {\n a }\nmutation B { b }";
  const hash = createHash("sha256").update(two).digest("hex");
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  const one = (text: string): Step[] => http1({ name: "", type: "application/json", body: text, told: "" });
  const asked: readonly (readonly [string, string])[] = [
    [JSON.stringify({ query: two }), "query.A"],
    [JSON.stringify({ query: two }), "query.A"],
    [JSON.stringify({ query: two }), "query.A"],
    [JSON.stringify({ operationName: "B", query: two }), "mutation.B"],
    [JSON.stringify({ query: two, operationName: "B" }), "mutation.B"],
    [JSON.stringify({ query: two, operationName: "C" }), "query.A"],
    [JSON.stringify({ query: two.replace("B", "D"), operationName: "D" }), "mutation.D"],
    [`{"query":${JSON.stringify(two)},"query":"","operationName":"B"}`, "mutation.B"],
    [`{"query":"{ other }","query":${JSON.stringify(two)}}`, "query.A"],
    [`{"query":${JSON.stringify(two)},"query":"{ other }"}`, "query(other)"],
    [`{"query":${JSON.stringify(two)},"query":"no document"}`, ""],
    [JSON.stringify({ extensions }), `persisted(${hash.slice(0, 16)})`],
    [JSON.stringify({ query: two, operationName: "B", extensions }), "mutation.B"],
    [JSON.stringify({ extensions }), "mutation.B"],
  ];
  t.same(
    calls(asked.flatMap(([text]) => one(text))).map(({ operations }) => operations.join()),
    asked.map(([, told]) => told),
  );
  t.end();
});

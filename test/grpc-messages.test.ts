import * as zlib from "node:zlib";
import fc from "fast-check";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";
import t from "tap";
import { ReflectedTypes } from "../sensor/protocol/grpc/reflection.js";
import type { Call } from "../sensor/protocol/message.js";
import { type FeedOptions, feed, type Step, TestFlow } from "./support/dialog.js";
import { data, type Field, HELLO, Http2Peers, message, settings } from "./support/http2-builder.js";
import { joined } from "./support/http2-told.js";

const PROTO = `
  syntax = "proto3";
  package shop.v1;
  message Order {
    string id = 1;
    Buyer buyer = 2;
    repeated int32 counts = 3;
    map<string, Item> items = 4;
    double price = 5;
    fixed32 code = 6;
    bytes blob = 7;
    int64 ssn = 8;
    message Item { string title = 1; bool isGift = 2; }
  }
  message Buyer { string email = 1; string note = 15; }
  message Receipt { string text = 1; }
  service Cart { rpc Add (Order) returns (Receipt); rpc Watch (stream Order) returns (stream Receipt); }
`;
const { root } = protobuf.parse(PROTO, { keepCase: true });
const Order = root.lookupType("shop.v1.Order");

function coded(type: protobuf.Type, value: object): string {
  return Buffer.from(type.encode(type.fromObject(value)).finish()).toString("latin1");
}

const ORDER = coded(Order, {
  id: "A-17",
  buyer: { email: "ada@example.com", note: "call me" },
  counts: [1, 2, 300],
  items: { x: { title: "quarterly", isGift: true } },
  price: 1.5,
  code: 7,
  blob: Buffer.from([0, 255, 1]),
  ssn: 536904399,
});
const RECEIPT = coded(root.lookupType("shop.v1.Receipt"), { text: "internals" });
const SHAPE =
  "1:string 2:message 2.1:string 2.15:string 3:bytes 4:message 4.1:string 4.2:message 4.2.1:string 4.2.2:varint " +
  "5:fixed64 6:fixed32 7:bytes 8:varint";
const NAMED_SHAPE =
  "1:string:id 2:message:buyer 2.1:string:email 2.15:string:note 3:packed:counts 4:message:items 4.1:string:key " +
  "4.2:message:value 4.2.1:string:title 4.2.2:varint:isGift 5:fixed64:price 6:fixed32:code 7:bytes:blob 8:varint:ssn";

interface Sent {
  readonly path?: string;
  readonly fields?: readonly Field[];
  readonly request?: Buffer;
  readonly answer?: Buffer;
  readonly stream?: number;
  readonly peers?: Http2Peers;
}

const OPENED: readonly Step[] = [
  ["client", HELLO],
  ["server", settings()],
];

function call({
  path = "/shop.v1.Cart/Add",
  fields = [],
  stream = 1,
  peers = new Http2Peers(),
  ...sent
}: Sent): Step[] {
  const { request = message(ORDER), answer = message(RECEIPT) } = sent;
  const half = request.length >> 1;
  return [
    [
      "client",
      Buffer.concat([
        peers.call(stream, path, fields),
        data(stream, request.subarray(0, half)),
        data(stream, request.subarray(half), "ends"),
      ]),
    ],
    [
      "server",
      Buffer.concat([
        peers.answer(stream, 200, [["content-type", "application/grpc"], ...fields]),
        data(stream, answer),
        peers.trailers(stream, [["grpc-status", "0"]]),
      ]),
    ],
  ];
}

function calls(steps: readonly Step[], options?: FeedOptions): Call[] {
  return feed(steps, options).filter((message): message is Call => message.kind === "call");
}

function describe({ rpc, requestClasses, responseClasses }: Call): string[] {
  return [
    `${rpc?.requestType ?? "-"} ${rpc?.requestFields ?? "-"} ${requestClasses ?? "-"}`,
    `${rpc?.responseType ?? "-"} ${rpc?.responseFields ?? "-"} ${responseClasses ?? "-"}`,
  ];
}

const TOLD = [`- ${SHAPE} email`, "- 1:string "];

t.test("a message is told by its fields' numbers and kinds, and classed, however it is sent", (t) => {
  t.same(calls([...OPENED, ...call({})]).map(describe), [TOLD]);
  t.same(calls([...OPENED, ...call({})], { pieceBytes: 1 }).map(describe), [TOLD], "byte by byte");
  const two = Buffer.concat([message(ORDER), message(RECEIPT)]);
  t.same(calls([...OPENED, ...call({ request: two })]).map(describe), [TOLD], "the first of several");
  for (const [encoding, code] of [
    ["gzip", zlib.gzipSync],
    ["deflate", zlib.deflateSync],
  ] as const) {
    const fields: readonly Field[] = [["grpc-encoding", encoding]];
    const packed = (text: string): Buffer => message(code(Buffer.from(text, "latin1")).toString("latin1"), 1);
    const sent = { fields, request: packed(ORDER), answer: packed(RECEIPT) };
    t.same(calls([...OPENED, ...call(sent)]).map(describe), [TOLD], encoding);
    const peers = new Http2Peers();
    const four = [1, 3, 5, 7].flatMap((stream) => call({ ...sent, peers, stream }));
    t.same(calls([...OPENED, ...four]).map(describe), Array(4).fill(TOLD), `${encoding}, the same heads again`);
  }
  const unknown = call({ fields: [["grpc-encoding", "snappy"]], request: message("x", 1), answer: message("x", 1) });
  t.same(calls([...OPENED, ...unknown]).map(describe), [["- - -", "- - -"]], "a coding that is not undone");
  t.end();
});

t.test("over HTTP/1, in gRPC-Web, Connect and plain Protocol Buffers", (t) => {
  const one = (type: string, body: Buffer, answer: Buffer): Call[] =>
    calls([
      [
        "client",
        `POST /shop.v1.Cart/Add HTTP/1.1\r\nHost: h\r\nConnect-Protocol-Version: 1\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
      ],
      ["client", body],
      ["server", `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${answer.length}\r\n\r\n`],
      ["server", answer],
    ]);
  const trailers = message("grpc-status:5\r\ngrpc-message:no\r\n", 0x80);
  const [web] = one("application/grpc-web+proto", message(ORDER), Buffer.concat([message(RECEIPT), trailers]));
  t.same(describe(web), TOLD);
  t.match(web.rpc, { status: 5, kind: "unary", requestMessages: 1, responseMessages: 1, responseMessageBytes: 11 });
  // Each piece that a proxy sent on by itself has padding of its own.
  const text = (...pieces: readonly Buffer[]): Buffer =>
    Buffer.from(pieces.map((piece) => piece.toString("base64")).join(""));
  const answer = Buffer.concat([message(RECEIPT), trailers]);
  for (const [asked, answered] of [
    [text(message(ORDER)), text(answer)],
    [text(message(ORDER)), text(message(RECEIPT), trailers)],
    [text(message(ORDER).subarray(0, 4), message(ORDER).subarray(4)), text(answer.subarray(0, 8), answer.subarray(8))],
  ]) {
    const [inText] = one("application/grpc-web-text+proto", asked, answered);
    t.same(describe(inText), TOLD);
    t.match(inText.rpc, {
      status: 5,
      kind: "unary",
      requestMessages: 1,
      responseMessages: 1,
      responseMessageBytes: 11,
    });
    const peers = new Http2Peers();
    const [over2] = calls([
      ...OPENED,
      [
        "client",
        Buffer.concat([
          peers.request(1, "/shop.v1.Cart/Add", [["content-type", "application/grpc-web-text"]], { method: "POST" }),
          data(1, asked, "ends"),
        ]),
      ],
      [
        "server",
        Buffer.concat([
          peers.answer(1, 200, [["content-type", "application/grpc-web-text"]]),
          data(1, answered, "ends"),
        ]),
      ],
    ]);
    t.match(over2.rpc, { status: 5, kind: "unary", requestMessages: 1, responseMessages: 1, responseMessageBytes: 11 });
  }
  for (const name of ["grpc-status", "Grpc-Status"]) {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web\r\n${name}: 7\r\nContent-Length: 0\r\n\r\n`;
    const posted = "POST /a.B/C HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc-web\r\nContent-Length: 0\r\n\r\n";
    const asked = [posted, posted, posted].flatMap((request): Step[] => [
      ["client", request],
      ["server", head],
    ]);
    const statuses = feed(asked).flatMap((message) => (message.kind === "call" ? message.rpc?.status : []));
    t.same(statuses, [7, 7, 7], `trailers in the head, by the name ${name}`);
  }
  const [broken] = one("application/grpc-web-text", Buffer.from("AAAA!AAA"), text(answer));
  t.match(broken.rpc, { requestMessages: undefined, responseMessages: 1 });
  const plain = Buffer.from(ORDER, "latin1");
  t.same(describe(one("application/proto", plain, Buffer.from(RECEIPT, "latin1"))[0]), TOLD);
  const [json] = one("application/connect+json", message('{"email":"ada@example.com"}'), message("{}", 2));
  t.same(describe(json), ["- - email", "- - -"]);
  t.end();
});

t.test("messages over HTTP/1 are decompressed as the head says, and the compression is told", (t) => {
  for (const [type, field] of [
    ["application/grpc-web+proto", "grpc-encoding"],
    ["application/connect+proto", "connect-content-encoding"],
  ]) {
    const pack = (content: string): Buffer => {
      const packed = zlib.gzipSync(Buffer.from(content, "latin1"));
      return message(packed.toString("latin1"), 1);
    };
    const body = pack(ORDER);
    const answer = pack(RECEIPT);
    const head = `${field}: gzip\r\nContent-Type: ${type}\r\nContent-Length: `;
    const [call] = calls([
      ["client", `POST /shop.v1.Cart/Add HTTP/1.1\r\nHost: h\r\n${head}${body.length}\r\n\r\n`],
      ["client", body],
      ["server", `HTTP/1.1 200 OK\r\n${head}${answer.length}\r\n\r\n`],
      ["server", answer],
    ]);
    t.same(describe(call), TOLD, type);
    t.equal(call.rpc?.encoding, "gzip");
  }
  t.end();
});

t.test("a message cut anywhere or with a hole in it tells of nothing that is not there", (t) => {
  const known = new Set(SHAPE.split(" "));
  // What is left of a piece may look like something else; a field's number never does.
  const numbers = new Set([...known].map((field) => field.split(":")[0]));
  const request = message(ORDER);
  for (let at = 0; at < request.length; at++) {
    const peers = new Http2Peers();
    const steps: Step[] = [
      ["client", Buffer.concat([peers.call(1, "/shop.v1.Cart/Add"), data(1, request.subarray(0, at))])],
      ["server", peers.answer(1, 200, [["content-type", "application/grpc"]], { ends: true })],
    ];
    const [cut] = calls([...OPENED, ...steps]);
    const told = cut.rpc?.requestFields?.split(" ") ?? [];
    t.same(
      told.filter((field) => !numbers.has(field.split(":")[0])),
      [],
      `cut at ${at}`,
    );
    t.same(
      (cut.requestClasses ?? []).filter((name) => name !== "email"),
      [],
    );
  }
  t.end();
});

t.test("what is no message is none, and changes neither throw nor let a value out", (t) => {
  for (const text of ["\x00\x00", "\x0f\x0f\x0f", "\x07abc", '{"a":1}'])
    t.same(describe(calls([...OPENED, ...call({ request: message(text) })])[0])[0], "- - -");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(ORDER.length + 4), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      (changes) => {
        const request = message(ORDER);
        for (const [at, byte] of changes) request[at] = byte;
        for (const one of calls([...OPENED, ...call({ request })], { isShared: true }))
          t.match(one.rpc?.requestFields ?? "1:string", /^\d[\d.]*:[a-z0-9]+( \d[\d.]*:[a-z0-9]+)*$/);
      },
    ),
    { numRuns: 500 },
  );
  const deep = Array.from({ length: 400 }).reduce<string>(
    (inner) =>
      `\x0a${String.fromCharCode((inner.length & 0x7f) | (inner.length > 127 ? 0x80 : 0))}${inner.length > 127 ? String.fromCharCode(inner.length >> 7) : ""}${inner}`,
    "",
  );
  t.ok(
    calls([...OPENED, ...call({ request: message(deep) })])[0].rpc?.requestFields?.startsWith("1:message 1.1:message"),
  );
  t.end();
});

/** ServerReflectionResponse with these files. */
function reflection(files: readonly Uint8Array[]): Buffer {
  const writer = protobuf.Writer.create();
  writer.uint32((4 << 3) | 2).fork();
  for (const file of files) writer.uint32((1 << 3) | 2).bytes(file);
  return Buffer.from(writer.ldelim().finish());
}

interface Described {
  toDescriptor(syntax: string): { readonly file: readonly object[] };
}
const FileDescriptorProto = (
  descriptor as unknown as { FileDescriptorProto: { encode(file: object): protobuf.Writer } }
).FileDescriptorProto;
const FILES = (root.resolveAll() as unknown as Described)
  .toDescriptor("proto3")
  .file.map((file) => FileDescriptorProto.encode(file).finish());

t.test("where a server was asked by reflection, its messages and fields go by the names it gave", (t) => {
  const peers = new Http2Peers();
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const asked = call({
    path,
    peers,
    request: message("\x22\x00"),
    answer: message(reflection(FILES).toString("latin1")),
  });
  const later = [3, 5, 7].flatMap((stream) => call({ peers, stream }));
  const [first, ...named] = calls([...OPENED, ...asked, ...later]);
  t.match(first.rpc, { isDiscovery: true, method: "ServerReflectionInfo" });
  const told = [`shop.v1.Order ${NAMED_SHAPE} email,us-ssn`, "shop.v1.Receipt 1:string:text "];
  t.same(named.map(describe), [told, told, told]);
  const whole = reflection(FILES);
  for (let at = 0; at < whole.length; at++) {
    const types = new ReflectedTypes();
    types.learn(new TestFlow({}), whole, 0, at);
    t.equal(types.of(new TestFlow({}))?.procedures.size ?? 0, 0, "what is cut tells of no procedure");
  }
  t.end();
});

t.test(
  "joined late: messages that fill their content are gRPC's where its type was not seen, as is whatever has its status",
  (t) => {
    const type = ["content-type", "application/grpc"] as const;
    const before = (p: Http2Peers) => [p.call(1, "/shop.Cart/Old", [["x-n", "1"]]), p.answer(1, 200, [type])];
    const called = (p: Http2Peers, stream: number, content: Buffer | string, answer: Buffer | string): Step[] => [
      ["client", Buffer.concat([p.call(stream, "/shop.Cart/Add"), data(stream, content, "ends")])],
      ["server", Buffer.concat([p.answer(stream, 200, [type]), data(stream, answer, "ends")])],
    ];
    const two = Buffer.concat([message("abc"), message("", 1)]);
    t.same(
      joined(before, (p) => [
        ...called(p, 101, two, message("answer")),
        ...called(p, 103, Buffer.concat([two, Buffer.from([0])]), message("answer")),
        ...called(p, 105, message("abc", 2), message("answer")),
        ...called(p, 107, "\0\0\0\0\x06{}", ""),
        ["client", Buffer.concat([p.call(109, "/shop.Cart/Old", [["x-n", "1"]]), data(109, two, "ends")])],
        ["server", p.trailers(109, [[":status", "200"], type, ["grpc-status", "5"]])],
      ]).map((line) => line.replace(" incomplete:0 joined-late", "")),
      [
        "= http2",
        "2 POST /shop.Cart/Add - 200 13 11 grpc shop.Cart/Add - client-stream 2:3>1:6",
        "2 POST /shop.Cart/Add - 200 14 11",
        "2 POST /shop.Cart/Add - 200 8 11",
        "2 POST /shop.Cart/Add - 200 7 0",
        "2 POST <unknown-path> - 200 13 0 grpc -/- 5 - 2:3>-:-",
      ],
    );
    t.end();
  },
);

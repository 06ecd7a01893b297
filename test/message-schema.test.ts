import { join } from "node:path";
import * as zlib from "node:zlib";
import { validate } from "@readme/openapi-parser";
import fc from "fast-check";
import protobuf from "protobufjs";
import t from "tap";
import type { EndpointRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { fieldsOf } from "../shared/schema-fields.js";
import { delta, sensorStore } from "./support/delivery.js";
import { feed, type Step } from "./support/dialog.js";
import { data, type Field, HELLO, Http2Peers, message, settings } from "./support/http2-builder.js";
import {
  coded,
  endpoint,
  framed,
  GRPC,
  lines,
  messages,
  order,
  orders,
  Receipt,
  type Sent,
  send,
} from "./support/message-scene.js";
import { run, temporaryFolder } from "./support/program.js";
import { type Exchanged, Scene } from "./support/scene.js";

/** `x0` may be a message, too: field 15, a varint. */
const UNDECLARED = [
  "field_1! 1 LEN string string 1",
  "field_2! 2 LEN object message 1",
  "field_2.field_1! 1 LEN string string email 1",
  "field_2.field_15 15 LEN string string 1",
  "field_3! 3 LEN array,string packed|bytes",
  "field_4! 4 LEN [object] message 1",
  "field_4.field_1! 1 LEN string string 0.75",
  "field_4.field_2! 2 LEN object message 1",
  "field_4.field_2.field_1! 1 LEN string string 1",
  "field_4.field_2.field_2! 2 VARINT integer integer|enum",
  "field_5! 5 I64 number double|fixed64|sfixed64",
  "field_6! 6 I32 number float|fixed32|sfixed32",
  "field_7! 7 LEN string bytes",
  "field_8! 8 VARINT integer integer|enum",
  "field_9 9 VARINT integer,boolean integer|enum|bool",
  "field_10! 10 LEN [string] string 1",
  "field_11! 11 LEN object message 1",
  "field_11.field_1! 1 VARINT integer integer|enum",
  "field_11.field_2! 2 VARINT integer integer|enum",
];

t.test("fields by number: how they are written, what they may be, what is always there, repeated and nested", (t) => {
  const scene = new Scene();
  orders(scene, 6);
  t.same(lines(messages(scene)?.request), UNDECLARED);
  t.match(messages(scene)?.request?.properties?.field_3?.items, { type: "number" }, "packed ones may be doubles");
  t.same(lines(messages(scene)?.responses["200"]), ["field_1! 1 LEN string string 1"]);
  t.match(endpoint(scene), { requestClasses: { email: 6 }, schemas: { request: undefined, responses: {} } });
  t.ok(fieldsOf(endpoint(scene)).includes("request message.2.1"), "whoever approves vouches for them");
  t.end();
});

t.test("however they are sent: several in a stream, compressed, in gRPC-Web's forms, Connect, Twirp and plain", (t) => {
  const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");
  const zip = (text: string): string => zlib.gzipSync(Buffer.from(text, "latin1")).toString("latin1");
  const packed = (text: string): string => message(zip(text), 1).toString("latin1");
  const ways: readonly (readonly [string, Sent, (text: string) => string])[] = [
    ["grpc", {}, framed],
    ["compressed", { more: "grpc-encoding: gzip\r\n" }, packed],
    ["web", { type: "application/grpc-web+proto" }, framed],
    ["web as text", { type: "application/grpc-web-text" }, (text) => base64(framed(text))],
    ["a stream of Connect", { type: "application/connect+proto" }, framed],
    ["a compressed one", { type: "application/connect+proto", more: "connect-content-encoding: gzip\r\n" }, packed],
    ["Connect", { type: "application/proto", more: "Connect-Protocol-Version: 1\r\n" }, (text) => text],
    ["Twirp", { type: "application/protobuf", path: "/twirp/shop.v1.Cart/Add" }, (text) => text],
    ["plain", { type: "application/x-protobuf", more: "Content-Encoding: gzip\r\n" }, zip],
  ];
  for (const [name, sent, as] of ways) {
    const scene = new Scene();
    for (let index = 0; index < 6; index++) send(scene, as(order(index)), as(coded(Receipt, { text: "hello" })), sent);
    const [{ template }] = scene.endpoints();
    t.same(lines(messages(scene, template)?.request), UNDECLARED, name);
    t.same(lines(messages(scene, template)?.responses["200"]), ["field_1! 1 LEN string string 1"], name);
  }
  const stream = new Scene();
  const six = Array.from({ length: 6 }, (_, index) => order(index));
  send(stream, framed(...six), framed(coded(Receipt, { text: "one" }), ""));
  t.same(lines(messages(stream)?.request), UNDECLARED, "one stream of several");
  t.same(
    lines(messages(stream)?.responses["200"]),
    ["field_1 1 LEN string string 1"],
    "an empty message lacks its fields",
  );
  t.end();
});

t.test("a plain message of no bytes is one without fields, and no content is none", (t) => {
  const type = "Content-Type: application/x-protobuf\r\n";
  const one = coded(Receipt, { text: "x" });
  const http1 = (more: Omit<Exchanged, "path">, times = 1) => {
    const scene = new Scene();
    const path = "/receipts";
    for (let time = 0; time < 3; time++)
      scene.exchange({
        path,
        method: more.method ?? "POST",
        fields: type,
        requestBody: one,
        answerFields: type,
        body: one,
      });
    for (let time = 0; time < times; time++)
      scene.exchange({ path, method: "POST", fields: type, answerFields: type, body: "", ...more });
    const { request, responses } = messages(scene, path) ?? { responses: {} };
    return [lines(request), lines(responses["200"]), Object.keys(responses)];
  };
  const [always, sometimes] = ["field_1! 1 LEN string string 1", "field_1 1 LEN string string 1"];
  t.same(http1({}), [[sometimes], [sometimes], ["200"]], "neither length nor content");
  t.same(http1({ requestBody: "" }), [[sometimes], [sometimes], ["200"]], "a length of zero");
  t.same(http1({ requestBody: one, body: one }), [[always], [always], ["200"]]);
  t.same(http1({ method: "GET", body: one }), [[always], [always], ["200"]], "a GET has no content, whatever it says");
  t.same(http1({ fields: "", answerFields: "" }), [[always], [always], ["200"]], "of no type");
  for (const status of [204, 304, 401, 500])
    t.same(http1({ requestBody: one, status }), [[always], [always], ["200"]], `an answer ${status} without content`);
  t.same(http1({ requestBody: one, fields: `${type}Content-Encoding: gzip\r\n`, body: one }), [
    [always],
    [always],
    ["200"],
  ]);
  const [peers, http2] = [new Http2Peers(), new Scene()];
  const fields: readonly Field[] = [["content-type", "application/x-protobuf"]];
  const steps: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (const stream of [1, 3, 5]) {
    const ends = stream === 5;
    steps.push(["client", peers.request(stream, "/receipts", fields, { method: "POST", ends })]);
    if (!ends) steps.push(["client", data(stream, one, "ends")]);
    steps.push(["server", peers.answer(stream, 200, fields, { ends })]);
    if (!ends) steps.push(["server", data(stream, one, "ends")]);
  }
  http2.speak(steps);
  t.same(lines(messages(http2, "/receipts")?.request), [sometimes]);
  t.same(lines(messages(http2, "/receipts")?.responses["200"]), [sometimes]);
  t.end();
});

t.test(
  "an endpoint that takes JSON and Protocol Buffers has both, each by its type, in a valid document",
  async (t) => {
    const folder = temporaryFolder(t);
    const scene = new Scene();
    const connect = "Connect-Protocol-Version: 1\r\n";
    orders(scene, 1, { path: "/shop.v1.Cart/Watch" });
    send(scene, order(0), coded(Receipt, { text: "x" }), { type: "application/proto", more: connect });
    send(scene, '{"id":"A"}', '{"text":"x"}', { type: "application/json", more: connect });
    t.same(Object.keys(endpoint(scene).schemas?.request?.properties ?? {}), ["id"]);
    const { rows, removals } = scene.inventory.takeDelta(1_000);
    const store = sensorStore(folder);
    store.apply(delta({ inventory: { rows, removals } }));
    store.close();
    const exported = (format: string): string =>
      run(["export", "--format", format, "--database", join(folder, "sensor.sqlite")]).out;
    const document = JSON.parse(exported("openapi"));
    t.match(await validate(structuredClone(document)), { valid: true });
    const { requestBody, responses } = document.paths["/shop.v1.Cart/Add"].post;
    t.same(requestBody.content["application/json"].schema.properties, { id: { type: "string" } });
    t.match(requestBody.content["application/proto"].schema.properties.field_2.properties.field_1, {
      type: "string",
      format: "email",
      "x-protobuf": { number: 1, wireType: "LEN", mayBe: ["string"], confidence: 1 },
    });
    t.match(responses["200"].content["application/proto"].schema.properties.field_1, { type: "string" });
    const watch = document.paths["/shop.v1.Cart/Watch"].post;
    t.ok(watch.requestBody.content[GRPC].schema.properties.field_12 === undefined);
    t.same(watch.responses["200"].content[GRPC].schema.required, ["field_1"]);
    const told = exported("ndjson")
      .split("\n")
      .find((line) => line.includes("/shop.v1.Cart/Watch"));
    t.match(JSON.parse(told ?? "{}"), { schemas: { messages: { request: { type: "object" } } } });
  },
);

t.test("schemas of messages outlive a restart and a merge, and travel", (t) => {
  const scene = new Scene();
  orders(scene, 3);
  const { rows } = scene.inventory.takeDelta(1_000);
  const restored = new Scene();
  restored.inventory.restore(rows);
  t.same(restored.endpoints(), scene.endpoints());
  t.same(restored.inventory.schemaCounters, scene.inventory.schemaCounters);
  t.same((decodeEvent(encodeEvent(endpoint(scene))) as EndpointRecord).schemas, endpoint(scene).schemas);
  for (const one of [scene, restored]) orders(one, 6);
  t.same(messages(restored), messages(scene), "and go on being learned");
  const names = new Scene({}, 86_400, { firstBodies: 100 });
  for (const [index, name] of ["17", "18", "19", "20"].entries())
    send(names, order(index), order(index), { path: `/orders/${name}`, type: "application/protobuf" });
  for (let index = 0; index < 24; index++) {
    const within = Buffer.from([0x08, 7, ((index % 8) + 2) * 8, 9]);
    const content = Buffer.concat([Buffer.from([0x0a, within.length]), within]).toString("latin1");
    send(names, framed(content), "", { path: "/a.B/C" });
  }
  t.same(
    Object.keys(messages(names, "/a.B/C")?.request?.properties?.field_1.properties ?? {}),
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `field_${number}`),
    "fields that come and go are no entries of a map",
  );
  t.same(lines(messages(names, "/orders/{orderId}")?.request), UNDECLARED, "of paths found to be one");
  t.end();
});

t.test("what may be text or a message is told by many values, and how sure that is", (t) => {
  const field = (number: number, content: string): string =>
    `${String.fromCharCode(number * 8 + 2)}${String.fromCharCode(content.length)}${content}`;
  const told = (contents: readonly string[]): string => {
    const scene = new Scene({}, 86_400, { firstBodies: 100 });
    for (const content of contents) send(scene, framed(field(1, content)), "");
    return lines(messages(scene)?.request)[0].replace("field_1! 1 LEN ", "");
  };
  // A text that is a message, too: field 4, fifty bytes.
  const both = `"2${"a".repeat(50)}`;
  t.equal(told([both]), "string string 0.5", "one value that may be both");
  t.equal(told([both, "no message", "nor this"]), "string string 0.83", "one that is no message");
  t.equal(told([both, field(1, "\x01\x02"), field(2, "\x01\x02")]), "object message 0.67", "one that is no text");
  t.equal(told(["\xff\xfe\xfd", ...Array(19).fill("plain text")]), "string string 0.95", "one that is damaged");
  t.equal(told(["plain text", "\xff\xfe\xfd", field(1, "\x00\x00")]), "string bytes", "of each some");
  t.equal(told(["", ""]), "string,object,array string|bytes|message|packed", "nothing but empty ones");
  t.equal(told(["\x80\x80\x01\x07", "\x90\x01\x0f", "\x0f\x0f\x0f"]), "string bytes", "few that may be packed");
  t.end();
});

t.test("what a server can't read teaches nothing, lost bytes nothing that is not there, and no value is kept", (t) => {
  const scene = new Scene();
  for (const rpcStatus of [3, 12, 13]) send(scene, framed("\x08\x01"), "", { rpcStatus });
  t.same(messages(scene), undefined);
  send(scene, framed("\x08\x01"), "", { rpcStatus: 5 });
  t.same(lines(messages(scene)?.request), ["field_1! 1 VARINT integer,boolean integer|enum|bool"]);

  const kept = new Scene();
  orders(kept, 6);
  const state = JSON.stringify(kept.inventory.takeDelta(1_000).rows);
  for (const value of ["A-17", "ada", "call me", "quarterly", "internals", "77777", "123456789"])
    t.notOk(state.includes(value), value);

  const known = new Set(UNDECLARED.map((line) => line.split(/!? /)[0]));
  const whole = framed(order(0));
  const head = `POST /shop.v1.Cart/Add HTTP/1.1\r\nHost: h\r\nContent-Type: ${GRPC}\r\nContent-Length: ${whole.length}\r\n\r\n`;
  for (let at = 5; at < whole.length - 8; at++) {
    const holed = new Scene();
    holed.speak([
      ["client", head + whole.slice(0, at)],
      ["client", 8],
      ["client", whole.slice(at + 8)],
      ["server", `HTTP/1.1 200 OK\r\nContent-Type: ${GRPC}\r\nContent-Length: 0\r\n\r\n`],
    ]);
    const told = lines(holed.endpoints()[0]?.schemas?.messages?.request);
    t.same(
      told.filter((line) => !known.has(line.split(/!? /)[0]) || /^[^.]*!/.test(line)),
      [],
      `a hole at ${at}`,
    );
  }
  t.end();
});

t.test("bounded: numbers without end, depth without end; what is damaged never throws", (t) => {
  const many = new Scene();
  const writer = protobuf.Writer.create();
  for (let number = 1; number <= 10_000; number++) writer.uint32(number << 3).uint32(7);
  const numbers = Buffer.from(writer.finish()).toString("latin1");
  for (let times = 0; times < 4; times++) send(many, framed(numbers), framed(numbers));
  t.equal(lines(messages(many)?.request).length, 64);
  const head = `POST /a.B/C HTTP/1.1\r\nHost: h\r\nContent-Type: ${GRPC}\r\nContent-Length: ${numbers.length + 5}\r\n\r\n`;
  const call = feed([["client", head + framed(numbers)]]).find(({ kind }) => kind === "call");
  t.equal(call?.kind === "call" && call.shapes?.request?.properties?.size, 64, "in one message as well");
  t.equal(messages(many)?.request?.required, undefined, "of what is not told all nothing is said to be always there");
  t.ok(many.inventory.schemaCounters.schema_places < 150);
  for (let times = 0; times < 64; times++) {
    const apart = protobuf.Writer.create();
    for (let at = 0; at < 50; at++) apart.uint32((times * 50 + at + 100) << 3).uint32(7);
    send(many, framed(Buffer.from(apart.finish()).toString("latin1")), "");
  }
  t.ok(many.inventory.schemaCounters.schema_places < 150, "nor of many messages");

  let deep: Uint8Array = new Uint8Array();
  for (let level = 0; level < 500; level++) deep = protobuf.Writer.create().uint32(10).bytes(deep).finish();
  const scene = new Scene();
  send(scene, framed(Buffer.from(deep).toString("latin1")), "");
  const told = lines(messages(scene)?.request);
  t.equal(told.length, 9, "as deep as is looked");

  const small = new Scene({ maxSchemaPlaces: 3 });
  orders(small, 2);
  t.ok(small.inventory.schemaCounters.schema_places_refused > 0);

  const damaged = new Scene();
  const whole = order(1);
  for (let at = 0; at < whole.length; at++)
    for (const byte of [0, 1, 0x0a, 0x7f, 0x80, 0xff])
      send(damaged, framed(`${whole.slice(0, at)}${String.fromCharCode(byte)}${whole.slice(at + 1)}`), "");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      send(damaged, framed(Buffer.from(bytes).toString("latin1")), "");
    }),
    { numRuns: 500 },
  );
  t.ok(messages(damaged)?.request !== undefined);
  t.ok(damaged.inventory.schemaCounters.schema_places < 2_000);
  t.end();
});

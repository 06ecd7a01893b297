import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import t from "tap";
import { loadDeclared } from "../sensor/command/declared-files.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { JsonSchema } from "../shared/endpoint-facts.js";
import { fieldsOf } from "../shared/schema-fields.js";
import { analyzeFile, strictSettings } from "./support/analysis-run.js";
import { captureLive, storedEndpoints } from "./support/live-capture.js";
import {
  coded,
  endpoint,
  framed,
  lines,
  messages,
  Order,
  order,
  orders,
  PARTS,
  PROTO,
  Receipt,
  send,
} from "./support/message-scene.js";
import { IS_ROOT } from "./support/namespaces.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";

const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const PEER = fileURLToPath(new URL("./support/shop-peer.js", import.meta.url));
const CALLS = 60;

async function declared(t: Parameters<typeof temporaryFolder>[0], files: Readonly<Record<string, string | Buffer>>) {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const loaded = await loadDeclared({ ...defaultSettings().declared, files: [folder] }, { broken() {}, notice() {} });
  if (loaded === undefined) throw new Error("nothing was declared");
  return loaded.declared;
}

const DECLARED = [
  "id! 1 LEN string string",
  "buyer! 2 LEN object shop.v1.Buyer",
  "buyer.email! 1 LEN string string email",
  "buyer.note 15 LEN string string",
  "counts! 3 LEN [integer] int32",
  "items! 4 LEN [object] shop.v1.Order.ItemsEntry",
  "items.key! 1 LEN string string",
  "items.value! 2 LEN object shop.v1.Order.Item",
  "items.value.title! 1 LEN string string",
  "items.value.count! 2 VARINT integer uint64",
  "price! 5 I64 number double",
  "code! 6 I32 integer fixed32",
  "blob! 7 LEN string bytes",
  "state! 8 VARINT integer shop.v1.State",
  "gift 9 VARINT boolean bool",
  "tags! 10 LEN [string] string",
  "at! 11 LEN object google.protobuf.Timestamp",
  "at.seconds! 1 VARINT integer int64",
  "at.nanos! 2 VARINT integer int32",
];

t.test("a declared .proto names fields and types, its imports' as well; a descriptor set says the same", async (t) => {
  const files = await declared(t, { "cart.proto": PROTO, "parts.proto": PARTS });
  const scene = new Scene({ declared: files });
  orders(scene, 6);
  t.same(lines(messages(scene)?.request), DECLARED);
  t.same(messages(scene)?.request?.["x-protobuf"], { message: "shop.v1.Order" });
  t.same(endpoint(scene).drift, undefined);
  const set = new Scene({ declared: await declared(t, { "cart.binpb": described() }) });
  orders(set, 6);
  const entries = DECLARED.map((line) => line.replace("ItemsEntry", "Items"));
  t.same(lines(messages(set)?.request), entries, "but for what its writer calls the entries of maps");
  t.same(endpoint(set).drift, undefined);
  const later = new Scene();
  orders(later, 6);
  const { rows } = later.inventory.takeDelta(1_000);
  const again = new Scene({ declared: files });
  again.inventory.restore(rows);
  t.same(lines(messages(again)?.request), DECLARED, "what was learned before the file was given");
  t.same(fieldsOf(endpoint(again)), fieldsOf(endpoint(later)), "whoever approved them approved the same fields");
  const twirp = { path: "/twirp/shop.v1.Cart/Add", type: "application/protobuf" };
  const plain = new Scene({ declared: files });
  for (let index = 0; index < 6; index++) send(plain, order(index), coded(Receipt, { text: "hello" }), twirp);
  t.same(lines(messages(plain, twirp.path)?.request), DECLARED, "by Twirp's path");
  later.inventory.declare(files);
  t.same(lines(messages(later)?.request), DECLARED, "and as soon as it is");
  const half = new Scene({ declared: await declared(t, { "cart.proto": PROTO }) });
  orders(half, 6);
  t.same(endpoint(half).drift, undefined, "what is in no file is not compared");
  t.ok(lines(messages(half)?.request).includes("buyer! 2 LEN object Buyer"));
  t.end();
});

const { FileDescriptorSet, FileDescriptorProto } = descriptor as unknown as {
  readonly FileDescriptorSet: protobuf.Type;
  readonly FileDescriptorProto: protobuf.Type;
};

interface FileSet extends protobuf.Message {
  readonly file: readonly protobuf.Message[];
}

function filesOf(root: protobuf.Root): FileSet {
  return (root as unknown as { toDescriptor(syntax: string): FileSet }).toDescriptor("proto3");
}

/** The files as `protoc --descriptor_set_out --include_imports` has them. */
function described(): Buffer {
  return Buffer.from(FileDescriptorSet.encode(filesOf(Order.root)).finish());
}

t.test("what a server told of itself by reflection names fields as well, and lets few words be told", (t) => {
  const proto = `syntax = "proto3"; package shop.v1; message Order { string status = 1; Buyer buyer = 2; }
    message Buyer { string note = 15; } message Receipt { string text = 1; } service Cart { rpc Add (Order) returns (Receipt); }`;
  const { root } = protobuf.parse(proto, { keepCase: true });
  root.resolveAll();
  const answer = protobuf.Writer.create().uint32(0x22).fork();
  for (const file of filesOf(root).file) answer.uint32(0x0a).bytes(FileDescriptorProto.encode(file).finish());
  const scene = new Scene({}, 86_400, { firstBodies: 100 });
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  send(scene, framed('"\0'), framed(Buffer.from(answer.ldelim().finish()).toString("latin1")), { path });
  const told = root.lookupType("shop.v1.Order");
  for (let index = 0; index < 24; index++) {
    const content = { status: ["pending", "shipped"][index % 2], buyer: { note: `note ${index}` } };
    send(scene, framed(coded(told, content)), framed(coded(Receipt, { text: "hello" })));
  }
  t.same(lines(messages(scene)?.request), [
    "status! 1 LEN string string 1",
    "buyer! 2 LEN object message 1",
    "buyer.note! 15 LEN string string 1",
  ]);
  t.same(messages(scene)?.request?.properties?.status?.enum, ["pending", "shipped"]);
  const restored = new Scene();
  restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
  t.same(restored.endpoints(), scene.endpoints());
  t.end();
});

t.test(
  "other than declared: in the inventory and as findings, by name, deep, and by what many values were",
  async (t) => {
    const old = PROTO.replace("string id = 1;", "int64 id = 1;")
      .replace("double price = 5;", "float price = 5;")
      .replace("repeated string tags = 10;", "string tags = 10;")
      .replace("bool gift = 9;", "")
      .replace("State state = 8;", "bool state = 8;")
      .replace("uint64 count = 2;", "")
      .replace("string text = 1;", "Order text = 1;");
    const note = PARTS.replace("string note", "bytes note");
    const scene = new Scene({ declared: await declared(t, { "cart.proto": old, "parts.proto": note }) });
    orders(scene, 6);
    const drift = [
      "request message: id is LEN, declared int64",
      "request message: field items.value.2 is not declared in shop.v1.Order.Item",
      "request message: price is I64, declared float",
      "request message: state is a number beyond 0 and 1, declared bool",
      "request message: field 9 is not declared in shop.v1.Order",
      "request message: tags is several in one message, declared string",
      "response 200 message: text is text, declared shop.v1.Order",
    ];
    t.same(endpoint(scene).drift, drift);
    const [finding] = scene.detection.all().filter(({ rule }) => rule === "schema-drift");
    t.match(finding, { method: "POST", template: "/shop.v1.Cart/Add", evidence: { differences: drift } });
    t.ok(
      lines(messages(scene)?.request).includes("id! 1 LEN string string 1 int64"),
      "as it was, and as it was declared",
    );

    const two = `syntax = "proto2"; package shop.v1; message Order { required string id = 1; required string never = 40; extensions 2 to 30; }
    message Receipt { optional string text = 1; } service Cart { rpc Add (Order) returns (Receipt); }`;
    const required = new Scene({ declared: await declared(t, { "two.proto": two }) });
    orders(required, 6);
    t.same(endpoint(required).drift, [
      "request message: never is required and was missing in 6 of 6 messages looked at",
    ]);
    t.end();
  },
);

t.test(
  "an operator reads what messages are built of, by the names of the file, and what is other than it says",
  { skip: NO_BROWSER },
  async (t) => {
    const proto = PROTO.replace("bool gift = 9;", "").replace("double price", "float price");
    const scene = new Scene({ declared: await declared(t, { "cart.proto": proto }) });
    orders(scene, 6);
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(scene.inventory.takeDelta(1_000).rows.map(({ record }) => record));
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Endpoints")');
    await page.locator("main tbody tr", { hasText: "/shop.v1.Cart/Add" }).click();
    const text = (await page.locator(DETAIL).textContent()) ?? "";
    for (const told of [
      "request message: field 9 is not declared in shop.v1.Order",
      "Request message(all of it)object · shop.v1.Orderidstring · field 1, LEN, declared string",
      "itemslist of object · shop.v1.Order.ItemsEntry · field 4, LEN, declared shop.v1.Order.ItemsEntry",
      "items[].value.countinteger · field 2, VARINT, declared uint64",
      "pricenumber · field 5, I64, may be double, fixed64, sfixed64, but declared float",
      "field_9integer or boolean · field 9, VARINT, may be integer, enum, bool optional",
      "Message of answer 200(all of it)object · shop.v1.Receipttextstring · field 1, LEN, declared string",
    ])
      t.ok(text.includes(told), told);
    await shot(page, "endpoint-message");
    t.same(troubles, []);
  },
);

const WIRES: Readonly<Record<number, string>> = { 0: "VARINT", 1: "I64", 2: "LEN", 5: "I32" };

/** `1 VARINT`, `2.1 LEN`, `10 LEN repeated`: what the compiler's view of the .proto says of fields on the wire. */
function onWire(type: protobuf.Type, path = "", within: readonly protobuf.Type[] = []): string[] {
  if (within.includes(type)) return [];
  return type.fieldsArray.flatMap((field) => {
    const { id, resolvedType } = field.resolve();
    const place = `${path}${id}`;
    if (field instanceof protobuf.MapField)
      return [
        `${place} LEN repeated`,
        `${place}.1 ${WIRES[protobuf.types.basic[field.keyType as "string"]]}`,
        `${place}.2 LEN`,
        ...(resolvedType instanceof protobuf.Type ? onWire(resolvedType, `${place}.2.`, [...within, type]) : []),
      ];
    if (resolvedType instanceof protobuf.Type)
      return [`${place} LEN`, ...onWire(resolvedType, `${place}.`, [...within, type])];
    const basic = resolvedType === null ? protobuf.types.basic[field.type as "string"] : 0;
    if (!field.repeated) return [`${place} ${WIRES[basic]}`];
    return [basic === 2 ? `${place} LEN repeated` : `${place} LEN`];
  });
}

function learnedOnWire(schema: JsonSchema | undefined, path = ""): string[] {
  return Object.values(schema?.properties ?? {}).flatMap((field) => {
    const { number, wireType, mayBe } = field["x-protobuf"] ?? {};
    const inner = field.type === "array" ? field.items : field;
    const isRepeated = field.type === "array" && !mayBe?.includes("packed");
    return [
      `${path}${number} ${wireType}${isRepeated ? " repeated" : ""}`,
      ...learnedOnWire(inner, `${path}${number}.`),
    ];
  });
}

t.test(
  "live, between a server and clients of grpc-js: what a .proto says that was not given, and its names once it is",
  { skip: SKIP },
  async (t) => {
    const { capture, database } = await captureLive(t, "pm", PEER, (inClient) => {
      const { stdout, stderr } = inClient(process.execPath, PEER, "client", "10.98.0.2:8080", String(CALLS));
      t.match(stdout, /^done/m, stderr);
    });
    // Nobody ever sends a parent.
    const request = onWire(Order).filter((field) => !field.startsWith("12"));
    for (const { template, calls, schemas } of storedEndpoints(database)) {
      const where = `${template}, called ${calls} times`;
      t.same(learnedOnWire(schemas?.messages?.request), request, where);
      t.same(learnedOnWire(schemas?.messages?.responses["200"]), onWire(Receipt), where);
    }
    const settings = strictSettings();
    const files = await declared(t, { "cart.proto": PROTO, "parts.proto": PARTS });
    const { pipeline } = await analyzeFile(capture, undefined, {
      ...settings,
      inventory: { ...settings.inventory, declared: files },
    });
    const named = [...pipeline.inventory.endpoints()];
    t.same(
      named.map(({ template, declaration, drift }) => [template, declaration?.isDeclared, drift]),
      ["Add", "Watch"].map((name) => [`/shop.v1.Cart/${name}`, true, undefined]),
    );
    for (const { schemas } of named) {
      t.same(lines(schemas?.messages?.request), DECLARED);
      t.same(lines(schemas?.messages?.responses["200"]), ["text! 1 LEN string string"]);
    }
  },
);

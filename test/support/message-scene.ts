import protobuf from "protobufjs";
import type { MessageSchemas } from "../../shared/endpoint-facts.js";
import type { EndpointRecord } from "../../shared/event.js";
import { message } from "./http2-builder.js";
import type { Scene } from "./scene.js";

export const PARTS = `syntax = "proto3";
package shop.v1;
message Buyer { string email = 1; string note = 15; }
`;
export const PROTO = `syntax = "proto3";
package shop.v1;
import "parts.proto";
import "google/protobuf/timestamp.proto";
enum State { NEW = 0; PAID = 1; SENT = 2; }
message Order {
  string id = 1;
  Buyer buyer = 2;
  repeated int32 counts = 3;
  map<string, Item> items = 4;
  double price = 5;
  fixed32 code = 6;
  bytes blob = 7;
  State state = 8;
  bool gift = 9;
  repeated string tags = 10;
  google.protobuf.Timestamp at = 11;
  Order parent = 12;
  message Item { string title = 1; uint64 count = 2; }
}
message Receipt { string text = 1; }
service Cart { rpc Add (Order) returns (Receipt); rpc Watch (stream Order) returns (stream Receipt); }
`;
export const GRPC = "application/grpc";

function typeOf(proto: string, name: string): protobuf.Type {
  const root = new protobuf.Root();
  const timestamp = protobuf.common.get("google/protobuf/timestamp.proto");
  if (timestamp !== null) root.addJSON(timestamp.nested ?? {});
  protobuf.parse(PARTS, root, { keepCase: true });
  protobuf.parse(proto, root, { keepCase: true });
  return root.lookupType(name);
}

export const Order = typeOf(PROTO, "shop.v1.Order");
export const Receipt = typeOf(PROTO, "shop.v1.Receipt");

export function coded(type: protobuf.Type, value: object): string {
  return Buffer.from(type.encode(type.fromObject(value)).finish()).toString("latin1");
}

export function order(index: number, more: object = {}): string {
  return coded(Order, {
    id: `A-${17 + index}`,
    buyer: { email: `ada${index}@example.com`, ...(index % 2 === 0 ? { note: "call me" } : {}) },
    counts: [index, 300 + index, 77_777],
    items: { [`x${index}`]: { title: "quarterly", count: 2 + index }, y: { title: "other", count: 9 } },
    price: 1.5,
    code: 7 + index,
    blob: Buffer.from([0, 255, 128, 128 + index]),
    state: "SENT",
    tags: ["red", "blue"],
    at: { seconds: 1_234_567_890 + index, nanos: 5 },
    ...(index % 2 === 0 ? { gift: true } : {}),
    ...more,
  });
}

export function framed(...contents: readonly string[]): string {
  return Buffer.concat(contents.map((content) => message(content))).toString("latin1");
}

export interface Sent {
  readonly path?: string;
  readonly type?: string;
  readonly more?: string;
  readonly server?: string;
  readonly status?: number;
  readonly rpcStatus?: number;
}

export function send(scene: Scene, request: string, answer: string, sent: Sent = {}): void {
  const { path = "/shop.v1.Cart/Add", type = GRPC, more = "", rpcStatus, ...rest } = sent;
  const fields = `Content-Type: ${type}\r\n${more}`;
  const answerFields = rpcStatus === undefined ? fields : `${fields}grpc-status: ${rpcStatus}\r\n`;
  scene.exchange({ ...rest, path, method: "POST", fields, requestBody: request, answerFields, body: answer });
}

/** Calls of one procedure, as many as tell what is always there. */
export function orders(scene: Scene, count: number, sent: Sent = {}): void {
  for (let index = 0; index < count; index++)
    send(scene, framed(order(index)), framed(coded(Receipt, { text: `internals ${index}` })), sent);
}

export function endpoint(scene: Scene, template = "/shop.v1.Cart/Add"): EndpointRecord {
  const found = scene.endpoints().find((one) => one.template === template);
  if (found === undefined) throw new Error(`no ${template}`);
  return found;
}

export function messages(scene: Scene, template?: string): MessageSchemas | undefined {
  return endpoint(scene, template).schemas?.messages;
}

/** `1 VARINT integer integer|enum`, each field in one line, `!` behind those always there. */
export function lines(schema: MessageSchemas["request"], path = ""): string[] {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) => {
    const { number, wireType, type, mayBe, confidence, declared } = field["x-protobuf"] ?? {};
    const inner = field.type === "array" ? field.items : field;
    const types = field.type === "array" ? `[${inner?.type}]` : String(field.type);
    const facts = [number, wireType, types, type ?? mayBe?.join("|"), inner?.format, confidence, declared];
    const told = facts.filter((fact) => fact !== undefined).join(" ");
    return [`${path}${name}${required.has(name) ? "!" : ""} ${told}`, ...lines(inner, `${path}${name}.`)];
  });
}

import type { JsonSchema, ProtobufFacts } from "../../../shared/endpoint-facts.js";
import type { DeclaredField, DeclaredMessage } from "../../declared/declared-api.js";
import { ARRAY, FIXED32_FIELD, FIXED64_FIELD, LENGTH_FIELD, VARINT_FIELD } from "../../protocol/shape.js";
import { formatOf, namesOf, wordsOf } from "./json-schema.js";
import { lengthKind } from "./length-kind.js";
import { fieldMismatch, mayBeFlag, mayBeOf, wireTypesOf } from "./message-field.js";
import type { SchemaNode } from "./schema-node.js";

/** Numbers of the fields that may be told, in their order. */
export function numbersOf(node: SchemaNode): number[] {
  return namesOf(node)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * JSON Schema 2020-12 of the messages of Protocol Buffers that were seen: it describes traffic, no promise. Fields go by the names that
 * are declared or that the server told, else by their numbers, `field_1`; what is known of them beside JSON's types is their
 * `x-protobuf`.
 */
export function messageSchema(node: SchemaNode, declared: DeclaredMessage | undefined): JsonSchema {
  const fields = numbersOf(node).flatMap((number) => {
    const field = node.properties?.get(String(number));
    return field === undefined ? [] : [{ number, field, told: declared?.fields.get(number) }];
  });
  const names = new Set(fields.map(({ field, told }) => told?.name ?? field.fieldName));
  const nameOf = ({ number, field, told }: (typeof fields)[number]): string => {
    const given = told?.name ?? field.fieldName;
    if (given !== undefined) return given;
    return names.has(`field_${number}`) ? String(number) : `field_${number}`;
  };
  const required = fields.filter(({ field }) => node.objects > 0 && field.present >= node.objects).map(nameOf);
  return {
    type: "object",
    ...(fields.length === 0
      ? {}
      : {
          properties: Object.fromEntries(
            fields.map((one) => [nameOf(one), fieldSchema(one.field, one.number, one.told)]),
          ),
        }),
    ...(required.length === 0 ? {} : { required }),
    ...(declared === undefined ? {} : { "x-protobuf": { message: declared.name } }),
  };
}

function fieldSchema(node: SchemaNode, number: number, declared: DeclaredField | undefined): JsonSchema {
  const isFitting = declared !== undefined && fieldMismatch(node, declared) === undefined;
  const wireTypes = wireTypesOf(node);
  const facts: ProtobufFacts = {
    number,
    wireType: wireTypes.length === 1 ? wireTypes[0] : wireTypes,
    ...(declared !== undefined && isFitting ? { type: declared.type } : { mayBe: mayBeOf(node) }),
    ...(isFitting || declared === undefined ? {} : { declared: declared.type }),
  };
  if (declared !== undefined && isFitting) {
    const one = declaredValue(node, declared);
    return declared.isRepeated ? { type: "array", items: one, "x-protobuf": facts } : { ...one, "x-protobuf": facts };
  }
  const { confidence } = (node.kinds & LENGTH_FIELD) === 0 ? { confidence: undefined } : lengthKind(node.lengths);
  const told = confidence === undefined ? facts : { ...facts, confidence };
  const one = seenValue(node);
  return (node.kinds & ARRAY) === 0
    ? { ...one, "x-protobuf": told }
    : { type: "array", items: one, "x-protobuf": told };
}

function declaredValue(node: SchemaNode, { type, wire, message }: DeclaredField): JsonSchema {
  if (message !== undefined) return messageSchema(node, message);
  switch (type) {
    case "string":
      return textSchema(node);
    case "bytes":
      return { type: "string" };
    case "bool":
      return { type: "boolean" };
    case "double":
    case "float":
      return { type: "number" };
    default:
      return wire === "any" ? seenValue(node) : { type: "integer" };
  }
}

/** What the wire lets be told: of all that stood there, should it be of several types. */
function seenValue(node: SchemaNode): JsonSchema {
  const { kinds } = node;
  const types = new Set<string>();
  let more: JsonSchema = {};
  if ((kinds & VARINT_FIELD) !== 0) types.add("integer");
  if ((kinds & VARINT_FIELD) !== 0 && mayBeFlag(node)) types.add("boolean");
  if ((kinds & (FIXED64_FIELD | FIXED32_FIELD)) !== 0) types.add("number");
  if ((kinds & LENGTH_FIELD) !== 0) {
    const { kind } = lengthKind(node.lengths);
    if (kind === "message") {
      more = messageSchema(node, undefined);
      types.add("object");
    } else if (kind === "string") {
      more = textSchema(node);
      types.add("string");
    } else if (kind === "packed") {
      // Nothing tells whether they are varints or of 32 or 64 bits, and so doubles.
      more = { items: { type: "number" } };
      types.add("array").add("string");
    } else if (kind === "bytes") types.add("string");
    // Of what was always empty nothing is known but that it has a length: it may be any of these.
    else types.add("string").add("object").add("array");
  }
  const list = [...types];
  return { ...more, type: list.length === 1 ? list[0] : list };
}

function textSchema(node: SchemaNode): JsonSchema {
  const [format, words] = [formatOf(node), wordsOf(node)];
  return {
    type: "string",
    ...(format === undefined ? {} : { format }),
    ...(words === undefined ? {} : { enum: words }),
  };
}

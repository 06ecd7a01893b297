import type { DeclaredField } from "../../declared/declared-api.js";
import {
  ARRAY,
  BOOLEAN,
  FIXED32_FIELD,
  FIXED64_FIELD,
  INTEGER,
  LENGTH_FIELD,
  VARINT_FIELD,
} from "../../protocol/shape.js";
import { lengthKind } from "./length-kind.js";
import type { SchemaNode } from "./schema-node.js";

type Wire = Exclude<DeclaredField["wire"], "any">;

const WIRES: readonly (readonly [bit: number, wire: Wire])[] = [
  [VARINT_FIELD, "varint"],
  [FIXED64_FIELD, "fixed64"],
  [LENGTH_FIELD, "length"],
  [FIXED32_FIELD, "fixed32"],
];
/** protobuf.dev, encoding, "Message Structure", calls them so. */
const WIRE_NAMES: Readonly<Record<Wire, string>> = {
  varint: "VARINT",
  fixed64: "I64",
  length: "LEN",
  fixed32: "I32",
};
/** From so many values on none of which was what is declared it is told. */
const MIN_SEEN = 3;

const INTEGERS = ["integer", "enum"] as const;
const LENGTH_TYPES = {
  string: ["string"],
  message: ["message"],
  packed: ["packed", "bytes"],
  bytes: ["bytes"],
  empty: ["string", "bytes", "message", "packed"],
} as const;

/** How a field was written, as Protocol Buffers calls it. */
export function wireTypesOf({ kinds }: SchemaNode): string[] {
  return WIRES.filter(([bit]) => (kinds & bit) !== 0).map(([, wire]) => WIRE_NAMES[wire]);
}

/** Types that the field may have been declared as, for all that could be seen. */
export function mayBeOf({ kinds, lengths }: SchemaNode): string[] {
  return [
    ...((kinds & VARINT_FIELD) === 0 ? [] : (kinds & INTEGER) === 0 ? [...INTEGERS, "bool"] : INTEGERS),
    ...((kinds & FIXED64_FIELD) === 0 ? [] : ["double", "fixed64", "sfixed64"]),
    ...((kinds & LENGTH_FIELD) === 0 ? [] : LENGTH_TYPES[lengthKind(lengths).kind]),
    ...((kinds & FIXED32_FIELD) === 0 ? [] : ["float", "fixed32", "sfixed32"]),
  ];
}

/**
 * How what was seen differs from what is declared: `VARINT, declared string`; undefined where it fits, or where that could not be seen.
 * Integers of all kinds, and enumerations, are written the same.
 */
export function fieldMismatch(node: SchemaNode, declared: DeclaredField): string | undefined {
  const { kinds, lengths } = node;
  const { wire, type, isRepeated, message } = declared;
  if (wire === "any") return undefined;
  const mayBePacked = isRepeated && wire !== "length";
  const wrong = WIRES.filter(
    ([bit, seen]) => (kinds & bit) !== 0 && seen !== wire && !(mayBePacked && seen === "length"),
  );
  const said = (what: string): string => `${what}, declared ${isRepeated ? "repeated " : ""}${type}`;
  if (wrong.length > 0) return said(wrong.map(([, seen]) => WIRE_NAMES[seen]).join(" and "));
  // 0 and 1 are all that a truth value is ever written as.
  if (type === "bool" && (kinds & INTEGER) !== 0) return said("a number beyond 0 and 1");
  if (!isRepeated && (kinds & ARRAY) !== 0) return said("several in one message");
  if (wire !== "length" || lengths === undefined || lengths.sized < MIN_SEEN) return undefined;
  const { kind } = lengthKind(lengths);
  if (message !== undefined && lengths.messages === 0) return said(kind === "string" ? "text" : "no message");
  return type === "string" && lengths.texts === 0 && kind === "message" ? said("a message") : undefined;
}

/** Nothing but 0 and 1 was seen: a truth value, or a number that was never another. */
export function mayBeFlag({ kinds }: SchemaNode): boolean {
  return (kinds & (BOOLEAN | INTEGER)) === BOOLEAN;
}

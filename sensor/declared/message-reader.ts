import protobuf from "protobufjs";
import type { DeclaredField, DeclaredMessage } from "./declared-api.js";

/** A field as some file has it. */
export interface RawField {
  readonly name: string;
  readonly number: number;
  /** `int32`, or the name of a message or an enumeration, as it is written there. */
  readonly type: string;
  readonly isRepeated: boolean;
  readonly isRequired: boolean;
}

/** A message as some file has it. The same object for the same message. */
export interface RawMessage {
  readonly fullName: string;
  readonly fields: readonly RawField[];
  readonly extensions: readonly (readonly [first: number, last: number])[];
}

/** An enumeration, by its full name. */
export interface RawEnum {
  readonly enumName: string;
}

/** What a name stands for within a scope, `package.Message`; undefined where no file has it. */
export type FindType = (name: string, scope: string) => RawMessage | RawEnum | undefined;

const WIRES: Readonly<Record<number, DeclaredField["wire"]>> = { 0: "varint", 1: "fixed64", 2: "length", 5: "fixed32" };

/** Messages as they are compared with what is seen. Each is made once: those that hold themselves are circles. */
export class MessageReader {
  readonly #find: FindType;
  readonly #known = new Map<RawMessage, DeclaredMessage>();
  readonly #waiting: (readonly [RawMessage, DeclaredMessage])[] = [];

  constructor(find: FindType) {
    this.#find = find;
  }

  /** Undefined where no file has it. */
  read(name: string, scope: string): DeclaredMessage | undefined {
    const found = this.#find(name, scope);
    if (found === undefined || "enumName" in found) return undefined;
    const made = this.#message(found);
    // One after the other: how deep messages hold each other is for whoever wrote them to say.
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) this.#fill(...next);
    return made;
  }

  #message(raw: RawMessage): DeclaredMessage {
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const made: DeclaredMessage = { name: raw.fullName, fields: new Map(), extensions: raw.extensions };
    this.#known.set(raw, made);
    this.#waiting.push([raw, made]);
    return made;
  }

  #fill({ fields, fullName }: RawMessage, made: DeclaredMessage): void {
    for (const field of fields) made.fields.set(field.number, this.#field(field, fullName));
  }

  #field({ name, type, isRepeated, isRequired }: RawField, scope: string): DeclaredField {
    const basic: number | undefined = (protobuf.types.basic as Readonly<Record<string, number>>)[type];
    const told = { name, isRepeated, isRequired, message: undefined };
    if (basic !== undefined) return { ...told, type, wire: WIRES[basic] };
    const found = this.#find(type, scope);
    if (found === undefined) return { ...told, type: type.replace(/^\./, ""), wire: "any" };
    if ("enumName" in found) return { ...told, type: found.enumName, wire: "varint" };
    return { ...told, type: found.fullName, wire: "length", message: this.#message(found) };
  }
}

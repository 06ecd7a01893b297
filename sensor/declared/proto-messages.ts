import protobuf from "protobufjs";
import type { FindType, RawEnum, RawField, RawMessage } from "./message-reader.js";

/** All that a .proto file declares, by `package.Message`. */
export type ProtoTypes = ReadonlyMap<string, RawMessage | RawEnum>;

export function protoTypes(root: protobuf.Root): ProtoTypes {
  return new Map(typesIn(root));
}

/** Looks in several files for what a name stands for: where it stands, then in each scope around it; with a dot before it is whole. */
export function finderIn(files: readonly ProtoTypes[]): FindType {
  const get = (name: string): RawMessage | RawEnum | undefined => {
    for (const types of files) {
      const found = types.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return (name, scope) => {
    if (name.startsWith(".")) return get(name.slice(1));
    for (let around = scope; around !== ""; around = around.slice(0, Math.max(0, around.lastIndexOf(".")))) {
      const found = get(`${around}.${name}`);
      if (found !== undefined) return found;
    }
    return get(name);
  };
}

function* typesIn(space: protobuf.NamespaceBase): Iterable<readonly [string, RawMessage | RawEnum]> {
  for (const part of space.nestedArray) {
    const name = part.fullName.replace(/^\./, "");
    if (part instanceof protobuf.Enum) yield [name, { enumName: name }];
    if (part instanceof protobuf.Type) yield* messageOf(part, name);
    if (part instanceof protobuf.Namespace) yield* typesIn(part);
  }
}

/** With the messages that its maps are lists of (protobuf.dev, encoding, maps). */
function* messageOf(type: protobuf.Type, fullName: string): Iterable<readonly [string, RawMessage]> {
  const fields: RawField[] = [];
  for (const field of type.fieldsArray) {
    const { id: number, name, rule, repeated } = field;
    if (!(field instanceof protobuf.MapField)) {
      fields.push({ name, number, type: field.type, isRepeated: repeated, isRequired: rule === "required" });
      continue;
    }
    const entry = `${fullName}.${entryName(name)}`;
    fields.push({ name, number, type: `.${entry}`, isRepeated: true, isRequired: false });
    const never = { isRepeated: false, isRequired: false };
    const pair: RawField[] = [
      { name: "key", number: 1, type: field.keyType, ...never },
      { name: "value", number: 2, type: field.type, ...never },
    ];
    yield [entry, { fullName: entry, fields: pair, extensions: [] }];
  }
  const extensions = (type.extensions ?? []).flatMap((range) =>
    typeof range === "string" ? [] : [[range[0], range[1]] as const],
  );
  yield [fullName, { fullName, fields, extensions }];
}

/** As compilers call it: `by_name` is a list of `ByNameEntry`. */
function entryName(field: string): string {
  return `${field.replace(/(^|_)([a-z])/gi, (_, __, letter: string) => letter.toUpperCase())}Entry`;
}

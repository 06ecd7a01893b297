import type { FindType, RawEnum, RawMessage } from "./message-reader.js";
import { finderIn } from "./proto-messages.js";

/** Parts of descriptor.proto that are read of a set's JSON form. */
export interface DescriptorMessage {
  readonly name?: string;
  readonly field?: readonly DescriptorField[];
  readonly nestedType?: readonly DescriptorMessage[];
  readonly enumType?: readonly { readonly name?: string }[];
  /** The end is not of it. */
  readonly extensionRange?: readonly { readonly start?: number; readonly end?: number }[];
}

interface DescriptorField {
  readonly name?: string;
  readonly number?: number;
  readonly label?: string;
  readonly type?: string;
  /** With a dot before it, whole. */
  readonly typeName?: string;
}

interface TypesOfFile {
  readonly package?: string;
  readonly messageType?: readonly DescriptorMessage[];
  readonly enumType?: DescriptorMessage["enumType"];
}

/** Finds what the files of one descriptor set declare. */
export function findDescribed(files: readonly TypesOfFile[]): FindType {
  const types = new Map<string, RawMessage | RawEnum>();
  for (const { package: namespace = "", messageType = [], enumType = [] } of files)
    for (const [name, type] of typesOf({ nestedType: messageType, enumType }, namespace)) types.set(name, type);
  // Compilers write whole names; some writers leave out what is common to both.
  return finderIn([types]);
}

function* typesOf(
  { nestedType = [], enumType = [] }: Pick<DescriptorMessage, "nestedType" | "enumType">,
  scope: string,
): Iterable<readonly [string, RawMessage | RawEnum]> {
  const within = (name = ""): string => (scope === "" ? name : `${scope}.${name}`);
  for (const { name } of enumType) yield [within(name), { enumName: within(name) }];
  for (const message of nestedType) {
    const fullName = within(message.name);
    yield [fullName, messageOf(message, fullName)];
    yield* typesOf(message, fullName);
  }
}

function messageOf({ field = [], extensionRange = [] }: DescriptorMessage, fullName: string): RawMessage {
  return {
    fullName,
    fields: field.map(({ name = "", number = 0, label, type = "", typeName }) => ({
      name,
      number,
      type: typeName ?? type.replace(/^TYPE_/, "").toLowerCase(),
      isRepeated: label === "LABEL_REPEATED",
      isRequired: label === "LABEL_REQUIRED",
    })),
    extensions: extensionRange.map(({ start = 0, end = 0 }) => [start, end - 1] as const),
  };
}

/** A field as its message's description has it. */
export interface FieldFact {
  readonly name: string;
  /** FieldDescriptorProto.Type. */
  readonly type: number;
  /** Of a field that is a message: its type, and the message it stands in, within which the name may be a relative one. */
  readonly typeName: string | undefined;
  readonly scope: string;
}

/** What a server itself said of its messages and procedures. */
export interface MessageTypes {
  /** Fields of a message by their numbers. Its name is looked for in `scope` and then further out, as a compiler does. */
  fieldsOf(typeName: string, scope: string): ReadonlyMap<number, FieldFact> | undefined;
}

export const STRING_TYPE = 9;
export const MESSAGE_TYPE = 11;
export const BYTES_TYPE = 12;

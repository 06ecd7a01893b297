/** A field as its message's description has it. */
export interface FieldFact {
  readonly name: string;
  /** FieldDescriptorProto.Type. */
  readonly type: number;
  /** Of a field that is a message: its type, with its package. */
  readonly typeName: string | undefined;
}

/** What a server itself said of its messages and procedures. */
export interface MessageTypes {
  /** Fields of a message by their numbers. */
  fieldsOf(typeName: string): ReadonlyMap<number, FieldFact> | undefined;
}

export const STRING_TYPE = 9;
export const MESSAGE_TYPE = 11;
export const BYTES_TYPE = 12;

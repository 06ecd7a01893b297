/** Bits of what may stand at one place of a message. */
export const OBJECT = 1;
export const ARRAY = 2;
export const STRING = 4;
export const INTEGER = 8;
export const NUMBER = 16;
export const BOOLEAN = 32;
export const NULL = 64;
/** Of some that stood there more was there than is told: what is not told may have been among it. */
export const UNTOLD = 128;
/** Beside STRING, of a text of a query, a form or a head: one at least was no list, for neither commas nor bars part it. */
export const ONE_TEXT = 8_192;
/** Beside INTEGER: one at least is more than 32, or 64, bits can hold (OpenAPI 3.1.0 §4.4). */
export const BEYOND_INT32 = 16_384;
export const BEYOND_INT64 = 32_768;
/** A whole number that is written with a fraction or an exponent (`1.0`, `2e3`): JSON Schema 2020-12 §6.1.1 has it as an integer. */
export const WHOLE_NUMBER = 65_536;
/** What says more of a kind that stands beside it. */
export const DETAILS = UNTOLD | ONE_TEXT | BEYOND_INT32 | BEYOND_INT64;
/**
 * How the fields of a message of Protocol Buffers are written (protobuf.dev, encoding), and the message itself. A field that came several
 * times in one message is an ARRAY beside that; a varint that was nothing but 0 and 1 is a BOOLEAN, any other an INTEGER.
 */
export const VARINT_FIELD = 256;
export const FIXED64_FIELD = 512;
export const FIXED32_FIELD = 1_024;
export const LENGTH_FIELD = 2_048;
export const MESSAGE = 4_096;

/** More are no few words that a program gives out. */
export const MAX_WORDS = 16;

/** Stands for the properties of an object whose names are values: numbers of customers, addresses, dates. */
export const ANY_NAME = "*";

/** What the values of a field with a length looked like, for nothing on the wire says what they are. Empty ones look like anything. */
export interface LengthCounts {
  /** Values that were not empty. */
  readonly sized: number;
  /** Of these: text, whole messages, and what may be either; of the latter those that rather begin like a message. */
  readonly texts: number;
  readonly messages: number;
  readonly both: number;
  readonly likelyMessages: number;
  /** Neither text nor message, but numbers one after the other. */
  readonly packed: number;
}

export function joinLengths(a: LengthCounts | undefined, b: LengthCounts | undefined): LengthCounts | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    sized: a.sized + b.sized,
    texts: a.texts + b.texts,
    messages: a.messages + b.messages,
    both: a.both + b.both,
    likelyMessages: a.likelyMessages + b.likelyMessages,
    packed: a.packed + b.packed,
  };
}

/** What one message is built of at one place, without its values. */
export interface Shape {
  /** Bits of the kinds of values that stood there. */
  readonly kinds: number;
  /** Bits of what the strings look like, see text-form.ts. */
  readonly formats: number;
  /** Values that stood there. */
  readonly times: number;
  /** Objects among them that were seen whole. */
  readonly objects: number;
  /** In how many whole objects it was there, where it is a property. */
  readonly present: number;
  readonly properties: ReadonlyMap<string, Shape> | undefined;
  /** Of all entries of arrays together. */
  readonly items: Shape | undefined;
  /**
   * The strings, each once, where they may be of a few words that a program gives out: short, the letters of each in one case, in a field
   * named as such fields are, and of no class of data. Undefined where any was something else, or they were more than a few. With
   * UNTOLD among the kinds there may have been others.
   */
  readonly words: readonly string[] | undefined;
  /** Only of fields of Protocol Buffers with a length; their properties go by their numbers. */
  readonly lengths?: LengthCounts | undefined;
  /** What the server calls the field, where it was asked by reflection. */
  readonly fieldName?: string | undefined;
}

/** An object that has nothing in it; one for all of them. */
export const NO_PROPERTIES: Shape = {
  ...{ kinds: OBJECT, formats: 0, times: 1, objects: 1, present: 0 },
  ...{ properties: undefined, items: undefined, words: undefined },
};

/** What the bodies and the query of one call are built of, as far as they were looked at. */
export interface CallShapes {
  readonly hasQuery: boolean;
  readonly request: Shape | undefined;
  readonly response: Shape | undefined;
  readonly query: Shape | undefined;
  /** Fields and cookies of the request's head; both or none of them. */
  readonly header: Shape | undefined;
  readonly cookie: Shape | undefined;
  /** Fields of the answer's head. */
  readonly responseHeader: Shape | undefined;
}

const NOTHING: CallShapes = {
  ...{ hasQuery: false, request: undefined, response: undefined, query: undefined },
  ...{ header: undefined, cookie: undefined, responseHeader: undefined },
};
/** Of a call with a query that was not looked at: one object for all of them. */
export const ONLY_QUERY: CallShapes = { ...NOTHING, hasQuery: true };

/** Of a call of which only the head was looked at, and had nothing of its own. */
export const BARE_HEAD: CallShapes = { ...NOTHING, header: NO_PROPERTIES, cookie: NO_PROPERTIES };

/** The call's shapes, with those of its head. */
export function withHead(shapes: CallShapes | undefined, header: Shape, cookie: Shape): CallShapes {
  if (shapes === undefined && header === NO_PROPERTIES && cookie === NO_PROPERTIES) return BARE_HEAD;
  return { ...(shapes ?? NOTHING), header, cookie };
}

/** The call's shapes, with one that was just read. Few calls are looked at: the others have no object of their own. */
export function withShape(
  shapes: CallShapes | undefined,
  place: "request" | "response" | "query" | "responseHeader",
  shape: Shape | undefined,
): CallShapes | undefined {
  return shape === undefined ? shapes : { ...(shapes ?? NOTHING), [place]: shape };
}

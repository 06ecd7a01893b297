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

/** Forms of strings, as JSON Schema 2020-12 §7.3 calls them; those that come later are tried later. */
export const FORMATS = ["uuid", "date", "date-time", "uri", "email", "ipv4"] as const;
/** Bit of the form of a string that has none of these. */
export const OTHER_FORMAT = 1 << FORMATS.length;

/** Stands for the properties of an object whose names are values: numbers of customers, addresses, dates. */
export const ANY_NAME = "*";

/** What one message is built of at one place, without its values. */
export interface Shape {
  /** Bits of the kinds of values that stood there. */
  readonly kinds: number;
  /** Bits of the forms of the strings: places in FORMATS, and OTHER_FORMAT. */
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
   * The last of the strings, where it may be one of a few words that a program gives out: short, of letters in one case, in a field
   * named as such fields are, and of no class of data. Undefined where any was something else.
   */
  readonly word: string | undefined;
}

/** An object that has nothing in it; one for all of them. */
export const NO_PROPERTIES: Shape = {
  ...{ kinds: OBJECT, formats: 0, times: 1, objects: 1, present: 0 },
  ...{ properties: undefined, items: undefined, word: undefined },
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

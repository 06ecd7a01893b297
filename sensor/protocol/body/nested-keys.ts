import { WordTable } from "../../bytes/word-table.js";
import { isRandom } from "../random-value.js";
import { JsonMembers, skipSpace } from "../rpc/json-members.js";
import type { BodyKey, Named } from "./body-keys.js";

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const COMMA = 0x2c;
const MAX_DEPTH = 4;
/** Entries of a list that are looked at: the others are like them. */
const MAX_ENTRIES = 4;
/** What says who asks, and what is wrapped around a whole request. A key in any other object may be what the request is about. */
const PROOFS = "auth authentication authorization credentials credential security session login access".split(" ");
const WRAPPERS = "header headers meta metadata context request req params variables input payload body data".split(" ");
const NAMES = new WordTable([...PROOFS, ...WRAPPERS]);
/** Names of a secret among what says who asks; in an entry of a list a key is mostly one of data. */
const SECRETS = new WordTable(["token", "key", "secret"]);
const TOKEN = 0;

type KeyOf = (bytes: Buffer, named: Named) => BodyKey | undefined;

/** Finds credentials by their names below the first members of a text in JSON: in objects that wrap a request, and in lists of requests. */
export class NestedKeys {
  readonly #keyOf: KeyOf;
  /** One for each level. */
  readonly #levels = Array.from({ length: MAX_DEPTH }, () => new JsonMembers());

  constructor(keyOf: KeyOf) {
    this.#keyOf = keyOf;
  }

  /** Bytes[start, end) are an object whose own members have none. */
  inObject(bytes: Buffer, start: number, end: number): BodyKey | undefined {
    return this.#inObject(bytes, start, end, 0, "request");
  }

  /** Bytes[start, end) are a list. */
  inList(bytes: Buffer, start: number, end: number): BodyKey | undefined {
    return this.#inList(bytes, start, end, 0, "entry");
  }

  #inObject(bytes: Buffer, start: number, end: number, depth: number, of: Holder): BodyKey | undefined {
    const members = this.#levels[depth];
    if (!members.open(bytes, start, end)) return undefined;
    while (members.next()) {
      const found = members.kind === "string" ? this.#key(bytes, members, of) : this.#below(bytes, members, depth);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #key(bytes: Buffer, members: JsonMembers, of: Holder): BodyKey | undefined {
    const { nameStart, nameEnd, valueStart, valueEnd } = members;
    const found = this.#keyOf(bytes, members);
    if (found !== undefined || of === "request") return found;
    const secret = SECRETS.indexOf(bytes, nameStart, nameEnd);
    if (secret < 0 || (of === "entry" && secret !== TOKEN)) return undefined;
    return isRandom(bytes, valueStart, valueEnd) ? "bearer" : undefined;
  }

  #below(
    bytes: Buffer,
    { kind, nameStart, nameEnd, valueStart, valueEnd }: JsonMembers,
    depth: number,
  ): BodyKey | undefined {
    if (depth + 1 >= MAX_DEPTH || (kind !== "object" && kind !== "array")) return undefined;
    const name = NAMES.indexOf(bytes, nameStart, nameEnd);
    if (name < 0) return undefined;
    const of = name < PROOFS.length ? "proof" : "request";
    return kind === "object"
      ? this.#inObject(bytes, valueStart, valueEnd, depth + 1, of)
      : this.#inList(bytes, valueStart, valueEnd, depth + 1, of);
  }

  #inList(bytes: Buffer, start: number, end: number, depth: number, of: Holder): BodyKey | undefined {
    let at = skipSpace(bytes, start, end);
    if (bytes[at] !== OPEN_ARRAY) return undefined;
    for (let entries = 0; entries < MAX_ENTRIES; entries++) {
      at = skipSpace(bytes, at + 1, end);
      if (at >= end || bytes[at] !== OPEN_OBJECT) return undefined;
      const found = this.#inObject(bytes, at, end, depth, of);
      if (found !== undefined) return found;
      at = skipSpace(bytes, this.#levels[depth].at, end);
      if (at >= end || bytes[at] !== COMMA) return undefined;
    }
    return undefined;
  }
}

/** Whose members are looked at: a request's, an entry's of a list of them, or those of what says who asks. */
type Holder = "request" | "entry" | "proof";

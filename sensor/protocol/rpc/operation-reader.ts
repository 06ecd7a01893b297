import { PlainName } from "../body/plain-name.js";
import type { FieldMemory } from "../data/field-memory.js";
import type { Rpc } from "../message.js";
import { type Dialect, NO_DIALECTS, type Operation } from "./dialect.js";
import { OperationNames } from "./operation-names.js";
import { dialects } from "./registry.js";

const MAX_TYPES = 256;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const SLASH = "/";
/** Longer is no name that is looked for, were each of its letters encoded. */
const MAX_ENCODED_NAME = 64;
const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;

export interface OperationCounters {
  operations_read: number;
  /** Requests that say what is called by something that is no name. */
  operations_without_name: number;
}

/** Says what requests ask for, whichever protocol says it. One for all flows; nothing of what it reads is kept but names. */
export class OperationReader {
  readonly names: OperationNames;
  readonly #counters: OperationCounters;
  readonly #all: readonly Dialect[];
  readonly #byType = new Map<string, readonly Dialect[]>();
  #lastType = "";
  #lastDialects: readonly Dialect[] = NO_DIALECTS;
  /** First letters of the members that JSON of theirs begins with. */
  readonly #memberLetters = new Uint8Array(256);
  /** First letters of queries that may be one's. */
  readonly #queryLetters = new Uint8Array(256);
  readonly #first = new PlainName();
  readonly #byPath: readonly Dialect[];
  readonly #byQuery: readonly (readonly [Buffer, Dialect])[];

  constructor(fields: FieldMemory, maxBytes: number, counters: OperationCounters) {
    this.#counters = counters;
    this.names = new OperationNames(fields);
    this.#all = dialects(this.names, maxBytes);
    this.#byQuery = this.#all.flatMap((dialect) =>
      (dialect.queryBeginnings ?? []).map((name) => [Buffer.from(name), dialect] as const),
    );
    this.#byPath = this.#all.filter(({ pathSegment }) => pathSegment !== undefined);
    for (const { firstMembers = [] } of this.#all) for (const name of firstMembers) this.#memberLetters[name[0]] = 1;
    for (const [name] of this.#byQuery) this.#queryLetters[name[0]] = 1;
  }

  /** Which protocols a request's body of this type may hold; mostly none. */
  ofType(contentType: string | undefined): readonly Dialect[] {
    if (contentType === this.#lastType) return this.#lastDialects;
    const type = contentType ?? "";
    let known = this.#byType.get(type);
    if (known === undefined) {
      const mediaType = type.slice(0, 128).toLowerCase().split(";")[0].trim();
      known = this.#all.filter((dialect) => dialect.mayHold(mediaType));
      if (this.#byType.size >= MAX_TYPES) this.#byType.clear();
      this.#byType.set(type, known);
    }
    this.#lastType = type;
    this.#lastDialects = known;
    return known;
  }

  /** The one that reads answers of this system; undefined where none does. */
  ofSystem(system: Rpc["system"]): Dialect | undefined {
    for (const dialect of this.#all) if (dialect.system === system && dialect.outcome !== undefined) return dialect;
    return undefined;
  }

  /** What the query bytes[start, end) of a target with this path asks for. */
  ofQuery(bytes: Buffer, start: number, end: number, path: string, isGet: boolean): readonly Operation[] | undefined {
    for (const dialect of this.#byPath)
      if (hasSegment(path, dialect.pathSegment ?? ""))
        return this.#count(dialect.ofQuery?.(bytes, start, end, true, isGet));
    if (this.#queryLetters[bytes[start]] === 0 && bytes[start] !== PERCENT) return undefined;
    let nameEnd = start;
    const mostEnd = Math.min(end, start + MAX_ENCODED_NAME);
    while (nameEnd < mostEnd && bytes[nameEnd] !== EQUALS) nameEnd++;
    if (nameEnd === mostEnd) return undefined;
    const first = this.#first;
    first.read(bytes, start, nameEnd);
    for (const [name, dialect] of this.#byQuery)
      if (first.end - first.start === name.length && isAt(name, first.bytes, first.start))
        return this.#count(dialect.ofQuery?.(bytes, start, end, false, isGet));
    return undefined;
  }

  /** What a body asks for that may be of one of `among`. */
  read(
    among: readonly Dialect[],
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
  ): readonly Operation[] | undefined {
    for (const dialect of among) {
      const found = dialect.mayBegin(bytes, start, end) ? dialect.operations(bytes, start, end, isCut) : undefined;
      if (found !== undefined) return this.#count(found);
    }
    return undefined;
  }

  mayBegin(among: readonly Dialect[], bytes: Buffer, start: number, end: number): boolean {
    // Of nearly all JSON one letter says that it is none's.
    const isObject = end - start > 2 && bytes[start] === OPEN_OBJECT && bytes[start + 1] === QUOTE;
    if (isObject && this.#memberLetters[bytes[start + 2]] === 0) return false;
    for (const dialect of among) if (dialect.mayBegin(bytes, start, end)) return true;
    return false;
  }

  #count(operations: readonly Operation[] | undefined): readonly Operation[] | undefined {
    if (operations === undefined) return undefined;
    this.#counters.operations_read += operations.length;
    for (const { label } of operations) if (label === undefined) this.#counters.operations_without_name++;
    return operations;
  }
}

/** Between slashes, or at the end. */
function hasSegment(path: string, segment: string): boolean {
  const at = path.indexOf(segment);
  if (at < 1 || path[at - 1] !== SLASH) return false;
  const end = at + segment.length;
  return end === path.length || path[end] === SLASH;
}

function isAt(name: Buffer, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < name.length; at++) if (bytes[start + at] !== name[at]) return false;
  return true;
}

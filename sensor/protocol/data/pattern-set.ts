import { type ByteSet, PatternError, type PatternNode, parsePattern } from "./pattern.js";

/** Nodes that one pattern may need, repetitions written out, and all of a set together. */
const MAX_PATTERN_NODES = 2_000;
const MAX_NODES = 20_000;
/** States are made when they are first needed; beyond this many all are forgotten and made anew. */
const MAX_STATES = 2_048;
const FIRST_STATES = 64;
/** Numbers of many countries have as many digits as another's. */
const MAX_HITS = 64;
const DEAD = 0;
const UNKNOWN = -1;

/** Either takes a byte, or accepts, or goes on to others without taking one. */
interface Place {
  readonly set: ByteSet | undefined;
  readonly accepts: number;
  /** Where it goes on; filled in after what follows is made. */
  readonly next: number[];
}

/** What a word is made of; a match neither begins nor ends inside one. */
export const IS_WORD = new Uint8Array(256).fill(1, 0x80);
for (const byte of Buffer.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")) IS_WORD[byte] = 1;

/**
 * Several patterns tried at once, one step a byte whatever they are: Thompson's construction, made deterministic while it runs, with
 * a bound on its states (as RE2 does it). No input makes it slower.
 */
export class PatternSet {
  /** Whether any match begins with this byte. */
  readonly begins = new Uint8Array(256);
  /** Of the last `match`: which patterns fit, and where each match ends, the longest last. */
  hits = 0;
  readonly hitIds = new Int32Array(MAX_HITS);
  readonly hitEnds = new Int32Array(MAX_HITS);
  readonly #places: Place[] = [];
  readonly #classOf = new Uint8Array(256);
  readonly #classes: number;
  readonly #start: readonly number[];
  /** Where each byte leads from each state, in two bytes: most of what comparing costs is to read them. */
  #steps: Int16Array;
  readonly #accepts = new Uint8Array(MAX_STATES + 1);
  #members: (readonly number[])[] = [];
  #accepted: (readonly number[])[] = [];
  readonly #byKey = new Map<string, number>();
  #first = DEAD;

  constructor(patterns: readonly string[]) {
    this.#start = patterns.map((pattern, id) => this.#compile(parsePattern(pattern), id));
    this.#classes = this.#divideBytes();
    this.#steps = new Int16Array(FIRST_STATES * this.#classes);
    this.#forget();
    for (const set of new Set(this.#members[this.#first].map((member) => this.#places[member].set)))
      if (set !== undefined) for (let byte = 0; byte < 256; byte++) this.begins[byte] |= set[byte];
  }

  /**
   * Tries all patterns on bytes[start, end) from `start` on; matches that end inside a word count only for `prefixes`. How many bytes
   * were looked at.
   */
  match(bytes: Buffer, start: number, end: number, prefixes: Uint8Array): number {
    this.hits = 0;
    let state = this.#first;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      const known = this.#steps[state * this.#classes + this.#classOf[byte]];
      state = known === UNKNOWN ? this.#step(state, byte) : known;
      if (state === DEAD) return at + 1 - start;
      if (this.#accepts[state] === 1)
        this.#hit(this.#accepted[state], at + 1, at + 1 < end && IS_WORD[bytes[at + 1]] === 1, prefixes);
    }
    return end - start;
  }

  /** The last ones are kept where there are too many: they are the longest. */
  #hit(accepted: readonly number[], end: number, isInside: boolean, prefixes: Uint8Array): void {
    for (const id of accepted) {
      if (isInside && prefixes[id] === 0) continue;
      if (this.hits === MAX_HITS) {
        this.hitIds.copyWithin(0, 1);
        this.hitEnds.copyWithin(0, 1);
        this.hits--;
      }
      this.hitIds[this.hits] = id;
      this.hitEnds[this.hits++] = end;
    }
  }

  #step(state: number, byte: number): number {
    const next = new Set<number>();
    for (const member of this.#members[state]) {
      const place = this.#places[member];
      if (place.set?.[byte] === 1) for (const to of place.next) this.#close(to, next);
    }
    const forgotten = this.#byKey.size >= MAX_STATES;
    if (forgotten) this.#forget();
    const made = this.#stateOf(next);
    if (!forgotten) this.#steps[state * this.#classes + this.#classOf[byte]] = made;
    return made;
  }

  #stateOf(members: ReadonlySet<number>): number {
    const sorted = [...members].sort((a, b) => a - b);
    const key = sorted.join(",");
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const state = this.#members.length;
    this.#byKey.set(key, state);
    if ((state + 1) * this.#classes > this.#steps.length) {
      const larger = new Int16Array(this.#steps.length * 2).fill(UNKNOWN, this.#steps.length);
      larger.set(this.#steps);
      this.#steps = larger;
    }
    this.#members.push(sorted);
    const accepted = sorted.map((member) => this.#places[member].accepts).filter((id) => id >= 0);
    this.#accepted.push(accepted);
    this.#accepts[state] = accepted.length > 0 ? 1 : 0;
    return state;
  }

  #forget(): void {
    this.#byKey.clear();
    this.#members = [];
    this.#accepted = [];
    this.#steps.fill(UNKNOWN);
    this.#stateOf(new Set());
    const first = new Set<number>();
    for (const place of this.#start) this.#close(place, first);
    this.#first = this.#stateOf(first);
  }

  /** Adds a place with all that are reached from it without taking a byte. */
  #close(place: number, into: Set<number>): void {
    const left = [place];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (into.has(at)) continue;
      into.add(at);
      const { set, next } = this.#places[at];
      if (set === undefined) left.push(...next);
    }
  }

  /** The place where a pattern begins. */
  #compile(pattern: PatternNode, id: number): number {
    const before = this.#places.length;
    const accept = this.#add({ set: undefined, accepts: id, next: [] }, before);
    const start = this.#before(pattern, accept, before);
    const reached = new Set<number>();
    this.#close(start, reached);
    if (reached.has(accept)) throw new PatternError("fits the empty text");
    return start;
  }

  /** Makes the places of a node such that they go on to `after`; the one it begins with. */
  #before(node: PatternNode, after: number, base: number): number {
    switch (node.kind) {
      case "bytes":
        return this.#add({ set: node.set, accepts: -1, next: [after] }, base);
      case "sequence":
        return node.parts.reduceRight((next, part) => this.#before(part, next, base), after);
      case "choice": {
        const next = node.parts.map((part) => this.#before(part, after, base));
        return this.#add({ set: undefined, accepts: -1, next }, base);
      }
      default:
        return this.#repeat(node.part, node.least, node.most, after, base);
    }
  }

  #repeat(part: PatternNode, least: number, most: number | undefined, after: number, base: number): number {
    let start = after;
    if (most === undefined) {
      const loop = this.#add({ set: undefined, accepts: -1, next: [after] }, base);
      this.#places[loop].next.push(this.#before(part, loop, base));
      start = loop;
    }
    for (let more = least; more < (most ?? least); more++) {
      const inner = this.#before(part, start, base);
      start = this.#add({ set: undefined, accepts: -1, next: [inner, after] }, base);
    }
    for (let times = 0; times < least; times++) start = this.#before(part, start, base);
    return start;
  }

  #add(place: Place, base: number): number {
    if (this.#places.length - base >= MAX_PATTERN_NODES) throw new PatternError("is too large; use fewer repetitions");
    if (this.#places.length >= MAX_NODES)
      throw new PatternError("is one too many: all patterns together are too large");
    return this.#places.push(place) - 1;
  }

  /** Bytes that no pattern tells apart share a column; how many columns there are. */
  #divideBytes(): number {
    let columns = 1;
    // Repetitions share their sets. Each set parts every column in those of its bytes that belong to it and those that do not.
    for (const set of new Set(this.#places.map((place) => place.set))) {
      if (set === undefined) continue;
      const parted = new Int16Array(columns * 2).fill(-1);
      columns = 0;
      for (let byte = 0; byte < 256; byte++) {
        const part = this.#classOf[byte] * 2 + set[byte];
        if (parted[part] < 0) parted[part] = columns++;
        this.#classOf[byte] = parted[part];
      }
    }
    return columns;
  }
}

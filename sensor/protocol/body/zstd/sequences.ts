import { BackwardBits } from "./bits.js";
import { described, readStateTable, StateTable } from "./state-table.js";
import { ZstdError } from "./zstd-error.js";

/** RFC 8878 §3.1.1.3.2.1.1: what codes beyond the first stand for, and the bits that are added. */
function basesOf(first: number, direct: number, bits: readonly number[]): readonly number[] {
  const bases = Array.from({ length: direct }, (_none, at) => first + at);
  for (let at = 0, base = first + direct; at < bits.length; base += 2 ** bits[at++]) bases.push(base);
  return bases;
}
const LITERAL_BITS = [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BITS = [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const LITERAL_BASES = basesOf(0, 16, LITERAL_BITS);
const MATCH_BASES = basesOf(3, 32, MATCH_BITS);

interface Kind {
  /** As many as a table of its own may have; the usual one may have fewer. */
  readonly maxSymbols: number;
  readonly maxLog: number;
  /** RFC 8878 §3.1.1.3.2.2. */
  readonly usual: StateTable;
}

function kindOf(maxSymbols: number, maxLog: number, log: number, ...counts: readonly number[]): Kind {
  return { maxSymbols, maxLog, usual: new StateTable(log, counts, counts.length) };
}

const times = (count: number, value: number): readonly number[] => Array<number>(count).fill(value);
const LITERALS = kindOf(
  LITERAL_BASES.length,
  9,
  6,
  4,
  3,
  ...times(11, 2),
  1,
  1,
  1,
  ...times(9, 2),
  3,
  2,
  ...times(5, 1),
  ...times(4, -1),
);
const OFFSETS = kindOf(32, 8, 5, ...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1));
const MATCHES = kindOf(MATCH_BASES.length, 9, 6, 1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1));

/** One sequence after the other: so many literals, then so many bytes of what came so far back. */
export class Sequences {
  /** RFC 8878 §3.1.1.5: offsets used last. */
  readonly #recent = new Float64Array(3);
  count = 0;
  literals = 0;
  match = 0;
  offset = 0;
  readonly #bits = new BackwardBits();
  /** Of the block, and then for those of the next that say so. */
  #tables: [StateTable, StateTable, StateTable] | undefined = undefined;
  #states: [number, number, number] = [0, 0, 0];

  /** A frame begins. */
  clear(): void {
    this.#recent.set([1, 4, 8]);
    this.#tables = undefined;
  }

  /** Reads what stands before the sequences of bytes[start, end). */
  begin(bytes: Buffer, start: number, end: number): void {
    const first = start < end ? bytes[start] : 0;
    const headBytes = first < 128 ? 1 : first < 255 ? 2 : 3;
    if (start + headBytes >= end && first !== 0) throw new ZstdError("sequences that end early");
    this.count = first;
    if (first === 255) this.count = bytes.readUInt16LE(start + 1) + 0x7f00;
    else if (first >= 128) this.count = ((first - 128) << 8) | bytes[start + 1];
    if (this.count === 0) return;
    const modes = bytes[start + headBytes];
    if ((modes & 3) !== 0) throw new ZstdError("sequences of a later version");
    let at = start + headBytes + 1;
    const table = (kind: Kind, mode: number, before: StateTable | undefined): StateTable => {
      if (mode === 0) return kind.usual;
      if (mode === 3 && before !== undefined) return before;
      if (mode === 3 || at >= end) throw new ZstdError("sequences without a table");
      if (mode === 1 && bytes[at] < kind.maxSymbols) return StateTable.ofOne(bytes[at++]);
      if (mode === 1) throw new ZstdError("sequences of an unknown symbol");
      const made = readStateTable(bytes, at, end, kind.maxLog, kind.maxSymbols);
      at = described.end;
      return made;
    };
    const literals = table(LITERALS, modes >> 6, this.#tables?.[0]);
    const offsets = table(OFFSETS, (modes >> 4) & 3, this.#tables?.[1]);
    const matches = table(MATCHES, (modes >> 2) & 3, this.#tables?.[2]);
    this.#tables = [literals, offsets, matches];
    this.#bits.begin(bytes, at, end);
    this.#states = [this.#bits.read(literals.log), this.#bits.read(offsets.log), this.#bits.read(matches.log)];
  }

  /** The next one; `left` are to come, it included. */
  next(left: number): void {
    const bits = this.#bits;
    const states = this.#states;
    if (this.#tables === undefined) throw new ZstdError("sequences without a table");
    const [literals, offsets, matches] = this.#tables;
    const offsetCode = offsets.symbols[states[1]];
    const literalCode = literals.symbols[states[0]];
    const matchCode = matches.symbols[states[2]];
    const value = 2 ** offsetCode + bits.read(offsetCode);
    this.match = MATCH_BASES[matchCode] + (matchCode < 32 ? 0 : bits.read(MATCH_BITS[matchCode - 32]));
    this.literals = LITERAL_BASES[literalCode] + (literalCode < 16 ? 0 : bits.read(LITERAL_BITS[literalCode - 16]));
    this.#offset(value);
    if (left > 1) {
      states[0] = literals.follow(states[0], bits);
      states[2] = matches.follow(states[2], bits);
      states[1] = offsets.follow(states[1], bits);
    }
    if (bits.left < 0 || (left === 1 && bits.left !== 0))
      throw new ZstdError("sequences that do not end with their bits");
  }

  #offset(value: number): void {
    const recent = this.#recent;
    if (value > 3) {
      recent.set([value - 3, recent[0], recent[1]]);
      this.offset = value - 3;
      return;
    }
    const which = this.literals === 0 ? value : value - 1;
    this.offset = which === 3 ? recent[0] - 1 : recent[which];
    if (which === 1) recent.set([this.offset, recent[0]]);
    else if (which > 1) recent.set([this.offset, recent[0], recent[1]]);
  }
}

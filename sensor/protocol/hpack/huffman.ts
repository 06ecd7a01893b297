import { CODE_LENGTHS } from "./huffman-code.js";

const EOS = 256;
const STATES = 256;
/** RFC 7541 §5.2: padding is shorter than a byte. */
const MAX_PADDING_BITS = 7;
const FAILURE = -1;
const COUNT_SHIFT = 24;
const LINE_BREAK = 1 << 28;

/**
 * One step for each state and byte: the next state in the lowest byte, up to two bytes that were completed (no code is shorter than
 * five bits) in the next two, and how many there are above, with a mark where one of them breaks lines. A state is an inner node of the code's tree.
 */
const STEPS = new Int32Array(STATES * 256);
/** The same without the bytes: half as large, and what most strings need. */
const MEASURES = new Uint16Array(STATES * 256);
const MEASURE_BREAK = 1 << 10;
const MEASURE_FAILURE = 1 << 11;
/** Input may end there: all bits since the last whole code are ones, and few. */
const MAY_END = new Uint8Array(STATES);

/** Children of inner nodes; a byte or EOS stands as its negative less one. */
type Tree = [number, number][];

let isMade = false;

/** When first needed: of most captures it never is, and it takes as long as a third of the program's start. */
function prepare(): void {
  if (isMade) return;
  isMade = true;
  makeSteps(makeTree());
}

function makeTree(): Tree {
  const tree: Tree = [[0, 0]];
  const order = [...CODE_LENGTHS.keys()].sort((a, b) => CODE_LENGTHS[a] - CODE_LENGTHS[b] || a - b);
  let code = 0;
  let length = 0;
  for (const symbol of order) {
    code *= 2 ** (CODE_LENGTHS[symbol] - length);
    length = CODE_LENGTHS[symbol];
    plant(tree, code, length, symbol);
    code++;
  }
  return tree;
}

function plant(tree: Tree, code: number, length: number, symbol: number): void {
  let node = 0;
  for (let bit = length - 1; bit > 0; bit--) {
    const side = (code >>> bit) & 1;
    if (tree[node][side] === 0) tree[node][side] = tree.push([0, 0]) - 1;
    node = tree[node][side];
  }
  tree[node][code & 1] = -symbol - 1;
}

function makeSteps(tree: Tree): void {
  for (let state = 0; state < STATES; state++)
    for (let byte = 0; byte < 256; byte++) {
      const step = stepOf(tree, state, byte);
      STEPS[(state << 8) | byte] = step;
      MEASURES[(state << 8) | byte] = measureOf(step);
    }
  let node = 0;
  for (let bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    MAY_END[node] = 1;
    node = tree[node][1];
  }
}

function stepOf(tree: Tree, state: number, byte: number): number {
  let node = state;
  let count = 0;
  let bytes = 0;
  for (let bit = 7; bit >= 0; bit--) {
    const next = tree[node][(byte >>> bit) & 1];
    if (next === -EOS - 1) return FAILURE;
    node = Math.max(next, 0);
    if (next >= 0) continue;
    bytes |= (-next - 1) << (8 + 8 * count++);
    if (isLineBreak(-next - 1)) bytes |= LINE_BREAK;
  }
  return (count << COUNT_SHIFT) | bytes | node;
}

function measureOf(step: number): number {
  if (step === FAILURE) return MEASURE_FAILURE;
  return (step & 0xff) | (((step >>> COUNT_SHIFT) & 3) << 8) | ((step & LINE_BREAK) === 0 ? 0 : MEASURE_BREAK);
}

/** Bytes that so many of Huffman code may stand for at most. */
export function maxDecodedBytes(length: number): number {
  return Math.floor((length * 8) / 5) + 2;
}

/** CR, LF and NUL, which a field must not have (RFC 9113 §8.2.1). */
export function isLineBreak(byte: number): boolean {
  return byte === 0 || byte === 10 || byte === 13;
}

/** Of what was decoded or measured last. */
export const lastHuffman = { hasLineBreak: false };

/** Decodes bytes[start, end) into `into` from `from` on, where there is room; how many bytes it made, -1 where it is no such code. */
export function decodeHuffman(bytes: Buffer, start: number, end: number, into: Buffer, from: number): number {
  prepare();
  let state = 0;
  let to = from;
  let marks = 0;
  for (let at = start; at < end; at++) {
    const step = STEPS[(state << 8) | bytes[at]];
    if (step < 0) return -1;
    state = step & 0xff;
    marks |= step;
    // Written in any case: what does not count is overwritten by the next.
    into[to] = (step >>> 8) & 0xff;
    into[to + 1] = (step >>> 16) & 0xff;
    to += (step >>> COUNT_SHIFT) & 3;
  }
  lastHuffman.hasLineBreak = (marks & LINE_BREAK) !== 0;
  return MAY_END[state] === 1 ? to - from : -1;
}

/** How many bytes it would make. */
export function measureHuffman(bytes: Buffer, start: number, end: number): number {
  prepare();
  let state = 0;
  let made = 0;
  let marks = 0;
  for (let at = start; at < end; at++) {
    const measure = MEASURES[(state << 8) | bytes[at]];
    state = measure & 0xff;
    marks |= measure;
    made += (measure >>> 8) & 3;
  }
  lastHuffman.hasLineBreak = (marks & MEASURE_BREAK) !== 0;
  return MAY_END[state] === 1 && (marks & MEASURE_FAILURE) === 0 ? made : -1;
}

import { CODE_LENGTHS } from "./huffman-code.js";

const EOS = 256;
const STATES = 256;
/** RFC 7541 §5.2: padding is shorter than a byte. */
const MAX_PADDING_BITS = 7;
/** Parts of a step: how many bytes were completed, whether one of them breaks lines, whether it is EOS; the next state, and the bytes. */
const COUNT = 3;
const LINE_BREAK = 4;
const FAILURE = 8;
const NEXT = 0xff00;
const BYTES_SHIFT = 16;

/**
 * One step for each state and byte. A state is an inner node of the code's tree; no code is shorter than five bits, so that a byte
 * completes two at most. Each is made when it is first needed: of all of them heads need few, and all take as long as a tenth of the
 * program's start. None is 0: what ends at the root has completed a byte.
 */
const STEPS = new Int32Array(STATES * 256);
/** The same without the bytes: half as large, and what most strings need. */
const MEASURES = new Uint16Array(STATES * 256);
/** Input may end there: all bits since the last whole code are ones, and few. */
const MAY_END = new Uint8Array(STATES);
/** Children of inner nodes, two each; a byte or EOS stands as its negative less one. */
const TREE = new Int16Array(STATES * 2);

let isMade = false;

function prepare(): void {
  isMade = true;
  makeTree();
  let node = 0;
  for (let bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    MAY_END[node] = 1;
    node = TREE[node * 2 + 1];
  }
}

function makeTree(): void {
  const order = [...CODE_LENGTHS.keys()].sort((a, b) => CODE_LENGTHS[a] - CODE_LENGTHS[b] || a - b);
  let code = 0;
  let length = 0;
  let nodes = 1;
  for (const symbol of order) {
    code *= 2 ** (CODE_LENGTHS[symbol] - length);
    length = CODE_LENGTHS[symbol];
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const child = node * 2 + ((code >>> bit) & 1);
      if (TREE[child] === 0) TREE[child] = nodes++;
      node = TREE[child];
    }
    TREE[node * 2 + (code & 1)] = -symbol - 1;
    code++;
  }
}

/** `at` is a state and, below it, a byte. */
function makeStep(at: number): number {
  STEPS[at] = stepOf(at >>> 8, at & 0xff);
  return STEPS[at];
}

function makeMeasure(at: number): number {
  MEASURES[at] = stepOf(at >>> 8, at & 0xff);
  return MEASURES[at];
}

function stepOf(state: number, byte: number): number {
  let node = state;
  let count = 0;
  let step = 0;
  for (let bit = 7; bit >= 0; bit--) {
    const next = TREE[node * 2 + ((byte >>> bit) & 1)];
    if (next === -EOS - 1) return FAILURE;
    node = Math.max(next, 0);
    if (next >= 0) continue;
    step |= (-next - 1) << (BYTES_SHIFT + 8 * count++);
    if (isLineBreak(-next - 1)) step |= LINE_BREAK;
  }
  return step | (node << 8) | count;
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
  if (!isMade) prepare();
  let step = 0;
  let to = from;
  let marks = 0;
  for (let at = start; at < end; at++) {
    const place = (step & NEXT) | bytes[at];
    step = STEPS[place] || makeStep(place);
    marks |= step;
    // Written in any case: what does not count is overwritten by the next.
    into[to] = (step >>> BYTES_SHIFT) & 0xff;
    into[to + 1] = step >>> (BYTES_SHIFT + 8);
    to += step & COUNT;
  }
  return ends(step, marks) ? to - from : -1;
}

/** How many bytes it would make. */
export function measureHuffman(bytes: Buffer, start: number, end: number): number {
  if (!isMade) prepare();
  let step = 0;
  let made = 0;
  let marks = 0;
  for (let at = start; at < end; at++) {
    const place = (step & NEXT) | bytes[at];
    step = MEASURES[place] || makeMeasure(place);
    marks |= step;
    made += step & COUNT;
  }
  return ends(step, marks) ? made : -1;
}

/** Whether input may end with this step, after all those whose marks these are. */
function ends(step: number, marks: number): boolean {
  lastHuffman.hasLineBreak = (marks & LINE_BREAK) !== 0;
  return MAY_END[(step & NEXT) >>> 8] === 1 && (marks & FAILURE) === 0;
}

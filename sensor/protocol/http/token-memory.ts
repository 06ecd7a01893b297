import { randomBytes } from "node:crypto";
import { viewOf } from "../../bytes/word-view.js";
import type { TokenFacts } from "../protection.js";
import type { PublicNames } from "./public-names.js";
import { readToken } from "./token-claims.js";

const SLOTS = 2_048;
const WORD = 4;
const MAX_FACTS = 1_024;

/**
 * What tokens say, each taken apart once: the same come with call after call. They are known again by a hash of all their bytes whose
 * beginning nobody outside knows, so that none can be made to pass for another; of the bytes none is kept. Direct-mapped: tokens that
 * share a slot are only read again.
 */
export class TokenMemory {
  readonly #names: PublicNames;
  readonly #seeds = new Int32Array(new Uint8Array(randomBytes(2 * WORD)).buffer);
  readonly #first = new Int32Array(SLOTS);
  readonly #second = new Int32Array(SLOTS);
  readonly #facts: (TokenFacts | undefined)[] = new Array(SLOTS).fill(undefined);
  /** The same object for the same facts. Bounded by starting over. */
  readonly #shared = new Map<string, TokenFacts>();

  constructor(names: PublicNames) {
    this.#names = names;
  }

  /** Of the token bytes[start, end), which is at least a word long. */
  of(bytes: Buffer, start: number, end: number): TokenFacts {
    const view = viewOf(bytes);
    let first = this.#seeds[0] ^ (end - start);
    let second = this.#seeds[1];
    const last = end - WORD;
    for (let at = start; at < last; at += WORD) {
      const word = view.getInt32(at, true);
      first = Math.imul(first ^ word, 0x9e3779b1);
      first ^= first >>> 15;
      second = Math.imul(second ^ word, 0x85ebca6b);
      second ^= second >>> 13;
    }
    const word = view.getInt32(last, true);
    first = Math.imul(first ^ word, 0x85ebca6b);
    first ^= first >>> 15;
    second = Math.imul(second ^ word, 0x9e3779b1);
    second ^= second >>> 13;
    const slot = (first ^ second) & (SLOTS - 1);
    const known = this.#facts[slot];
    if (known !== undefined && this.#first[slot] === first && this.#second[slot] === second) return known;
    const facts = this.#share(readToken(bytes, start, end, this.#names));
    this.#first[slot] = first;
    this.#second[slot] = second;
    this.#facts[slot] = facts;
    return facts;
  }

  #share(facts: TokenFacts): TokenFacts {
    const key = JSON.stringify(facts);
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    if (this.#shared.size >= MAX_FACTS) this.#shared.clear();
    this.#shared.set(key, facts);
    return facts;
  }
}

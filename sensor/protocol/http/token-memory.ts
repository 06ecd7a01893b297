import { randomBytes } from "node:crypto";
import { viewOf } from "../../bytes/word-view.js";
import type { TokenFacts } from "../protection.js";
import type { PublicNames } from "./public-names.js";
import { readToken } from "./token-claims.js";

const SETS = 2_048;
const WAYS = 4;
const WORD = 4;
const MAX_FACTS = 1_024;
const MIN_TOKEN_BYTES = 20;
/** What begins as tokens do and is none, such as the cookie of another framework: it comes again as well. */
const NO_TOKEN = "none";

type Learned = TokenFacts | typeof NO_TOKEN;

/**
 * What tokens say, each taken apart once: the same come with call after call. They are known again by a hash of all their bytes whose
 * beginning nobody outside knows, so that none can be made to pass for another; of the bytes none is kept. Bounded: tokens that find no
 * room are only read again.
 */
export class TokenMemory {
  readonly #names: PublicNames;
  readonly #seeds = new Int32Array(new Uint8Array(randomBytes(2 * WORD)).buffer);
  readonly #first = new Int32Array(SETS * WAYS);
  readonly #second = new Int32Array(SETS * WAYS);
  readonly #facts: (Learned | undefined)[] = new Array(SETS * WAYS).fill(undefined);
  #turn = 0;
  /** The same object for the same facts. Bounded by starting over. */
  readonly #shared = new Map<string, TokenFacts>();

  constructor(names: PublicNames) {
    this.#names = names;
  }

  /** Of bytes[start, end); undefined where they are no token. RFC 7519 §3: one begins with `{"` encoded. */
  of(bytes: Buffer, start: number, end: number): TokenFacts | undefined {
    if (
      end - start < MIN_TOKEN_BYTES ||
      bytes[start] !== 0x65 ||
      bytes[start + 1] !== 0x79 ||
      bytes[start + 2] !== 0x4a
    )
      return undefined;
    const learned = this.#of(bytes, start, end);
    return learned === NO_TOKEN ? undefined : learned;
  }

  #of(bytes: Buffer, start: number, end: number): Learned {
    // Two sums over the same words that no change of the words leaves both as they are.
    const view = viewOf(bytes);
    let first = this.#seeds[0] ^ (end - start);
    let second = this.#seeds[1];
    const last = end - WORD;
    for (let at = start; at < last; at += WORD) {
      const word = view.getInt32(at, true);
      first = Math.imul(first ^ word, 0x9e3779b1);
      first ^= first >>> 15;
      second = Math.imul((second + word) | 0, 0x85ebca6b);
      second ^= second >>> 13;
    }
    const word = view.getInt32(last, true);
    first = Math.imul(first ^ word, 0x85ebca6b);
    first ^= first >>> 15;
    second = Math.imul((second + word) | 0, 0x9e3779b1);
    second ^= second >>> 13;
    const base = ((first ^ second) & (SETS - 1)) * WAYS;
    for (let slot = base; slot < base + WAYS; slot++)
      if (this.#first[slot] === first && this.#second[slot] === second) {
        const known = this.#facts[slot];
        if (known !== undefined) return known;
      }
    return this.#learn(base, first, second, bytes, start, end);
  }

  #learn(base: number, first: number, second: number, bytes: Buffer, start: number, end: number): Learned {
    const read = readToken(bytes, start, end, this.#names);
    const facts = read === undefined ? NO_TOKEN : this.#share(read);
    const slot = base + (this.#turn++ & (WAYS - 1));
    this.#first[slot] = first;
    this.#second[slot] = second;
    this.#facts[slot] = facts;
    return facts;
  }

  #share(facts: TokenFacts): TokenFacts {
    const { isEncrypted, algorithm, issuer, audiences, keyId, keyHosts, scopes, lifetimeSeconds, expires, binding } =
      facts;
    const key = `${isEncrypted} ${algorithm} ${keyId} ${lifetimeSeconds} ${expires} ${binding}\n${keyHosts.join(" ")}\n${issuer}\n${audiences.join("\n")}\n\n${scopes.join(" ")}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    if (this.#shared.size >= MAX_FACTS) this.#shared.clear();
    this.#shared.set(key, facts);
    return facts;
  }
}

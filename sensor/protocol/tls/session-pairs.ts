import type { ClientAuth } from "../message.js";

/** TLS 1.3 sessions of one client with one server whose handshakes ended alike, and how long their tickets are. */
export interface SessionKind {
  readonly clientAuth: ClientAuth;
  /** Sizes of the records after the handshakes that may hold NewSessionTicket; empty where none was seen. The latest stay. */
  readonly ticketRecords: number[];
}

/** Who may resume what with whom in TLS 1.3. */
export interface PairName {
  readonly clientAddress: string;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly serverName: string;
  /** `stackMark` of the client's hello; empty where it was not seen. */
  readonly mark: string;
}

interface Pair extends PairName {
  readonly kinds: SessionKind[];
  readonly hash: number;
  nextInBucket: Pair | undefined;
  /** The one kept after it. */
  newer: Pair | undefined;
}

const BUCKETS = 16_384;

/**
 * Kinds of sessions by their pair. Bounded; the oldest make room. A table of its own: a map would need the five parts as one text,
 * and making, hashing and keeping that text took longer than all else a handshake of TLS 1.3 asks of the session memory.
 */
export class SessionPairs {
  readonly #most: number;
  readonly #buckets: (Pair | undefined)[] = new Array(BUCKETS).fill(undefined);
  #oldest: Pair | undefined = undefined;
  #newest: Pair | undefined = undefined;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(name: PairName): readonly SessionKind[] | undefined {
    return this.#find(name, hashOf(name))?.kinds;
  }

  /** Those of this pair, to add to; none at first. */
  admit(name: PairName): SessionKind[] {
    const hash = hashOf(name);
    return (this.#find(name, hash) ?? this.#keep(name, hash)).kinds;
  }

  #find(name: PairName, hash: number): Pair | undefined {
    let pair = this.#buckets[hash & (BUCKETS - 1)];
    while (pair !== undefined && !(pair.hash === hash && isSame(pair, name))) pair = pair.nextInBucket;
    return pair;
  }

  #keep(name: PairName, hash: number): Pair {
    const bucket = hash & (BUCKETS - 1);
    const { clientAddress, serverAddress, serverPort, serverName, mark } = name;
    const made: Pair = {
      clientAddress,
      serverAddress,
      serverPort,
      serverName,
      mark,
      kinds: [],
      hash,
      nextInBucket: this.#buckets[bucket],
      newer: undefined,
    };
    this.#buckets[bucket] = made;
    if (this.#newest === undefined) this.#oldest = made;
    else this.#newest.newer = made;
    this.#newest = made;
    if (++this.#size > this.#most) this.#dropOldest();
    return made;
  }

  #dropOldest(): void {
    const dropped = this.#oldest;
    if (dropped === undefined) return;
    this.#oldest = dropped.newer;
    this.#size--;
    const bucket = dropped.hash & (BUCKETS - 1);
    let at = this.#buckets[bucket];
    if (at === dropped) this.#buckets[bucket] = dropped.nextInBucket;
    while (at !== undefined && at.nextInBucket !== dropped) at = at.nextInBucket;
    if (at !== undefined) at.nextInBucket = dropped.nextInBucket;
  }
}

function isSame(pair: Pair, name: PairName): boolean {
  return (
    pair.clientAddress === name.clientAddress &&
    pair.serverAddress === name.serverAddress &&
    pair.serverPort === name.serverPort &&
    pair.serverName === name.serverName &&
    pair.mark === name.mark
  );
}

/** The addresses and the name; programs of one client that ask one server for one name share a bucket. */
function hashOf({ clientAddress, serverAddress, serverPort, serverName }: PairName): number {
  let hash = mixText(clientAddress, serverPort);
  hash = mixText(serverAddress, hash);
  hash = mixText(serverName, hash);
  return hash ^ (hash >>> 15);
}

function mixText(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 13);
}

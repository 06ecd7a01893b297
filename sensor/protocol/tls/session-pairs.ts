import type { ClientAuth } from "../message.js";

/** TLS 1.3 sessions of one client with one server whose handshakes ended alike, and how long their tickets are. */
export interface SessionKind {
  readonly clientAuth: ClientAuth;
  /** Sizes of the records after the handshakes that may hold NewSessionTicket; empty where none was seen. The latest stay. */
  ticketRecords: readonly number[];
  /** Records after the handshakes were seen, tickets or not. */
  isWatched: boolean;
  /** Of one of these sessions records of the server's were lost, in which there may have been a ticket. */
  missesTickets: boolean;
  /** The block that these records were filled up to; 1 where they were not. */
  block: number;
  /** The next kind of the same pair. */
  next: SessionKind | undefined;
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
  /** The first of its kinds of sessions. */
  kind: SessionKind | undefined;
  readonly hash: number;
  nextInBucket: Pair | undefined;
  /** The one kept after it. */
  newer: Pair | undefined;
}

const NO_KINDS: readonly SessionKind[] = [];
const NO_RECORDS: readonly number[] = [];
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
  #hasNameless = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Every kind of session of this pair; undefined where none was seen. */
  kinds(name: PairName): readonly SessionKind[] | undefined {
    const pair = this.#find(name, hashOf(name));
    if (pair === undefined) return undefined;
    const kinds: SessionKind[] = [];
    for (let kind = pair.kind; kind !== undefined; kind = kind.next) kinds.push(kind);
    return kinds;
  }

  /** Kinds of sessions of the same two whose hello was lost: they may be of any name and program. */
  nameless({ clientAddress, serverAddress, serverPort }: PairName): readonly SessionKind[] {
    if (!this.#hasNameless) return NO_KINDS;
    return this.kinds({ clientAddress, serverAddress, serverPort, serverName: "", mark: "" }) ?? NO_KINDS;
  }

  /** The kind of session that ends in such a verdict, made where this pair has none. */
  admit(name: PairName, clientAuth: ClientAuth): SessionKind {
    const hash = hashOf(name);
    const pair = this.#find(name, hash) ?? this.#keep(name, hash);
    let last: SessionKind | undefined;
    for (let kind = pair.kind; kind !== undefined; kind = kind.next) {
      if (kind.clientAuth.verdict === clientAuth.verdict) return kind;
      last = kind;
    }
    const made: SessionKind = {
      clientAuth,
      ticketRecords: NO_RECORDS,
      isWatched: false,
      missesTickets: false,
      block: 1,
      next: undefined,
    };
    if (last === undefined) pair.kind = made;
    else last.next = made;
    return made;
  }

  #find(name: PairName, hash: number): Pair | undefined {
    let pair = this.#buckets[hash & (BUCKETS - 1)];
    while (pair !== undefined && !(pair.hash === hash && isSame(pair, name))) pair = pair.nextInBucket;
    return pair;
  }

  #keep(name: PairName, hash: number): Pair {
    const bucket = hash & (BUCKETS - 1);
    const { clientAddress, serverAddress, serverPort, serverName, mark } = name;
    if (mark === "") this.#hasNameless = true;
    const made: Pair = {
      clientAddress,
      serverAddress,
      serverPort,
      serverName,
      mark,
      kind: undefined,
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

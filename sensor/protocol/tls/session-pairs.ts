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
  /** Those of the same client, server and port, or of others that share a bucket, by whatever name. */
  nextOfPlace: Pair | undefined;
  previousOfPlace: Pair | undefined;
  /** The one kept after it. */
  newer: Pair | undefined;
}

const NO_KINDS: readonly SessionKind[] = [];
const NO_RECORDS: readonly number[] = [];
const BUCKETS = 16_384;
/** Pairs of one place that are looked at: thousands of names at one server are a gateway's. */
const MAX_OF_PLACE = 2_000;

/**
 * Kinds of sessions by their pair. Bounded; the oldest make room. A table of its own: a map would need the five parts as one text,
 * and making, hashing and keeping that text took longer than all else a handshake of TLS 1.3 asks of the session memory.
 */
export class SessionPairs {
  readonly #most: number;
  readonly #buckets: (Pair | undefined)[] = new Array(BUCKETS).fill(undefined);
  readonly #places: (Pair | undefined)[] = new Array(BUCKETS).fill(undefined);
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

  /** Whether such a session is known of the same program at the same server and port by another name. */
  hasByOtherName(name: PairName, isSuch: (kind: SessionKind) => boolean): boolean {
    let pair = this.#places[placeHashOf(name) & (BUCKETS - 1)];
    for (let looked = 0; pair !== undefined && looked < MAX_OF_PLACE; looked++, pair = pair.nextOfPlace) {
      if (pair.serverName === name.serverName || !isSamePlace(pair, name) || pair.mark !== name.mark) continue;
      for (let kind = pair.kind; kind !== undefined; kind = kind.next) if (isSuch(kind)) return true;
    }
    return false;
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
      nextOfPlace: undefined,
      previousOfPlace: undefined,
      newer: undefined,
    };
    this.#buckets[bucket] = made;
    this.#intoPlace(made);
    if (this.#newest === undefined) this.#oldest = made;
    else this.#newest.newer = made;
    this.#newest = made;
    if (++this.#size > this.#most) this.#dropOldest();
    return made;
  }

  #intoPlace(made: Pair): void {
    const place = placeHashOf(made) & (BUCKETS - 1);
    const before = this.#places[place];
    made.nextOfPlace = before;
    if (before !== undefined) before.previousOfPlace = made;
    this.#places[place] = made;
  }

  #outOfPlace(dropped: Pair): void {
    const { nextOfPlace, previousOfPlace } = dropped;
    if (nextOfPlace !== undefined) nextOfPlace.previousOfPlace = previousOfPlace;
    if (previousOfPlace !== undefined) previousOfPlace.nextOfPlace = nextOfPlace;
    else this.#places[placeHashOf(dropped) & (BUCKETS - 1)] = nextOfPlace;
  }

  #dropOldest(): void {
    const dropped = this.#oldest;
    if (dropped === undefined) return;
    this.#oldest = dropped.newer;
    this.#size--;
    this.#outOfPlace(dropped);
    const bucket = dropped.hash & (BUCKETS - 1);
    let at = this.#buckets[bucket];
    if (at === dropped) this.#buckets[bucket] = dropped.nextInBucket;
    while (at !== undefined && at.nextInBucket !== dropped) at = at.nextInBucket;
    if (at !== undefined) at.nextInBucket = dropped.nextInBucket;
  }
}

function isSame(pair: Pair, name: PairName): boolean {
  return pair.serverName === name.serverName && pair.mark === name.mark && isSamePlace(pair, name);
}

function isSamePlace(pair: Pair, name: PairName): boolean {
  return (
    pair.clientAddress === name.clientAddress &&
    pair.serverAddress === name.serverAddress &&
    pair.serverPort === name.serverPort
  );
}

/** The addresses and the name; programs of one client that ask one server for one name share a bucket. */
function hashOf(name: PairName): number {
  const hash = mixText(name.serverName, placeHashOf(name));
  return hash ^ (hash >>> 15);
}

function placeHashOf({ clientAddress, serverAddress, serverPort }: Omit<PairName, "serverName" | "mark">): number {
  return mixText(serverAddress, mixText(clientAddress, serverPort));
}

function mixText(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 13);
}

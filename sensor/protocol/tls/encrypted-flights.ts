import type { Side } from "../../flow/stream.js";
import type { ClientAuth } from "../message.js";
import { type EncryptedFlights, judgeRecords, mayAuthenticate } from "./client-auth.js";
import { type ClientHello, OFFER, type ServerHello } from "./hello.js";
import {
  blockOf,
  mayBe,
  maySignature,
  type RecordSizes,
  recordSizes,
  type ServerAsked,
  serverAsked,
} from "./record-evidence.js";
import { isShort, type ServerRecords } from "./ticket-watch.js";

/** Enough for any flight, a chain of many certificates included. */
const MAX_RECORDS = 16;
/** Records of the server's, with none of the client's between, after which the client's flight is taken as whole. */
const ANSWERED_RECORDS = 2;
/** How often the client may send anew, upon something of the server's, until no authentication after the handshake is waited for. */
const WATCHED_BURSTS = 3;
/** EncryptedExtensions, Certificate and CertificateVerify stand before Finished where the server has a certificate. */
const AFTER_SIGNATURE = 3;
const MAX_BURST = 8;

/** How a TLS 1.3 handshake ended. */
export type Outcome = "answered" | "alert-from-client" | "alert-from-server" | "open";

/** Sizes of the encrypted records of a TLS 1.3 handshake, side by side, until the verdict and the outcome are known. */
export class EncryptedRecords {
  readonly client: number[] = [];
  /** The server's before the client's first, and after it. */
  readonly serverFlight: number[] = [];
  readonly serverAfter: number[] = [];
  #sinceClient = 0;
  /** Records the client had sent when the server first answered. */
  #clientAtAnswer = 0;
  /** The client closed or sent an alert of its own before the server's. */
  #clientEnded = false;
  /** The client's records since the server's last, once the server has answered its flight. */
  #burst: number[] = [];
  #burstsLeft = WATCHED_BURSTS;
  #authenticatesLater = false;
  /** What the server's flight tells, once the client's first record has ended it. */
  #asked: ServerAsked;
  #isAskedTold = false;
  /** Where the server's Finished stands in its flight; undefined until the flight has ended and somebody asks. */
  #finishedAt: number | undefined = undefined;

  note(from: Side, length: number, cipher?: number): void {
    if (cipher !== undefined) this.#watch(from, length, cipher);
    if (from === "client") {
      if (this.client.length < MAX_RECORDS) this.client.push(length);
      this.#sinceClient = 0;
    } else if (this.client.length === 0) {
      if (this.serverFlight.length < MAX_RECORDS) this.serverFlight.push(length);
    } else {
      this.#sinceClient++;
      if (this.serverAfter.length === 0) this.#clientAtAnswer = this.client.length;
      if (this.serverAfter.length < MAX_RECORDS) this.serverAfter.push(length);
    }
  }

  #watch(from: Side, length: number, cipher: number): void {
    if (from === "client") {
      if (this.serverAfter.length > 0 && this.#burst.length < MAX_BURST) this.#burst.push(length);
    } else if (this.#burst.length > 0) {
      this.#authenticatesLater ||= mayAuthenticate(this.#burst, cipher);
      this.#burst = [];
      this.#burstsLeft--;
    }
  }

  /** Whether the client seems to have sent a certificate after the handshake; undefined while that may still come. */
  authenticatesLater(cipher: number, isOver: boolean): boolean | undefined {
    if (this.#authenticatesLater) return true;
    if (isOver) return this.#burst.length > 0 && mayAuthenticate(this.#burst, cipher);
    return this.#burstsLeft > 0 ? undefined : false;
  }

  /** EndOfEarlyData stands before Finished (RFC 8446 §4.5): the server took the early data. */
  endsEarlyData(cipher: number): boolean {
    return recordSizes(cipher).some(({ endOfEarlyData, finished }) => {
      const end = this.client.indexOf(endOfEarlyData);
      return end >= 0 && this.client[end + 1] === finished;
    });
  }

  /** The client sent more upon the server's answer: what came before is its flight. */
  get #wentOn(): boolean {
    return this.#clientAtAnswer > 0 && this.client.length > this.#clientAtAnswer;
  }

  /** The client has sent its last byte. */
  clientFinished(): void {
    if (this.serverAfter.length === 0) this.#clientEnded = true;
  }

  judge(hello: ClientHello | undefined, answer: ServerHello, lost: Lost, isOver: boolean): ClientAuth | undefined {
    const clientWhole = !lost.client && hello !== undefined;
    // While the server is still sending, the client's flight is yet to come: looked at for each of its records, this is half of them.
    if (this.client.length === 0 && clientWhole && !isOver) return undefined;
    const flights: EncryptedFlights = {
      cipher: answer.cipher,
      client: this.client,
      asked: lost.server ? undefined : this.#serverAsked(answer.cipher),
      clientWhole,
      offersAlps: offers(hello, OFFER.alps),
      offersRawKey: offers(hello, OFFER.clientCertificateType),
      offersCompression: offers(hello, OFFER.compressCertificate),
      answeredAfter: this.#clientAtAnswer,
      offersEarlyData: offers(hello, OFFER.earlyData),
      offersPostHandshakeAuth: offers(hello, OFFER.postHandshakeAuth),
      hasEnded: isOver,
      isOver: isOver || this.#sinceClient >= ANSWERED_RECORDS || this.#wentOn,
    };
    return judgeRecords(flights);
  }

  #serverAsked(cipher: number): ServerAsked {
    if (this.#isAskedTold) return this.#asked;
    this.#isAskedTold = this.client.length > 0;
    this.#asked = serverAsked(this.serverFlight, recordSizes(cipher));
    return this.#asked;
  }

  /** Records of the server's so far that may hold a ticket. */
  eachTicket(cipher: number, each: (length: number) => void): void {
    const { serverFlight, serverAfter } = this;
    for (let at = this.afterServerFinished(cipher); at < serverFlight.length; at++) each(serverFlight[at]);
    for (const length of serverAfter) each(length);
  }

  /** The first of them that is long enough. */
  firstTicket(cipher: number): number | undefined {
    let first: number | undefined;
    this.eachTicket(cipher, (length) => {
      if (!isShort(length)) first ??= length;
    });
    return first;
  }

  /**
   * Where in the server's flight its tickets may begin: after its Finished. It may send them before it has the client's
   * (RFC 8446 §4.6.1), if it needs no certificate of it.
   */
  afterServerFinished(cipher: number): number {
    const end = this.#serverFinished(cipher);
    if (end > 0) return end + 1;
    // All in one record, or every record as long as any other of its block.
    return this.serverBlock(cipher) > 1 ? this.serverFlight.length : 1;
  }

  serverRecords(cipher: number): ServerRecords {
    let longest = 0;
    for (const length of this.serverFlight) if (length > longest) longest = length;
    const [{ overhead }] = recordSizes(cipher);
    return { block: this.serverBlock(cipher), overhead, longest };
  }

  /** The block that the server fills its records up to; 1 where it does not. */
  serverBlock(cipher: number): number {
    return this.#serverFinished(cipher) > 0 ? 1 : blockOf(this.serverFlight, recordSizes(cipher)[0]);
  }

  /** 0 where none can be told. */
  #serverFinished(cipher: number): number {
    if (this.#finishedAt !== undefined) return this.#finishedAt;
    const at = finishedIn(this.serverFlight, recordSizes(cipher));
    if (this.client.length > 0) this.#finishedAt = at;
    return at;
  }

  /** Padded to a block an alert is as long as an empty Certificate, which more comes after. */
  #isLoneAlert(first: number, ways: readonly RecordSizes[]): boolean {
    return ways.some(({ alert, block }) => first === alert && (block === 1 || this.client.length === 1));
  }

  /**
   * `isOver`: the connection has ended. Undefined while it can't be told. Of an alert it is told by what comes before it that it ends the
   * handshake: where that was lost, it may as well close a connection, and what answers may be one.
   */
  outcome(cipher: number, isOver: boolean, lost: Lost): Outcome | undefined {
    const ways = recordSizes(cipher);
    const first: number | undefined = this.client[0];
    if (first !== undefined && !lost.client && this.#isLoneAlert(first, ways)) return "alert-from-client";
    const answer: number | undefined = this.serverAfter[0];
    if (answer === undefined) return isOver ? "open" : undefined;
    // A short answer may be as long as a padded alert: only a side that pads sends those.
    const isAlert = lost.server ? mayBe("alert", answer, ways) : answer === alertOf(this.serverFlight, ways);
    if (!isAlert || this.serverAfter.length > 1) return "answered";
    if (lost.client || lost.server) return isOver ? "open" : undefined;
    // An alert first of all: the server refuses, or it closes a connection that the client is done with.
    const goodbye = alertOf(this.client, ways);
    if (this.#clientEnded || this.client.slice(1, this.#clientAtAnswer).includes(goodbye)) return "answered";
    return isOver ? "alert-from-server" : undefined;
  }
}

/**
 * A request for a certificate may be as long as Finished in one way of padding or another: what stands behind a signature is believed
 * first (RFC 8446 §4.4).
 */
function finishedIn(flight: readonly number[], ways: readonly RecordSizes[]): number {
  for (const sizes of ways) {
    let at = flight.indexOf(sizes.finished, AFTER_SIGNATURE);
    while (at > 0 && !maySignature(flight[at - 1], sizes)) at = flight.indexOf(sizes.finished, at + 1);
    if (at > 0) return at;
  }
  for (let at = 1; at < flight.length; at++) if (mayBe("finished", flight[at], ways)) return at;
  return 0;
}

/** How long a side's alerts are, told by its Finished. */
function alertOf(flight: readonly number[], ways: readonly RecordSizes[]): number {
  return (ways.find(({ finished }) => flight.includes(finished)) ?? ways[0]).alert;
}

export interface Lost {
  readonly client: boolean;
  readonly server: boolean;
}

/** `offer` is of OFFER. */
export function offers(hello: ClientHello | undefined, offer: number): boolean {
  return hello !== undefined && (hello.offers & offer) !== 0;
}

import { type Cursor, OutOfBounds } from "../../bytes/cursor.js";
import type { Side } from "../../flow/stream.js";
import type { Certificate } from "../message.js";
import type { CertificateCache } from "./certificate-cache.js";
import { isEmptyList, readCertificateList } from "./certificate-list.js";
import type { ClearMessages } from "./client-auth.js";
import { MESSAGE } from "./handshake-reader.js";
import { type ClientHello, isTls13, OFFER, type ServerHello } from "./hello.js";
import type { HelloCache } from "./hello-cache.js";
import type { PskIdentity, PskOrigin } from "./psk-identity.js";
import { sessionIdHash, sessionIdOf } from "./session-id.js";

const NAMED_CURVE = 3;

/** What the handshake messages that can be read say: both hellos, and all the rest up to TLS 1.2. */
export class ClearHandshake {
  readonly #certificates: CertificateCache;
  readonly #hellos: HelloCache;
  /** The first hello, which fingerprints are made of, and the last: after a HelloRetryRequest they differ. */
  firstHello: ClientHello | undefined = undefined;
  hello: ClientHello | undefined = undefined;
  answer: ServerHello | undefined = undefined;
  retry: ServerHello | undefined = undefined;
  /** `sessionIdHash` of `hello`. */
  sessionIdHash = 0;
  /** Up to TLS 1.2 the answer's session id, as Latin-1, and its `sessionIdHash`. */
  sessionId = "";
  #answeredIdHash = 0;
  /** Named group of ServerKeyExchange (RFC 8422 §5.4). */
  exchangeGroup: number | undefined = undefined;
  serverChain: readonly Certificate[] = [];
  clientChain: readonly Certificate[] = [];
  /** Session ticket the server gave (RFC 5077 §3.3), as Latin-1. */
  ticket = "";
  askedByServer = false;
  serverHelloDone = false;
  clientCertificates: number | undefined = undefined;
  clientKeyExchange = false;
  noCertificateAlert = false;
  /** Messages of this side were lost or could not be read. */
  lostFromClient = false;
  lostFromServer = false;

  constructor(certificates: CertificateCache, hellos: HelloCache) {
    this.#certificates = certificates;
    this.#hellos = hellos;
  }

  /** From the client's hello on nothing of it is missing, on either side. */
  get isWhole(): boolean {
    return !this.lostFromClient && !this.lostFromServer && this.hello !== undefined;
  }

  lost(from: Side): void {
    if (from === "client") this.lostFromClient = true;
    else this.lostFromServer = true;
  }

  message(from: Side, type: number, body: Cursor | undefined): void {
    // Joined after the hellos: what looks like a message may be an encrypted one, whose first byte is as good as any.
    if (this.#isLate && type !== MESSAGE.clientHello && type !== MESSAGE.serverHello) {
      this.lost(from);
      return;
    }
    try {
      if (body === undefined) this.#unread(from, type);
      else if (from === "client") this.#fromClient(type, body);
      else this.#fromServer(type, body);
    } catch (error) {
      if (!(error instanceof OutOfBounds)) throw error;
      this.lost(from);
    }
  }

  /** Messages that only versions up to TLS 1.2 send in the clear. */
  get sawOldMessages(): boolean {
    return (
      this.serverHelloDone ||
      this.clientKeyExchange ||
      this.clientCertificates !== undefined ||
      this.serverChain.length > 0
    );
  }

  /** Up to TLS 1.2: the server goes on with the session that the client named. */
  get repeatsSessionId(): boolean {
    return this.hello !== undefined && this.#answeredIdHash === this.sessionIdHash;
  }

  /**
   * Up to TLS 1.2, where the server agreed to them, the client sends NextProtocol (draft-agl-tls-nextprotoneg §3) and
   * EncryptedExtensions (draft-balfanz-tls-channelid §3) after ChangeCipherSpec, encrypted as Finished is.
   */
  get clientMessagesBeforeFinished(): number {
    const offers = this.answer?.offers ?? 0;
    return ((offers & OFFER.nextProtocol) === 0 ? 0 : 1) + ((offers & OFFER.channelId) === 0 ? 0 : 1);
  }

  /**
   * What the pre-shared key is that ServerHello selects (RFC 8446 §4.2.11); undefined where it selects none, or one that a certificate
   * comes with all the same. Where the offer was not seen it is a session's: others are seldom.
   */
  get keyTaken(): PskOrigin | undefined {
    const { answer } = this;
    if (answer === undefined || (answer.offers & OFFER.preSharedKey) === 0) return undefined;
    if ((answer.offers & OFFER.certWithExternPsk) !== 0) return undefined;
    return this.#identityTaken?.origin ?? "ticket";
  }

  /** Length of the ticket that a TLS 1.3 session goes on with: that of the identity the server selected. */
  get ticketTaken(): number | undefined {
    return this.keyTaken === "ticket" ? this.#identityTaken?.lengthBytes : undefined;
  }

  /** Whether a TLS 1.3 session goes on: undefined where the key may be another. */
  get resumes13(): boolean | undefined {
    const { keyTaken } = this;
    return keyTaken === "unclear" ? undefined : keyTaken === "ticket";
  }

  get #identityTaken(): PskIdentity | undefined {
    const { answer, hello } = this;
    return answer?.pskIndex === undefined ? undefined : hello?.pskIdentities[answer.pskIndex];
  }

  get #isLate(): boolean {
    return this.hello === undefined && this.answer === undefined && this.retry === undefined;
  }

  get clearMessages(): ClearMessages {
    const isWhole = !this.lostFromClient && this.hello !== undefined;
    return {
      askedByServer: this.askedByServer,
      serverFlightWhole: this.serverHelloDone && !this.lostFromServer && this.answer !== undefined,
      clientCertificates: this.clientCertificates,
      clientKeyExchange: this.clientKeyExchange ? (isWhole ? "seen-whole" : "seen") : undefined,
      noCertificateAlert: this.noCertificateAlert,
    };
  }

  #fromClient(type: number, body: Cursor): void {
    if (type === MESSAGE.clientHello) {
      const { bytes, at, end } = body;
      this.hello = this.#hellos.client(body);
      this.firstHello ??= this.hello;
      this.sessionIdHash = sessionIdHash(bytes, at, end);
    } else if (type === MESSAGE.certificate) {
      const isEmpty = isEmptyList(body);
      this.clientChain = readCertificateList(body, this.#certificates);
      // A key without a certificate (RFC 7250 §3), and whatever else can't be read, is no empty list.
      this.clientCertificates = isEmpty ? 0 : Math.max(1, this.clientChain.length);
    } else if (type === MESSAGE.clientKeyExchange) this.clientKeyExchange = true;
    else if (type !== MESSAGE.certificateVerify && this.hello === undefined) this.lost("client");
  }

  #fromServer(type: number, body: Cursor): void {
    if (type === MESSAGE.serverHello) {
      const { bytes, at, end } = body;
      const answer = this.#hellos.server(body);
      if (answer.isRetry) this.retry = answer;
      else this.#answered(answer, bytes, at, end);
    } else if (type === MESSAGE.certificate) this.serverChain = readCertificateList(body, this.#certificates);
    else if (type === MESSAGE.serverKeyExchange) this.#keyExchange(body);
    else if (type === MESSAGE.certificateRequest) this.askedByServer = true;
    else if (type === MESSAGE.serverHelloDone) this.serverHelloDone = true;
    else if (type === MESSAGE.newSessionTicket) {
      body.skip(4);
      this.ticket = body.take(body.u16()).latin1Slice();
    }
  }

  #answered(answer: ServerHello, bytes: Buffer, start: number, end: number): void {
    this.answer = answer;
    // RFC 8446 §4.1.3: in TLS 1.3 it only repeats the client's.
    if (isTls13(answer.version)) return;
    this.sessionId = sessionIdOf(bytes, start, end);
    this.#answeredIdHash = sessionIdHash(bytes, start, end);
  }

  /** A message too long to be put together: that it was sent is known, what it held is not. */
  #unread(from: Side, type: number): void {
    if (from === "server" && type === MESSAGE.certificateRequest) this.askedByServer = true;
    else if (from === "client" && type === MESSAGE.certificate) this.clientCertificates = 1;
    else if (type !== MESSAGE.certificate) this.lost(from);
  }

  #keyExchange(body: Cursor): void {
    if (body.left >= 3 && body.u8() === NAMED_CURVE) this.exchangeGroup = body.u16();
  }
}

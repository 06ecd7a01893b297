import { placeOf } from "../../../shared/virtual-network.js";
import type { CloseReason, Side, Stream } from "../../flow/stream.js";
import type { ClientAuth } from "../message.js";
import type { ProtocolContext } from "../protocol.js";
import { alertName, endsHandshake, NO_CERTIFICATE } from "./alert.js";
import { AlertReader, CLEAR_ALERT_BYTES } from "./alert-reader.js";
import type { CertificateCache } from "./certificate-cache.js";
import { ClearHandshake } from "./clear-handshake.js";
import { ASKED_LATER, EXTERNAL_KEY, judgeMessages, LOST_LATER, UNCLEAR_KEY, untold } from "./client-auth.js";
import { EncryptedRecords, offers } from "./encrypted-flights.js";
import type { FingerprintCache } from "./fingerprint-cache.js";
import { describeHandshake, type Ending } from "./handshake-message.js";
import { HandshakeReader } from "./handshake-reader.js";
import type { HeldBytes } from "./held-bytes.js";
import { isTls13, OFFER } from "./hello.js";
import type { HelloCache } from "./hello-cache.js";
import { CONTENT, type RecordSide, type RecordSink, RecordSide as Records } from "./record-side.js";
import { inherited, type Session, type SessionMemory } from "./session-memory.js";
import type { PairName } from "./session-pairs.js";
import { Ssl2Reader } from "./ssl2-reader.js";
import { TicketWatch } from "./ticket-watch.js";

/** What all TLS connections share. */
export interface TlsMemory {
  readonly certificates: CertificateCache;
  readonly hellos: HelloCache;
  readonly fingerprints: FingerprintCache;
  readonly sessions: SessionMemory;
  readonly heldBytes: HeldBytes;
}

/** One TLS connection: follows the handshake, tells it once, and from then on looks at next to nothing. */
export class TlsStream implements Stream, RecordSink {
  readonly #context: ProtocolContext;
  readonly #memory: TlsMemory;
  readonly #client = new Records("client", this);
  readonly #server = new Records("server", this);
  readonly #fromClient: HandshakeReader;
  readonly #fromServer: HandshakeReader;
  readonly #clear: ClearHandshake;
  readonly #encrypted = new EncryptedRecords();
  #ssl2: Ssl2Reader | undefined = undefined;
  #sawClient = false;
  #firstMicros: number | undefined = undefined;
  #recordVersion = 0;
  /** ChangeCipherSpec was seen, and an encrypted handshake record after it: Finished. */
  #changedClient = false;
  #changedServer = false;
  #finishedClient = false;
  #finishedServer = false;
  #beforeFinished = 0;
  /** The server changed ciphers without having said ServerHelloDone (RFC 5246 §7.3, figure 2). */
  #abbreviated = false;
  #recalled: Session | undefined = undefined;
  #alerts: AlertReader | undefined = undefined;
  #alertName: string | undefined = undefined;
  #alertFrom: Side | undefined = undefined;
  #sawDataFromClient = false;
  #sawDataFromServer = false;
  #verdict: ClientAuth | undefined = undefined;
  #isTold = false;
  #isSilent = false;
  #renegotiates = false;
  #awaitsLateAuth = false;
  #isRemembered = false;
  #tickets: TicketWatch | undefined = undefined;

  constructor(context: ProtocolContext, memory: TlsMemory) {
    this.#context = context;
    this.#memory = memory;
    this.#clear = new ClearHandshake(memory.certificates, memory.hellos);
    this.#fromClient = new HandshakeReader("client", this.#clear, memory.heldBytes);
    this.#fromServer = new HandshakeReader("server", this.#clear, memory.heldBytes);
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.#isSilent) return;
    this.#firstMicros ??= atMicros;
    const at = from === "client" ? this.#firstOfClient(bytes, start, end) : start;
    if (at < end) (from === "client" ? this.#client : this.#server).data(bytes, at, end, atMicros);
  }

  /** SSL 2.0's form of a hello is no record: it is read before those begin. */
  #firstOfClient(bytes: Buffer, start: number, end: number): number {
    if (!this.#sawClient && bytes[start] >= 0x80) this.#ssl2 = new Ssl2Reader();
    this.#sawClient = true;
    if (this.#ssl2 === undefined) return start;
    const at = this.#ssl2.take(bytes, start, end);
    if (this.#ssl2.isDone) {
      this.#clear.hello = this.#clear.firstHello = this.#ssl2.hello;
      this.#clear.sessionIdHash = this.#ssl2.sessionIdHash;
      this.#ssl2 = undefined;
    }
    return at;
  }

  gap(from: Side, length: number, atMicros: number): void {
    if (this.#isSilent) return;
    this.#firstMicros ??= atMicros;
    if (from === "client") {
      this.#ssl2 = undefined;
      this.#sawClient = true;
    }
    (from === "client" ? this.#client : this.#server).gap(length);
  }

  finished(from: Side): void {
    if (from === "client") this.#encrypted.clientFinished();
  }

  close(reason: CloseReason): void {
    if (!this.#isTold && this.#firstMicros !== undefined) this.#settle(true, reason);
    if (!this.#isTold && this.#firstMicros !== undefined) this.#tell(this.#established(reason));
    this.#fromClient.release();
    this.#fromServer.release();
  }

  record(side: RecordSide, type: number, version: number, length: number, atMicros: number): boolean {
    const isClient = side === this.#client;
    if (type === CONTENT.applicationData) {
      this.#dataRecord(isClient, length);
      return false;
    }
    if (this.#isTold && this.#clear.answer !== undefined && this.#speaks13) return false;
    if (type === CONTENT.changeCipherSpec) this.#changeCipher(isClient);
    else if (type === CONTENT.handshake) {
      if (!this.#isEncrypted(isClient)) {
        this.#recordVersion = version;
        return !this.#isTold;
      }
      this.#encryptedHandshake(isClient, atMicros);
    } else if (type === CONTENT.alert && !this.#isTold) {
      if (length === CLEAR_ALERT_BYTES && !this.#isEncrypted(isClient)) return true;
      this.#encryptedAlert(side.from);
    }
    return false;
  }

  content(side: RecordSide, type: number, bytes: Buffer, start: number, end: number): void {
    if (type === CONTENT.handshake) {
      (side === this.#client ? this.#fromClient : this.#fromServer).push(bytes, start, end);
    } else if (type === CONTENT.alert) {
      this.#alerts ??= new AlertReader();
      this.#alerts.take(bytes, start, end, (level, code) => this.#alert(side.from, level, code));
    }
  }

  contentLost(side: RecordSide, type: number): void {
    if (type === CONTENT.handshake) this.synchronizationLost(side);
  }

  synchronizationLost(side: RecordSide): void {
    (side === this.#client ? this.#fromClient : this.#fromServer).isBroken = true;
    this.#clear.lost(side.from);
    if (side === this.#server) this.#tickets?.lost();
    if (side === this.#client && this.#awaitsLateAuth && !this.#isTold) this.#verdict = LOST_LATER;
  }

  get #speaks13(): boolean {
    return this.#clear.answer !== undefined && isTls13(this.#clear.answer.version);
  }

  /** Up to TLS 1.2 all that follows ChangeCipherSpec; in TLS 1.3 that record means nothing (RFC 8446 §5). */
  #isEncrypted(isClient: boolean): boolean {
    const changed = isClient ? this.#changedClient : this.#changedServer;
    return changed && !this.#speaks13 && this.#clear.retry === undefined;
  }

  #changeCipher(isClient: boolean): void {
    if (isClient) this.#changedClient = true;
    else {
      this.#changedServer = true;
      const { answer, serverHelloDone, serverChain, lostFromServer } = this.#clear;
      if (answer === undefined || isTls13(answer.version) || lostFromServer) return;
      if (!serverHelloDone && serverChain.length === 0) this.#resume();
    }
  }

  #resume(): void {
    const { hello, sessionId, repeatsSessionId } = this.#clear;
    this.#abbreviated = true;
    const { sessions } = this.#memory;
    this.#recalled =
      (repeatsSessionId ? sessions.recall(sessionId) : undefined) ?? sessions.recall(hello?.ticket ?? "");
  }

  /** Finished, up to TLS 1.2; after both, a new handshake inside the encryption. */
  #encryptedHandshake(isClient: boolean, atMicros: number): void {
    const isAgain = isClient ? this.#finishedClient : this.#finishedServer;
    if (isAgain && isClient && this.#beforeFinished++ < this.#clear.clientMessagesBeforeFinished) return;
    if (isAgain) {
      this.#renegotiate(isClient ? "client" : "server", atMicros);
      return;
    }
    if (isClient) this.#finishedClient = true;
    else this.#finishedServer = true;
    if (!this.#finishedClient || !this.#finishedServer || this.#isTold) return;
    this.#verdict = this.#judgeClear();
    // A server may ask after the first request, by a new handshake that can't be read: until it answers, "no" is not said.
    if (this.#verdict.verdict === "presented" || this.#verdict.verdict === "unknown") this.#tell(true);
    else this.#rememberSession(this.#verdict);
  }

  #renegotiate(from: Side, atMicros: number): void {
    if (this.#renegotiates) return;
    this.#renegotiates = true;
    const { flow, sink } = this.#context;
    sink.message({ kind: "anomaly", flow, atMicros, from, name: "tls-renegotiation", detail: undefined });
    if (this.#isTold) return;
    this.#verdict = untold("renegotiated before the server answered: whether it asked then is encrypted");
    this.#tell(true);
  }

  #dataRecord(isClient: boolean, length: number): void {
    if (isClient) this.#sawDataFromClient = true;
    else this.#sawDataFromServer = true;
    if (this.#isTold) {
      if (!isClient) this.#noteTicket(length);
      return;
    }
    const { answer, hello } = this.#clear;
    if (answer === undefined) {
      // RFC 8446 §4.2.10: what the client sends between its hello and the server's is early data, no part of its flight.
      if (isClient && offers(this.#clear.firstHello, OFFER.earlyData)) return;
      this.#encrypted.note(isClient ? "client" : "server", length);
      if (hello === undefined) this.#tellLate();
      return;
    }
    if (!isTls13(answer.version)) {
      if (this.#verdict !== undefined && !isClient) this.#tell(true);
      return;
    }
    const isRemembered = this.#isRemembered;
    this.#encrypted.note(isClient ? "client" : "server", length, answer.cipher);
    this.#settle(false, undefined);
    if (isRemembered && !isClient) this.#noteTicket(length);
  }

  /** Application data first: the handshake was before the capture. */
  #tellLate(): void {
    const { askedByServer, clientCertificates, serverChain } = this.#clear;
    if (askedByServer || clientCertificates !== undefined || serverChain.length > 0) return;
    this.#clear.lost("client");
    this.#clear.lost("server");
    this.#verdict = untold("the capture joined the connection after its handshake");
    this.#tell(undefined);
    this.#isSilent = true;
  }

  /** TLS 1.3: tells the handshake once verdict and outcome are known. */
  #settle(isOver: boolean, reason: CloseReason | undefined): void {
    const { answer, lostFromClient: client, lostFromServer: server } = this.#clear;
    if (answer === undefined || !isTls13(answer.version)) return;
    this.#verdict ??= this.#judgeEncrypted(isOver);
    if (this.#verdict === undefined) return;
    const outcome = this.#encrypted.outcome(answer.cipher, isOver, { client, server });
    // The session may be resumed before the handshake is told, and before the server says another word.
    if (!this.#isRemembered && (outcome !== undefined || this.#encrypted.client.length > 0)) {
      this.#isRemembered = true;
      this.#watchTickets(answer.cipher, this.#verdict, this.#clear.ticketTaken);
      this.#encrypted.eachTicket(answer.cipher, (length) => this.#noteTicket(length));
    }
    if (outcome === undefined || (outcome === "answered" && this.#mayBeAskedLater(answer.cipher, isOver))) return;
    if (outcome === "alert-from-client" || outcome === "alert-from-server") {
      this.#alertName ??= "encrypted";
      this.#alertFrom ??= outcome === "alert-from-client" ? "client" : "server";
    }
    const established = outcome === "answered" ? true : this.#established(reason);
    this.#tell(established);
    if (this.#tickets === undefined) this.#isSilent = true;
  }

  /** A client that offers it may be asked after the handshake: until that is unlikely, "no" is not said. */
  #mayBeAskedLater(cipher: number, isOver: boolean): boolean {
    if (!offers(this.#clear.hello, OFFER.postHandshakeAuth)) return false;
    if (this.#verdict?.verdict === "presented" || this.#verdict?.verdict === "unknown") return false;
    const later = this.#encrypted.authenticatesLater(cipher, isOver);
    if (later === true) {
      this.#verdict = ASKED_LATER;
      // Tickets given from here on hold the certificate, those before do not.
      this.#watchTickets(cipher, this.#verdict, undefined);
    }
    this.#awaitsLateAuth = later === undefined;
    return this.#awaitsLateAuth;
  }

  #judgeEncrypted(isOver: boolean): ClientAuth | undefined {
    const { answer, hello, keyTaken, ticketTaken, lostFromClient, lostFromServer } = this.#clear;
    if (answer === undefined) return undefined;
    if (keyTaken === "ticket") {
      const given = this.#encrypted.firstTicket(answer.cipher);
      return this.#memory.sessions.inherit(this.#pair(), { identity: ticketTaken, given, isOver });
    }
    if (keyTaken !== undefined) return keyTaken === "external" ? EXTERNAL_KEY : UNCLEAR_KEY;
    return this.#encrypted.judge(hello, answer, { client: lostFromClient, server: lostFromServer }, isOver);
  }

  #watchTickets(cipher: number, clientAuth: ClientAuth, offered: number | undefined): void {
    const kind = this.#memory.sessions.rememberKind(this.#pair(), clientAuth, this.#clear.lostFromServer);
    this.#tickets = new TicketWatch(kind, offered, this.#encrypted.serverRecords(cipher));
  }

  #noteTicket(length: number): void {
    if (this.#tickets === undefined || this.#tickets.note(length)) return;
    this.#tickets = undefined;
    if (this.#isTold) this.#isSilent = true;
  }

  #judgeClear(): ClientAuth {
    if (!this.#abbreviated) return judgeMessages(this.#clear.clearMessages);
    if (this.#recalled === undefined) return untold("resumed; the full handshake of its session was not seen");
    return inherited(this.#recalled.clientAuth, 1);
  }

  #rememberSession(clientAuth: ClientAuth): void {
    const { sessionId, ticket, serverChain, clientChain } = this.#clear;
    const session = this.#recalled ?? { clientAuth, serverChain, clientChain };
    if (this.#abbreviated && this.#recalled === undefined) return;
    if (!this.#abbreviated) this.#memory.sessions.remember(sessionId, session);
    this.#memory.sessions.remember(ticket, session);
  }

  #alert(from: Side, level: number, code: number): void {
    if (from === "client" && code === NO_CERTIFICATE) this.#clear.noCertificateAlert = true;
    if (endsHandshake(level, code)) this.#fail(alertName(code), from);
  }

  /** Between one side's Finished and the other's an alert can only mean that it refuses; where one may have been lost, it may close. */
  #encryptedAlert(from: Side): void {
    if ((this.#finishedClient && this.#finishedServer) || !this.#clear.isWhole || !this.#context.flow.twoSided) return;
    if (this.#clear.answer !== undefined && !this.#speaks13) this.#fail("encrypted", from);
  }

  #fail(name: string, from: Side): void {
    if (this.#isTold || (this.#finishedClient && this.#finishedServer)) return;
    this.#alertName = name;
    this.#alertFrom = from;
    this.#verdict ??= this.#speaks13 ? this.#judgeEncrypted(true) : this.#judgeClear();
    this.#tell(false);
  }

  #established(reason: CloseReason | undefined): boolean | undefined {
    if (this.#alertName !== undefined) return false;
    if (this.#finishedClient && this.#finishedServer) return true;
    if (!this.#speaks13 && this.#clear.answer !== undefined && this.#sawDataFromClient && this.#sawDataFromServer)
      return true;
    if (this.#speaks13 && this.#encrypted.client.length > 0) return undefined;
    // RFC 5246 §7.3: in a full handshake the server's Finished comes after the client's, seen or not.
    if (this.#finishedServer && !this.#abbreviated && !this.#clear.lostFromServer) return true;
    const sawAll = this.#clear.isWhole && this.#context.flow.twoSided;
    return sawAll && (reason === "fin" || reason === "reset") ? false : undefined;
  }

  /** Undefined where none was offered or the server's answer to it can't be told (it is encrypted). */
  #tookEarlyData(): boolean | undefined {
    const { answer, firstHello, retry } = this.#clear;
    if (answer === undefined || !offers(firstHello, OFFER.earlyData)) return undefined;
    // RFC 8446 §4.2.10: refused by a HelloRetryRequest, and wherever the session is not the one the data were sent under.
    if (retry !== undefined || !this.#speaks13 || this.#clear.keyTaken === undefined) return false;
    return this.#encrypted.endsEarlyData(answer.cipher) ? true : undefined;
  }

  /** Who may resume what with whom in TLS 1.3. */
  #pair(): PairName {
    const { clientAddress, serverAddress, serverPort, virtualNetwork } = this.#context.flow;
    const { firstHello } = this.#clear;
    const mark = firstHello === undefined ? "" : this.#memory.fingerprints.get(firstHello).mark;
    const place = placeOf(serverAddress, virtualNetwork);
    return { clientAddress, serverAddress: place, serverPort, serverName: firstHello?.serverName ?? "", mark };
  }

  #tell(established: boolean | undefined): void {
    this.#isTold = true;
    const resumed = this.#speaks13 ? this.#clear.resumes13 : this.#abbreviated;
    const clear = this.#clear;
    const ending: Ending = {
      established,
      resumed: clear.answer === undefined ? undefined : resumed,
      clientAuth: this.#verdict ?? this.#judgeClear(),
      complete: established !== undefined && clear.isWhole,
      tookEarlyData: this.#tookEarlyData(),
    };
    // A ticket is good from when it was given, whatever became of the connection that gave it.
    if (!this.#speaks13) this.#rememberSession(ending.clientAuth);
    const { flow, sink } = this.#context;
    const alert = { name: this.#alertName, from: this.#alertFrom };
    sink.message(
      describeHandshake(
        flow,
        this.#firstMicros ?? 0,
        clear,
        this.#recalled,
        this.#recordVersion,
        this.#memory.fingerprints,
        alert,
        ending,
      ),
    );
  }
}

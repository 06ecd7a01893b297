import { connect, isIP, type NetConnectOpts, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import WebSocket from "ws";
import { CommandError } from "../../shared/command-error.js";
import { readNamedFile } from "../../shared/config/named-file.js";
import { MAX_MESSAGE_BYTES, SensorConversation, type SensorIdentity } from "../../shared/conversation.js";
import type { SensorStore } from "../store/sensor-store.js";

export interface DeliverSettings {
  readonly console: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly allowPlaintext: boolean;
  readonly retryMinMillis: number;
  readonly retryMaxMillis: number;
}

/** What becomes of the link. */
export interface LinkWatcher {
  info(text: string): void;
  warn(text: string): void;
  /** A connection stands, and has not carried a byte yet. */
  connected(socket: Socket): void;
}

const MAX_BATCH_EVENTS = 500;
const MAX_BATCH_BYTES = 1024 * 1024;
/** Batches under way without an acknowledgement. */
const MAX_UNACKNOWLEDGED = 4;
const HEARTBEAT_MILLIS = 15_000;
const INGEST_PATH = "/ingest";

/** Sends what is in the outbox to the console, and lets go of it when the console has said that it is kept. */
export class ConsoleLink {
  readonly #url: URL;
  readonly #token: string;
  readonly #certificates: string | undefined;
  readonly #settings: DeliverSettings;
  readonly #store: SensorStore;
  readonly #identity: SensorIdentity;
  readonly #watcher: LinkWatcher;
  #socket: WebSocket | undefined = undefined;
  #conversation: SensorConversation | undefined = undefined;
  /** Sequence of the last event sent on this connection; undefined until the console said where to go on. */
  #cursor: number | undefined = undefined;
  /** Events of this kind the console does not take. */
  #without = "";
  #unacknowledged: number[] = [];
  #waitMillis: number;
  #retry: NodeJS.Timeout | undefined = undefined;
  #heartbeat: NodeJS.Timeout | undefined = undefined;
  #isAlive = false;
  #isStopped = false;
  #isEnding = false;
  #lastTrouble = "";

  /** Throws CommandError where the settings do not do. */
  constructor(settings: DeliverSettings, store: SensorStore, identity: SensorIdentity, watcher: LinkWatcher) {
    this.#url = consoleUrl(settings);
    this.#token = tokenOf(settings);
    this.#certificates = settings.caFile === undefined ? undefined : readNamedFile("deliver.caFile", settings.caFile);
    this.#settings = settings;
    this.#store = store;
    this.#identity = identity;
    this.#watcher = watcher;
    this.#waitMillis = settings.retryMinMillis;
  }

  get isConnected(): boolean {
    return this.#cursor !== undefined;
  }

  start(): void {
    this.#store.tellRuns();
    this.#connect();
  }

  /** There may be something new in the outbox. */
  wake(): void {
    const socket = this.#socket;
    const conversation = this.#conversation;
    while (socket !== undefined && conversation !== undefined && this.#cursor !== undefined) {
      if (this.#unacknowledged.length >= MAX_UNACKNOWLEDGED || socket.bufferedAmount > MAX_MESSAGE_BYTES) return;
      const events = this.#store.outbox.after(this.#cursor, MAX_BATCH_EVENTS, MAX_BATCH_BYTES, this.#without);
      if (events.length === 0) return;
      socket.send(conversation.batch(events, this.#store.droppedTotal, this.#store.callsNotSampledTotal));
      this.#cursor = events[events.length - 1].sequence;
      this.#unacknowledged.push(this.#cursor);
    }
  }

  /** What is left is still sent; a console that ends at the same time, as when a machine shuts down, is no trouble. */
  ending(): void {
    this.#isEnding = true;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    this.#socket?.close(1001);
    setTimeout(() => this.#socket?.terminate(), 500).unref();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, {
      headers: { authorization: `Bearer ${this.#token}` },
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: 10_000,
      perMessageDeflate: false,
      ...(this.#certificates === undefined ? {} : { ca: this.#certificates }),
      createConnection: (options: unknown) => this.#open(options as ConnectionOptions),
    });
    this.#socket = socket;
    socket.binaryType = "nodebuffer";
    socket.on("open", () => this.#opened(socket));
    socket.on("message", (bytes: Buffer, isBinary: boolean) => this.#received(socket, bytes, isBinary));
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    socket.on("error", (error) => this.#trouble(this.#reasonOf(error)));
    socket.on("close", () => this.#closed(socket));
  }

  #open(options: ConnectionOptions): Socket {
    // RFC 6066 §3: an address is no server name.
    const host = options.host ?? "";
    // ws leaves the request's path where a socket's would stand.
    const plain = { ...options, path: undefined };
    const tls = { ...plain, servername: options.servername ?? (isIP(host) === 0 ? host : "") };
    const socket = this.#url.protocol === "wss:" ? connectTls(tls) : connect(plain as NetConnectOpts);
    socket.once("connect", () => this.#watcher.connected(socket));
    return socket;
  }

  #opened(socket: WebSocket): void {
    this.#conversation = new SensorConversation(this.#identity);
    socket.send(this.#conversation.hello());
    this.#isAlive = true;
    this.#heartbeat = setInterval(() => {
      // An address that swallows packets answers neither yes nor no: only silence tells.
      if (!this.#isAlive) socket.terminate();
      this.#isAlive = false;
      socket.ping();
    }, HEARTBEAT_MILLIS);
  }

  #received(socket: WebSocket, bytes: Buffer, isBinary: boolean): void {
    try {
      if (!isBinary || this.#conversation === undefined) throw new Error("the console sent text");
      const step = this.#conversation.receive(bytes);
      if (step.type === "resume") {
        this.#without = step.takesConnections ? "" : "connections";
        this.#resume(step.lastSequence);
      } else this.#acknowledged(step.sequence);
    } catch (error) {
      this.#trouble((error as Error).message);
      socket.close(1002);
    }
  }

  #resume(lastSequence: number): void {
    const { acknowledgedSequence } = this.#store.outbox;
    if (lastSequence < acknowledgedSequence) this.#tellAll(lastSequence, acknowledgedSequence);
    this.#store.outbox.continueAfter(lastSequence);
    this.#store.outbox.acknowledged(lastSequence);
    this.#cursor = lastSequence;
    this.#unacknowledged = [];
    this.#waitMillis = this.#settings.retryMinMillis;
    this.#lastTrouble = "";
    this.#watcher.info(`connected to the console at ${this.#url.host}`);
    this.wake();
  }

  #tellAll(lastSequence: number, acknowledgedSequence: number): void {
    this.#store.tellAll();
    const known = `${lastSequence.toLocaleString("en")} of ${acknowledgedSequence.toLocaleString("en")} events`;
    this.#watcher.info(`the console knows ${known} that one kept before: it is told all that is known here again`);
  }

  #acknowledged(sequence: number): void {
    this.#store.outbox.acknowledged(sequence);
    this.#unacknowledged = this.#unacknowledged.filter((sent) => sent > sequence);
    this.wake();
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    clearInterval(this.#heartbeat);
    this.#socket = undefined;
    this.#conversation = undefined;
    this.#cursor = undefined;
    if (this.#isStopped || this.#isEnding) return;
    this.#trouble("the connection was closed");
    // A tenth of chance keeps a hundred sensors from calling at once.
    const wait = this.#waitMillis * (0.9 + Math.random() * 0.2);
    this.#waitMillis = Math.min(this.#waitMillis * 2, this.#settings.retryMaxMillis);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  /** What to do about an answer that is no conversation. */
  #reasonOf({ message, code = "" }: NodeJS.ErrnoException): string {
    if (UNKNOWN_ISSUERS.has(code))
      return `${message}; name what its certificate is to be checked against by deliver.caFile`;
    const [, status] = /^Unexpected server response: (\d+)$/.exec(message) ?? [];
    const { console: address, token, tokenFile } = this.#settings;
    if (status === undefined) return message;
    if (status === "401") {
      const given = token === undefined ? `deliver.tokenFile "${tokenFile}"` : "deliver.token";
      return `it does not know the token of ${given} (401); make one there with "eastwatch add-sensor NAME"`;
    }
    if (status === "404") return `deliver.console "${address}" leads to no console (404); name it as wss://host:port`;
    if (status === "429") return "too many wrong tokens came from this address (429); it listens again in a minute";
    return `it answered with status ${status}; see whether deliver.console "${address}" is an eastwatch console`;
  }

  /** Told once, not at every try. */
  #trouble(text: string): void {
    if (this.#isStopped || this.#isEnding || this.#lastTrouble !== "") return;
    this.#lastTrouble = text;
    this.#watcher.warn(`no connection to the console at ${this.#url.host}: ${text}; events are kept, it tries again`);
  }
}

/** What OpenSSL says of a certificate whose issuer is none of those that are trusted. */
const UNKNOWN_ISSUERS: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function consoleUrl({ console: address, allowPlaintext }: DeliverSettings): URL {
  const url = new URL(address ?? "");
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol === "ws:" && !isLoopback && !allowPlaintext) {
    throw new CommandError(
      `deliver.console "${address}" would send the inventory in the clear; use wss://, or set deliver.allowPlaintext`,
    );
  }
  if (url.pathname === "/") url.pathname = INGEST_PATH;
  return url;
}

function tokenOf({ token, tokenFile }: DeliverSettings): string {
  const found = token ?? (tokenFile === undefined ? undefined : readNamedFile("deliver.tokenFile", tokenFile).trim());
  if (found !== undefined && /^[\x21-\x7e]+$/.test(found)) return found;
  const given = token === undefined && tokenFile !== undefined ? `deliver.tokenFile "${tokenFile}"` : "deliver.token";
  const trouble =
    found === undefined ? "deliver.tokenFile is needed to talk to the console" : `${given} holds no token`;
  throw new CommandError(`${trouble}: \`eastwatch add-sensor NAME\` there makes one`);
}

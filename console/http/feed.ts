import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { FeedMessage, FeedRecord, SensorState } from "../api.js";

const SEND_MILLIS = 100;
const INVENTORY_MILLIS = 2_000;
/** Bytes waiting for one browser, beyond which it is told how many records it missed instead. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** Records of one message to a browser. */
const MAX_RECORDS = 500;
const MAX_BROWSERS = 100;
/** How long a page may go on after its session expired. */
const SESSION_CHECK_MILLIS = 60_000;
/** RFC 6455 §7.4.1: closed for a policy, here that only operators watch. */
const SESSION_ENDED = 1008;

interface Browser {
  readonly socket: WebSocket;
  /** SHA-256 of the session's token. */
  readonly session: string;
  missed: number;
}

/** Hands what sensors tell to every open page, and never waits for one. */
export class Feed {
  /** Records that pages were too slow to be given, each page's by itself. */
  missedTotal = 0;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false });
  readonly #browsers = new Set<Browser>();
  readonly #isSessionOpen: (session: string) => boolean;
  #records: FeedRecord[] = [];
  #overflow = 0;
  #inventoryChanged = false;
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(isSessionOpen: (session: string) => boolean) {
    this.#isSessionOpen = isSessionOpen;
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#send(), SEND_MILLIS),
      setInterval(() => this.#tellInventory(), INVENTORY_MILLIS),
      setInterval(() => this.closeEnded(), SESSION_CHECK_MILLIS),
    ];
  }

  get browsers(): number {
    return this.#browsers.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, session: string): void {
    if (this.#browsers.size >= MAX_BROWSERS) {
      socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const browser: Browser = { socket: webSocket, session, missed: 0 };
      this.#browsers.add(browser);
      webSocket.on("close", () => this.#browsers.delete(browser));
      webSocket.on("error", () => webSocket.terminate());
    });
  }

  record(record: FeedRecord): void {
    if (this.#browsers.size === 0) return;
    if (this.#records.length < MAX_RECORDS) this.#records.push(record);
    else this.#overflow++;
  }

  inventoryChanged(): void {
    this.#inventoryChanged = true;
  }

  sensorChanged(sensor: SensorState): void {
    this.#broadcast({ type: "sensor", sensor });
  }

  /** Closes the pages whose session has ended: by logging out, or by its time. */
  closeEnded(): void {
    for (const browser of this.#browsers) {
      if (this.#isSessionOpen(browser.session)) continue;
      this.#browsers.delete(browser);
      browser.socket.close(SESSION_ENDED);
    }
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { socket } of this.#browsers) socket.close(1001);
    this.#server.close();
  }

  #send(): void {
    const records = this.#records;
    const overflow = this.#overflow;
    this.#records = [];
    this.#overflow = 0;
    if (records.length === 0 && overflow === 0) return;
    for (const browser of this.#browsers) {
      if (browser.socket.bufferedAmount > MAX_WAITING_BYTES) {
        browser.missed += records.length + overflow;
        this.missedTotal += records.length + overflow;
        continue;
      }
      this.missedTotal += overflow;
      const message: FeedMessage = { type: "records", records, missed: browser.missed + overflow };
      browser.missed = 0;
      browser.socket.send(JSON.stringify(message));
    }
  }

  #tellInventory(): void {
    if (!this.#inventoryChanged) return;
    this.#inventoryChanged = false;
    this.#broadcast({ type: "inventory-changed" });
  }

  #broadcast(message: FeedMessage): void {
    const text = JSON.stringify(message);
    for (const { socket } of this.#browsers) {
      if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount <= MAX_WAITING_BYTES) socket.send(text);
    }
  }
}

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { FeedMessage, FeedPosition, FeedRecord, SensorState } from "../api.js";

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
  /** Of its first message: while these wait, it is not slow for it. */
  catchUpBytes: number;
  /** Something that is no record was not sent to it. */
  isBehind: boolean;
}

/** What was told, as it is kept. */
export interface FeedSource {
  position(): FeedPosition;
  since(position: FeedPosition | undefined): { readonly records: readonly FeedRecord[]; readonly missed: number };
  sensors(): readonly SensorState[];
}

/** Hands what sensors tell to every open page, and never waits for one. */
export class Feed {
  /** Records that pages were too slow to be given, each page's by itself. */
  missedTotal = 0;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false });
  readonly #browsers = new Set<Browser>();
  readonly #source: FeedSource;
  readonly #isSessionOpen: (session: string) => boolean;
  #records: FeedRecord[] = [];
  #overflow = 0;
  #inventoryChanged = false;
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(source: FeedSource, isSessionOpen: (session: string) => boolean) {
    this.#source = source;
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
      const browser: Browser = { socket: webSocket, session, missed: 0, catchUpBytes: 0, isBehind: false };
      webSocket.on("close", () => this.#browsers.delete(browser));
      webSocket.on("error", () => webSocket.terminate());
      this.#catchUp(browser, positionOf(request.url));
    });
  }

  /** In one go with joining the others, so that nothing is told between what was kept and what is told from now on. */
  #catchUp(browser: Browser, position: FeedPosition | undefined): void {
    // What was told already is what was kept: it is not for this browser a second time.
    this.#send();
    const { records, missed } = this.#source.since(position);
    const now = this.#source.position();
    const sensors = this.#source.sensors();
    const text = toText({ type: "catch-up", sensors, records, missed, position: now });
    this.missedTotal += missed;
    browser.catchUpBytes = Buffer.byteLength(text);
    browser.socket.send(text);
    this.#browsers.add(browser);
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
    this.#tellBehind();
    if (this.#browsers.size === 0 || (records.length === 0 && overflow === 0)) return;
    const position = this.#source.position();
    const toAll = toText({ type: "records", records, missed: overflow, position });
    for (const browser of this.#browsers) {
      if (isSlow(browser)) {
        browser.missed += records.length + overflow;
        this.missedTotal += records.length + overflow;
        continue;
      }
      this.missedTotal += overflow;
      const missed = browser.missed + overflow;
      browser.socket.send(browser.missed === 0 ? toAll : toText({ type: "records", records, missed, position }));
      browser.missed = 0;
    }
  }

  /** How the sensors are now, and that the inventory changed, to whom it could not be told as it came. */
  #tellBehind(): void {
    for (const browser of this.#browsers) {
      if (!browser.isBehind || isSlow(browser)) continue;
      browser.isBehind = false;
      for (const sensor of this.#source.sensors()) browser.socket.send(toText({ type: "sensor", sensor }));
      browser.socket.send(toText({ type: "inventory-changed" }));
    }
  }

  #tellInventory(): void {
    if (!this.#inventoryChanged) return;
    this.#inventoryChanged = false;
    this.#broadcast({ type: "inventory-changed" });
  }

  #broadcast(message: FeedMessage): void {
    const text = toText(message);
    for (const browser of this.#browsers) {
      if (browser.socket.readyState !== WebSocket.OPEN) continue;
      if (isSlow(browser)) browser.isBehind = true;
      else browser.socket.send(text);
    }
  }
}

function isSlow(browser: Browser): boolean {
  const { bufferedAmount } = browser.socket;
  if (bufferedAmount === 0) browser.catchUpBytes = 0;
  return bufferedAmount > MAX_WAITING_BYTES + browser.catchUpBytes;
}

function toText(message: FeedMessage): string {
  return JSON.stringify(message);
}

/** What a page asks for that comes back; undefined where it does not, or asks for what is no position. */
function positionOf(url = ""): FeedPosition | undefined {
  const query = new URLSearchParams(url.split("?")[1] ?? "");
  const [calls, handshakes, told] = ["calls", "handshakes", "told"].map((name) =>
    Number(query.get(name) ?? Number.NaN),
  );
  const isPosition = [calls, handshakes, told].every((one) => Number.isSafeInteger(one) && one >= 0);
  return isPosition ? { calls, handshakes, told } : undefined;
}

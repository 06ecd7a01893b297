import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { ConsoleConversation, ConversationError, MAX_MESSAGE_BYTES } from "../../shared/conversation.js";
import { VERSION } from "../../shared/version.js";
import type { EventSink, KnownSensor, SensorTokens } from "../event-sink.js";

export const INGEST_PATH = "/ingest";

const HEARTBEAT_MILLIS = 20_000;
const HELLO_MILLIS = 10_000;
/** Wrong tokens from one address within a minute, beyond which it is not listened to. */
const MAX_FAILURES = 20;
const FAILURE_MILLIS = 60_000;

export interface IngestLog {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** Takes sensors in: who they are by their token, what they tell by the conversation. */
export class Ingest {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #sink: EventSink;
  readonly #tokens: SensorTokens;
  readonly #log: IngestLog;
  readonly #sockets = new Map<string, WebSocket>();
  readonly #failures = new Map<string, { count: number; sinceMillis: number }>();

  constructor(sink: EventSink, tokens: SensorTokens, log: IngestLog) {
    this.#sink = sink;
    this.#tokens = tokens;
    this.#log = log;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? "";
    if (this.#isBarred(address)) {
      reject(socket, "429 Too Many Requests");
      return;
    }
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    const sensor = token === undefined ? undefined : this.#tokens.verify(token);
    if (sensor === undefined) {
      this.#failed(address);
      this.#log.warn(`a sensor at ${address} came without a valid token`);
      reject(socket, "401 Unauthorized");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#take(webSocket, sensor));
  }

  close(): void {
    const sockets = [...this.#sockets.values()];
    // Their ends are nobody's business any more: what would be told of them may be closed by then.
    this.#sockets.clear();
    for (const socket of sockets) socket.close(1001);
    this.#server.close();
  }

  #take(socket: WebSocket, sensor: KnownSensor): void {
    const { id: sensorId, name } = sensor;
    const conversation = new ConsoleConversation(VERSION);
    let isAlive = true;
    const heartbeat = setInterval(() => {
      if (!isAlive) socket.terminate();
      isAlive = false;
      socket.ping();
    }, HEARTBEAT_MILLIS);
    const patience = setTimeout(() => socket.close(1002), HELLO_MILLIS);
    socket.on("pong", () => {
      isAlive = true;
    });
    socket.on("message", (bytes: Buffer) => {
      isAlive = true;
      clearTimeout(patience);
      this.#receive(socket, conversation, sensor, bytes);
    });
    socket.on("error", (error) => this.#log.warn(`sensor ${name}: ${error.message}`));
    socket.on("close", () => {
      clearInterval(heartbeat);
      clearTimeout(patience);
      if (this.#sockets.get(sensorId) !== socket) return;
      this.#sockets.delete(sensorId);
      this.#sink.disconnected(sensorId);
    });
  }

  #receive(socket: WebSocket, conversation: ConsoleConversation, sensor: KnownSensor, bytes: Buffer): void {
    const { id: sensorId, name } = sensor;
    try {
      const message = conversation.receive(bytes);
      if (message.type === "hello") {
        // The one before may be a connection that nobody has noticed to be dead.
        this.#sockets.get(sensorId)?.terminate();
        this.#sockets.set(sensorId, socket);
        this.#sink.connected(sensorId, message);
        socket.send(conversation.welcome(this.#sink.lastSequence(sensorId)));
        this.#log.info(`sensor ${name} is connected`);
        return;
      }
      this.#sink.accept(sensorId, message);
      // Only now: what is acknowledged has survived.
      const last = message.events.at(-1);
      if (last !== undefined) socket.send(conversation.acknowledge(last.sequence));
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof ConversationError) this.#log.warn(`sensor ${name} is sent away: ${message}`);
      else this.#log.error(`events of sensor ${name} can't be kept: ${message}`);
      socket.send(
        conversation.refuse(error instanceof ConversationError ? message : "the console can't keep events now"),
      );
      socket.close(1011);
    }
  }

  #isBarred(address: string): boolean {
    const known = this.#failures.get(address);
    if (known === undefined) return false;
    if (Date.now() - known.sinceMillis > FAILURE_MILLIS) this.#failures.delete(address);
    return known.count > MAX_FAILURES;
  }

  #failed(address: string): void {
    const known = this.#failures.get(address);
    if (known !== undefined) known.count++;
    else {
      if (this.#failures.size > 10_000) this.#failures.clear();
      this.#failures.set(address, { count: 1, sinceMillis: Date.now() });
    }
  }
}

function reject(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

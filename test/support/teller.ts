import { once } from "node:events";
import WebSocket from "ws";
import type { ConsoleServer } from "../../console/http/server.js";
import { SensorConversation } from "../../shared/conversation.js";
import type { CertificateFacts, EdgeRecord, HandshakeRecord, SensorEvent } from "../../shared/event.js";
import { encodeEvent } from "../../shared/event-wire.js";
import { startConsole } from "./console.js";
import { freePort } from "./free-port.js";
import { temporaryFolder } from "./program.js";

export const SECONDS = Math.floor(Date.now() / 1_000);
export const DAY = 86_400;
export const NOW = SECONDS * 1_000_000;
const GROUND = "inferred from record sizes: the client sent 2 records before Finished";

export function edge(
  client: string,
  service: string,
  posture: EdgeRecord["posture"],
  counts: Record<string, number>,
): EdgeRecord {
  const connections = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    ...{ kind: "edge", clientAddress: client, serverAddress: `10.0.0.${service.length % 250}`, serverPort: 8443 },
    ...{ serverService: service, scope: client.startsWith("10.") ? "east-west" : "north-south", posture },
    ...{ protocols: {}, postureCounts: counts, clientAuthReasons: posture === "cleartext" ? {} : { [GROUND]: 4 } },
    ...{ keyExchangeGroups: {}, handshakeFailures: {}, handshakeTraits: {} },
    ...{ connections, calls: 0, handshakes: posture === "cleartext" ? 0 : connections, clientSoftware: [] },
    ...{ clientHeaderOrders: [], credentials: {}, missingBytes: 0, firstMicros: NOW, lastMicros: NOW },
  };
}

export function certificate(subject: string, notAfterSeconds: number | undefined): CertificateFacts {
  return {
    ...{ fingerprint: Buffer.from(subject).toString("hex"), subject, issuer: "CN=Test CA", san: [subject.slice(3)] },
    ...{ serialNumber: "01", notBeforeSeconds: SECONDS - 90 * DAY, key: "EC P-256", chainLength: 1 },
    ...{ signatureAlgorithm: "ecdsa-with-SHA256", ...(notAfterSeconds === undefined ? {} : { notAfterSeconds }) },
  };
}

export function handshake(service: string, more: Partial<HandshakeRecord>): HandshakeRecord {
  return {
    ...{ kind: "handshake", atMicros: NOW, flowId: "00000000000000aa", clientAddress: "10.0.1.1", clientPort: 40_000 },
    ...{ serverAddress: "10.0.0.9", serverPort: 8443, service, version: "1.3", cipher: "TLS_AES_128_GCM_SHA256" },
    ...{ established: true, verdict: "presented", basis: "record-sizes", confidence: 0.97, reason: GROUND, traits: [] },
    ...more,
  };
}

/** A console, and a sensor that tells it what a test has it tell. */
export async function consoleWithSensor(
  t: Parameters<typeof temporaryFolder>[0],
): Promise<{ console: ConsoleServer; sensor: Teller }> {
  const port = await freePort();
  const console = await startConsole(temporaryFolder(t), port);
  t.teardown(() => console.close());
  const sensor = new Teller(port, console.tokens.create("node-1")?.token ?? "");
  t.teardown(() => sensor.socket.terminate());
  await sensor.open();
  return { console, sensor };
}

/** A sensor without capture: what it tells is kept by the console when the promise resolves. */
export class Teller {
  readonly socket: WebSocket;
  readonly #conversation = new SensorConversation({ name: "node-1", version: "1", host: "host" });
  #sequence = 0;

  constructor(port: number, token: string) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ingest`, { headers: { authorization: `Bearer ${token}` } });
  }

  async open(): Promise<void> {
    await once(this.socket, "open");
    await this.#ask(this.#conversation.hello());
  }

  async tell(events: readonly SensorEvent[]): Promise<void> {
    const numbered = events.map((event) => ({ sequence: ++this.#sequence, bytes: encodeEvent(event) }));
    await this.#ask(this.#conversation.batch(numbered, 0, 0));
  }

  async #ask(bytes: Uint8Array): Promise<void> {
    this.socket.send(bytes);
    const [answer] = (await once(this.socket, "message")) as [Buffer];
    this.#conversation.receive(answer);
  }
}

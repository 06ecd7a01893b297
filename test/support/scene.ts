import { Detection } from "../../sensor/detect/detection.js";
import type { Flow, Roles } from "../../sensor/flow/stream.js";
import { Inventory } from "../../sensor/inventory/inventory.js";
import type { InventorySettings } from "../../sensor/inventory/settings.js";
import { Dispatcher } from "../../sensor/protocol/dispatcher.js";
import { BlindTimes } from "../../shared/blind-times.js";
import { defaultSettings } from "../../shared/config/settings.js";
import type { EndpointRecord } from "../../shared/event.js";
import { PROTOCOL_SETTINGS, type Step } from "./dialog.js";

class SceneFlow implements Flow, Roles {
  readonly id = "00000000000000bb";
  readonly clientPort = 40_000;
  readonly rolesFrom = "handshake";
  readonly virtualNetwork: string | undefined;
  readonly twoSided = true;
  memo: object | undefined = undefined;
  readonly clientAddress: string;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly firstMicros: number;

  constructor(
    clientAddress: string,
    serverAddress: string,
    serverPort: number,
    firstMicros: number,
    virtualNetwork: string | undefined,
  ) {
    this.virtualNetwork = virtualNetwork;
    this.clientAddress = clientAddress;
    this.serverAddress = serverAddress;
    this.serverPort = serverPort;
    this.firstMicros = firstMicros;
  }

  sequences(): object {
    return {};
  }

  reverse(): boolean {
    return false;
  }
}

export interface Exchanged {
  readonly client?: string;
  readonly server?: string;
  readonly port?: number;
  readonly virtualNetwork?: string;
  readonly method?: string;
  readonly path: string;
  readonly host?: string;
  readonly fields?: string;
  readonly requestBody?: string;
  readonly status?: number;
  readonly answerFields?: string;
  readonly body?: string;
  readonly atMicros?: number;
  readonly tookMicros?: number;
}

/** Protocol, inventory and rules put together; requests and answers go in as bytes. */
export class Scene {
  readonly detection: Detection;
  readonly inventory: Inventory;
  readonly #dispatcher: Dispatcher;
  #atMicros = 1_700_000_000_000_000;

  constructor(
    settings: Partial<InventorySettings> = {},
    learningSeconds = 86_400,
    data: Partial<typeof PROTOCOL_SETTINGS.data> = {},
  ) {
    const defaults = defaultSettings();
    const blindTimes = new BlindTimes();
    this.detection = new Detection({ ...defaults.detect, learningSeconds }, blindTimes);
    this.inventory = new Inventory(
      { ...defaults.inventory, learningSeconds, dataRules: data.rules ?? [], ...settings },
      this.detection,
      blindTimes,
    );
    this.#dispatcher = new Dispatcher(
      { ...PROTOCOL_SETTINGS, data: { ...PROTOCOL_SETTINGS.data, ...data } },
      this.inventory,
      this.inventory,
    );
  }

  get(path: string, more: Omit<Exchanged, "path"> = {}): this {
    return this.exchange({ path, ...more });
  }

  /** One connection with one request and its answer. */
  exchange(what: Exchanged): this {
    const atMicros = what.atMicros ?? this.#atMicros++;
    const { client = "10.0.0.1", server = "10.0.0.2", port = 80, method = "GET", host = "shop.internal" } = what;
    const flow = new SceneFlow(client, server, port, atMicros, what.virtualNetwork);
    const stream = this.#dispatcher.open(flow, flow);
    const { requestBody } = what;
    const length = requestBody === undefined ? "" : `Content-Length: ${requestBody.length}\r\n`;
    const request = Buffer.from(
      `${method} ${what.path} HTTP/1.1\r\nHost: ${host}\r\n${what.fields ?? ""}${length}\r\n${requestBody ?? ""}`,
      "latin1",
    );
    stream.data("client", request, 0, request.length, atMicros);
    const body = what.body ?? "ok";
    const head = `HTTP/1.1 ${what.status ?? 200} X\r\n${what.answerFields ?? ""}Content-Length: ${body.length}\r\n\r\n`;
    const answer = Buffer.from(head + body, "latin1");
    stream.data("server", answer, 0, answer.length, atMicros + (what.tookMicros ?? 1_000));
    stream.close("fin", atMicros + 2_000);
    return this;
  }

  /** One connection whose bytes are given, each piece so long after the one before. */
  speak(steps: readonly Step[], stepMicros = 1_000): this {
    const flow = new SceneFlow("10.0.0.1", "10.0.0.2", 80, this.#atMicros, undefined);
    const stream = this.#dispatcher.open(flow, flow);
    for (const [from, what] of steps) {
      this.#atMicros += stepMicros;
      const bytes = typeof what === "string" ? Buffer.from(what, "latin1") : what;
      if (Buffer.isBuffer(bytes)) stream.data(from, bytes, 0, bytes.length, this.#atMicros);
      else if (typeof bytes === "number") stream.gap(from, bytes, this.#atMicros);
    }
    stream.close("fin", this.#atMicros);
    return this;
  }

  endpoints(): EndpointRecord[] {
    return [...this.inventory.endpoints()];
  }

  /** `GET /orders/{orderId} ×3` for each endpoint. */
  templates(): string[] {
    return this.endpoints().map(({ method, template, calls }) => `${method} ${template} ×${calls}`);
  }
}

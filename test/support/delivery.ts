import { join } from "node:path";
import { ConsoleLink, type DeliverSettings } from "../../sensor/deliver/console-link.js";
import type { Delta } from "../../sensor/detect/delta.js";
import { SensorStore } from "../../sensor/store/sensor-store.js";

const SILENT = { info() {}, warn() {}, connected() {} };
export const IDENTITY = { name: "s", version: "1", host: "h" };

export function delta(part: Partial<Delta>): Delta {
  return {
    inventory: { rows: [], removals: [] },
    findings: [],
    calls: [],
    handshakes: [],
    callsNotSampled: 0,
    connections: undefined,
    alive: { atMicros: 0, interfaces: [] },
    health: { counters: {}, undecoded: {}, lagMillis: 0 },
    ...part,
  };
}

export function sensorStore(folder: string, bounds: { events?: number; bytes?: number } = {}): SensorStore {
  const { events = 100_000, bytes = 1 << 26 } = bounds;
  return new SensorStore(
    { database: join(folder, "sensor.sqlite"), maxOutboxEvents: events, maxOutboxBytes: bytes },
    true,
  );
}

export function link(
  port: number,
  token: string,
  store: SensorStore,
  more: Partial<DeliverSettings> = {},
): ConsoleLink {
  const settings: DeliverSettings = {
    console: `ws://127.0.0.1:${port}`,
    token,
    tokenFile: undefined,
    caFile: undefined,
    allowPlaintext: false,
    retryMinMillis: 20,
    retryMaxMillis: 100,
    ...more,
  };
  return new ConsoleLink(settings, store, IDENTITY, SILENT);
}

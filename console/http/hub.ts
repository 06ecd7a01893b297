import type { EventBatch, EventSink, SensorHello } from "../event-sink.js";
import type { ConsoleStore } from "../store/console-store.js";
import type { Feed } from "./feed.js";

/** Keeps what sensors tell, then shows it: nothing is on a page that a restart would take back. */
export class Hub implements EventSink {
  readonly #store: ConsoleStore;
  readonly #feed: Feed;

  constructor(store: ConsoleStore, feed: Feed) {
    this.#store = store;
    this.#feed = feed;
  }

  lastSequence(sensorId: string): number {
    return this.#store.lastSequence(sensorId);
  }

  accept(sensorId: string, batch: EventBatch): void {
    const last = this.#store.lastSequence(sensorId);
    this.#store.accept(sensorId, batch);
    const sensor = this.#store.sensorName(sensorId);
    let tellsOfItself = false;
    for (const { sequence, event } of batch.events) {
      if (sequence <= last) continue;
      if (event.kind === "call" || event.kind === "handshake") this.#feed.record({ ...event, sensor });
      else if (event.kind === "finding") {
        this.#feed.record({ ...event, sensor });
        // It stands in a list of its own as well.
        this.#feed.inventoryChanged();
      } else if (event.kind === "blind") {
        this.#feed.record({ ...event, sensor });
        tellsOfItself = true;
      } else if (event.kind === "health") tellsOfItself = true;
      else this.#feed.inventoryChanged();
    }
    if (tellsOfItself) this.#tellSensor(sensorId);
  }

  connected(sensorId: string, hello: SensorHello): void {
    this.#store.connected(sensorId, hello);
    this.#tellSensor(sensorId);
  }

  disconnected(sensorId: string): void {
    this.#store.disconnected(sensorId);
    this.#tellSensor(sensorId);
  }

  #tellSensor(sensorId: string): void {
    const state = this.#store.sensor(sensorId);
    if (state !== undefined) this.#feed.sensorChanged(state);
  }
}

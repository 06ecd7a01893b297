import { BlindTimes } from "../../shared/blind-times.js";
import { PacketClock, PacketSource } from "../bytes/packet-clock.js";
import type { Frame, FrameSink, InterfaceStatistics } from "../capture/frame.js";
import { droppedTotal, type Losses } from "../capture/loss-total.js";
import type { DecodeSettings } from "../decode/decode-settings.js";
import { Decoder } from "../decode/decoder.js";
import { tunnelCounters } from "../decode/tunnel.js";
import { Detection, type DetectionSettings } from "../detect/detection.js";
import { DatagramTable } from "../flow/datagram-table.js";
import { type FlowSettings, FlowTable } from "../flow/flow-table.js";
import { Inventory } from "../inventory/inventory.js";
import type { Edge, Endpoint, ObservationSink, Service } from "../inventory/observation.js";
import type { InventorySettings } from "../inventory/settings.js";
import { Dispatcher, type DispatcherSettings } from "../protocol/dispatcher.js";
import type { Anomaly, Call, Connection, Handshake } from "../protocol/message.js";
import { type ConnectionEnds, OwnTraffic } from "./own-traffic.js";

export interface PipelineSettings {
  readonly decode: DecodeSettings;
  readonly flow: FlowSettings;
  readonly protocol: DispatcherSettings;
  readonly inventory: InventorySettings;
  readonly detect: DetectionSettings;
}

/** Interfaces of one capture whose frames are looked at by themselves; those beyond share one. */
const MOST_SOURCES = 255;

const LOSSES: readonly (readonly [keyof Losses, string])[] = [
  ["droppedByInterface", "capture_dropped_by_interface"],
  ["droppedByKernel", "capture_dropped_by_kernel"],
  ["droppedByProcess", "capture_dropped_by_process"],
];

/**
 * From captured frames to inventory and findings: synchronous, without sockets, files, timers or a clock, so that the same frames
 * always give the same result. `tap` is shown every observation after the rules.
 */
export class Pipeline {
  readonly inventory: Inventory;
  readonly detection: Detection;
  frames = 0;
  bytes = 0;
  /** Frames that the snap length cut. */
  framesCut = 0;
  /** Packet time of the earliest and the latest frame. */
  firstMicros: number | undefined;
  lastMicros: number | undefined;
  readonly clock = new PacketClock();
  readonly #decoder: Decoder;
  readonly #flows: FlowTable;
  readonly #datagrams: DatagramTable;
  readonly #dispatcher: Dispatcher;
  readonly #captures = new Set<string>();
  readonly #own: OwnTraffic;
  readonly #statistics = new Map<string, InterfaceStatistics>();

  /** `seed` salts the flow table's hash; it shows in no result. */
  constructor(settings: PipelineSettings, tap: Partial<ObservationSink>, seed: number) {
    const blindTimes = new BlindTimes();
    this.detection = new Detection(settings.detect, blindTimes);
    this.inventory = new Inventory(
      { ...settings.inventory, clock: this.clock },
      new Both(this.detection, tap),
      blindTimes,
    );
    this.#dispatcher = new Dispatcher(settings.protocol, this.inventory, this.inventory);
    this.#own = new OwnTraffic(this.#dispatcher);
    this.#flows = new FlowTable(settings.flow, this.#own, seed, this.clock);
    this.#datagrams = new DatagramTable(settings.flow, this.#dispatcher, this.#flows.networks, seed, this.clock);
    this.#decoder = new Decoder(settings.decode, this.#flows, this.#datagrams);
  }

  /** `source`: whose the frame is, where frames of several come. */
  frame(frame: Frame, source?: PacketSource): void {
    this.frames++;
    this.bytes += frame.originalLength;
    if (frame.originalLength > frame.end - frame.start) this.framesCut++;
    const atMicros = frame.atMicros;
    if (this.lastMicros === undefined || this.firstMicros === undefined) this.firstMicros = this.lastMicros = atMicros;
    else if (atMicros > this.lastMicros) this.lastMicros = atMicros;
    else if (atMicros < this.firstMicros) this.firstMicros = atMicros;
    this.clock.see(atMicros, source);
    this.#decoder.frame(frame);
  }

  /** A connection of the sensor's own, about to carry its first byte. */
  leaveOut(ends: ConnectionEnds): void {
    this.#own.expect(ends);
  }

  /** A capture's way in: `name` keeps its loss statistics apart from those of the others. */
  capture(name: string): FrameSink {
    this.#captures.add(name);
    const sources: PacketSource[] = [];
    return {
      frame: (frame) => {
        const at = Math.min(frame.interfaceId, MOST_SOURCES);
        sources[at] ??= new PacketSource();
        this.frame(frame, sources[at]);
      },
      statistics: (statistics) => this.#statistics.set(`${name}/${statistics.interfaceId}`, statistics),
    };
  }

  /** No frame came for so long: what waits for time to pass need not wait for the next one. */
  silence(micros: number): void {
    if (this.lastMicros !== undefined) this.#flows.pass(this.clock.elapsedMicros + micros);
  }

  /** Under overload, as the three below: see the governor. */
  spareResponseBodies(isSparing: boolean): void {
    for (const protocol of this.#dispatcher.protocols) protocol.spareResponseBodies?.(isSparing);
  }

  refuseNewFlows(isRefusing: boolean): void {
    this.#flows.refusesNew = isRefusing;
    this.#datagrams.refusesNew = isRefusing;
  }

  giveUpSilentFlows(): number {
    return this.#flows.giveUpSilent(this.clock.nowMicros);
  }

  /** Ends every flow; nothing may follow. */
  finish(): void {
    this.#decoder.finish();
    this.clock.finish();
    this.#flows.finish(this.clock.nowMicros);
    this.inventory.settle();
  }

  /** Frames the captures say were dropped; undefined where none of them can know. */
  get captureDropped(): number | undefined {
    let total: number | undefined;
    for (const told of this.#statistics.values()) {
      const dropped = droppedTotal(told);
      if (dropped !== undefined) total = (total ?? 0) + dropped;
    }
    return total;
  }

  get latestMicros(): number {
    return this.clock.nowMicros;
  }

  /** Frames that were dropped because they were not taken in time. Interfaces drop some for reasons of their own. */
  get droppedLate(): number {
    return (this.#dropped("droppedByKernel") ?? 0) + (this.#dropped("droppedByProcess") ?? 0);
  }

  #dropped(kind: keyof Losses): number | undefined {
    let total: number | undefined;
    for (const { [kind]: dropped } of this.#statistics.values())
      if (dropped !== undefined) total = (total ?? 0) + dropped;
    return total;
  }

  /** Figures of loss: left out where no capture told them, and with them how many captures do not know their own. */
  #losses(): Record<string, number> {
    const known = new Set<string>();
    for (const [key, told] of this.#statistics) {
      if (told.droppedByKernel !== undefined || told.droppedByInterface !== undefined)
        known.add(key.slice(0, key.lastIndexOf("/")));
    }
    const losses: Record<string, number> = { captures_loss_unknown: this.#captures.size - known.size };
    if (this.captureDropped !== undefined) losses.capture_dropped = this.captureDropped;
    for (const [kind, name] of LOSSES) {
      const dropped = this.#dropped(kind);
      if (dropped !== undefined) losses[name] = dropped;
    }
    return losses;
  }

  get undecoded(): Readonly<Record<string, number>> {
    return this.#decoder.undecoded;
  }

  /** Every stage's counters under their own names. */
  counters(): Record<string, number> {
    const counters: Record<string, number> = {
      frames: this.frames,
      bytes: this.bytes,
      frames_cut: this.framesCut,
      ...this.clock.counters,
      ...this.#decoder.counters,
      ...tunnelCounters(this.#decoder.tunneled),
      ...this.#flows.counters,
      ...this.#flows.networks.counters,
      ...this.#flows.copies.counters,
      ...this.#datagrams.counters,
      ...this.#flows.reassembly.counters,
      ...this.#own.counters,
      ...this.#dispatcher.counters,
      ...Object.assign({}, ...this.#dispatcher.protocols.map((protocol) => protocol.counters)),
      ...this.inventory.counters,
      ...this.inventory.certificates.counters,
      ...this.inventory.toldConnections.counters,
      ...this.inventory.declaredCounters,
      ...this.inventory.schemaCounters,
      ...this.detection.counters,
      ...this.#losses(),
    };
    return counters;
  }
}

/** The rules first, then whoever looks on. */
class Both implements ObservationSink {
  readonly #detection: Detection;
  readonly #tap: Partial<ObservationSink>;

  constructor(detection: Detection, tap: Partial<ObservationSink>) {
    this.#detection = detection;
    this.#tap = tap;
  }

  call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
    this.#detection.call(call, edge, endpoint);
    this.#tap.call?.(call, edge, endpoint);
  }

  anomaly(anomaly: Anomaly, edge: Edge | undefined): void {
    this.#detection.anomaly(anomaly, edge);
    this.#tap.anomaly?.(anomaly, edge);
  }

  connection(connection: Connection, edge: Edge | undefined): void {
    this.#detection.connection(connection, edge);
    this.#tap.connection?.(connection, edge);
  }

  handshake(handshake: Handshake, edge: Edge | undefined): void {
    this.#detection.handshake(handshake, edge);
    this.#tap.handshake?.(handshake, edge);
  }

  settled(service: Service, endpoints: readonly Endpoint[]): void {
    this.#detection.settled(service, endpoints);
    this.#tap.settled?.(service, endpoints);
  }
}

import { Pipeline, type PipelineSettings } from "../analysis/pipeline.js";
import type { Frame, FrameSink, InterfaceStatistics } from "../capture/frame.js";
import { Decoder } from "../decode/decoder.js";
import type { Packet } from "../decode/packet.js";
import { wayOf } from "./frame-way.js";
import { etherTypeName, ipPayloadName, type LeftName } from "./left-names.js";
import { hasRightChecksum } from "./tcp-checksum.js";

/** What a few seconds of an interface's frames show. */
export interface LinkFacts {
  readonly frames: number;
  /** Frames of which not every byte was captured, and the longest of them on the wire. */
  readonly cutFrames: number;
  readonly longestCutBytes: number;
  /** Of these those that this host received, and those that it sent; of the others nobody knows. */
  readonly cutReceived: number;
  readonly cutSent: number;
  /** Frames beyond what the link can carry in one piece, put together by segmentation or receive offload. */
  readonly superFrames: number;
  readonly checksums: { readonly checked: number; readonly wrong: number };
  /** Frames captured over a second before the one in front of them. */
  readonly backwardSteps: number;
  /** Times at which the clock of what is captured was stepped by over ten seconds, and by how much in all. */
  readonly clockSteps: number;
  readonly clockStepMicros: number;
  /** Frames stamped over ten seconds from those around them. */
  readonly misdatedFrames: number;
  /** TCP conversations of at least three segments, and how many of them were seen in one direction only. */
  readonly conversations: number;
  readonly oneSided: number;
  /** Segments of those seen in one direction only. */
  readonly oneSidedSegments: number;
  readonly undecoded: Readonly<Record<string, number>>;
  /** Of the frames without IP or TCP: what they hold, the most first. */
  readonly left: readonly (LeftName & { readonly frames: number })[];
  readonly tunneled: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly handshakes: number;
  readonly gapBytes: number;
  /** Frames the kernel or the interface dropped; undefined where the capture binding can't tell. */
  readonly dropped: number | undefined;
}

interface Conversation {
  segments: number;
  forth: boolean;
  back: boolean;
}

/** Beyond it new names are counted as others: EtherTypes and protocol numbers can be made up. */
const MAX_LEFT_NAMES = 100;
const OTHERS: LeftName = { name: "others", carries: "unknown" };
const MAX_CONVERSATIONS = 20_000;
const MAX_CHECKSUMS = 5_000;
const MIN_SEGMENTS = 3;
const BACKWARD_MICROS = 1e6;
/** More than Ethernet's 1,500 and a few tags, less than what offloading makes. */
const LINK_HEADER_BYTES = 40;

/** Looks on while frames go through the pipeline, and counts what tells how good the capture is. */
export class LinkLook implements FrameSink {
  readonly #pipeline: Pipeline;
  readonly #decoder: Decoder;
  readonly #mtuBytes: number;
  readonly #hardwareAddress: Buffer | undefined;
  readonly #conversations = new Map<string, Conversation>();
  readonly #counts = { cutFrames: 0, longestCutBytes: 0, cutReceived: 0, cutSent: 0, superFrames: 0, backwardSteps: 0 };
  readonly #left = new Map<string, LeftName & { frames: number }>();
  readonly #checksums = { checked: 0, wrong: 0 };
  #lastMicros = 0;
  #dropped: number | undefined = undefined;

  /** `hardwareAddress` is the interface's own; undefined where it has none, as `any`. */
  constructor(settings: PipelineSettings, mtuBytes: number, hardwareAddress?: Buffer) {
    this.#mtuBytes = mtuBytes;
    this.#hardwareAddress = hardwareAddress;
    this.#pipeline = new Pipeline(settings, {}, 1);
    this.#decoder = new Decoder(settings.decode, { packet: (packet) => this.#segment(packet) });
  }

  frame(frame: Frame): void {
    const captured = frame.end - frame.start;
    if (frame.originalLength > captured) {
      this.#counts.cutFrames++;
      this.#counts.longestCutBytes = Math.max(this.#counts.longestCutBytes, frame.originalLength);
      const way = wayOf(frame, this.#hardwareAddress);
      if (way === "sent") this.#counts.cutSent++;
      if (way === "received") this.#counts.cutReceived++;
    }
    if (frame.originalLength > this.#mtuBytes + LINK_HEADER_BYTES) this.#counts.superFrames++;
    if (this.#lastMicros - frame.atMicros > BACKWARD_MICROS) this.#counts.backwardSteps++;
    this.#lastMicros = frame.atMicros;
    if (this.#checksums.checked < MAX_CHECKSUMS) this.#check(frame);
    this.#decode(frame);
    this.#pipeline.frame(frame);
  }

  #decode(frame: Frame): void {
    const { left, undecoded } = this.#decoder;
    const [ethertypes, protocols] = [undecoded["ethertype-not-ip"], undecoded["ip-protocol-not-tcp"]];
    this.#decoder.frame(frame);
    if (undecoded["ethertype-not-ip"] > ethertypes) this.#leave(etherTypeName(left.ethertype));
    if (undecoded["ip-protocol-not-tcp"] > protocols)
      this.#leave(ipPayloadName(left.protocol, left.bytes, left.start, left.end));
  }

  #leave(named: LeftName): void {
    const one = this.#left.has(named.name) || this.#left.size < MAX_LEFT_NAMES ? named : OTHERS;
    const known = this.#left.get(one.name);
    if (known === undefined) this.#left.set(one.name, { ...one, frames: 1 });
    else known.frames++;
  }

  /** Now and then: what time really passed, by a clock that nobody sets. */
  time(steadyMicros: number): void {
    this.#pipeline.clock.look(steadyMicros);
  }

  statistics({ droppedByInterface, droppedByKernel }: InterfaceStatistics): void {
    if (droppedByInterface === undefined && droppedByKernel === undefined) return;
    this.#dropped = (droppedByInterface ?? 0) + (droppedByKernel ?? 0);
  }

  facts(): LinkFacts {
    this.#decoder.finish();
    this.#pipeline.finish();
    const counters = this.#pipeline.counters();
    const long = [...this.#conversations.values()].filter(({ segments }) => segments >= MIN_SEGMENTS);
    const oneSided = long.filter(({ forth, back }) => !(forth && back));
    return {
      ...this.#counts,
      frames: counters.frames,
      clockSteps: counters.clock_steps,
      clockStepMicros: this.#pipeline.clock.stepMicros,
      misdatedFrames: counters.frames_misdated,
      checksums: this.#checksums,
      conversations: long.length,
      oneSided: oneSided.length,
      oneSidedSegments: oneSided.reduce((sum, { segments }) => sum + segments, 0),
      undecoded: seen(this.#decoder.undecoded),
      left: [...this.#left.values()].sort((a, b) => b.frames - a.frames),
      tunneled: seen(this.#decoder.tunneled),
      calls: counters.calls,
      handshakes: counters.handshakes,
      gapBytes: counters.gap_bytes,
      dropped: this.#dropped,
    };
  }

  #check(frame: Frame): void {
    const isRight = hasRightChecksum(frame);
    if (isRight === undefined) return;
    this.#checksums.checked++;
    if (!isRight) this.#checksums.wrong++;
  }

  #segment(packet: Packet): void {
    const source = `${packet.source0},${packet.source1},${packet.source2},${packet.source3}:${packet.sourcePort}`;
    const destination = `${packet.destination0},${packet.destination1},${packet.destination2},${packet.destination3}:${packet.destinationPort}`;
    const isForth = source < destination;
    const key = isForth ? `${source} ${destination}` : `${destination} ${source}`;
    let conversation = this.#conversations.get(key);
    if (conversation === undefined) {
      if (this.#conversations.size >= MAX_CONVERSATIONS) return;
      conversation = { segments: 0, forth: false, back: false };
      this.#conversations.set(key, conversation);
    }
    conversation.segments++;
    if (isForth) conversation.forth = true;
    else conversation.back = true;
  }
}

function seen(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

import type { Frame, FrameSink } from "../capture/frame.js";
import { PcapngWriter } from "../capture/pcapng-writer.js";
import { type RingSegment, readRing } from "../capture/ring-segments.js";
import type { DecodeSettings } from "../decode/decode-settings.js";
import { Decoder } from "../decode/decoder.js";
import type { Packet } from "../decode/packet.js";
import type { DataSettings } from "../protocol/data/class-rules.js";
import { AddedClasses } from "./added-classes.js";
import { ConnectionTracker, type Place, type RingConnection } from "./connection-tracker.js";
import { redactConnection } from "./redact-connection.js";
import { mendChecksum } from "./segment-checksum.js";
import { ByteBudget, SideBytes } from "./side-bytes.js";

export interface ProofCounts {
  packets: number;
  payloadBytes: number;
  hiddenBytes: number;
  /** Fragments of IP datagrams, which are left out: of what they carry, nothing can be hidden in place. */
  fragments: number;
}

const SNAP_LENGTH = 262_144;
const MEMORY_BYTES = 1024 * 1024 * 1024;
const HIDDEN = "Bodies, credentials and all that was not understood are overwritten with *.";

interface Sides {
  readonly client: SideBytes;
  readonly server: SideBytes;
}

/** Sees each frame of a ring together with the segment that it carries. */
type Visitor = (frame: Frame, packet: Packet, place: Place, interfaceName: string) => void;

/** Every connection that the ring holds; `times` are those of packets that are looked for. */
export async function connectionsIn(
  segments: readonly RingSegment[],
  settings: DecodeSettings,
  times: readonly number[],
): Promise<RingConnection[]> {
  const tracker = new ConnectionTracker(times);
  await visit(segments, settings, tracker, () => {});
  return tracker.connections;
}

/** Writes the packets of these connections as pcapng, what is secret or of the operator's classes overwritten, or as they were sent. */
export async function writeProof(
  segments: readonly RingSegment[],
  settings: DecodeSettings,
  ids: ReadonlySet<string>,
  content: "redacted" | "as-sent",
  data: DataSettings,
  write: (bytes: Buffer) => void,
): Promise<ProofCounts> {
  const sides = content === "redacted" ? await readSides(segments, settings, ids, new AddedClasses(data)) : undefined;
  const counts: ProofCounts = { packets: 0, payloadBytes: 0, hiddenBytes: 0, fragments: 0 };
  const writer = new PcapngWriter("eastwatch packets", write, sides && HIDDEN);
  const interfaces: string[] = [];
  const numberOf = (name: string, linkType: number): number => {
    const key = `${linkType} ${name}`;
    const known = interfaces.indexOf(key);
    if (known >= 0) return known;
    writer.describeInterface(name, linkType, SNAP_LENGTH);
    return interfaces.push(key) - 1;
  };
  await visit(segments, settings, new ConnectionTracker(), (frame, packet, place, interfaceName) => {
    if (!ids.has(place.connection.id)) return;
    if (packet.bytes !== frame.bytes) {
      counts.fragments++;
      return;
    }
    counts.packets++;
    counts.payloadBytes += packet.payloadEnd - packet.payloadStart;
    const comment = sides && redact(frame, packet, sides.get(place.connection.id)?.[place.from], place.offset, counts);
    writer.frame(frame, numberOf(interfaceName, frame.linkType), comment);
  });
  writer.flush();
  return counts;
}

async function readSides(
  segments: readonly RingSegment[],
  settings: DecodeSettings,
  ids: ReadonlySet<string>,
  added: AddedClasses,
): Promise<Map<string, Sides>> {
  const budget = new ByteBudget(MEMORY_BYTES);
  const all = new Map<string, Sides>();
  await visit(segments, settings, new ConnectionTracker(), (_, packet, { connection, from, offset }) => {
    if (!ids.has(connection.id) || offset === undefined) return;
    let sides = all.get(connection.id);
    if (sides === undefined) {
      sides = { client: new SideBytes(budget, added), server: new SideBytes(budget, added) };
      all.set(connection.id, sides);
    }
    sides[from].take(offset, packet.bytes, packet.payloadStart, packet.payloadEnd);
  });
  for (const { client, server } of all.values()) redactConnection(client, server);
  return all;
}

/** Overwrites in the frame itself: it is read for nothing else. What was done to it, in words. */
function redact(
  frame: Frame,
  packet: Packet,
  side: SideBytes | undefined,
  offset: number | undefined,
  counts: ProofCounts,
): string | undefined {
  const { bytes, payloadStart, payloadEnd } = packet;
  // What stands behind the segment is no part of it: filling, or whatever the sender's memory held.
  bytes.fill(0, payloadEnd, frame.end);
  const isKnown = side !== undefined && offset !== undefined;
  const hidden = isKnown
    ? side.redact(offset, bytes, payloadStart, payloadEnd)
    : bytes.fill("*", payloadStart, payloadEnd) && payloadEnd - payloadStart;
  counts.hiddenBytes += hidden;
  if (hidden === 0) return undefined;
  const isRight = mendChecksum(bytes, packet);
  const checksum = isRight ? "its TCP checksum was made to fit" : "its TCP checksum could not be made to fit";
  return `${hidden} of ${payloadEnd - payloadStart} payload bytes overwritten; ${checksum}`;
}

async function visit(
  segments: readonly RingSegment[],
  settings: DecodeSettings,
  tracker: ConnectionTracker,
  see: Visitor,
): Promise<void> {
  let packet: Packet | undefined;
  const decoder = new Decoder(settings, {
    packet: (decoded) => {
      packet = decoded;
      tracker.packet(decoded);
    },
  });
  await readRing(segments, (): FrameSink => {
    const names = new Map<number, string>();
    return {
      interfaceNamed: (id, name) => names.set(id, name),
      frame: (frame) => {
        packet = undefined;
        decoder.frame(frame);
        if (packet !== undefined && tracker.place !== undefined)
          see(frame, packet, tracker.place, names.get(frame.interfaceId) ?? "");
      },
      statistics: () => {},
    };
  });
}

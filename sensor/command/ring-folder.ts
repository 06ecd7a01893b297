import { join } from "node:path";
import type { Settings } from "../../shared/config/settings.js";
import { FileHold } from "../../shared/sqlite/file-hold.js";
import type { RingSettings } from "../capture/packet-ring.js";

/** Files the ring has at least: with the oldest of them not too much goes at a time. */
const MIN_SEGMENTS = 4;

/** Undefined where no packets are kept. */
export function ringSettings({
  folder,
  maxBytes,
  segmentBytes,
  maxWaitingBytes,
}: Settings["ring"]): RingSettings | undefined {
  if (folder === undefined || folder === "") return undefined;
  return { folder, maxBytes, segmentBytes: Math.min(segmentBytes, maxBytes / MIN_SEGMENTS), maxWaitingBytes };
}

/** One sensor writes to a ring. Throws CommandError where another does, or nothing can be written there. */
export function holdRing(settings: Settings["ring"], warn: (text: string) => void): FileHold | undefined {
  const ring = ringSettings(settings);
  if (ring === undefined) return undefined;
  const hold = new FileHold(join(ring.folder, "packets"), { setting: "ring.folder", holder: "sensor" });
  warn(
    `ring.folder "${ring.folder}" keeps the latest ${ring.maxBytes} bytes of packets as they were sent, bodies and secrets included, for this user alone`,
  );
  return hold;
}

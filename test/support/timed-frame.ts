import type { Frame } from "../../sensor/capture/frame.js";

/** Time of the first frame in tests, microseconds. */
export const START_MICROS = 1_700_000_000_000_000;

/** A frame's bytes with what a capture says beside them; Ethernet and uncut unless told otherwise. */
export interface TimedFrame {
  readonly bytes: Buffer;
  readonly atMicros: number;
  readonly linkType?: number;
  readonly originalLength?: number;
}

export function frameOf(timed: TimedFrame): Frame {
  return {
    bytes: timed.bytes,
    start: 0,
    end: timed.bytes.length,
    atMicros: timed.atMicros,
    originalLength: timed.originalLength ?? timed.bytes.length,
    linkType: timed.linkType ?? 1,
    interfaceId: 0,
  };
}

import { DEFAULT_TABLE_BYTES } from "../hpack/dynamic-table.js";
import type { BlockSide } from "./block-side.js";
import { DEFAULT_FRAME_BYTES, SETTING } from "./frame.js";
import type { FrameSide } from "./frame-side.js";

const SETTING_BYTES = 6;

/** Whose frames and header blocks are bounded by the settings of the other side, RFC 9113 §6.5. */
interface Limited {
  readonly frames: Pick<FrameSide, "mostBytes">;
  readonly block: Pick<BlockSide, "mostTableBytes">;
}

/** Settings of the other side may have been missed: anything may be allowed. */
export function unlimit({ frames, block }: Limited): void {
  block.mostTableBytes = Number.POSITIVE_INFINITY;
  frames.mostBytes = undefined;
}

/** The other side's first settings come: what they do not say is as RFC 9113 §6.5.2 has it. */
export function limit({ frames, block }: Limited): void {
  block.mostTableBytes = DEFAULT_TABLE_BYTES;
  frames.mostBytes = DEFAULT_FRAME_BYTES;
}

/** Reads the payload of the other side's SETTINGS. What was allowed once may be under way still. */
export function allow({ frames, block }: Limited, bytes: Buffer, start: number, end: number): void {
  for (let at = start; at + SETTING_BYTES <= end; at += SETTING_BYTES) {
    const id = (bytes[at] << 8) | bytes[at + 1];
    const value = bytes.readUInt32BE(at + 2);
    if (id === SETTING.headerTableSize) block.mostTableBytes = Math.max(block.mostTableBytes, value);
    else if (id === SETTING.maxFrameSize && frames.mostBytes !== undefined)
      frames.mostBytes = Math.max(frames.mostBytes, value);
  }
}

import type { Side } from "../../flow/stream.js";
import type { ProtocolContext } from "../protocol.js";
import { BlockSide } from "./block-side.js";
import type { FloodMeter } from "./flood-meter.js";
import { FrameSide, type FrameSink } from "./frame-side.js";
import type { OpenStream } from "./open-stream.js";

/** One side of the connection, as far as the other stages of reading it need not know. */
export interface Half {
  readonly frames: FrameSide;
  readonly block: BlockSide;
  /** Stream of the DATA frame under way. */
  stream: OpenStream | undefined;
  /** Bytes of it were seen or told lost. */
  isBegun: boolean;
  /** A frame of it was seen. */
  isFramed: boolean;
  floods: FloodMeter | undefined;
}

export function openHalf(
  from: Side,
  sink: FrameSink,
  maxHeadBytes: number,
  context: Pick<ProtocolContext, "passOver">,
): Half {
  return {
    frames: new FrameSide(from, sink, maxHeadBytes, context),
    block: new BlockSide(),
    stream: undefined,
    isBegun: false,
    isFramed: false,
    floods: undefined,
  };
}

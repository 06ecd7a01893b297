/** One captured frame. The reader refills the same object for every frame: copy what must outlive the call. */
export interface Frame {
  /** Holds the captured bytes in [start, end); borrowed for the length of the call. */
  bytes: Buffer;
  start: number;
  end: number;
  /** Capture time in microseconds since 1970-01-01 UTC, an integer below 2^53. */
  atMicros: number;
  /** Bytes the frame had on the wire; above `end - start` where the snap length cut it. */
  originalLength: number;
  /** LINKTYPE_ value of the tcpdump.org registry. */
  linkType: number;
  /** Index of the interface within its capture, from 0. */
  interfaceId: number;
}

/** What a capture says of one interface's losses; a figure it cannot know is left out, never 0. */
export interface InterfaceStatistics {
  readonly interfaceId: number;
  readonly interfaceName?: string;
  readonly received?: number;
  readonly droppedByInterface?: number;
  readonly droppedByKernel?: number;
  /** By what captured, once it had the frames from the kernel. */
  readonly droppedByProcess?: number;
}

/** Takes what a capture yields, in the order it was captured. */
export interface FrameSink {
  frame(frame: Frame): void;
  /**
   * Totals since the capture began, replacing those told before for the same interface. `atMicros`: when they were counted, by the
   * clock of frames; left out where the capture does not tell.
   */
  statistics(statistics: InterfaceStatistics, atMicros?: number): void;
  /** What wrote the capture, where it tells. */
  application?(name: string): void;
  /** The name of an interface, where it tells one, before its first frame. */
  interfaceNamed?(interfaceId: number, name: string): void;
}

export interface Http1Settings {
  readonly maxHeadBytes: number;
  readonly maxPipelined: number;
}

/** What a capture process is told, as JSON. */
export interface CaptureRequest {
  readonly interface: string;
  /** Empty for everything. */
  readonly filter: string;
  readonly bufferBytes: number;
  readonly snapLength: number;
  readonly promiscuous: boolean;
  readonly implementation: Implementation;
}

/** What captures: the binding of our own, or the package `cap`; `auto` is the first where it is there. */
export type Implementation = "auto" | "native" | "cap";

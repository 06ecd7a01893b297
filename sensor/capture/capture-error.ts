/** A capture that can't be read, or not further; `offset` counts bytes of the capture, uncompressed. */
export class CaptureError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = "CaptureError";
    this.offset = offset;
  }
}

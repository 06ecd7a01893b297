/** Bytes of an alert's content, RFC 8446 §6: level and description. */
export const CLEAR_ALERT_BYTES = 2;

/** Alerts in the clear, which records may cut in two or join. */
export class AlertReader {
  #content = 0;
  #bytes = 0;

  take(bytes: Buffer, start: number, end: number, each: (level: number, code: number) => void): void {
    for (let at = start; at < end; at++) {
      this.#content = ((this.#content << 8) | bytes[at]) & 0xffff;
      if (++this.#bytes % CLEAR_ALERT_BYTES === 0) each(this.#content >> 8, this.#content & 0xff);
    }
  }
}

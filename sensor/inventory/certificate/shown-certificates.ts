import type { Certificate } from "../../protocol/message.js";
import { Tally } from "../count/tally.js";

const MAX_CERTIFICATES = 8;
const MAX_NAME = 200;
const FINGERPRINT_DIGITS = 16;

/** Certificates that a client shows, as a rule the same one each time: what it is called is made when another one comes. */
export class ShownCertificates {
  readonly #tally = new Tally(MAX_CERTIFICATES);
  #last: Certificate | undefined = undefined;
  /** How often the last one came that the tally does not know of yet. */
  #lastTimes = 0;

  add(leaf: Certificate): void {
    if (leaf !== this.#last) {
      this.#settle();
      this.#last = leaf;
    }
    this.#lastTimes++;
  }

  record(): Record<string, number> {
    this.#settle();
    return this.#tally.record();
  }

  restore(record: Readonly<Record<string, number>>): void {
    this.#tally.restore(record);
  }

  #settle(): void {
    if (this.#last !== undefined && this.#lastTimes > 0) this.#tally.add(shownAs(this.#last), this.#lastTimes);
    this.#lastTimes = 0;
  }
}

/** Its SPIFFE identity (X.509-SVID §2), else its subject, and by what the list of certificates has it. */
function shownAs({ san, subject, fingerprint }: Certificate): string {
  const name = san.find((one) => one.startsWith("spiffe://")) ?? (subject === "" ? (san[0] ?? "no name") : subject);
  return `${name.slice(0, MAX_NAME)} (${fingerprint.slice(0, FINGERPRINT_DIGITS)})`;
}

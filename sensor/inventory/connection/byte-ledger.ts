import type { ServiceRecord } from "../../../shared/event.js";
import type { ByteFate } from "../../protocol/message.js";
import { Tally } from "../count/tally.js";

/** All names that first bytes give away, those of the protocols that are read, and room for more. */
const MAX_PROTOCOLS = 128;

/** Of all services together, also of those that the inventory had no room for. */
export const FATE_COUNTERS = {
  parsed: "bytes_parsed",
  encrypted: "bytes_encrypted",
  "not-understood": "bytes_not_understood",
  "joined-late": "bytes_joined_late",
  lost: "bytes_lost",
} as const;

export type ByteCounts = Pick<
  ServiceRecord,
  "parsedBytes" | "encryptedBytes" | "notUnderstood" | "joinedLateBytes" | "missingBytes"
>;

/** What became of the bytes of a service's connections. */
export class ByteLedger {
  #parsed = 0;
  #encrypted = 0;
  #joinedLate = 0;
  #lost = 0;
  #notUnderstood: Tally | undefined = undefined;

  add(fate: ByteFate, bytes: number, protocol: string): void {
    if (fate === "parsed") this.#parsed += bytes;
    else if (fate === "encrypted") this.#encrypted += bytes;
    else if (fate === "joined-late") this.#joinedLate += bytes;
    else if (fate === "lost") this.#lost += bytes;
    else {
      this.#notUnderstood ??= new Tally(MAX_PROTOCOLS);
      this.#notUnderstood.add(protocol, bytes);
    }
  }

  record(): ByteCounts {
    return {
      parsedBytes: this.#parsed,
      encryptedBytes: this.#encrypted,
      notUnderstood: this.#notUnderstood?.record() ?? {},
      joinedLateBytes: this.#joinedLate,
      missingBytes: this.#lost,
    };
  }

  restore(counts: ByteCounts): void {
    this.#parsed = counts.parsedBytes;
    this.#encrypted = counts.encryptedBytes;
    this.#joinedLate = counts.joinedLateBytes;
    this.#lost = counts.missingBytes;
    for (const [protocol, bytes] of Object.entries(counts.notUnderstood)) this.add("not-understood", bytes, protocol);
  }
}

import type { CloseReason, Side, Stream } from "../../flow/stream.js";
import type { ProtocolContext } from "../protocol.js";
import { addressedLength, greetingLength, passwordLength, socks4RequestLength } from "./message-length.js";

interface Step {
  readonly from: Side;
  length(bytes: Buffer): number | undefined;
}

const VERSION_4 = 4;
const WITH_PASSWORD = 2;
/** More than any sequence of messages before the connection takes. */
const MAX_HELD_BYTES = 2_048;

const REQUEST_4: readonly Step[] = [
  { from: "client", length: socks4RequestLength },
  { from: "server", length: () => 8 },
];
const GREETING: readonly Step[] = [
  { from: "client", length: greetingLength },
  { from: "server", length: () => 2 },
];
const PASSWORD: readonly Step[] = [
  { from: "client", length: passwordLength },
  { from: "server", length: () => 2 },
];
const REQUEST_5: readonly Step[] = [
  { from: "client", length: addressedLength },
  { from: "server", length: addressedLength },
];

/** Steps over the messages of SOCKS; nothing of them is kept. */
export class SocksStream implements Stream {
  readonly #context: ProtocolContext;
  #steps: readonly Step[] | undefined = undefined;
  #client: Buffer | undefined = undefined;
  #server: Buffer | undefined = undefined;
  #next: Stream | undefined = undefined;
  #isLost = false;

  constructor(context: ProtocolContext) {
    this.#context = context;
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.#next !== undefined) {
      this.#next.data(from, bytes, start, end, atMicros);
      return;
    }
    if (this.#isLost) {
      this.#context.passOver(end - start);
      return;
    }
    const held = from === "client" ? this.#client : this.#server;
    const all = Buffer.concat([held ?? Buffer.alloc(0), bytes.subarray(start, end)]);
    this.#isLost = all.length > MAX_HELD_BYTES;
    this.#keep(from, all);
    this.#advance(atMicros);
  }

  gap(from: Side, length: number, atMicros: number): void {
    if (this.#next === undefined) this.#isLost = true;
    this.#next?.gap(from, length, atMicros);
  }

  finished(from: Side, atMicros: number): void {
    this.#next?.finished(from, atMicros);
  }

  close(reason: CloseReason, atMicros: number): void {
    this.#next?.close(reason, atMicros);
  }

  #keep(from: Side, bytes: Buffer): void {
    if (from === "client") this.#client = bytes;
    else this.#server = bytes;
  }

  #advance(atMicros: number): void {
    this.#steps ??= this.#client?.[0] === VERSION_4 ? REQUEST_4 : [...GREETING, ...REQUEST_5];
    while (this.#steps.length > 0) {
      const step: Step = this.#steps[0];
      const rest = this.#steps.slice(1);
      const { from } = step;
      const held: Buffer = (from === "client" ? this.#client : this.#server) ?? Buffer.alloc(0);
      const needed = step.length(held);
      if (needed === undefined || held.length < needed) return;
      // RFC 1928 §3: the server chooses the method; of the two in use, one takes two more messages.
      const asksPassword: boolean = step === GREETING[1] && held[1] === WITH_PASSWORD;
      this.#steps = asksPassword ? [...PASSWORD, ...rest] : rest;
      this.#keep(from, held.subarray(needed));
    }
    this.#handOver(atMicros);
  }

  #handOver(atMicros: number): void {
    const next = this.#context.handOver();
    this.#next = next;
    for (const from of ["client", "server"] as const) {
      const left = from === "client" ? this.#client : this.#server;
      if (left !== undefined && left.length > 0) next.data(from, left, 0, left.length, atMicros);
    }
    this.#client = this.#server = undefined;
  }
}

import type { Flow } from "../../flow/stream.js";
import type { Dialect } from "../rpc/dialect.js";
import { NO_DIALECTS } from "../rpc/dialect.js";
import type { BodyLook, ContentLook, Found } from "./body-look.js";
import type { ContentKind } from "./content-kind.js";

/** What a probe needs of the one reader of all bodies. */
export interface ProbeOwner {
  openBegun(
    key: number,
    flow: Flow,
    kind: ContentKind | undefined,
    dialects: readonly Dialect[],
    length: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): BodyLook | undefined;
}

const NOTHING = Buffer.alloc(0);

/** A body of which its first bytes tell whether it is worth a look: most are not, and cost no more than that. Used again for the next. */
export class BodyProbe implements ContentLook {
  readonly #owner: ProbeOwner;
  #isDecided = true;
  #look: BodyLook | undefined = undefined;
  #key = 0;
  #flow: Flow | undefined = undefined;
  #kind: ContentKind | undefined = undefined;
  #dialects = NO_DIALECTS;
  #length = -1;

  constructor(owner: ProbeOwner) {
    this.#owner = owner;
  }

  begin(key: number, flow: Flow, kind: ContentKind | undefined, dialects: readonly Dialect[], length: number): void {
    this.#isDecided = false;
    this.#look = undefined;
    this.#key = key;
    this.#flow = flow;
    this.#kind = kind;
    this.#dialects = dialects;
    this.#length = length;
  }

  take(bytes: Buffer, start: number, end: number): void {
    if (!this.#isDecided && start < end) this.#decide(bytes, start, end);
    this.#look?.take(bytes, start, end);
  }

  gap(length: number): void {
    if (!this.#isDecided && length > 0) this.#decide(NOTHING, 0, 0);
    this.#look?.gap(length);
  }

  end(fate: "whole" | "cut"): Readonly<Found> | undefined {
    return this.#look?.end(fate);
  }

  #decide(bytes: Buffer, start: number, end: number): void {
    this.#isDecided = true;
    if (this.#flow === undefined) return;
    this.#look = this.#owner.openBegun(
      this.#key,
      this.#flow,
      this.#kind,
      this.#dialects,
      this.#length,
      bytes,
      start,
      end,
    );
  }
}

import type { Flow } from "../../flow/stream.js";
import type { Dialect } from "../rpc/dialect.js";
import { NO_DIALECTS } from "../rpc/dialect.js";
import type { BodyLook, ContentLook, Found } from "./body-look.js";
import type { ContentKind } from "./content-kind.js";

/** A body that begins: what was decided before its first byte. */
export interface BegunBody {
  readonly key: number;
  readonly flow: Flow;
  readonly kind: ContentKind | undefined;
  readonly dialects: readonly Dialect[];
  /** Content bytes, -1 where not known. */
  readonly length: number;
}

/** Has messages one after the other, for whose bodies one probe is enough. */
export interface ProbeHolder {
  probe: BodyProbe | undefined;
}

/** What a probe needs of the one reader of all bodies. */
export interface ProbeOwner {
  openBegun(body: BegunBody, bytes: Buffer, start: number, end: number): BodyLook | undefined;
}

const NOTHING = Buffer.alloc(0);

/** A body of which its first bytes tell whether it is worth a look: most are not, and cost no more than that. Used again for the next. */
export class BodyProbe implements ContentLook, BegunBody {
  flow: Flow;
  key = 0;
  kind: ContentKind | undefined = undefined;
  dialects = NO_DIALECTS;
  length = -1;
  readonly #owner: ProbeOwner;
  #isDecided = true;
  #look: BodyLook | undefined = undefined;

  constructor(owner: ProbeOwner, flow: Flow) {
    this.#owner = owner;
    this.flow = flow;
  }

  begin(key: number, flow: Flow, kind: ContentKind | undefined, dialects: readonly Dialect[], length: number): void {
    this.#isDecided = false;
    this.#look = undefined;
    this.flow = flow;
    this.key = key;
    this.kind = kind;
    this.dialects = dialects;
    this.length = length;
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
    this.#look = this.#owner.openBegun(this, bytes, start, end);
  }
}

import type { Flow } from "../../flow/stream.js";
import type { MessageWalk } from "../grpc/message-walk.js";
import type { OauthForm, TokenFacts } from "../protection.js";
import type { Dialect, Operation } from "../rpc/dialect.js";
import type { Shape } from "../shape.js";
import type { BodyKey } from "./body-keys.js";
import { type ContentCoding, IDENTITY } from "./content-coding.js";
import type { ContentKind } from "./content-kind.js";
import { LOST } from "./json-scan.js";
import { isWide } from "./text-encoding.js";

const FIRST_BYTES = 2_048;
const NOTHING = Buffer.alloc(0);

/** What one body is looked at for. */
export interface LookPlan {
  /** Stands for the operation and side. */
  readonly key: number;
  /** Undefined where no class of data is looked for. */
  readonly kind: ContentKind | undefined;
  readonly coding: ContentCoding;
  /** Whether its classes are told; undefined where that is decided when it is known what is called. */
  readonly isSampled: boolean | undefined;
  /** What may say in it what is called. */
  readonly dialects: readonly Dialect[];
  /** What says in it how a call went. */
  readonly outcomeOf: Dialect | undefined;
  readonly flow: Flow;
  /** Of a message of Protocol Buffers, where the server told it. */
  readonly typeName: string | undefined;
}

/** What a look found. */
export interface Found {
  classes: readonly string[] | undefined;
  /** There was more than was looked at: of that nothing is known. */
  isCut: boolean;
  operations: readonly Operation[] | undefined;
  outcome: number | undefined;
  /** Numbers and kinds of the fields of a message of Protocol Buffers. */
  fields: string | undefined;
  /** What it is built of; undefined where that can't be told. */
  shape: Shape | undefined;
  /** Undefined where it is neither a form nor JSON that OAuth 2 knows. */
  oauth?: OauthForm | undefined;
  /** By what its sender proves in it who it is, beyond what OAuth 2 has for that. */
  key?: BodyKey | undefined;
  /** What that says of itself, where it is a JSON Web Token. */
  keyToken?: TokenFacts | undefined;
  /** Messages framed in it; undefined where none are or not all of them could be counted. */
  counted?: MessageWalk | undefined;
}

/** Who is shown the content of one body, in its order. Bytes are borrowed. */
export interface ContentLook {
  take(bytes: Buffer, start: number, end: number): void;
  /** So many of them were lost. */
  gap(length: number): void;
  /** The body is over, or nothing more of it will be seen: what was found; undefined where nobody looked. */
  end(fate: "whole" | "cut"): Readonly<Found> | undefined;
}

/** What a look needs of the one reader of all bodies. */
export interface LookOwner {
  readonly maxBytes: number;
  /** False beyond the bound on bytes held. */
  hold(bytes: number): boolean;
  release(bytes: number): void;
  /** Finds out what bytes[start, end) hold. */
  read(plan: LookPlan, bytes: Buffer, start: number, end: number, isCut: boolean, found: Found): void;
}

/**
 * The body of one message, fed its content in pieces. Its first bytes are gathered up to a bound, read at once, and let go. A body
 * that comes in one piece is read where it lies.
 */
export class BodyLook implements ContentLook, Found {
  classes: readonly string[] | undefined = undefined;
  isCut = false;
  operations: readonly Operation[] | undefined = undefined;
  outcome: number | undefined = undefined;
  fields: string | undefined = undefined;
  readonly #owner: LookOwner;
  readonly #plan: LookPlan;
  /** Content bytes, -1 where not known. */
  readonly #length: number;
  #bytes = NOTHING;
  #filled = 0;
  /** Marks among them that stand for lost bytes. */
  #marks = 0;
  #isOver = false;
  #wasLost = false;
  /** What it is built of, once it was read; undefined where that can't be told. */
  shape: Shape | undefined = undefined;
  oauth: OauthForm | undefined = undefined;
  key: BodyKey | undefined = undefined;
  keyToken: TokenFacts | undefined = undefined;

  constructor(owner: LookOwner, plan: LookPlan, length: number) {
    this.#owner = owner;
    this.#plan = plan;
    this.#length = length;
  }

  /** The next bytes of content, borrowed. */
  take(bytes: Buffer, start: number, end: number): void {
    if (this.#isOver || start >= end) return;
    const { maxBytes } = this.#owner;
    if (this.#filled === 0 && !this.#wasLost && (end - start >= maxBytes || end - start === this.#length)) {
      this.#read(bytes, start, Math.min(end, start + maxBytes), end - start > maxBytes || end - start !== this.#length);
      return;
    }
    const stop = Math.min(end, start + maxBytes - this.#filled);
    if (!this.#makeRoom(stop - start)) return;
    bytes.copy(this.#bytes, this.#filled, start, stop);
    this.#filled += stop - start;
    if (this.#filled >= maxBytes) this.#read(this.#bytes, 0, this.#filled, stop < end || this.#filled !== this.#length);
  }

  /** Content bytes that were lost: what follows them is read as far as its coding allows. */
  gap(length: number): void {
    if (this.#isOver || length === 0) return;
    this.#wasLost = true;
    // Behind a hole nobody knows where the fields of a message of Protocol Buffers begin.
    const isUnreadable = this.#plan.coding !== IDENTITY || this.#plan.kind === "protobuf";
    if (isUnreadable || isWide(this.#bytes, 0, this.#filled)) this.#read(this.#bytes, 0, this.#filled, true);
    else if (this.#filled < this.#owner.maxBytes && this.#makeRoom(1)) {
      this.#bytes[this.#filled++] = LOST;
      this.#marks++;
    }
  }

  /**
   * The body is over, or nothing more of it will be seen. Classes of what it held, sorted; undefined where it could not be looked at.
   * `fate`: whether its end was seen.
   */
  end(fate: "whole" | "cut"): Readonly<Found> {
    if (!this.#isOver) this.#read(this.#bytes, 0, this.#filled, fate === "cut");
    return this;
  }

  #read(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    this.#isOver = true;
    // A message of Protocol Buffers that has nothing in it has all its fields, with what they are by default.
    const isEmptyMessage = this.#plan.kind === "protobuf" && end === start && !isCut && !this.#wasLost;
    if (end - start > this.#marks || isEmptyMessage)
      this.#owner.read(this.#plan, bytes, start, end, isCut || this.#wasLost, this);
    this.#owner.release(this.#bytes.length);
    this.#bytes = NOTHING;
  }

  #makeRoom(more: number): boolean {
    const needed = this.#filled + more;
    if (needed <= this.#bytes.length) return true;
    const { maxBytes } = this.#owner;
    const expected = this.#length > needed ? this.#length : Math.max(FIRST_BYTES, needed * 2);
    const size = Math.min(maxBytes, Math.max(needed, expected));
    if (!this.#owner.hold(size - this.#bytes.length)) {
      this.#isOver = true;
      this.#owner.release(this.#bytes.length);
      this.#bytes = NOTHING;
      return false;
    }
    const larger = Buffer.allocUnsafe(size);
    this.#bytes.copy(larger, 0, 0, this.#filled);
    this.#bytes = larger;
    return true;
  }
}

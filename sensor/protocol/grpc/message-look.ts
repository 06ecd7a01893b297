import type { BodyLook, Found } from "../body/body-look.js";
import { NO_CLASSES } from "../data/found-classes.js";
import { joinShapes } from "../join-shapes.js";
import type { Shape } from "../shape.js";

/** Flags before a message: it is compressed; gRPC-Web and Connect: what follows is no message but the trailers. */
export const COMPRESSED = 0x01;
export const TRAILERS = 0x80;
export const CONNECT_END = 0x02;

/** Makes the look at one message; undefined where it is not looked at. */
export type OpenMessage = (flags: number, length: number) => BodyLook | undefined;

/** Looks at the first messages of one direction of a stream, each as at a body. */
export class MessageLook implements Found {
  classes: readonly string[] | undefined = undefined;
  /** Of some message only a part was looked at, or nothing. */
  isCut = false;
  readonly operations = undefined;
  readonly outcome = undefined;
  fields: string | undefined = undefined;
  /** Of all that were looked at. */
  shape: Shape | undefined = undefined;
  readonly #open: OpenMessage;
  #left: number;
  #look: BodyLook | undefined = undefined;

  constructor(open: OpenMessage, messages: number) {
    this.#open = open;
    this.#left = messages;
  }

  begins(flags: number, length: number): void {
    if (this.#left > 0) {
      this.#left--;
      this.#look = this.#open(flags, length);
    }
    if (this.#look === undefined) this.isCut = true;
  }

  take(bytes: Buffer, start: number, end: number): void {
    this.#look?.take(bytes, start, end);
  }

  gap(length: number): void {
    this.#look?.gap(length);
  }

  /** The message that began last is over. */
  ends(fate: "whole" | "cut"): void {
    const look = this.#look;
    if (look === undefined) return;
    this.#look = undefined;
    const { classes, isCut, fields, shape } = look.end(fate);
    if (isCut || classes === undefined) this.isCut = true;
    if (classes !== undefined) this.classes = joined(this.classes ?? NO_CLASSES, classes);
    this.fields ??= fields;
    this.shape = joinShapes(this.shape, shape);
  }

  /** No more messages come. */
  end(): Readonly<Found> {
    this.#left = 0;
    this.ends("cut");
    return this;
  }
}

function joined(some: readonly string[], more: readonly string[]): readonly string[] {
  if (some.length === 0) return more;
  return more.length === 0 ? some : [...new Set([...some, ...more])].sort();
}

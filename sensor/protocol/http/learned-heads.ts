import type { Side } from "../../flow/stream.js";
import type { FieldMemory } from "../data/field-memory.js";
import { withHead, withShape } from "../shape.js";
import type { Exchange } from "./exchange.js";
import { FieldShapes, type NamedFields } from "./field-shapes.js";

/** Heads that teach what the requests and answers of an operation are built of: a few of each, and of each status. */
export class LearnedHeads {
  readonly #requests: FieldShapes;
  readonly #answers: FieldShapes;

  constructor(fields: FieldMemory) {
    this.#requests = new FieldShapes(fields);
    this.#answers = new FieldShapes(fields);
  }

  /** Lines of a head as they stand; only some are looked at. After its target, or its status. */
  lines(from: Side, exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    if (from === "client") {
      if (this.#requests.learns(operationKey(exchange), bytes, start, end)) this.#request(exchange);
    } else if (exchange.path !== undefined && this.#answers.learns(answerKey(exchange), bytes, start, end))
      this.#answer(exchange);
  }

  /** The same of fields that were taken apart. */
  fields(from: Side, exchange: Exchange, fields: NamedFields): void {
    if (from === "client") {
      if (this.#requests.learnsFields(operationKey(exchange), fields)) this.#request(exchange);
    } else if (exchange.path !== undefined && this.#answers.learnsFields(answerKey(exchange), fields))
      this.#answer(exchange);
  }

  #request(exchange: Exchange): void {
    if (this.#requests.classes.length > 0) exchange.addRequestClasses(this.#requests.classes);
    exchange.shapes = withHead(exchange.shapes, this.#requests.header, this.#requests.cookie);
  }

  #answer(exchange: Exchange): void {
    if (this.#answers.classes.length > 0) exchange.addResponseClasses(this.#answers.classes);
    exchange.shapes = withShape(exchange.shapes, "responseHeader", this.#answers.header);
  }
}

function operationKey({ pathShape, method }: Exchange): number {
  return pathShape ^ Math.imul(method?.length ?? 0, 0x9e3779b1);
}

/** Statuses that are seldom have heads of their own: `Location`, `Retry-After`. */
function answerKey(exchange: Exchange): number {
  return operationKey(exchange) ^ Math.imul(exchange.status ?? 0, 0xc2b2ae35);
}

import { FAILED } from "../outcome.js";
import { JsonMembers } from "./json-members.js";
import { closerOf, refusalOf } from "./refusal-words.js";

/** Members of an error, or of what stands in it, by which it says what it is. */
const SAYING = ["code", "name", "type", "errorType", "classification", "reason", "message"].map((name) =>
  Buffer.from(name),
);
const INNER = ["extensions", "data"].map((name) => Buffer.from(name));
const MAX_TEXT = 128;

/** Reads JSON objects that tell of errors: JSON-RPC's (§5.1), and GraphQL's (§7.1.2) with their extensions. */
export class JsonError {
  readonly #members = new JsonMembers();
  readonly #inner = new JsonMembers();

  /** The status that the error in bytes[start, end) stands for. */
  status(bytes: Buffer, start: number, end: number): number {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return FAILED;
    let status = FAILED;
    while (members.next() && status === FAILED) {
      status = closerOf(status, said(members, bytes));
      const isInner = members.kind === "object" && INNER.some((name) => members.isNamed(name));
      if (isInner) status = closerOf(status, this.#innerStatus(bytes, members.valueStart, members.valueEnd));
    }
    return status;
  }

  #innerStatus(bytes: Buffer, start: number, end: number): number {
    const inner = this.#inner;
    if (!inner.open(bytes, start, end)) return FAILED;
    let status = FAILED;
    while (inner.next() && status === FAILED) status = said(inner, bytes);
    return status;
  }
}

function said(members: JsonMembers, bytes: Buffer): number {
  const { kind, valueStart, valueEnd } = members;
  const isText = kind === "string" || kind === "other";
  if (!isText || !SAYING.some((name) => members.isNamed(name))) return FAILED;
  return refusalOf(bytes.latin1Slice(valueStart, Math.min(valueEnd, valueStart + MAX_TEXT)));
}

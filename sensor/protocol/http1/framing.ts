import { WordTable } from "../../bytes/word-table.js";
import type { AnomalyName } from "../anomaly-name.js";
import { CONNECTION, CONTENT_LENGTH, UPGRADE } from "../http/field-name.js";
import type { FieldScan } from "../http/field-scan.js";
import type { Body } from "./body.js";

const COMMA = 0x2c;
const CODINGS = new WordTable([
  "chunked",
  "gzip",
  "deflate",
  "compress",
  "x-gzip",
  "x-compress",
  "identity",
  "br",
  "zstd",
]);
const UPGRADES = ["h2c", "websocket"] as const;
const UPGRADE_NAMES = new WordTable(UPGRADES);
const CHUNKED = 0;
const IDENTITY = 6;

/** What the header fields say of the body's length, RFC 9112 §6. One object is used again for every head. */
export class Framing {
  /** -1 without a usable Content-Length. */
  contentLength = -1;
  /** `none` without Transfer-Encoding; `unusable` where the last coding is not chunked. */
  transfer: "none" | "chunked" | "unusable" = "none";
  hasInvalidLength = false;
  /** The other protocol offered or taken; undefined without one. Where several are offered it is none of ours alone. */
  upgrade: (typeof UPGRADES)[number] | "other" | undefined = undefined;
  readonly anomalies: AnomalyName[] = [];
  #namesIdentity = false;

  read(scan: FieldScan, bytes: Buffer, version: string, of: "request" | "response"): void {
    this.contentLength = -1;
    this.transfer = "none";
    this.hasInvalidLength = false;
    this.upgrade = undefined;
    this.#namesIdentity = false;
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    let lengths = 0;
    let chunked = 0;
    for (let hit = 0; hit < scan.hits; hit++) {
      const id = scan.ids[hit];
      if (id < CONTENT_LENGTH || id > UPGRADE || id === CONNECTION) continue;
      if (id === UPGRADE) {
        this.upgrade = UPGRADES[UPGRADE_NAMES.indexOf(bytes, scan.starts[hit], scan.ends[hit])] ?? "other";
      } else if (id === CONTENT_LENGTH) this.#length(bytes, scan.starts[hit], scan.ends[hit], lengths++);
      else chunked += this.#codings(bytes, scan.starts[hit], scan.ends[hit], of);
    }
    // RFC 9112 §7 knows no identity: who takes it for a coding sees another end than who passes it over.
    const isDisputed = this.#namesIdentity && of === "request" && chunked + lengths > 0;
    if (chunked > 1 || isDisputed) this.#note("invalid-transfer-encoding");
    if (this.transfer !== "none") {
      if (lengths > 0) this.#note("both-lengths");
      if (version === "1.0") this.#note("transfer-encoding-in-http10");
    }
  }

  /** Where the body of a response ends, RFC 9112 §6.3 in its order. */
  responseBody(status: number, isHead: boolean): Body["mode"] {
    if (isHead || status === 204 || status === 304) return "none";
    if (this.transfer === "chunked") return "chunked";
    return this.transfer === "unusable" || this.hasInvalidLength || this.contentLength < 0 ? "until-close" : "length";
  }

  /** The same of a request, which has no body without a length; undefined where that can't be told. */
  requestBody(): Body["mode"] | undefined {
    if (this.transfer === "unusable" || (this.transfer === "none" && this.hasInvalidLength)) return undefined;
    if (this.transfer === "chunked") return "chunked";
    return this.contentLength > 0 ? "length" : "none";
  }

  #note(name: AnomalyName): void {
    if (!this.anomalies.includes(name)) this.anomalies.push(name);
  }

  /** RFC 9110 §8.6: one decimal number; a list of equal numbers is tolerated. */
  #length(bytes: Buffer, start: number, end: number, before: number): void {
    let at = start;
    let members = 0;
    do {
      while (at < end && bytes[at] <= 0x20) at++;
      const digitsStart = at;
      let value = 0;
      while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) value = value * 10 + bytes[at++] - 0x30;
      const hasDigits = at > digitsStart && value <= Number.MAX_SAFE_INTEGER;
      while (at < end && bytes[at] <= 0x20 && bytes[at] !== 0x0b) at++;
      if (!hasDigits || (at < end && bytes[at] !== COMMA)) {
        this.hasInvalidLength = true;
        this.#note("invalid-content-length");
        return;
      }
      if (before + members > 0)
        this.#note(value === this.contentLength ? "repeated-content-length" : "conflicting-content-length");
      if (this.contentLength < 0) this.contentLength = value;
      members++;
    } while (at++ < end);
  }

  /** Codings of one Transfer-Encoding line; how many of them are chunked. */
  #codings(bytes: Buffer, start: number, end: number, of: "request" | "response"): number {
    let chunked = 0;
    let last = -1;
    let at = start;
    while (at <= end) {
      let stop = at;
      while (stop < end && bytes[stop] !== COMMA) stop++;
      const coding = this.#coding(bytes, at, stop);
      if (coding === CHUNKED) chunked++;
      else if (coding === IDENTITY) this.#namesIdentity = true;
      if (coding !== undefined) last = coding;
      at = stop + 1;
    }
    if (last === CHUNKED) this.transfer = "chunked";
    // RFC 2616 knew identity, which is no coding at all.
    else if (last !== IDENTITY || chunked > 0 || this.transfer === "chunked") {
      this.transfer = "unusable";
      // §6.3: such a response lasts until the connection closes, which is no fault; a request can't.
      if (of === "request" || chunked > 0) this.#note("invalid-transfer-encoding");
    }
    return chunked;
  }

  /** A coding's place in CODINGS, -1 where it is none, undefined for an empty list member. */
  #coding(bytes: Buffer, from: number, until: number): number | undefined {
    let start = from;
    let end = until;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    if (start === end) return undefined;
    const coding = CODINGS.indexOf(bytes, start, end);
    if (coding < 0) this.#note("invalid-transfer-encoding");
    return coding;
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 9 || byte === 10 || byte === 13;
}

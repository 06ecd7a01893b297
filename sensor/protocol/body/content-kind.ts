import { isHl7 } from "./hl7-scan.js";

/** How a body's text is laid out; `multipart` is a form, `parts` are any others, `guess` is told by its first byte. */
export type ContentKind =
  | "json"
  | "form"
  | "multipart"
  | "parts"
  | "markup"
  | "text"
  | "delimited"
  | "hl7"
  | "protobuf"
  | "guess";

const MAX_REMEMBERED = 256;

/** Media types to kinds; undefined for what holds no text. Remembers what it was asked: the same few come again and again. */
export class ContentKinds {
  readonly #wanted: readonly string[];
  readonly #known = new Map<string, ContentKind | undefined>();
  #last = "";
  #lastKind: ContentKind | undefined = undefined;

  /** `wanted`: kinds that are looked at. */
  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
  }

  of(contentType: string | undefined): ContentKind | undefined {
    if (contentType === undefined) return "guess";
    if (contentType === this.#last) return this.#lastKind;
    if (!this.#known.has(contentType)) {
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      const kind = kindOf(contentType);
      const wanted = kind === "parts" ? "multipart" : kind === "delimited" ? "text" : kind;
      this.#known.set(contentType, wanted !== undefined && this.#wanted.includes(wanted) ? kind : undefined);
    }
    this.#last = contentType;
    this.#lastKind = this.#known.get(contentType);
    return this.#lastKind;
  }
}

/** How the messages are written that stand in a content of this type: `application/grpc` is Protocol Buffers unless it says otherwise. */
export function messageType(contentType: string): string | undefined {
  const type = contentType.slice(0, 128).toLowerCase().split(";")[0].trim();
  const codec = /\+([\w.-]+)$/.exec(type)?.[1] ?? "proto";
  return codec === "proto" || codec === "json" ? `application/${codec}` : undefined;
}

/** A content that is one message of Protocol Buffers, without anything that frames it. */
export function isPlainMessage(contentType: string): boolean {
  return contentType.includes("proto") && kindOf(contentType) === "protobuf";
}

/** RFC 6839: what stands after the plus is how it is written. */
function kindOf(contentType: string): ContentKind | undefined {
  const type = contentType.slice(0, 128).toLowerCase().split(";")[0].trim();
  if (/json/.test(type)) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type === "multipart/form-data") return "multipart";
  if (/^multipart\/(mixed|related|alternative)$/.test(type)) return "parts";
  if (/^application\/(x-)?(vnd\.google\.)?proto(buf)?$/.test(type)) return "protobuf";
  if (/[/+](xml|html|xhtml)$/.test(type)) return "markup";
  if (/^(text|application)\/(x-)?(csv|tab-separated-values)$/.test(type)) return "delimited";
  if (/^(x-)?application\/hl7-v2/.test(type)) return "text";
  return /^text\/(?!css|javascript)/.test(type) || /^application\/(x-)?(yaml|toml|graphql)$/.test(type)
    ? "text"
    : undefined;
}

/** Parts have encodings of their own, and Protocol Buffers none. */
export function isText(kind: ContentKind | undefined): boolean {
  return kind !== "protobuf" && kind !== "multipart" && kind !== "parts";
}

/** By its first byte. */
export function guess(bytes: Buffer, start: number, end: number, kind: "guess" | "text"): ContentKind {
  let at = start;
  while (at < end && bytes[at] <= 0x20) at++;
  const first = bytes[at];
  if (first === 0x7b || first === 0x5b) return "json";
  if (first === 0x4d && isHl7(bytes, at, end)) return "hl7";
  return first === 0x3c && kind === "guess" ? "markup" : "text";
}

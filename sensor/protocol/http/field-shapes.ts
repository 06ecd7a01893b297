import { BodySampler } from "../body/body-sampler.js";
import { ShapeRecorder } from "../body/shape-recorder.js";
import type { FieldMemory } from "../data/field-memory.js";
import { NO_PROPERTIES, type Shape } from "../shape.js";
import { AUTHORIZATION, COOKIE, FIELD_NAMES } from "./field-name.js";
import { isSecret } from "./secret.js";

const LF = 10;
const CR = 13;
const COLON = 0x3a;
const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 9;
/** Heads of one operation, of answers also of one status, of which it is learned what they are built of: the first ones, then one in so many. */
const FIRST_HEADS = 20;
const ONE_HEAD_IN = 1_024;
const HEAD_SLOTS = 4_096;
const MAX_NAME_BYTES = 64;
const MAX_FIELDS = 128;

/**
 * Fields that are no part of an API: OpenAPI 3.1.0 §4.8.12.2.1 leaves Accept, Content-Type and Authorization out; the others say how
 * messages are framed, cached and handed on, what sends them (RFC 9110, RFC 9111, W3C Trace Context, Fetch), and what browsers may do
 * with them. What tells whoever calls of the thing itself or of the next call (`ETag`, `Location`, `Retry-After`) is part of it.
 */
const STANDARD: ReadonlySet<string> = new Set(
  (
    "accept accept-charset accept-encoding accept-language content-type content-length content-encoding transfer-encoding host " +
    "user-agent connection keep-alive upgrade te trailer expect date from origin referer via forwarded max-forwards pragma " +
    "cache-control dnt priority upgrade-insecure-requests http2-settings soapaction x-amz-target connect-protocol-version " +
    "x-real-ip x-request-id traceparent tracestate baggage b3 uber-trace-id x-cloud-trace-context x-amzn-trace-id " +
    "server age vary expires alt-svc set-cookie server-timing timing-allow-origin x-powered-by x-aspnet-version " +
    "x-aspnetmvc-version x-runtime x-cache x-cache-hits x-served-by x-timer strict-transport-security " +
    "content-security-policy content-security-policy-report-only x-content-type-options x-frame-options x-xss-protection " +
    "x-permitted-cross-domain-policies x-download-options x-dns-prefetch-control referrer-policy permissions-policy " +
    "feature-policy expect-ct origin-agent-cluster nel report-to reporting-endpoints"
  ).split(" "),
);
const STANDARD_BEGINNING =
  /^(sec-|proxy-|x-forwarded-|x-envoy-|x-b3-|access-control-|cross-origin-|cf-|x-amz-cf-|grpc-)/;
/** Names under which credentials stand that are of no scheme of their own: nothing is told of these. */
const SECRET_NAME = /token|secret|passw|pwd|api-?key|credential|sess|sid$|signature|auth|jwt|csrf|xsrf|remember/i;

/** Others may be made for one visitor, and be as much of a secret as the value. */
const COOKIE_NAME = /^[a-z_.-]+$/i;

/** Whether anything may be told of a field, or of what stands in it; its name in lower case. */
export function isLearned(name: string): boolean {
  return name === "cookie" || !(STANDARD.has(name) || STANDARD_BEGINNING.test(name) || SECRET_NAME.test(name));
}

/** Fields that were taken apart before: what stands in those without a name is not told. */
export interface NamedFields {
  readonly count: number;
  /** Bytes of all of them. */
  readonly size: number;
  /** In lower case. */
  nameOf(at: number): string | undefined;
  /** Position among FIELD_NAMES; negative where it is none of them. */
  idOf(at: number): number;
  /** Whoever sent it says that its value is a secret. */
  isSensitive(at: number): boolean;
  bytesOf(at: number): Buffer;
  startOf(at: number): number;
  endOf(at: number): number;
}

/** What heads are built of beyond what HTTP itself has there: names, types, few words; no value of any other kind. */
export class FieldShapes {
  readonly #fields: FieldMemory;
  readonly #headers = new ShapeRecorder();
  readonly #cookies = new ShapeRecorder();
  readonly #sampler = new BodySampler(FIRST_HEADS, ONE_HEAD_IN, HEAD_SLOTS);
  readonly #name = Buffer.alloc(MAX_NAME_BYTES);
  readonly #whatIsSecret: "is-left-out" | "is-a-string";
  /** Of the head looked at last. */
  header: Shape = NO_PROPERTIES;
  cookie: Shape = NO_PROPERTIES;

  /** `whatIsSecret`, by the looks of its value: in a request a credential; in an answer most often an entity tag, of which not all do. */
  constructor(fields: FieldMemory, whatIsSecret: "is-left-out" | "is-a-string") {
    this.#whatIsSecret = whatIsSecret;
    this.#fields = fields;
  }

  /** Whether the head is looked at: its lines are bytes[start, end). `key` stands for the operation. */
  learns(key: number, bytes: Buffer, start: number, end: number): boolean {
    if (!this.#begins(key, end - start)) return false;
    this.#lines(bytes, start, end);
    this.#end();
    return true;
  }

  /** The same of fields. */
  learnsFields(key: number, fields: NamedFields): boolean {
    if (!this.#begins(key, fields.size)) return false;
    for (let at = 0; at < fields.count; at++) {
      const name = fields.nameOf(at);
      if (name === undefined || name.length > MAX_NAME_BYTES) continue;
      const hasWords = !fields.isSensitive(at);
      this.#field(fields.idOf(at), name, fields.bytesOf(at), fields.startOf(at), fields.endOf(at), hasWords);
    }
    this.#end();
    return true;
  }

  #begins(key: number, bytes: number): boolean {
    if (!this.#sampler.admits(key)) return false;
    this.#sampler.looked(key, bytes);
    this.#headers.begin();
    this.#headers.open(true);
    this.#cookies.begin();
    this.#cookies.open(true);
    this.#fields.begin();
    return true;
  }

  #end(): void {
    this.header = ended(this.#headers);
    this.cookie = ended(this.#cookies);
  }

  #lines(bytes: Buffer, start: number, end: number): void {
    let at = start;
    for (let fields = 0; at < end && fields < MAX_FIELDS; fields++) {
      const newline = bytes.indexOf(LF, at);
      const stop = newline < 0 || newline >= end ? end : newline;
      const colon = bytes.indexOf(COLON, at);
      if (colon > at && colon < stop) this.#line(bytes, at, colon, stop);
      at = stop + 1;
    }
  }

  #line(bytes: Buffer, start: number, colon: number, lineEnd: number): void {
    if (colon - start > MAX_NAME_BYTES) return;
    const name = bytes.latin1Slice(start, colon).toLowerCase();
    this.#field(FIELD_NAMES.indexOf(bytes, start, colon), name, bytes, colon + 1, lineEnd, true);
  }

  #field(id: number, name: string, bytes: Buffer, start: number, end: number, hasWords: boolean): void {
    const [valueStart, valueEnd] = trimmed(bytes, start, end);
    if (id === COOKIE) this.#pairs(bytes, valueStart, valueEnd);
    if (id >= AUTHORIZATION) return;
    if (STANDARD.has(name) || STANDARD_BEGINNING.test(name)) return;
    this.#tell(this.#headers, name, bytes, valueStart, valueEnd, hasWords);
  }

  /** RFC 6265 §4.2.1: `name=value; name=value`. */
  #pairs(bytes: Buffer, start: number, end: number): void {
    let at = start;
    for (let pairs = 0; at < end && pairs < MAX_FIELDS; pairs++) {
      const semicolon = bytes.indexOf(SEMICOLON, at);
      const stop = semicolon < 0 || semicolon > end ? end : semicolon;
      const [from, to] = trimmed(bytes, at, stop);
      const equals = bytes.indexOf(EQUALS, from);
      if (equals > from && equals < to && equals - from <= MAX_NAME_BYTES)
        this.#cookie(bytes.latin1Slice(from, equals), bytes, equals + 1, to);
      at = stop + 1;
    }
  }

  #cookie(name: string, bytes: Buffer, start: number, end: number): void {
    if (COOKIE_NAME.test(name)) this.#tell(this.#cookies, name, bytes, start, end, false);
  }

  /** `hasWords`: whether it may be one of few words. No word of a cookie is kept: any of them may be a credential, whatever its name. */
  #tell(recorder: ShapeRecorder, name: string, bytes: Buffer, start: number, end: number, hasWords: boolean): void {
    if (SECRET_NAME.test(name)) return;
    const hasSecret = isSecret(bytes.latin1Slice(start, end));
    if (hasSecret && this.#whatIsSecret === "is-left-out") return;
    const length = this.#name.write(name, "latin1");
    const { classifier } = this.#fields;
    const hint = this.#fields.hint(this.#name, 0, length, 0, 0, 0);
    const before = classifier.found;
    classifier.value(bytes, start, end, hint);
    recorder.name(this.#name, 0, length);
    recorder.text(bytes, start, end, hasWords && !hasSecret && hint === 0 && classifier.found === before);
  }
}

function ended(recorder: ShapeRecorder): Shape {
  recorder.close();
  const shape = recorder.end();
  return shape?.properties === undefined ? NO_PROPERTIES : shape;
}

function trimmed(bytes: Buffer, from: number, to: number): readonly [number, number] {
  let start = from;
  let end = to;
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return [start, end];
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR;
}

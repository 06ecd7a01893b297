import type { Flow, Side } from "../../flow/stream.js";
import { DataClassifier, type DataSettings } from "../data/data-classifier.js";
import { FieldMemory } from "../data/field-memory.js";
import type { Shape } from "../shape.js";
import { BodyLook, type LookOwner } from "./body-look.js";
import { BodySampler } from "./body-sampler.js";
import { type ContentCoding, codingOf, decodeContent } from "./content-coding.js";
import { type ContentKind, ContentKinds } from "./content-kind.js";
import { FormScan } from "./form-scan.js";
import { JsonScan } from "./json-scan.js";
import { MarkupScan } from "./markup-scan.js";
import { MultipartScan } from "./multipart-scan.js";
import { Scratch } from "./scratch.js";
import { ShapeRecorder } from "./shape-recorder.js";
import { TextScan } from "./text-scan.js";

/** Of the bodies of one operation and side that are looked at, those of which it is learned what they are built of. */
const FIRST_LEARNED = 24;
const ONE_LEARNED_IN = 16;
const LEARNED_SLOTS = 4_096;

export interface BodySettings extends DataSettings {
  /** Whether bodies are looked at. */
  readonly bodies: boolean;
  /** First bytes of a body that are looked at, before and after its content coding is removed. */
  readonly maxBodyBytes: number;
  /** Bytes of bodies that wait for their rest, of all connections together. */
  readonly maxHeldBytes: number;
  /** Bodies of each operation and side that are looked at first; a large one counts as several. After them one in `oneIn`. */
  readonly firstBodies: number;
  readonly oneIn: number;
  readonly kinds: readonly string[];
}

/** What is known of a message before its body: of the request, and with it of the response that answers it. */
export interface MessageFacts {
  readonly method: string | undefined;
  /** Hash of the path without what varies in it. */
  readonly pathShape: number;
  readonly status: number | undefined;
  readonly requestContentType: string | undefined;
  readonly responseContentType: string | undefined;
}

/** Looks at bodies for all flows, whatever protocol carries them. One body is read at a time, whole; nothing of it is kept. */
export class BodyReader implements LookOwner {
  readonly counters = {
    bodies_looked_at: 0,
    /** Left out because enough of the same operation were looked at, or of what they hold. */
    bodies_not_sampled: 0,
    bodies_not_text: 0,
    bodies_not_decoded: 0,
    /** Beyond the bound on bytes held. */
    bodies_refused: 0,
    /** Of responses, under overload. */
    bodies_spared: 0,
    /** Only their beginning was looked at, or what was not lost. */
    bodies_cut: 0,
    /** Left before their end because comparing them with patterns took too long. */
    bodies_exhausting: 0,
  };
  readonly fields: FieldMemory;
  readonly form: FormScan;
  heldBytes = 0;
  sparesResponses = false;
  readonly #settings: BodySettings;
  readonly #sampler: BodySampler;
  readonly #kinds: ContentKinds;
  readonly #json: JsonScan;
  readonly #markup: MarkupScan;
  readonly #text: TextScan;
  readonly #multipart: MultipartScan;
  readonly #recorder = new ShapeRecorder();
  readonly #learned = new BodySampler(FIRST_LEARNED, ONE_LEARNED_IN, LEARNED_SLOTS);
  /** Of the body read last. */
  shape: Shape | undefined = undefined;

  constructor(settings: BodySettings) {
    const scratch = new Scratch();
    this.#settings = settings;
    this.fields = new FieldMemory(() => new DataClassifier(settings));
    this.#sampler = new BodySampler(settings.firstBodies, settings.oneIn);
    this.#kinds = new ContentKinds(settings.kinds);
    this.#json = new JsonScan(this.fields, scratch, this.#recorder);
    this.form = new FormScan(this.fields, scratch, this.#recorder);
    this.#markup = new MarkupScan(this.fields, scratch);
    this.#text = new TextScan(this.fields, (bytes, start, end) => this.#json.scan(bytes, start, end, false));
    this.#multipart = new MultipartScan(this.fields, this.#recorder, (type, bytes, start, end) => {
      const kind = this.#kinds.of(type);
      if (kind !== undefined && kind !== "multipart") this.#scan(kind, bytes, start, end, false);
    });
  }

  get isOn(): boolean {
    return this.#settings.bodies;
  }

  get maxBytes(): number {
    return this.#settings.maxBodyBytes;
  }

  ofFlow(flow: Flow): FlowBodies {
    return new FlowBodies(this, flow);
  }

  /** `salt` stands for the service. */
  open(salt: number, from: Side, facts: MessageFacts, contentEncoding: string | undefined, length: number) {
    const kind = this.#kinds.of(from === "client" ? facts.requestContentType : facts.responseContentType);
    if (kind === undefined) {
      this.counters.bodies_not_text++;
      return undefined;
    }
    if (this.sparesResponses && from === "server") {
      this.counters.bodies_spared++;
      return undefined;
    }
    const key = keyOf(salt, from, facts);
    if (!this.#sampler.admits(key)) {
      this.counters.bodies_not_sampled++;
      return undefined;
    }
    const coding = codingOf(contentEncoding);
    if (coding === undefined) this.counters.bodies_not_decoded++;
    return coding === undefined ? undefined : new BodyLook(this, key, kind, coding, length);
  }

  hold(bytes: number): boolean {
    if (this.heldBytes + bytes > this.#settings.maxHeldBytes) {
      this.counters.bodies_refused++;
      return false;
    }
    this.heldBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.heldBytes -= bytes;
  }

  read(
    key: number,
    kind: ContentKind,
    coding: ContentCoding,
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
  ) {
    this.#sampler.looked(key, end - start);
    const text = coding === "identity" ? undefined : decodeContent(coding, bytes.subarray(start, end), this.maxBytes);
    if (coding !== "identity" && text === undefined) {
      this.counters.bodies_not_decoded++;
      return undefined;
    }
    this.counters.bodies_looked_at++;
    if (isCut) this.counters.bodies_cut++;
    this.fields.begin();
    if (text === undefined) this.#learn(key, kind, bytes, start, end, isCut);
    else this.#learn(key, kind, text, 0, Math.min(text.length, this.maxBytes), isCut || text.length > this.maxBytes);
    if (this.fields.classifier.isExhausted) this.counters.bodies_exhausting++;
    return this.fields.classifier.classes();
  }

  /** What the body is built of shows in the same pass; texts and markup have no fields that a schema could name. */
  #learn(key: number, kind: ContentKind, bytes: Buffer, start: number, end: number, isCut: boolean): void {
    const layout = kind === "guess" ? guess(bytes, start, end, kind) : kind;
    this.shape = undefined;
    const isLaidOut = layout === "json" || layout === "form" || layout === "multipart";
    const isLearned = isLaidOut && this.#learned.admits(key);
    if (isLearned) this.#recorder.begin();
    this.#scan(layout, bytes, start, end, isCut);
    if (!isLearned) return;
    this.#learned.looked(key, 0);
    this.shape = this.#recorder.end();
  }

  #scan(kind: ContentKind, bytes: Buffer, start: number, end: number, isCut: boolean): void {
    switch (kind === "guess" || kind === "text" ? guess(bytes, start, end, kind) : kind) {
      case "json":
        this.#json.scan(bytes, start, end, isCut);
        break;
      case "form":
        this.form.scan(bytes, start, end, isCut);
        break;
      case "multipart":
        this.#multipart.scan(bytes, start, end, isCut);
        break;
      case "markup":
        this.#markup.scan(bytes, start, end);
        break;
      default:
        this.#text.scan(bytes, start, end);
    }
  }
}

/** The bodies of one flow. The seam for whatever protocol has messages with bodies: it names them, and feeds what comes of it. */
export class FlowBodies {
  readonly #reader: BodyReader;
  readonly #salt: number;

  constructor(reader: BodyReader, flow: Flow) {
    let salt = flow.serverPort;
    const { serverAddress } = flow;
    for (let at = 0; at < serverAddress.length; at++) salt = Math.imul(salt, 31) + serverAddress.charCodeAt(at);
    this.#reader = reader;
    this.#salt = salt;
  }

  /**
   * For the body that begins now; undefined where it is not looked at. `length`: content bytes, -1 where not known. What comes of it is
   * told when the body ends.
   */
  open(from: Side, facts: MessageFacts, contentEncoding: string | undefined, length: number): BodyLook | undefined {
    return this.#reader.isOn ? this.#reader.open(this.#salt, from, facts, contentEncoding, length) : undefined;
  }
}

/** Answers that tell of errors look different from those that do not. */
function keyOf(salt: number, from: Side, { method, pathShape, status }: MessageFacts): number {
  let key = Math.imul(salt ^ pathShape, 0x9e3779b1);
  // Of the methods in use no two begin with the same two letters, but for POST and none.
  if (method !== undefined) key ^= (method.charCodeAt(1) << 8) | method.charCodeAt(0);
  return from === "client" || status === undefined ? key : Math.imul(key, 31) + ((status / 100) | 0);
}

function guess(bytes: Buffer, start: number, end: number, kind: "guess" | "text"): ContentKind {
  let at = start;
  while (at < end && bytes[at] <= 0x20) at++;
  const first = bytes[at];
  if (first === 0x7b || first === 0x5b) return "json";
  return first === 0x3c && kind === "guess" ? "markup" : "text";
}

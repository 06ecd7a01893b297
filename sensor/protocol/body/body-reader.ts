import type { Flow, Side } from "../../flow/stream.js";
import type { DataSettings } from "../data/class-rules.js";
import { DataClassifier } from "../data/data-classifier.js";
import { FieldMemory } from "../data/field-memory.js";
import { COMPRESSED, MessageLook } from "../grpc/message-look.js";
import { ProtobufScan } from "../grpc/protobuf-scan.js";
import { ReflectedTypes } from "../grpc/reflection.js";
import { reflectionLook } from "../grpc/reflection-look.js";
import { PublicNames } from "../http/public-names.js";
import { TokenMemory } from "../http/token-memory.js";
import type { Rpc } from "../message.js";
import { type Dialect, NO_DIALECTS, operationHash } from "../rpc/dialect.js";
import { OperationReader } from "../rpc/operation-reader.js";
import type { Shape } from "../shape.js";
import { BodyKeys } from "./body-keys.js";
import { BodyLook, type ContentLook, type Found, type LookOwner, type LookPlan } from "./body-look.js";
import { type BegunBody, BodyProbe, type ProbeHolder } from "./body-probe.js";
import { BodySampler } from "./body-sampler.js";
import { BodyScan } from "./body-scan.js";
import { type ContentCoding, codingOf, decodeContent, IDENTITY } from "./content-coding.js";
import { type ContentKind, ContentKinds, guess, isText, messageType } from "./content-kind.js";
import { FlowBodies } from "./flow-bodies.js";
import { ShapeRecorder } from "./shape-recorder.js";
import { mayBeMarked, plainText } from "./text-encoding.js";

/** Of the bodies of one operation and side that are looked at, those of which it is learned what they are built of. */
const FIRST_LEARNED = 64;
const ONE_LEARNED_IN = 16;
const LEARNED_SLOTS = 4_096;

/** Of one direction of a stream, as far as each of them is worth a look. */
const MAX_MESSAGES = 16;

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
  /** What is called, as far as it is known. */
  readonly rpc?: Pick<Rpc, "system" | "method" | "isDiscovery" | "requestType" | "responseType"> | undefined;
  /** Hash of what is called at that path; 0 where the path says all. */
  readonly operationHash?: number;
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
    operations_read: 0,
    operations_without_name: 0,
  };
  readonly fields: FieldMemory;
  readonly operations: OperationReader;
  readonly reflected = new ReflectedTypes();
  readonly tokens: TokenMemory;
  heldBytes = 0;
  sparesResponses = false;
  readonly #settings: BodySettings;
  readonly #sampler: BodySampler;
  /** Coded bodies that say nothing of an operation: they would have to be decoded to tell, so not all of them are. */
  readonly #codedRest: BodySampler;
  readonly #kinds: ContentKinds;
  readonly #scan: BodyScan;
  readonly #protobuf: ProtobufScan;
  readonly #recorder = new ShapeRecorder();
  readonly #keys = new BodyKeys();
  readonly #learned = new BodySampler(FIRST_LEARNED, ONE_LEARNED_IN, LEARNED_SLOTS);

  constructor(settings: BodySettings) {
    this.#settings = settings;
    this.fields = new FieldMemory(() => new DataClassifier(settings), settings.rules);
    this.tokens = new TokenMemory(new PublicNames(this.fields));
    this.operations = new OperationReader(this.fields, settings.maxBodyBytes, this.counters);
    this.#sampler = new BodySampler(settings.firstBodies, settings.oneIn);
    this.#codedRest = new BodySampler(settings.firstBodies, settings.oneIn);
    this.#kinds = new ContentKinds(settings.kinds);
    this.#protobuf = new ProtobufScan(this.fields);
    this.#scan = new BodyScan(this.fields, this.#kinds, this.#recorder, this.#protobuf);
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

  /** `salt` stands for the service; the holder's probe is for bodies that are looked at only if they begin like some. */
  open(
    salt: number,
    flow: Flow,
    holder: ProbeHolder,
    from: Side,
    facts: MessageFacts,
    contentEncoding: string | undefined,
    length: number,
  ): ContentLook | undefined {
    const contentType = from === "client" ? facts.requestContentType : facts.responseContentType;
    const kind = this.#kinds.of(contentType);
    if (kind === undefined) this.counters.bodies_not_text++;
    else if (this.sparesResponses && from === "server") this.counters.bodies_spared++;
    if (this.sparesResponses && from === "server") return undefined;
    const key = keyOf(salt, from, facts);
    if (from === "client" && mayCall(facts)) {
      const dialects = this.operations.ofType(contentType);
      if (dialects.length > 0) {
        const coding = codingOf(contentEncoding);
        if (coding !== IDENTITY) return this.#openCoded(key, flow, kind, coding, dialects, length);
        holder.probe ??= new BodyProbe(this, flow);
        holder.probe.begin(key, flow, kind, dialects, length);
        return holder.probe;
      }
    }
    const outcomeOf =
      from === "server" && facts.rpc !== undefined ? this.#outcomeOf(facts.rpc.system, contentType) : undefined;
    const isSampled = kind !== undefined && this.#admits(key);
    if (!isSampled && outcomeOf === undefined) return undefined;
    const coding = codingOf(contentEncoding);
    if (coding === undefined) this.counters.bodies_not_decoded++;
    if (coding === undefined) return undefined;
    const typeName = from === "client" ? facts.rpc?.requestType : facts.rpc?.responseType;
    return new BodyLook(
      this,
      { key, flow, kind, coding, isSampled, dialects: NO_DIALECTS, outcomeOf, typeName },
      length,
    );
  }

  /** Only decoded it tells what it is: where others of the kind told nothing, not all of them are. */
  #openCoded(
    key: number,
    flow: Flow,
    kind: ContentKind | undefined,
    coding: ContentCoding | undefined,
    dialects: readonly Dialect[],
    length: number,
  ): BodyLook | undefined {
    if (coding === undefined) this.counters.bodies_not_decoded++;
    if (coding === undefined) return undefined;
    const mayCall = this.#codedRest.admits(key);
    const isSampled = kind === undefined ? false : mayCall ? undefined : this.#admits(key);
    if (isSampled === false && !mayCall) return undefined;
    const among = mayCall ? dialects : NO_DIALECTS;
    return this.#look(key, flow, kind, coding, isSampled, among, length);
  }

  /** For a body that begins with bytes[start, end); undefined where nothing is to be found in it. */
  openBegun(
    { key, flow, kind, dialects, length }: BegunBody,
    bytes: Buffer,
    start: number,
    end: number,
  ): BodyLook | undefined {
    const isMarked = isText(kind) && mayBeMarked(bytes, start, end);
    if (start < end && (isMarked || this.operations.mayBegin(dialects, bytes, start, end)))
      return this.#look(key, flow, kind, IDENTITY, kind === undefined ? false : undefined, dialects, length);
    const isSampled = kind !== undefined && this.#admits(key);
    return isSampled ? this.#look(key, flow, kind, IDENTITY, true, NO_DIALECTS, length) : undefined;
  }

  #look(
    key: number,
    flow: Flow,
    kind: ContentKind | undefined,
    coding: ContentCoding,
    isSampled: boolean | undefined,
    dialects: readonly Dialect[],
    length: number,
  ): BodyLook {
    const plan = { key, flow, kind, coding, isSampled, dialects, outcomeOf: undefined, typeName: undefined };
    return new BodyLook(this, plan, length);
  }

  /** A stream of events is no answer that says how all of it went. */
  #outcomeOf(system: Rpc["system"], contentType: string | undefined): Dialect | undefined {
    const dialect = this.operations.ofSystem(system);
    return dialect !== undefined && this.operations.ofType(contentType).includes(dialect) ? dialect : undefined;
  }

  #admits(key: number): boolean {
    const isAdmitted = this.#sampler.admits(key);
    if (!isAdmitted) this.counters.bodies_not_sampled++;
    return isAdmitted;
  }

  /** For the messages that stand in a content one after the other: the first of them are looked at as bodies are. */
  openMessages(salt: number, flow: Flow, from: Side, facts: MessageFacts, encoding: string | undefined) {
    if (from === "server" && facts.rpc?.isDiscovery) return reflectionLook(this, this.reflected, flow, encoding);
    const contentType = (from === "client" ? facts.requestContentType : facts.responseContentType) ?? "";
    const type = messageType(contentType);
    const kind = type === undefined ? undefined : this.#kinds.of(type);
    if (kind === undefined) this.counters.bodies_not_text++;
    const key = keyOf(salt, from, facts);
    if (kind === undefined || !this.#admits(key)) return undefined;
    let isFirst = true;
    return new MessageLook((flags, length) => {
      if (!isFirst && !this.#admits(key)) return undefined;
      isFirst = false;
      const coding = (flags & COMPRESSED) === 0 ? IDENTITY : codingOf(encoding ?? "unknown");
      if (coding === undefined) this.counters.bodies_not_decoded++;
      if (coding === undefined) return undefined;
      const typeName = from === "client" ? facts.rpc?.requestType : facts.rpc?.responseType;
      const plan = { key, flow, kind, coding, isSampled: true, dialects: NO_DIALECTS, outcomeOf: undefined, typeName };
      return new BodyLook(this, plan, length);
    }, MAX_MESSAGES);
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

  read(plan: LookPlan, bytes: Buffer, start: number, end: number, isCut: boolean, found: Found): void {
    const { coding } = plan;
    if (coding === IDENTITY) {
      this.#readText(plan, end - start, bytes, start, end, isCut, found);
      return;
    }
    const decoded = decodeContent(coding, bytes.subarray(start, end), this.maxBytes);
    if (decoded === undefined) this.counters.bodies_not_decoded++;
    if (decoded === undefined) return;
    const length = Math.min(decoded.bytes.length, this.maxBytes);
    const isAll = decoded.isWhole && decoded.bytes.length === length;
    this.#readText(plan, end - start, decoded.bytes, 0, length, isCut || !isAll, found);
  }

  #readText(
    plan: LookPlan,
    sentBytes: number,
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
    found: Found,
  ): void {
    if (isText(plan.kind) && mayBeMarked(bytes, start, end)) {
      const plain = plainText(bytes, start, end);
      if (plain === undefined) this.counters.bodies_not_decoded++;
      else this.#readPlain(plan, sentBytes, plain, 0, plain.length, isCut, found);
    } else this.#readPlain(plan, sentBytes, bytes, start, end, isCut, found);
  }

  #readPlain(
    plan: LookPlan,
    sentBytes: number,
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
    found: Found,
  ): void {
    let { key } = plan;
    const { dialects, outcomeOf, kind } = plan;
    if (dialects.length > 0) {
      found.operations = this.operations.read(dialects, bytes, start, end, isCut);
      if (found.operations !== undefined) key = Math.imul(key, 31) + operationHash(found.operations[0]);
      else if (plan.coding !== IDENTITY) this.#codedRest.looked(key, 0);
    }
    if (outcomeOf !== undefined) found.outcome = outcomeOf.outcome?.(bytes, start, end, isCut);
    const isSampled = plan.isSampled ?? this.#admits(key);
    if (!isSampled || kind === undefined) return;
    this.#sampler.looked(key, sentBytes);
    this.counters.bodies_looked_at++;
    if (isCut) this.counters.bodies_cut++;
    this.fields.begin();
    if (kind === "protobuf") {
      if (!this.#readMessage(plan, key, bytes, start, end, isCut, found)) return;
    } else found.shape = this.#learn(key, kind, bytes, start, end, isCut);
    const { classifier } = this.fields;
    if (classifier.isExhausted) this.counters.bodies_exhausting++;
    found.isCut = isCut || classifier.isPartial;
    found.classes = this.fields.classifier.classes();
    // Names in tokens are held against the same classes.
    if (kind !== "protobuf") this.#prove(kind, bytes, start, end, found);
  }

  /** By what the body's sender proves in it who it is. */
  #prove(kind: ContentKind, bytes: Buffer, start: number, end: number, found: Found): void {
    if (kind === "form") found.oauth = this.#scan.form.oauth.found(bytes, this.tokens);
    else if (kind === "json") found.oauth = this.#scan.json.oauth.found(bytes, this.tokens);
    const keys = this.#keys;
    found.key = keys.find(bytes, start, end, kind === "form" ? kind : "other");
    if (found.key === "bearer") found.keyToken = this.tokens.of(bytes, keys.valueStart, keys.valueEnd);
  }

  /** False where it is no message. */
  #readMessage(
    { flow, typeName }: LookPlan,
    key: number,
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
    found: Found,
  ): boolean {
    const learns = this.#learned.admits(key) ? "learns" : "looks";
    const told = this.#protobuf.scan(bytes, start, end, isCut, this.reflected.of(flow), typeName, learns);
    if (told === undefined) return false;
    if (told !== "") found.fields = told;
    found.shape = this.#protobuf.shape;
    if (learns === "learns") this.#learned.looked(key, 0);
    return true;
  }

  /** What the body is built of shows in the same pass; texts and markup have no fields that a schema could name. */
  #learn(key: number, kind: ContentKind, bytes: Buffer, start: number, end: number, isCut: boolean): Shape | undefined {
    const layout = kind === "guess" ? guess(bytes, start, end, kind) : kind;
    const isLaidOut = layout === "json" || layout === "form" || layout === "multipart";
    const isLearned = isLaidOut && this.#learned.admits(key);
    if (isLearned) this.#recorder.begin();
    this.#scan.scan(layout, bytes, start, end, isCut);
    if (!isLearned) return undefined;
    this.#learned.looked(key, 0);
    return this.#recorder.end();
  }
}

/** Only what is sent to be worked on says in its body what is called, and only where the head did not. */
function mayCall({ method, rpc }: MessageFacts): boolean {
  return method === "POST" && rpc?.method === undefined;
}

/** Answers that tell of errors look different from those that do not. */
function keyOf(salt: number, from: Side, { method, pathShape, status, operationHash = 0 }: MessageFacts): number {
  let key = Math.imul(salt ^ pathShape, 0x9e3779b1);
  if (operationHash !== 0) key = Math.imul(key, 31) + operationHash;
  // Of the methods in use no two begin with the same two letters, but for POST and none.
  if (method !== undefined) key ^= (method.charCodeAt(1) << 8) | method.charCodeAt(0);
  return from === "client" || status === undefined ? key : Math.imul(key, 31) + ((status / 100) | 0);
}

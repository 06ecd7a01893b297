import type { EndpointRecord, EndpointState, PathParameter, Quantiles } from "../../shared/event.js";
import type { Call, CallStream } from "../protocol/message.js";
import { CallerSet } from "./caller-set.js";
import { HELD_MICROS, HeldAnswers } from "./held-answers.js";
import type { Endpoint, Service } from "./observation.js";
import type { PathNode } from "./path/path-node.js";
import type { SegmentType } from "./path/segment.js";
import { QuantileSketch } from "./quantile-sketch.js";
import { StreamSummary } from "./stream-summary.js";
import { compare, Tally } from "./tally.js";

const MAX_KINDS = 32;
const MAX_CONTENT_TYPES = 8;
const MAX_STATUSES = 64;
const MAX_CLASSES = 64;

export interface EndpointStateText {
  readonly duration: readonly number[];
  readonly requestSize: readonly number[];
  readonly responseSize: readonly number[];
  readonly callers?: string;
  /** How long streams lasted. */
  readonly lasted?: readonly number[];
  /** The template does not come from the paths seen. */
  readonly isFixed?: true;
  /** For each parameter of the template, in its order. */
  readonly evidence: readonly StoredEvidence[];
}

/** Why a segment became a parameter, and values it had. */
export interface StoredEvidence {
  readonly type: SegmentType;
  readonly reason: string;
  readonly values: readonly string[];
}

/** An endpoint of the inventory, counting. */
export class EndpointEntry implements Endpoint {
  readonly service: Service;
  readonly method: string;
  /** Undefined for the few that have no path: `*`, the authority form. */
  node: PathNode<unknown> | undefined;
  /** What is called at the path, where that says not all. */
  readonly operation: string | undefined;
  readonly #fixedTemplate: string | undefined;
  /** Template with the operation, and without. */
  #template = "";
  #path: string | undefined = undefined;
  readonly #callers: CallerSet;
  readonly #statuses = new Map<number, number>();
  readonly #credentials = new Tally(MAX_KINDS);
  readonly #requestTypes = new Tally(MAX_CONTENT_TYPES);
  readonly #responseTypes = new Tally(MAX_CONTENT_TYPES);
  readonly #requestClasses = new Tally(MAX_CLASSES);
  readonly #responseClasses = new Tally(MAX_CLASSES);
  readonly #duration = new QuantileSketch();
  readonly #requestSize = new QuantileSketch();
  readonly #responseSize = new QuantileSketch();
  /** Of the few whose calls are more than a question and its answer, and of those that may be. */
  #streams: StreamSummary | undefined = undefined;
  #held: HeldAnswers | undefined = undefined;
  calls = 0;
  incompleteCalls = 0;
  requestBodiesRead = 0;
  responseBodiesRead = 0;
  missingBytes = 0;
  firstMicros: number;
  lastMicros: number;
  isChanged = false;
  /** State its last record had. */
  toldState: EndpointState | undefined = undefined;
  /** Took over this one's counts when a path parameter was found. */
  mergedInto: EndpointEntry | undefined = undefined;

  constructor(
    service: Service,
    method: string,
    place: PathNode<unknown> | string,
    operation: string | undefined,
    maxCallers: number,
    atMicros: number,
  ) {
    this.service = service;
    this.method = method;
    this.operation = operation;
    this.node = typeof place === "string" ? undefined : place;
    this.#fixedTemplate = typeof place === "string" ? place : undefined;
    this.#callers = new CallerSet(maxCallers);
    this.firstMicros = atMicros;
    this.lastMicros = atMicros;
  }

  /** `/orders/{orderId}`, and where operations are called there `/graphql#query.GetOrder`. */
  get template(): string {
    if (this.mergedInto !== undefined) return this.mergedInto.template;
    const path = this.#fixedTemplate ?? this.node?.template ?? "";
    if (this.operation === undefined) return path;
    if (path !== this.#path) this.#template = `${path}#${this.operation}`;
    this.#path = path;
    return this.#template;
  }

  /** Whether every answer so far was 404. */
  get isNotFound(): boolean {
    return this.#statuses.size === 1 && this.#statuses.has(404);
  }

  call(call: Call, clientAddress: string): void {
    this.calls++;
    if (call.atMicros > this.lastMicros) this.lastMicros = call.atMicros;
    else if (call.atMicros < this.firstMicros) this.firstMicros = call.atMicros;
    this.#callers.add(clientAddress);
    const status = call.status ?? 0;
    const seen = this.#statuses.get(status);
    if (seen !== undefined || this.#statuses.size < MAX_STATUSES) this.#statuses.set(status, (seen ?? 0) + 1);
    for (const credential of call.credentials) this.#credentials.add(credential.kind);
    if (call.requestContentType !== undefined) this.#requestTypes.note(call.requestContentType);
    if (call.responseContentType !== undefined) this.#responseTypes.note(call.responseContentType);
    if (call.stream !== undefined || this.#held !== undefined) this.#streamed(call, clientAddress);
    else if (call.durationMicros !== undefined)
      if (call.durationMicros < HELD_MICROS) this.#duration.add(call.durationMicros);
      else this.#streamed(call, clientAddress);
    if (call.requestBodySize !== undefined) this.#requestSize.add(call.requestBodySize);
    if (call.responseBodySize !== undefined) this.#responseSize.add(call.responseBodySize);
    if (call.requestClasses !== undefined) this.#requestHeld(call, call.requestClasses);
    if (call.responseClasses !== undefined) {
      this.responseBodiesRead++;
      for (const name of call.responseClasses) this.#responseClasses.add(name);
    }
    if (call.complete) return;
    this.incompleteCalls++;
    this.missingBytes += call.missingBytes;
  }

  #requestHeld({ requestBodySize }: Call, classes: readonly string[]): void {
    // Without a body the target alone was looked at.
    if (requestBodySize !== 0) this.requestBodiesRead++;
    for (const name of classes) this.#requestClasses.add(name);
  }

  /** What was sent in one of its calls since that was told. */
  goOn(call: Call, stream: CallStream): void {
    if (call.atMicros > this.lastMicros) this.lastMicros = call.atMicros;
    this.#streamSummary().add(stream);
    if (!call.complete) this.incompleteCalls++;
    this.missingBytes += call.missingBytes;
  }

  /** How long a stream lasts, or an answer is held back, tells nothing of how fast the endpoint is. */
  #streamed(call: Call, clientAddress: string): void {
    const { stream, durationMicros } = call;
    if (stream !== undefined) {
      this.#streamSummary().add(stream);
      if (stream.answeredMicros !== undefined) this.#duration.add(stream.answeredMicros);
      return;
    }
    this.#held ??= new HeldAnswers();
    const held = this.#held;
    const isHeld = durationMicros !== undefined && durationMicros >= HELD_MICROS;
    for (const slow of held.call(call, clientAddress)) this.#duration.add(slow);
    if (held.verdict === "poll") {
      for (const polled of held.undecided()) this.#poll(polled);
      held.clear();
      if (isHeld) this.#poll(durationMicros);
    }
    if (durationMicros !== undefined && (!isHeld || held.verdict === "slow")) this.#duration.add(durationMicros);
  }

  #poll(lastedMicros: number): void {
    this.#streamSummary().add({ ...HELD_BACK, lastedMicros });
  }

  #streamSummary(): StreamSummary {
    this.#streams ??= new StreamSummary();
    return this.#streams;
  }

  merge(other: EndpointEntry): void {
    this.calls += other.calls;
    this.incompleteCalls += other.incompleteCalls;
    this.missingBytes += other.missingBytes;
    this.firstMicros = Math.min(this.firstMicros, other.firstMicros);
    this.lastMicros = Math.max(this.lastMicros, other.lastMicros);
    this.#callers.merge(other.#callers);
    for (const [status, calls] of other.#statuses)
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + calls);
    this.#credentials.merge(other.#credentials);
    this.#requestTypes.merge(other.#requestTypes);
    this.#responseTypes.merge(other.#responseTypes);
    this.#requestClasses.merge(other.#requestClasses);
    this.#responseClasses.merge(other.#responseClasses);
    this.requestBodiesRead += other.requestBodiesRead;
    this.responseBodiesRead += other.responseBodiesRead;
    this.#duration.merge(other.#duration);
    for (const slow of other.#held?.undecided() ?? []) this.#duration.add(slow);
    if (other.#streams !== undefined) this.#streamSummary().merge(other.#streams);
    this.#requestSize.merge(other.#requestSize);
    this.#responseSize.merge(other.#responseSize);
    other.mergedInto = this;
  }

  durationMillis(): Quantiles | undefined {
    return this.#allDurations().quantiles(1_000);
  }

  /** With those that may turn out to be no calls' durations. */
  #allDurations(): QuantileSketch {
    const undecided = [...(this.#held?.undecided() ?? [])];
    if (undecided.length === 0) return this.#duration;
    const all = new QuantileSketch();
    all.merge(this.#duration);
    for (const durationMicros of undecided) all.add(durationMicros);
    return all;
  }

  record(state: EndpointState): EndpointRecord {
    this.toldState = state;
    const quantiles = {
      durationMillis: this.durationMillis(),
      requestBytes: this.#requestSize.quantiles(),
      responseBytes: this.#responseSize.quantiles(),
      streams: this.#streams?.record(),
    };
    return {
      kind: "endpoint",
      serverAddress: this.service.address,
      serverPort: this.service.port,
      service: this.service.name,
      method: this.method,
      template: this.template,
      parameters: this.#parameters(),
      calls: this.calls,
      callers: this.#callers.list(),
      callerCount: this.#callers.size,
      statuses: Object.fromEntries([...this.#statuses].sort(([a], [b]) => a - b)),
      credentials: this.#credentials.record(),
      dataClasses: this.#dataClasses(),
      requestClasses: this.#requestClasses.record(),
      responseClasses: this.#responseClasses.record(),
      requestBodiesRead: this.requestBodiesRead,
      responseBodiesRead: this.responseBodiesRead,
      requestContentTypes: this.#requestTypes.sortedTexts(),
      responseContentTypes: this.#responseTypes.sortedTexts(),
      ...withoutUndefined(quantiles),
      state,
      incompleteCalls: this.incompleteCalls,
      missingBytes: this.missingBytes,
      firstMicros: this.firstMicros,
      lastMicros: this.lastMicros,
    };
  }

  #dataClasses(): string[] {
    const names = [...this.#requestClasses.sortedTexts(), ...this.#responseClasses.sortedTexts()];
    return [...new Set(names)].sort(compare);
  }

  state(): string {
    const callers = this.#callers.state();
    const state: EndpointStateText = {
      duration: this.#allDurations().state(),
      requestSize: this.#requestSize.state(),
      responseSize: this.#responseSize.state(),
      ...(callers === undefined ? {} : { callers }),
      ...(this.#streams === undefined ? {} : { lasted: this.#streams.state() }),
      ...(this.#fixedTemplate === undefined ? {} : { isFixed: true }),
      evidence: this.#parameterNodes().map(({ evidence }) => ({
        type: evidence?.type ?? "word",
        reason: evidence?.reason ?? "",
        values: [...(evidence?.values ?? [])],
      })),
    };
    return JSON.stringify(state);
  }

  restore(record: EndpointRecord, text: string): void {
    const state = JSON.parse(text) as EndpointStateText;
    this.calls = record.calls;
    this.incompleteCalls = record.incompleteCalls;
    this.missingBytes = record.missingBytes;
    this.firstMicros = record.firstMicros;
    this.lastMicros = record.lastMicros;
    this.#callers.restore(record.callers, state.callers);
    for (const [status, calls] of Object.entries(record.statuses)) this.#statuses.set(Number(status), calls);
    this.#credentials.restore(record.credentials);
    for (const type of record.requestContentTypes) this.#requestTypes.add(type);
    for (const type of record.responseContentTypes) this.#responseTypes.add(type);
    this.#requestClasses.restore(record.requestClasses);
    this.#responseClasses.restore(record.responseClasses);
    this.requestBodiesRead = record.requestBodiesRead;
    this.responseBodiesRead = record.responseBodiesRead;
    this.#duration.restore(state.duration);
    this.#requestSize.restore(state.requestSize);
    this.#responseSize.restore(state.responseSize);
    if (record.streams === undefined) return;
    this.#streamSummary().restore(record.streams, state.lasted ?? []);
    // What was known to be held back is so still.
    if (this.#streams?.kinds.has(HELD_BACK.kind)) this.#held = new HeldAnswers("poll");
  }

  #parameterNodes(): PathNode<unknown>[] {
    const nodes: PathNode<unknown>[] = [];
    for (let node = this.node; node !== undefined; node = node.parent) if (node.isParameter) nodes.unshift(node);
    return nodes;
  }

  #parameters(): PathParameter[] {
    return this.#parameterNodes().map((node) => ({
      name: node.name,
      type: node.evidence?.type ?? "word",
      reason: node.evidence?.reason ?? "",
      distinctValues: node.evidence?.values.size ?? 0,
    }));
  }
}

/** An answer that others like it show to have been held back. */
const HELD_BACK: CallStream = {
  kind: "long-poll",
  isContinued: false,
  subprotocol: undefined,
  extensions: [],
  request: undefined,
  response: undefined,
  end: undefined,
  answeredMicros: undefined,
  lastedMicros: undefined,
};

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

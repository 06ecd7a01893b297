import type { EndpointRecord, EndpointState, PathParameter, Quantiles } from "../../shared/event.js";
import type { Call } from "../protocol/message.js";
import { CallerSet } from "./caller-set.js";
import type { Endpoint, Service } from "./observation.js";
import type { PathNode } from "./path/path-node.js";
import type { SegmentType } from "./path/segment.js";
import type { ValueUse } from "./path/value-use.js";
import { QuantileSketch } from "./quantile-sketch.js";
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
  readonly #fixedTemplate: string | undefined;
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
    maxCallers: number,
    atMicros: number,
  ) {
    this.service = service;
    this.method = method;
    this.node = typeof place === "string" ? undefined : place;
    this.#fixedTemplate = typeof place === "string" ? place : undefined;
    this.#callers = new CallerSet(maxCallers);
    this.firstMicros = atMicros;
    this.lastMicros = atMicros;
  }

  get template(): string {
    return this.mergedInto?.template ?? this.#fixedTemplate ?? this.node?.template ?? "";
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
    if (call.durationMicros !== undefined) this.#duration.add(call.durationMicros);
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
    this.#requestSize.merge(other.#requestSize);
    this.#responseSize.merge(other.#responseSize);
    other.mergedInto = this;
  }

  /** What it was called for, as one value of a parameter. */
  use(): ValueUse {
    const { method, calls, firstMicros, lastMicros } = this;
    return { method, calls, firstMicros, lastMicros, statuses: new Map(this.#statuses) };
  }

  /** Takes over what one value of a parameter was called for; sizes, times and callers of single values are not known. */
  take({ calls, statuses, firstMicros, lastMicros }: ValueUse, whole: EndpointEntry): void {
    this.calls = calls;
    this.firstMicros = firstMicros;
    this.lastMicros = lastMicros;
    whole.calls -= calls;
    for (const [status, count] of statuses) {
      this.#statuses.set(status, count);
      const left = (whole.#statuses.get(status) ?? 0) - count;
      if (left > 0) whole.#statuses.set(status, left);
      else whole.#statuses.delete(status);
    }
  }

  durationMillis(): Quantiles | undefined {
    return this.#duration.quantiles(1_000);
  }

  record(state: EndpointState): EndpointRecord {
    this.toldState = state;
    const quantiles = {
      durationMillis: this.durationMillis(),
      requestBytes: this.#requestSize.quantiles(),
      responseBytes: this.#responseSize.quantiles(),
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
      duration: this.#duration.state(),
      requestSize: this.#requestSize.state(),
      responseSize: this.#responseSize.state(),
      ...(callers === undefined ? {} : { callers }),
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

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

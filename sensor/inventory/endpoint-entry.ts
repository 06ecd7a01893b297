import type { EndpointRecord, EndpointState, PathParameter, Quantiles } from "../../shared/event.js";
import type { Call, WireDeprecation } from "../protocol/message.js";
import { type CallShapes, ONLY_QUERY } from "../protocol/shape.js";
import { CallerSet } from "./caller-set.js";
import type { Coverage, DeclaredPath } from "./declared/coverage.js";
import { declarationFacts, deprecationFacts } from "./declared/declared-facts.js";
import { OperationDeclaration } from "./declared/declared-operation.js";
import { declaredParameters } from "./declared/declared-parameter.js";
import { combineDeprecation, laterWire } from "./declared/deprecation.js";
import { driftOf } from "./declared/drift.js";
import { rpcServiceOf } from "./declared/procedure.js";
import type { Route } from "./declared/route-table.js";
import { schemaDrift } from "./declared/schema-drift.js";
import { proves, provesThere } from "./declared/there.js";
import type { Declaration, Deprecation, Difference, Endpoint } from "./observation.js";
import type { PathNode } from "./path/path-node.js";
import type { SegmentType } from "./path/segment.js";
import { QuantileSketch } from "./quantile-sketch.js";
import { LearnedSchemas, type StoredSchemas } from "./schema/endpoint-schemas.js";
import type { SchemaBudget } from "./schema/schema-budget.js";
import type { ServiceEntry } from "./service-entry.js";
import { compare, Tally } from "./tally.js";

const MAX_KINDS = 32;
const MAX_CONTENT_TYPES = 8;
const MAX_STATUSES = 64;
const MAX_CLASSES = 64;
const NO_DIFFERENCES: readonly Difference[] = [];
const NO_DEPRECATION: WireDeprecation = { sinceMicros: undefined, sunsetMicros: undefined };

export interface EndpointStateText {
  readonly duration: readonly number[];
  readonly requestSize: readonly number[];
  readonly responseSize: readonly number[];
  readonly callers?: string;
  /** The template does not come from the paths seen. */
  readonly isFixed?: true;
  /** Left out in files of before it was kept. */
  readonly isThere?: boolean;
  /** What its answers say of its end, as far as they do. */
  readonly deprecation?: Partial<WireDeprecation>;
  readonly withQuery?: number;
  readonly schemas?: StoredSchemas;
  /** For each parameter of the template, in its order. */
  readonly evidence: readonly StoredEvidence[];
}

/** Why a segment became a parameter, and values it had. */
export interface StoredEvidence {
  readonly type: SegmentType;
  readonly reason: string;
  readonly values: readonly string[];
}

export interface EntryBounds {
  readonly maxCallers: number;
  readonly budget: SchemaBudget;
}

/** An endpoint of the inventory, counting. */
export class EndpointEntry implements Endpoint {
  readonly service: ServiceEntry;
  readonly method: string;
  /** Undefined where the template does not come from the paths seen: `*`, the authority form, procedures, declared paths. */
  node: PathNode<unknown> | undefined;
  readonly route: Route<DeclaredPath> | undefined;
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
  /** Made when there is something to learn from: many endpoints never have. */
  schemas: LearnedSchemas | undefined = undefined;
  readonly #budget: SchemaBudget;
  /** Calls that had one. */
  #withQuery = 0;
  calls = 0;
  incompleteCalls = 0;
  isThere = false;
  isJudged: boolean;
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
    service: ServiceEntry,
    method: string,
    place: PathNode<unknown> | Route<DeclaredPath> | string,
    { maxCallers, budget }: EntryBounds,
    atMicros: number,
  ) {
    this.#budget = budget;
    this.service = service;
    // Where other files come to speak of the service, its endpoints are made anew.
    this.isJudged = service.coverage !== undefined;
    this.method = method;
    this.node = undefined;
    this.route = undefined;
    if (typeof place === "string") this.#fixedTemplate = place;
    else if ("value" in place) this.route = place;
    else this.node = place;
    this.#callers = new CallerSet(maxCallers);
    this.firstMicros = atMicros;
    this.lastMicros = atMicros;
  }

  get template(): string {
    return this.mergedInto?.template ?? this.#fixedTemplate ?? this.route?.template ?? this.node?.template ?? "";
  }

  get isFixed(): boolean {
    return this.#fixedTemplate !== undefined;
  }

  #coverage: Coverage | undefined = undefined;
  #judgedNode: PathNode<unknown> | undefined = undefined;
  #declaration: Declaration | undefined = undefined;

  get declaration(): Declaration | undefined {
    const { coverage } = this.service;
    if (coverage !== this.#coverage || this.node !== this.#judgedNode) {
      this.#coverage = coverage;
      this.#judgedNode = this.node;
      this.#declaration = coverage && this.#declaredBy(coverage);
      this.#deprecation = combineDeprecation(this.#declaration, this.#wireDeprecation);
    }
    return this.#declaration;
  }

  #declaredBy(coverage: Coverage): Declaration | undefined {
    if (this.route !== undefined) return coverage.ofPath(this.method, this.route);
    if (this.#fixedTemplate === undefined) return coverage.ofOther(this.method, this.template);
    const isProcedure = rpcServiceOf(this.#fixedTemplate) !== undefined;
    return isProcedure ? coverage.ofProcedure(this.#fixedTemplate) : undefined;
  }

  #differences: readonly Difference[] = NO_DIFFERENCES;
  #comparedVersion = -1;
  #compared: Declaration | undefined = undefined;

  differences(): readonly Difference[] {
    const { schemas, declaration } = this;
    if (schemas === undefined || !(declaration instanceof OperationDeclaration)) return NO_DIFFERENCES;
    if (schemas.version !== this.#comparedVersion || declaration !== this.#compared) {
      this.#comparedVersion = schemas.version;
      this.#compared = declaration;
      this.#differences = schemaDrift(declaration.operation, schemas);
    }
    return this.#differences;
  }

  #wireDeprecation: WireDeprecation | undefined = undefined;
  #deprecation: Deprecation | undefined = undefined;

  get deprecation(): Deprecation | undefined {
    // Whether a file marks it shows there.
    void this.declaration;
    return this.#deprecation;
  }

  #markedByWire(told: WireDeprecation): void {
    const later = laterWire(this.#wireDeprecation, told);
    if (later === this.#wireDeprecation) return;
    this.#wireDeprecation = later;
    this.isJudged = true;
    this.#deprecation = combineDeprecation(this.declaration, later);
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
    if (!this.isThere && proves(call)) this.isThere = true;
    if (call.deprecation !== undefined) this.#markedByWire(call.deprecation);
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
    if (call.shapes !== undefined) this.#learn(call.shapes, call.status);
    if (call.complete) return;
    this.incompleteCalls++;
    this.missingBytes += call.missingBytes;
  }

  #learn(shapes: CallShapes, status: number | undefined): void {
    if (shapes.hasQuery) this.#withQuery++;
    if (shapes !== ONLY_QUERY) this.#schemas().take(shapes, status);
  }

  #schemas(): LearnedSchemas {
    this.schemas ??= new LearnedSchemas(this.#budget);
    return this.schemas;
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
    this.isThere ||= other.isThere;
    if (other.#wireDeprecation !== undefined) this.#markedByWire(other.#wireDeprecation);
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
    this.#withQuery += other.#withQuery;
    if (other.schemas !== undefined) this.#schemas().merge(other.schemas);
    other.mergedInto = this;
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
      ...this.#declared(),
      ...this.#learned(),
      incompleteCalls: this.incompleteCalls,
      missingBytes: this.missingBytes,
      firstMicros: this.firstMicros,
      lastMicros: this.lastMicros,
    };
  }

  #declared(): Pick<EndpointRecord, "declaration" | "deprecation" | "drift"> {
    const { declaration, deprecation } = this;
    if (declaration === undefined && deprecation === undefined) return {};
    const drift = declaration === undefined ? [] : driftOf(declaration, this.#statuses.keys(), this.differences());
    return {
      ...(declaration === undefined ? {} : { declaration: declarationFacts(declaration) }),
      ...(deprecation === undefined ? {} : { deprecation: deprecationFacts(deprecation) }),
      ...(drift.length === 0 ? {} : { drift }),
    };
  }

  #learned(): Pick<EndpointRecord, "schemas"> {
    const schemas = this.schemas?.record(this.#withQuery >= this.calls);
    return schemas === undefined ? {} : { schemas };
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
      isThere: this.isThere,
      ...(this.#wireDeprecation === undefined ? {} : { deprecation: this.#wireDeprecation }),
      ...(this.#withQuery === 0 ? {} : { withQuery: this.#withQuery }),
      ...(this.schemas === undefined ? {} : { schemas: this.schemas.state() }),
      evidence: this.#evidence(),
    };
    return JSON.stringify(state);
  }

  #evidence(): StoredEvidence[] {
    if (this.route !== undefined)
      return declaredParameters(this.route).map(({ reason }) => ({ type: "identifier", reason, values: [] }));
    return this.#parameterNodes().map(({ evidence }) => ({
      type: evidence?.type ?? "word",
      reason: evidence?.reason ?? "",
      values: [...(evidence?.values ?? [])],
    }));
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
    this.isThere = state.isThere ?? Object.keys(record.statuses).some((status) => provesThere(Number(status)));
    if (state.deprecation !== undefined) this.#markedByWire({ ...NO_DEPRECATION, ...state.deprecation });
    this.#withQuery = state.withQuery ?? 0;
    if (state.schemas !== undefined) this.#schemas().restore(state.schemas);
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
    if (this.route !== undefined) return declaredParameters(this.route);
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

import type { BlindTimes } from "../../../shared/blind-times.js";
import type { EndpointRecord, EndpointState, Quantiles } from "../../../shared/event.js";
import type { ReachedFacts } from "../../../shared/gateway.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Call, CallStream } from "../../protocol/message.js";
import { BARE_HEAD, type CallShapes, ONLY_QUERY } from "../../protocol/shape.js";
import { CallerSet } from "../count/caller-set.js";
import { QuantileSketch } from "../count/quantile-sketch.js";
import { StatusCounts } from "../count/status-counts.js";
import { Tally } from "../count/tally.js";
import type { DeclaredPath } from "../declared/coverage.js";
import { Judgement, NO_DIFFERENCES } from "../declared/judgement.js";
import type { Route } from "../declared/route-table.js";
import type { RouteWords } from "../declared/route-words.js";
import { proves, provesThere } from "../declared/there.js";
import { withoutUndefined } from "../defined-values.js";
import { reachedBy } from "../gateway/reached.js";
import { type Declaration, type Deprecation, type Difference, type Endpoint, MARK } from "../observation.js";
import type { PathNode } from "../path/path-node.js";
import { evidenceOf, parametersOf, valuesOf } from "../path/path-parameters.js";
import type { ValueUse } from "../path/value-use.js";
import { EndpointProtection, restoredProtection, showsProtection } from "../protection/endpoint-protection.js";
import { isRefusal, LearnedSchemas } from "../schema/endpoint-schemas.js";
import type { SchemaBudget } from "../schema/schema-budget.js";
import type { ServiceEntry } from "../service/service-entry.js";
import { AnswerTimes } from "./answer-times.js";
import type { EndpointStateText } from "./endpoint-state-text.js";
import { HeldData } from "./held-data.js";
import { HostSet } from "./host-set.js";
import { littleOfAll, SURE } from "./little-told.js";
import { AnswerTypes } from "./media-by-status.js";
import { MediaTypes } from "./media-type.js";
import { RpcStatuses } from "./rpc-statuses.js";
import { ToldAnswers } from "./told-answers.js";
import type { PathHistory } from "./unknown-paths.js";

const MAX_KINDS = 32;

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
  /** What is called at the path, where that says not all: `query.GetOrder` makes the template `/graphql#query.GetOrder`. */
  readonly operation: string | undefined;
  readonly route: Route<DeclaredPath> | undefined = undefined;
  readonly #fixedTemplate: string | undefined;
  /** Template with the operation, and without. */
  #template = "";
  #path: string | undefined = undefined;
  readonly #callers: CallerSet;
  readonly hosts = new HostSet();
  readonly #statuses = new StatusCounts();
  readonly #rpcStatuses = new RpcStatuses();
  readonly #credentials = new Tally(MAX_KINDS);
  readonly #requestTypes = new MediaTypes();
  readonly answerTypes = new AnswerTypes();
  readonly #held = new HeldData();
  readonly #times = new AnswerTimes();
  readonly #requestSize = new QuantileSketch();
  readonly #responseSize = new QuantileSketch();
  /** Made when there is something to learn from: many endpoints never have. */
  schemas: LearnedSchemas | undefined = undefined;
  readonly #budget: SchemaBudget;
  /** Calls that had one. */
  #withQuery = 0;
  /** Heads that were looked at and had nothing of their own, before anything was learned. */
  #bareHeads = 0;
  /** Made with the first call that shows anything of it. */
  protection: EndpointProtection | undefined = undefined;
  calls = 0;
  incompleteCalls = 0;
  isThere = false;
  readonly told = new ToldAnswers();
  /** It was called often where its clients guess. */
  standsOut = false;
  isJudged: boolean;
  missingBytes = 0;
  firstMicros: number;
  lastMicros: number;
  /** When it came to be one: what was called there before was answered with nothing but 404. */
  foundMicros: number;
  isChanged = false;
  isBehindGateway = false;
  /** State its last record had; undefined before there was one. */
  toldState: EndpointState | undefined = undefined;
  /** Took over this one's counts when a path parameter was found. */
  mergedInto: EndpointEntry | undefined = undefined;

  constructor(
    service: ServiceEntry,
    method: string,
    place: PathNode<unknown> | Route<DeclaredPath> | string,
    { maxCallers, budget }: EntryBounds,
    atMicros: number,
    operation?: string,
  ) {
    this.#budget = budget;
    this.service = service;
    // Where other files come to speak of the service, its endpoints are made anew.
    this.isJudged = service.coverage !== undefined;
    this.method = method;
    this.operation = operation;
    if (typeof place === "string") this.#fixedTemplate = place;
    else if ("value" in place) this.route = place;
    else this.node = place;
    this.#callers = new CallerSet(maxCallers);
    this.firstMicros = this.lastMicros = this.foundMicros = atMicros;
  }

  get template(): string {
    if (this.mergedInto !== undefined) return this.mergedInto.template;
    const path = this.#fixedTemplate ?? this.route?.template ?? this.node?.template ?? "";
    if (this.operation === undefined) return path;
    if (path !== this.#path) this.#template = `${path}#${this.operation}`;
    this.#path = path;
    return this.#template;
  }

  get isFixed(): boolean {
    return this.#fixedTemplate !== undefined;
  }

  #judgement: Judgement | undefined = undefined;

  #judge(): Judgement {
    this.#judgement ??= new Judgement(this);
    return this.#judgement;
  }

  get marks(): number {
    const isTelling = this.protection?.isTelling === true;
    return (
      (this.isJudged ? MARK.judged : 0) |
      (isTelling ? MARK.protected : 0) |
      (this.isBehindGateway ? MARK.behindGateway : 0)
    );
  }

  get declaration(): Declaration | undefined {
    return this.isJudged ? this.#judge().declaration : undefined;
  }

  get deprecation(): Deprecation | undefined {
    return this.isJudged ? this.#judge().deprecation : undefined;
  }

  differences(): readonly Difference[] {
    return this.isJudged ? this.#judge().differences() : NO_DIFFERENCES;
  }

  get statuses(): Iterable<readonly [number, number]> {
    return this.#statuses.entries();
  }

  /** Words among the values of its declared path's parameters. */
  get words(): RouteWords | undefined {
    return this.#judgement?.words;
  }

  call(call: Call, clientAddress: string): void {
    if (this.protection !== undefined || showsProtection(call)) this.#protected().call(call, clientAddress);
    this.calls++;
    if (call.atMicros > this.lastMicros) this.lastMicros = call.atMicros;
    else if (call.atMicros < this.firstMicros) this.firstMicros = call.atMicros;
    this.#callers.add(clientAddress);
    if (!this.told.isSettled) this.told.note(this.service.sieve.littleOf(call), call.path?.length ?? 0);
    if (!this.isThere && (this.told.little === SURE || proves(call))) this.isThere = true;
    if (call.deprecation !== undefined) this.isJudged = true;
    const status = call.status ?? 0;
    this.#statuses.add(status);
    if (call.rpc !== undefined) this.#rpcStatuses.note(call.rpc);
    if (call.authority === undefined) this.hosts.noteUnnamed(status);
    else this.hosts.note(this.service.naming.hostOf(call.authority), status);
    for (const credential of call.credentials) this.#credentials.add(credential.kind);
    if (call.requestContentType !== undefined) this.#requestTypes.note(call.requestContentType);
    if (call.responseContentType !== undefined) this.answerTypes.note(status, call.responseContentType);
    this.#times.call(call, clientAddress);
    if (call.requestBodySize !== undefined) this.#requestSize.add(call.requestBodySize);
    if (call.responseBodySize !== undefined) this.#responseSize.add(call.responseBodySize);
    if (call.requestClasses !== undefined || call.responseClasses !== undefined) this.#held.call(call);
    if (call.shapes !== undefined) this.#learn(call.shapes, call);
    if (this.isJudged) this.#judge().call(call, clientAddress);
    if (call.complete) return;
    this.incompleteCalls++;
    this.missingBytes += call.missingBytes;
  }

  #learn(shapes: CallShapes, call: Call): void {
    if (shapes.hasQuery) this.#withQuery++;
    if (shapes === BARE_HEAD && this.schemas === undefined && !isRefusal(call.status)) this.#bareHeads++;
    else if (shapes !== ONLY_QUERY) this.#schemas().take(shapes, call);
  }

  #schemas(): LearnedSchemas {
    this.schemas ??= new LearnedSchemas(this.#budget, this.#bareHeads);
    return this.schemas;
  }

  /** What was sent in one of its calls since that was told. */
  goOn(call: Call, stream: CallStream): void {
    if (call.atMicros > this.lastMicros) this.lastMicros = call.atMicros;
    this.#times.goOn(stream);
    if (!call.complete) this.incompleteCalls++;
    this.missingBytes += call.missingBytes;
  }

  /** What came before showed nothing: it is bare, as the statuses tell. */
  #protected(): EndpointProtection {
    this.protection ??= new EndpointProtection(this.#statuses.entries());
    return this.protection;
  }

  merge(other: EndpointEntry): void {
    if (this.protection !== undefined || other.protection !== undefined) this.#protected().merge(other.#protected());
    this.calls += other.calls;
    this.incompleteCalls += other.incompleteCalls;
    this.missingBytes += other.missingBytes;
    this.firstMicros = Math.min(this.firstMicros, other.firstMicros);
    this.foundMicros = Math.min(this.foundMicros, other.foundMicros);
    this.lastMicros = Math.max(this.lastMicros, other.lastMicros);
    this.isThere ||= other.isThere;
    this.told.merge(other.told);
    this.standsOut &&= other.standsOut;
    if (other.#judgement !== undefined) this.#judge().merge(other.#judgement);
    this.isJudged ||= other.isJudged;
    this.#callers.merge(other.#callers);
    this.hosts.merge(other.hosts);
    this.#statuses.merge(other.#statuses.entries());
    this.#rpcStatuses.merge(other.#rpcStatuses);
    this.#credentials.merge(other.#credentials);
    this.#requestTypes.merge(other.#requestTypes);
    this.answerTypes.merge(other.answerTypes);
    this.#held.merge(other.#held);
    this.#times.merge(other.#times);
    this.#requestSize.merge(other.#requestSize);
    this.#responseSize.merge(other.#responseSize);
    this.#withQuery += other.#withQuery;
    if (other.schemas !== undefined) this.#schemas().merge(other.schemas);
    else if (this.schemas !== undefined) this.schemas.bareHeads(other.#bareHeads);
    else this.#bareHeads += other.#bareHeads;
    this.isBehindGateway ||= other.isBehindGateway;
    other.mergedInto = this;
  }

  /** What it was called for, as one value of a parameter. */
  use(): ValueUse {
    const { method, calls, firstMicros, lastMicros } = this;
    return { method, calls, firstMicros, lastMicros, statuses: new Map(this.#statuses.entries()) };
  }

  /** Takes over what one value of a parameter was called for; sizes, times and callers of single values are not known. */
  take({ calls, statuses, firstMicros, lastMicros }: ValueUse, whole: EndpointEntry): void {
    this.calls = calls;
    this.firstMicros = this.foundMicros = firstMicros;
    this.lastMicros = lastMicros;
    // Which of them it was called by is not known of single values.
    this.hosts.merge(whole.hosts);
    whole.calls -= calls;
    // Which of its calls carried what is not known of single values.
    if (whole.protection !== undefined) this.#protected().unsureCalls = calls;
    this.told.merge(whole.told);
    this.standsOut = whole.standsOut;
    this.#statuses.merge(statuses);
    whole.#statuses.take(statuses);
  }

  /** Takes over what was called there before anything was. */
  takeHistory({ calls, statuses, callers, firstMicros, lastMicros }: PathHistory): void {
    this.calls += calls;
    this.#statuses.restore(statuses);
    for (const caller of callers) this.#callers.add(caller);
    this.firstMicros = Math.min(this.firstMicros, firstMicros);
    this.lastMicros = Math.max(this.lastMicros, lastMicros);
  }

  reached(serviceAt: (address: string) => string | undefined = () => undefined): ReachedFacts | undefined {
    return reachedBy(this.#callers.list(), this.#callers.size, this.service, serviceAt);
  }

  /** The first ones. */
  callers(): readonly string[] {
    return this.#callers.list();
  }

  get callerCount(): number {
    return this.#callers.size;
  }

  /** What is known of it as long as nothing shows that it is there; undefined where a client showed a credential. */
  history(): PathHistory | undefined {
    if (this.#credentials.size > 0) return undefined;
    const { method, template: path, calls, firstMicros, lastMicros } = this;
    const [statuses, callers] = [this.#statuses.record(), this.#callers.list()];
    return { method, path, isFixed: this.isFixed, calls, statuses, callers, firstMicros, lastMicros };
  }

  durationMillis(): Quantiles | undefined {
    return this.#times.durationMillis();
  }

  record(state: EndpointState, blindTimes: BlindTimes): EndpointRecord {
    this.toldState = state;
    const quantiles = {
      durationMillis: this.durationMillis(),
      requestBytes: this.#requestSize.quantiles(),
      responseBytes: this.#responseSize.quantiles(),
      streams: this.#times.streams(),
      rpcStatuses: this.#rpcStatuses.record(),
      protection: this.protection?.record(),
      schemas: this.schemas?.record(this.#withQuery >= this.calls, this.isJudged ? this.#judge().messages : undefined),
      ...this.hosts.record(),
      foundMicros: this.foundMicros <= this.firstMicros ? undefined : this.foundMicros,
    };
    return {
      kind: "endpoint",
      serverAddress: this.service.address,
      serverPort: this.service.port,
      ...inNetwork(this.service.virtualNetwork),
      service: this.service.name,
      method: this.method,
      template: this.template,
      parameters: parametersOf(this),
      calls: this.calls,
      callers: this.#callers.list(),
      callerCount: this.#callers.size,
      statuses: this.#statuses.record(),
      credentials: this.#credentials.record(),
      ...this.#held.facts(),
      requestContentTypes: this.#requestTypes.texts(),
      ...this.answerTypes.record(),
      ...withoutUndefined(quantiles),
      state,
      ...(this.isJudged ? this.#judge().facts(this.#statuses.seen(), this.lastMicros, blindTimes) : {}),
      incompleteCalls: this.incompleteCalls,
      missingBytes: this.missingBytes,
      firstMicros: this.firstMicros,
      lastMicros: this.lastMicros,
      ...blindTimes.within(this.firstMicros, this.lastMicros),
    };
  }

  state(): string {
    const values = this.operation === undefined ? valuesOf(this) : [];
    const state: EndpointStateText = {
      ...this.#times.state(),
      requestSize: this.#requestSize.state(),
      responseSize: this.#responseSize.state(),
      ...withoutUndefined({ callers: this.#callers.state(), hosts: this.hosts.state() }),
      ...(this.hosts.hasUnnamed ? { hasUnnamed: true } : {}),
      ...(this.#fixedTemplate === undefined ? {} : { isFixed: true }),
      isThere: this.isThere,
      ...this.told.state(),
      ...(this.standsOut ? { standsOut: true } : {}),
      ...this.#judgement?.state(),
      ...(this.#withQuery === 0 ? {} : { withQuery: this.#withQuery }),
      ...(this.schemas === undefined ? {} : { schemas: this.schemas.state() }),
      evidence: evidenceOf(this),
      ...(values.length === 0 ? {} : { values }),
    };
    return JSON.stringify(state);
  }

  restore(record: EndpointRecord, state: EndpointStateText): void {
    this.toldState = record.state;
    this.isBehindGateway = record.reached !== undefined;
    this.calls = record.calls;
    this.incompleteCalls = record.incompleteCalls;
    this.missingBytes = record.missingBytes;
    this.firstMicros = record.firstMicros;
    this.lastMicros = record.lastMicros;
    this.foundMicros = record.foundMicros ?? record.firstMicros;
    this.#callers.restore(record.callers, state.callers);
    this.hosts.restore(record.hosts ?? [], record.calls, state.hosts);
    this.hosts.hasUnnamed ||= state.hasUnnamed === true;
    this.#statuses.restore(record.statuses);
    this.standsOut = state.standsOut === true;
    this.told.restore(state.little ?? littleOfAll(this.method, this.#statuses.seen()), state.littleWithoutPath);
    this.isThere = state.isThere ?? Object.keys(record.statuses).some((status) => provesThere(Number(status)));
    if (state.deprecation !== undefined) this.isJudged = true;
    if (this.isJudged) this.#judge().restore(state);
    this.#withQuery = state.withQuery ?? 0;
    if (state.schemas !== undefined) this.#schemas().restore(state.schemas);
    this.#rpcStatuses.restore(record.rpcStatuses);
    this.#credentials.restore(record.credentials);
    for (const type of record.requestContentTypes) this.#requestTypes.note(type);
    this.answerTypes.restore(record);
    this.#held.restore(record);
    this.#times.restore(state.duration, record.streams, state.lasted);
    this.#requestSize.restore(state.requestSize);
    this.#responseSize.restore(state.responseSize);
    this.protection = restoredProtection(record);
  }
}

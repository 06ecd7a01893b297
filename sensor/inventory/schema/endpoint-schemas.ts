import type { BodiesRead, EndpointSchemas, JsonSchema } from "../../../shared/endpoint-facts.js";
import type { DeclaredMessages } from "../../declared/declared-api.js";
import { type CallShapes, MESSAGE, type Shape } from "../../protocol/shape.js";
import { answerNode } from "./answer-nodes.js";
import { BodyCounts } from "./body-counts.js";
import { HeadSchema } from "./head-schema.js";
import { jsonSchema } from "./json-schema.js";
import { LearnedMessages, type StoredMessages } from "./learned-messages.js";
import type { SchemaBudget } from "./schema-budget.js";
import { SchemaNode, type StoredNode } from "./schema-node.js";

/** Of the first calls without a query each may be the one from which on it is told what they lack. */
const FIRST_WITHOUT = 8;

export interface StoredSchemas {
  readonly query?: StoredNode;
  readonly withoutQuery?: number;
  readonly header?: StoredNode;
  readonly cookie?: StoredNode;
  /** Heads without any field, and any cookie, of their own. */
  readonly bare?: readonly [number, number];
  readonly request?: StoredNode;
  readonly responses?: Readonly<Record<string, StoredNode>>;
  /** Heads of answers: what they had, and how many had nothing before; left out by versions that did not learn them. */
  readonly answers?: Readonly<Record<string, readonly [without: number, node: StoredNode | null]>>;
  /** Left out where there were none. */
  readonly messages?: StoredMessages;
  /** Left out by versions that did not count them. */
  readonly bodies?: BodiesRead;
}

/** How a call went that is learned from. */
export interface LearnedOutcome {
  readonly status: number | undefined;
  readonly rpc: { readonly status: number | undefined } | undefined;
}

/** What the calls of one endpoint were built of: queries, heads and bodies of requests, and those of answers by status. */
export class LearnedSchemas {
  query: SchemaNode | undefined = undefined;
  request: SchemaNode | undefined = undefined;
  /** Calls that had none and were not refused, of those whose heads were looked at. */
  withoutQuery = 0;
  readonly header: HeadSchema;
  readonly cookie: HeadSchema;
  readonly responses = new Map<number, SchemaNode>();
  /** Heads of answers, by status. */
  readonly answers = new Map<number, HeadSchema>();
  /** Undefined until there is one. */
  messages: LearnedMessages | undefined = undefined;
  readonly #bodies = new BodyCounts();
  readonly #makeHead = (): SchemaNode | undefined => this.#make("are-names");
  readonly #budget: SchemaBudget;
  /** Rises whenever a schema is another than before. */
  version = 0;
  #record: EndpointSchemas | undefined = undefined;
  /** Calls learned from, now and when the record was made. */
  #taken = 0;
  #recorded = -1;
  #wasAlwaysQueried = false;
  #wasDeclared: DeclaredMessages | undefined = undefined;

  constructor(budget: SchemaBudget, bareHeads = 0) {
    this.#budget = budget;
    this.header = new HeadSchema(this.#makeHead, bareHeads);
    this.cookie = new HeadSchema(this.#makeHead, bareHeads);
  }

  /** Only the few calls that were looked at have shapes. */
  take(
    { hasQuery, query: queryShape, request: requestShape, response: responseShape, ...heads }: CallShapes,
    { status, rpc }: LearnedOutcome,
  ): void {
    const { responseHeader } = heads;
    let isNews = false;
    const request = isMessage(requestShape) && isRejectedMessage(rpc?.status) ? undefined : requestShape;
    if (!isRejected(status)) isNews = this.#takeRequest({ hasQuery, query: queryShape, request, ...heads }, status);
    if (responseShape !== undefined && status !== undefined) {
      this.#bodies.response(status);
      if (this.#takeResponse(status, responseShape)) isNews = true;
    }
    if (responseHeader !== undefined && status !== undefined && this.#answer(status)?.take(responseHeader) === true)
      isNews = true;
    this.#taken++;
    if (isNews) this.version++;
  }

  #takeRequest(
    {
      hasQuery,
      query: queryShape,
      request: requestShape,
      header,
      cookie,
    }: Omit<CallShapes, "response" | "responseHeader">,
    status: number | undefined,
  ): boolean {
    let isNews = false;
    if (!hasQuery && header !== undefined && !isRefusal(status)) isNews = ++this.withoutQuery <= FIRST_WITHOUT;
    const taken = isRefusal(status) ? "takeRefused" : "take";
    if (queryShape !== undefined) {
      this.query ??= this.#make("are-names");
      if (this.query?.[taken](queryShape) === true) isNews = true;
    }
    if (requestShape !== undefined) this.#bodies.request();
    if (isMessage(requestShape)) {
      if (this.#messages().takeRequest(requestShape)) isNews = true;
    } else if (requestShape !== undefined) {
      this.request ??= this.#make();
      if (this.request?.[taken](requestShape) === true) isNews = true;
    }
    if (header !== undefined && this.header[taken](header)) isNews = true;
    if (cookie !== undefined && this.cookie[taken](cookie)) isNews = true;
    return isNews;
  }

  /** So many more heads had neither a field nor a cookie of their own. */
  bareHeads(count: number): void {
    this.header.bare(count);
    this.cookie.bare(count);
    this.#taken++;
  }

  #takeResponse(status: number, shape: Shape): boolean {
    if (isMessage(shape)) return this.#messages().takeResponse(status, shape);
    return this.#response(status)?.take(shape) === true;
  }

  #messages(): LearnedMessages {
    this.messages ??= new LearnedMessages(this.#budget);
    return this.messages;
  }

  #response(status: number): SchemaNode | undefined {
    return answerNode(this.responses, status, () => this.#make());
  }

  #answer(status: number): HeadSchema | undefined {
    return answerNode(this.answers, status, () => new HeadSchema(this.#makeHead, 0));
  }

  #make(names: "may-be-values" | "are-names" = "may-be-values"): SchemaNode | undefined {
    return this.#budget.take() ? new SchemaNode(this.#budget, names) : undefined;
  }

  merge(other: LearnedSchemas): void {
    this.query = this.#merged(this.query ?? (other.query && this.#make("are-names")), other.query);
    this.withoutQuery += other.withoutQuery;
    this.request = this.#merged(this.request, other.request);
    this.header.merge(other.header);
    this.cookie.merge(other.cookie);
    for (const [status, node] of other.responses) this.#response(status)?.merge(node);
    for (const [status, head] of other.answers) this.#answer(status)?.merge(head);
    if (other.messages !== undefined) this.#messages().merge(other.messages);
    this.#bodies.merge(other.#bodies);
    other.drop();
    this.version++;
    this.#taken++;
  }

  #merged(into: SchemaNode | undefined, from: SchemaNode | undefined): SchemaNode | undefined {
    if (from === undefined) return into;
    const node = into ?? this.#make();
    node?.merge(from);
    return node;
  }

  /** Gives back its room. */
  drop(): void {
    const { query, request, header, cookie, responses, answers, messages } = this;
    const parts = [query, request, header, cookie, messages, ...responses.values(), ...answers.values()];
    for (const part of parts) part?.drop();
    this.query = this.request = undefined;
    responses.clear();
    answers.clear();
  }

  /**
   * Undefined where nothing was learned. The same object until something is. `isAlwaysQueried`: no call was without a query. `declared`: what a file
   * says of the messages.
   */
  record(isAlwaysQueried: boolean, declared?: DeclaredMessages): EndpointSchemas | undefined {
    const wasSo = this.#wasAlwaysQueried === isAlwaysQueried && this.#wasDeclared === declared;
    if (wasSo && this.#recorded === this.#taken && this.#record !== undefined) return this.#record;
    this.#recorded = this.#taken;
    this.#wasAlwaysQueried = isAlwaysQueried;
    this.#wasDeclared = declared;
    const { query, request, responses, messages } = this;
    const [header, cookie] = [this.header.node, this.cookie.node];
    const heads = [...this.answers].flatMap(([status, { node }]) =>
      node === undefined ? [] : [[status, node] as const],
    );
    const hasAny = [query, request, header, cookie, messages].some((node) => node !== undefined);
    if (!hasAny && responses.size === 0 && heads.length === 0) return undefined;
    const told = query && jsonSchema(query);
    const bodiesRead = this.#bodies.record();
    this.#record = {
      ...(told === undefined ? {} : { query: isAlwaysQueried ? told : optional(told) }),
      ...(header === undefined ? {} : { header: jsonSchema(header) }),
      ...(cookie === undefined ? {} : { cookie: jsonSchema(cookie) }),
      ...(request === undefined ? {} : { request: jsonSchema(request) }),
      responses: byStatus(responses),
      ...(heads.length === 0 ? {} : { responseHeaders: byStatus(heads) }),
      ...(messages === undefined ? {} : { messages: messages.record(declared) }),
      ...(bodiesRead === undefined ? {} : { bodiesRead }),
    };
    return this.#record;
  }

  state(): StoredSchemas {
    const { query, request, header, cookie, responses, answers, messages } = this;
    const bodies = this.#bodies.record();
    return {
      ...(query === undefined ? {} : { query: query.state() }),
      ...(this.withoutQuery === 0 ? {} : { withoutQuery: this.withoutQuery }),
      ...(header.node === undefined ? {} : { header: header.node.state() }),
      ...(cookie.node === undefined ? {} : { cookie: cookie.node.state() }),
      bare: [header.without, cookie.without],
      ...(request === undefined ? {} : { request: request.state() }),
      responses: Object.fromEntries([...responses].map(([status, node]) => [status, node.state()])),
      ...(answers.size === 0
        ? {}
        : { answers: Object.fromEntries([...answers].map(([status, head]) => [status, head.state()])) }),
      ...(messages === undefined ? {} : { messages: messages.state() }),
      ...(bodies === undefined ? {} : { bodies }),
    };
  }

  restore({
    query,
    withoutQuery = 0,
    request,
    header,
    cookie,
    bare = [0, 0],
    responses = {},
    answers = {},
    messages,
    bodies,
  }: StoredSchemas): void {
    const hasBodies = request !== undefined || messages !== undefined || Object.keys(responses).length > 0;
    if (bodies !== undefined) this.#bodies.restore(bodies);
    else if (hasBodies) this.#bodies.uncounted();
    this.header.restore(header, bare[0]);
    this.cookie.restore(cookie, bare[1]);
    this.version++;
    this.#taken++;
    this.query = this.#restored(query, "are-names");
    this.withoutQuery = withoutQuery;
    this.request = this.#restored(request);
    for (const [status, stored] of Object.entries(responses)) {
      const node = this.#restored(stored);
      if (node !== undefined) this.responses.set(Number(status), node);
    }
    for (const [status, [without, stored]] of Object.entries(answers))
      this.#answer(Number(status))?.restore(stored ?? undefined, without);
    if (messages !== undefined) this.#messages().restore(messages);
  }

  #restored(stored: StoredNode | undefined, names?: "are-names"): SchemaNode | undefined {
    const node = stored && this.#make(names);
    if (stored !== undefined) node?.restore(stored);
    return node;
  }
}

/**
 * RFC 9110 §15.5.1, §15.5.14 to §15.5.16, §15.5.21, RFC 6585 §5: the server says that what it was sent is not what it takes. What stood
 * there is whatever somebody tried, and neither a part of the API nor a way in which it departs from its file.
 */
const REJECTIONS: ReadonlySet<number> = new Set([400, 413, 414, 415, 422, 431]);

function isRejected(status: number | undefined): boolean {
  return status !== undefined && REJECTIONS.has(status);
}

/**
 * The same of gRPC (grpc/grpc, doc/statuscodes.md): INVALID_ARGUMENT, UNIMPLEMENTED, and INTERNAL, with which its servers answer a
 * message that they can't read.
 */
const REJECTED_MESSAGES: ReadonlySet<number> = new Set([3, 12, 13]);

function isRejectedMessage(rpcStatus: number | undefined): boolean {
  return rpcStatus !== undefined && REJECTED_MESSAGES.has(rpcStatus);
}

function isMessage(shape: Shape | undefined): shape is Shape {
  return shape !== undefined && (shape.kinds & MESSAGE) !== 0;
}

/**
 * RFC 9110 §15.5 and §15.6: the request, so says the server, was wrong, or it failed at it. Where no answer was seen it may have been: what
 * such a request lacked is no word on what it need not have.
 */
export function isRefusal(status: number | undefined): boolean {
  return status === undefined || status >= 400;
}

function byStatus(nodes: Iterable<readonly [number, SchemaNode]>): Record<string, JsonSchema> {
  const sorted = [...nodes].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([status, node]) => [status, jsonSchema(node)]));
}

/** Calls without a query had none of its parameters. */
function optional(schema: JsonSchema): JsonSchema {
  const { required: _, ...rest } = schema;
  return rest;
}

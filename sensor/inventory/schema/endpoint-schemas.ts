import type { EndpointSchemas, JsonSchema } from "../../../shared/endpoint-facts.js";
import type { CallShapes } from "../../protocol/shape.js";
import { HeadSchema } from "./head-schema.js";
import { jsonSchema } from "./json-schema.js";
import type { SchemaBudget } from "./schema-budget.js";
import { SchemaNode, type StoredNode } from "./schema-node.js";

const MAX_STATUSES = 8;

export interface StoredSchemas {
  readonly query?: StoredNode;
  readonly header?: StoredNode;
  readonly cookie?: StoredNode;
  /** Heads without any field, and any cookie, of their own. */
  readonly bare?: readonly [number, number];
  readonly request?: StoredNode;
  readonly responses?: Readonly<Record<string, StoredNode>>;
}

/** What the calls of one endpoint were built of: queries, bodies of requests, and bodies of answers by status. */
export class LearnedSchemas {
  query: SchemaNode | undefined = undefined;
  request: SchemaNode | undefined = undefined;
  readonly header: HeadSchema;
  readonly cookie: HeadSchema;
  readonly responses = new Map<number, SchemaNode>();
  readonly #budget: SchemaBudget;
  /** Rises whenever a schema is another than before. */
  version = 0;
  #record: EndpointSchemas | undefined = undefined;
  /** Calls learned from, now and when the record was made. */
  #taken = 0;
  #recorded = -1;
  #wasAlwaysQueried = false;

  constructor(budget: SchemaBudget, bareHeads = 0) {
    this.#budget = budget;
    const make = (): SchemaNode | undefined => this.#make("are-names");
    this.header = new HeadSchema(make, bareHeads);
    this.cookie = new HeadSchema(make, bareHeads);
  }

  /** Only the few calls that were looked at have shapes. */
  take(
    { query: queryShape, request: requestShape, response: responseShape, header, cookie }: CallShapes,
    status: number | undefined,
  ): void {
    let isNews = false;
    if (queryShape !== undefined) {
      this.query ??= this.#make("are-names");
      isNews = this.query?.take(queryShape) === true;
    }
    if (requestShape !== undefined) {
      this.request ??= this.#make();
      if (this.request?.take(requestShape) === true) isNews = true;
    }
    if (responseShape !== undefined && status !== undefined && this.#response(status)?.take(responseShape) === true)
      isNews = true;
    if (header !== undefined) this.header.take(header);
    if (cookie !== undefined) this.cookie.take(cookie);
    this.#taken++;
    if (isNews) this.version++;
  }

  /** So many more heads had neither a field nor a cookie of their own. */
  bareHeads(count: number): void {
    this.header.bare(count);
    this.cookie.bare(count);
    this.#taken++;
  }

  #response(status: number): SchemaNode | undefined {
    const known = this.responses.get(status);
    if (known !== undefined || this.responses.size >= MAX_STATUSES) return known;
    const made = this.#make();
    if (made !== undefined) this.responses.set(status, made);
    return made;
  }

  #make(names: "may-be-values" | "are-names" = "may-be-values"): SchemaNode | undefined {
    return this.#budget.take() ? new SchemaNode(this.#budget, names) : undefined;
  }

  merge(other: LearnedSchemas): void {
    this.query = this.#merged(this.query ?? (other.query && this.#make("are-names")), other.query);
    this.request = this.#merged(this.request, other.request);
    this.header.merge(other.header);
    this.cookie.merge(other.cookie);
    for (const [status, node] of other.responses) this.#response(status)?.merge(node);
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
    const { query, request, header, cookie, responses } = this;
    for (const part of [query, request, header, cookie, ...responses.values()]) part?.drop();
    this.query = this.request = undefined;
    this.responses.clear();
  }

  /** Undefined where nothing was learned. The same object until something is. `isAlwaysQueried`: no call was without a query. */
  record(isAlwaysQueried: boolean): EndpointSchemas | undefined {
    const isSame = this.#recorded === this.#taken && this.#wasAlwaysQueried === isAlwaysQueried;
    if (isSame && this.#record !== undefined) return this.#record;
    this.#recorded = this.#taken;
    this.#wasAlwaysQueried = isAlwaysQueried;
    const { query, request, responses } = this;
    const [header, cookie] = [this.header.node, this.cookie.node];
    if ([query, request, header, cookie].every((node) => node === undefined) && responses.size === 0) return undefined;
    const told = query && jsonSchema(query);
    this.#record = {
      ...(told === undefined ? {} : { query: isAlwaysQueried ? told : optional(told) }),
      ...(header === undefined ? {} : { header: jsonSchema(header) }),
      ...(cookie === undefined ? {} : { cookie: jsonSchema(cookie) }),
      ...(request === undefined ? {} : { request: jsonSchema(request) }),
      responses: Object.fromEntries(
        [...responses].sort(([a], [b]) => a - b).map(([status, node]) => [status, jsonSchema(node)]),
      ),
    };
    return this.#record;
  }

  state(): StoredSchemas {
    const { query, request, header, cookie, responses } = this;
    return {
      ...(query === undefined ? {} : { query: query.state() }),
      ...(header.node === undefined ? {} : { header: header.node.state() }),
      ...(cookie.node === undefined ? {} : { cookie: cookie.node.state() }),
      bare: [header.without, cookie.without],
      ...(request === undefined ? {} : { request: request.state() }),
      responses: Object.fromEntries([...responses].map(([status, node]) => [status, node.state()])),
    };
  }

  restore({ query, request, header, cookie, bare = [0, 0], responses = {} }: StoredSchemas): void {
    this.header.restore(header, bare[0]);
    this.cookie.restore(cookie, bare[1]);
    this.version++;
    this.#taken++;
    this.query = this.#restored(query, "are-names");
    this.request = this.#restored(request);
    for (const [status, stored] of Object.entries(responses)) {
      const node = this.#restored(stored);
      if (node !== undefined) this.responses.set(Number(status), node);
    }
  }

  #restored(stored: StoredNode | undefined, names?: "are-names"): SchemaNode | undefined {
    const node = stored && this.#make(names);
    if (stored !== undefined) node?.restore(stored);
    return node;
  }
}

/** Calls without a query had none of its parameters. */
function optional(schema: JsonSchema): JsonSchema {
  const { required: _, ...rest } = schema;
  return rest;
}

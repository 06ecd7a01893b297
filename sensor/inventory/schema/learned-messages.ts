import type { MessageSchemas } from "../../../shared/endpoint-facts.js";
import type { DeclaredMessages } from "../../declared/declared-api.js";
import type { Shape } from "../../protocol/shape.js";
import { answerNode } from "./answer-nodes.js";
import { messageSchema } from "./message-schema.js";
import type { SchemaBudget } from "./schema-budget.js";
import { SchemaNode, type StoredNode } from "./schema-node.js";

export interface StoredMessages {
  readonly request?: StoredNode;
  readonly responses?: Readonly<Record<string, StoredNode>>;
}

/** Messages of Protocol Buffers that one endpoint was sent and sent: beside its bodies, for some take both (connectrpc.com). */
export class LearnedMessages {
  request: SchemaNode | undefined = undefined;
  /** By status. */
  readonly responses = new Map<number, SchemaNode>();
  readonly #budget: SchemaBudget;

  constructor(budget: SchemaBudget) {
    this.#budget = budget;
  }

  /** True where the schema is another than before, or may be. */
  takeRequest(shape: Shape): boolean {
    this.request ??= this.#make();
    return this.request?.take(shape) === true;
  }

  takeResponse(status: number, shape: Shape): boolean {
    return this.#response(status)?.take(shape) === true;
  }

  #response(status: number): SchemaNode | undefined {
    return answerNode(this.responses, status, () => this.#make());
  }

  #make(): SchemaNode | undefined {
    return this.#budget.take() ? new SchemaNode(this.#budget, "are-names") : undefined;
  }

  merge(other: LearnedMessages): void {
    if (other.request !== undefined) {
      this.request ??= this.#make();
      this.request?.merge(other.request);
    }
    for (const [status, node] of other.responses) this.#response(status)?.merge(node);
  }

  /** Gives back its room. */
  drop(): void {
    for (const node of [this.request, ...this.responses.values()]) node?.drop();
    this.request = undefined;
    this.responses.clear();
  }

  /** Fields go by the names that a file or the server gives them. */
  record(declared: DeclaredMessages | undefined): MessageSchemas {
    const { request, responses } = this;
    const sorted = [...responses].sort(([a], [b]) => a - b);
    return {
      ...(request === undefined ? {} : { request: messageSchema(request, declared?.request) }),
      responses: Object.fromEntries(
        sorted.map(([status, node]) => [String(status), messageSchema(node, declared?.response)]),
      ),
    };
  }

  state(): StoredMessages {
    return {
      ...(this.request === undefined ? {} : { request: this.request.state() }),
      responses: Object.fromEntries([...this.responses].map(([status, node]) => [status, node.state()])),
    };
  }

  restore({ request, responses = {} }: StoredMessages): void {
    if (request !== undefined) {
      this.request = this.#make();
      this.request?.restore(request);
    }
    for (const [status, node] of Object.entries(responses)) this.#response(Number(status))?.restore(node);
  }
}

import type { FastifyInstance } from "fastify";
import { untoldWords } from "../../shared/review.js";
import type { SinceShown } from "../api.js";
import { objectionTo, REVIEW_ACTIONS, type ReviewAction, trimmed } from "../review/review-action.js";
import { VERSION_PATTERN } from "../review/shown-version.js";
import type { ConsoleStore } from "../store/console-store.js";
import type { Operators } from "../store/operators.js";
import type { Feed } from "./feed.js";
import { sessionOf } from "./session-routes.js";

const KEY = { type: "string", minLength: 1, maxLength: 16_384 } as const;
const VERSION = { type: "string", pattern: VERSION_PATTERN } as const;
const REVIEW_BODY = {
  type: "object",
  required: ["key", "version", "action"],
  properties: {
    key: KEY,
    version: VERSION,
    action: { type: "string", enum: REVIEW_ACTIONS },
    text: { type: "string", maxLength: 2_000 },
    tags: { type: "array", maxItems: 16, items: { type: "string", pattern: "^[^\\s,]{1,40}$" } },
    untilMicros: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  },
  additionalProperties: false,
} as const;
/** By this name: whoever watches a console without TLS would take a random value that is called `key` for a credential, and so does eastwatch. */
const ENDPOINT_QUERY = { type: "object", required: ["endpoint"], properties: { endpoint: KEY } } as const;
const NO_ENDPOINT = { error: "There is no such endpoint any more; it may have become part of another." };

/** Many endpoints at once. */
const APPROVALS_BODY = {
  type: "object",
  required: ["endpoints"],
  properties: {
    endpoints: {
      type: "array",
      minItems: 1,
      maxItems: 5_000,
      items: {
        type: "object",
        required: ["key", "version"],
        properties: { key: KEY, version: VERSION },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
} as const;
const APPROVALS_BYTES = 4 * 1024 * 1024;

interface ShownEndpoint {
  readonly key: string;
  readonly version: string;
}
type ReviewBody = ReviewAction & ShownEndpoint;

/** All of one endpoint, and what operators say of them. */
export function addReviewRoutes(app: FastifyInstance, store: ConsoleStore, operators: Operators, feed: Feed): void {
  app.get<{ Querystring: { endpoint: string } }>(
    "/api/reviews",
    { schema: { querystring: ENDPOINT_QUERY } },
    (request, reply) => {
      const history = store.reviews.history(request.query.endpoint);
      return history === undefined ? reply.code(404).send(NO_ENDPOINT) : reply.send(history);
    },
  );

  app.get<{ Querystring: { endpoint: string } }>(
    "/api/endpoint",
    { schema: { querystring: ENDPOINT_QUERY } },
    (request, reply) => {
      const endpoint = store.reviews.endpoint(request.query.endpoint, Date.now() * 1_000);
      return endpoint === undefined ? reply.code(404).send(NO_ENDPOINT) : reply.send(endpoint);
    },
  );

  app.post<{ Body: ReviewBody }>("/api/reviews", { schema: { body: REVIEW_BODY } }, (request, reply) => {
    const { key, version, ...said } = request.body;
    const action = trimmed(said);
    const nowMicros = Date.now() * 1_000;
    const operator = sessionOf(request, operators);
    if (operator === undefined) return reply.code(401).send({ error: "Log in first." });
    const objection = objectionTo(action, nowMicros);
    if (objection !== undefined) return reply.code(400).send({ error: objection });
    try {
      const acted = store.reviews.act({ key, version, action }, operator, nowMicros);
      if (acted === undefined) return reply.code(404).send(NO_ENDPOINT);
      if (acted.since !== undefined) return reply.code(409).send({ error: refusalOf(acted.since), ...acted.since });
      feed.inventoryChanged();
      return reply.send({ ...acted.review, version: acted.version });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return reply.code(409).send({ error: error.message });
    }
  });

  app.post<{ Body: { readonly endpoints: readonly ShownEndpoint[] } }>(
    "/api/reviews/approvals",
    { schema: { body: APPROVALS_BODY }, bodyLimit: APPROVALS_BYTES },
    (request, reply) => {
      const operator = sessionOf(request, operators);
      if (operator === undefined) return reply.code(401).send({ error: "Log in first." });
      const outcome = store.reviews.approveAll(request.body.endpoints, operator, Date.now() * 1_000);
      feed.inventoryChanged();
      return reply.send(outcome);
    },
  );
}

function refusalOf(since: SinceShown): string {
  const { changes, said } = since;
  const told = [...changes, ...untoldWords(since)].join("; ");
  const people = [...new Set(said.map(({ by }) => by))].filter((name) => name !== "").join(", ");
  const parts = [
    ...(told === "" ? [] : [`It is other than it was when it was shown: ${told}.`]),
    ...(said.length === 0
      ? []
      : [`Something was said of it since it was shown${people === "" ? "" : `, by ${people}`}.`]),
  ];
  return `${parts.join(" ")} Nothing was saved: look at it, and say it again.`;
}

import type { FastifyInstance } from "fastify";
import type { Listing, SensorState } from "../api.js";
import type { ConsoleStore, ListedTable } from "../store/console-store.js";
import type { StoredTokens } from "../store/sensor-tokens.js";

const LIMIT_QUERY = {
  type: "object",
  properties: { limit: { type: "integer", minimum: 1, maximum: 5_000, default: 1_000 } },
} as const;
const SENSOR_BODY = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string", minLength: 1, maxLength: 63 } },
  additionalProperties: false,
} as const;

const LISTS: readonly (readonly [string, ListedTable])[] = [
  ["/api/services", "service"],
  ["/api/certificates", "certificate"],
  ["/api/calls", "call"],
  ["/api/handshakes", "handshake"],
];

/** What the page shows, from the store. */
export function addInventoryRoutes(app: FastifyInstance, store: ConsoleStore, tokens: StoredTokens): void {
  for (const [path, table] of LISTS) {
    app.get<{ Querystring: { limit: number } }>(path, { schema: { querystring: LIMIT_QUERY } }, ({ query }) =>
      store.list(table, query.limit),
    );
  }

  const listQuery = { schema: { querystring: LIMIT_QUERY } };
  app.get<{ Querystring: { limit: number } }>("/api/edges", listQuery, ({ query }) => store.edges(query.limit));
  app.get<{ Querystring: { limit: number } }>("/api/findings", listQuery, ({ query }) => store.findings(query.limit));
  app.get<{ Querystring: { limit: number } }>("/api/fleet", listQuery, ({ query }) => store.fleet(query.limit));
  app.get<{ Querystring: { limit: number } }>("/api/endpoints", listQuery, ({ query }) =>
    store.reviews.list(query.limit, Date.now() * 1_000),
  );

  app.get("/api/sensors", (): Listing<SensorState> => {
    const items = store.sensors();
    return { items, total: items.length };
  });

  app.post<{ Body: { name: string } }>("/api/sensors", { schema: { body: SENSOR_BODY } }, ({ body }, reply) => {
    try {
      const created = tokens.create(body.name);
      if (created !== undefined) return reply.code(201).send(created);
      return reply.code(409).send({ error: `There is a sensor called "${body.name}" already.` });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return reply.code(400).send({ error: error.message });
    }
  });
}

import type { FastifyInstance, FastifyReply } from "fastify";
import type { OperatorInvited, OperatorListing } from "../api.js";
import { OperatorRefusal, type Operators } from "../store/operators.js";
import type { Feed } from "./feed.js";
import { LOGIN_LIMIT, sessionOf } from "./session-routes.js";

const NAMED = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string", minLength: 1, maxLength: 256 } },
  additionalProperties: false,
} as const;
const STATUSES: Readonly<Record<OperatorRefusal["reason"], number>> = {
  name: 400,
  taken: 409,
  unknown: 404,
  last: 409,
  full: 409,
};

/** Who the operators are, inviting one and removing one. A link for another's password is made on the console's host alone. */
export function addOperatorRoutes(app: FastifyInstance, operators: Operators, feed: Feed): void {
  app.get("/api/operators", (): OperatorListing => ({ items: operators.list(), links: operators.links.list() }));

  app.post<{ Body: { readonly name: string } }>(
    "/api/operators",
    { schema: { body: NAMED }, config: LOGIN_LIMIT },
    (request, reply) => {
      const by = sessionOf(request, operators);
      if (by === undefined) return reply.code(401).send({ error: "Log in first." });
      const { name } = request.body;
      return orRefusal(reply, () => {
        const token = operators.invite(name, by);
        request.log.info({ operator: by, name }, "an operator was invited");
        const answer: OperatorInvited = { name, token };
        return reply.code(201).send(answer);
      });
    },
  );

  app.delete<{ Querystring: { readonly name: string } }>(
    "/api/operators",
    { schema: { querystring: NAMED }, config: LOGIN_LIMIT },
    (request, reply) => {
      const by = sessionOf(request, operators);
      if (by === undefined) return reply.code(401).send({ error: "Log in first." });
      const { name } = request.query;
      return orRefusal(reply, () => {
        operators.remove(name, by);
        request.log.info({ operator: by, name }, "an operator was removed");
        feed.closeEnded();
        return reply.code(204).send();
      });
    },
  );

  app.delete<{ Querystring: { readonly name: string } }>(
    "/api/operators/link",
    { schema: { querystring: NAMED }, config: LOGIN_LIMIT },
    (request, reply) => {
      if (operators.links.withdraw(request.query.name)) return reply.code(204).send();
      return reply.code(404).send({ error: `There is no link for "${request.query.name}" any more.` });
    },
  );
}

function orRefusal(reply: FastifyReply, action: () => FastifyReply): FastifyReply {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof OperatorRefusal)) throw error;
    return reply.code(STATUSES[error.reason]).send({ error: error.message });
  }
}

import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { VERSION } from "../../shared/version.js";
import type { LoginRequest, SessionState, SetupRequest } from "../api.js";
import { MIN_PASSWORD_LENGTH, type Operators } from "../store/operators.js";
import { hashToken } from "../store/sensor-tokens.js";

export const SESSION_COOKIE = "eastwatch_session";

const TEXT = { type: "string", minLength: 1, maxLength: 256 } as const;
const LOGIN_BODY = {
  type: "object",
  required: ["user", "password"],
  properties: { user: TEXT, password: TEXT },
  additionalProperties: false,
} as const;
const SETUP_BODY = {
  type: "object",
  required: ["token", "user", "password"],
  properties: { token: TEXT, user: TEXT, password: TEXT },
  additionalProperties: false,
} as const;
const LOGIN_LIMIT = { rateLimit: { max: 10, timeWindow: "1 minute" } };

export interface SessionOptions {
  readonly operators: Operators;
  /** Token of the one-time link; of use only while there is no operator. */
  readonly setupToken: string;
  /** The page is served over TLS: the cookie may demand it. */
  readonly isSecure: boolean;
  /** Told when a session was ended by its operator. */
  onEnd(): void;
}

export function sessionOf(request: FastifyRequest, operators: Operators): string | undefined {
  return operators.sessionOf(request.cookies[SESSION_COOKIE]);
}

/** Logging in and out, and the first operator. */
export function addSessionRoutes(app: FastifyInstance, options: SessionOptions): void {
  const { operators, setupToken, isSecure } = options;
  const begin = (reply: FastifyReply, user: string): FastifyReply =>
    reply
      .setCookie(SESSION_COOKIE, operators.openSession(user), {
        httpOnly: true,
        sameSite: "strict",
        secure: isSecure,
        path: "/",
      })
      .code(204)
      .send();

  app.get("/api/session", (request): SessionState => {
    const user = sessionOf(request, operators);
    return { needsSetup: operators.isEmpty, version: VERSION, ...(user === undefined ? {} : { user }) };
  });

  app.post<{ Body: SetupRequest }>(
    "/api/setup",
    { schema: { body: SETUP_BODY }, config: LOGIN_LIMIT },
    async (request, reply) => {
      const { token, user, password } = request.body;
      if (!operators.isEmpty) return reply.code(409).send({ error: "There is an operator already: log in." });
      if (!timingSafeEqual(Buffer.from(hashToken(token)), Buffer.from(hashToken(setupToken)))) {
        return reply
          .code(403)
          .send({ error: "This link is not valid any more. Restart the console: it prints a new one." });
      }
      if (password.length < MIN_PASSWORD_LENGTH) {
        return reply.code(400).send({ error: `The password needs at least ${MIN_PASSWORD_LENGTH} characters.` });
      }
      await operators.add(user, password);
      return begin(reply, user);
    },
  );

  app.post<{ Body: LoginRequest }>(
    "/api/login",
    { schema: { body: LOGIN_BODY }, config: LOGIN_LIMIT },
    async (request, reply) => {
      const { user, password } = request.body;
      if (await operators.verify(user, password)) return begin(reply, user);
      return reply.code(401).send({ error: "User and password do not match." });
    },
  );

  app.post("/api/logout", (request, reply) => {
    const token = request.cookies[SESSION_COOKIE];
    if (token !== undefined) {
      operators.closeSession(token);
      options.onEnd();
    }
    return reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send();
  });
}

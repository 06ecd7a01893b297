import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { VERSION } from "../../shared/version.js";
import type { LoginRequest, PasswordRequest, SessionState, SetupRequest } from "../api.js";
import { MIN_PASSWORD_LENGTH, OperatorRefusal, type Operators } from "../store/operators.js";
import { hashToken } from "../store/sensor-tokens.js";

export const SESSION_COOKIE = "eastwatch_session";

const TEXT = { type: "string", minLength: 1, maxLength: 256 } as const;
const LOGIN_BODY = {
  type: "object",
  required: ["user", "password"],
  properties: { user: TEXT, password: TEXT },
  additionalProperties: false,
} as const;
const PASSWORD_BODY = {
  type: "object",
  required: ["old", "password"],
  properties: { old: TEXT, password: TEXT },
  additionalProperties: false,
} as const;
const SETUP_BODY = {
  type: "object",
  required: ["token", "user", "password"],
  properties: { token: TEXT, user: TEXT, password: TEXT },
  additionalProperties: false,
} as const;
export const LOGIN_LIMIT = { rateLimit: { max: 10, timeWindow: "1 minute" } };

const NO_LINK = "This link is not valid any more.";
const ASK_FOR_LINK = `${NO_LINK} Ask another operator to invite you, or for eastwatch operator link on the console's host.`;

export interface SessionOptions {
  readonly operators: Operators;
  /** Token of the first operator's link; of use only while there is no operator. */
  readonly setupToken: string;
  /** The page is served over TLS: the cookie may demand it. */
  readonly isSecure: boolean;
  /** Told when sessions were ended. */
  onEnd(): void;
}

/** Opens a session and answers with its cookie. */
type Begin = (reply: FastifyReply, user: string) => FastifyReply;

export function sessionOf(request: FastifyRequest, operators: Operators): string | undefined {
  return operators.sessionOf(request.cookies[SESSION_COOKIE]);
}

/** Logging in and out, and what one-time links are for. */
export function addSessionRoutes(app: FastifyInstance, options: SessionOptions): void {
  const { operators, isSecure } = options;
  const begin: Begin = (reply, user) =>
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

  addSetupRoute(app, options, begin);
  addPasswordRoute(app, options);

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

/** Another password for whoever asks, who must know the old one: a page that was left open is not enough. */
function addPasswordRoute(app: FastifyInstance, { operators, onEnd }: SessionOptions): void {
  app.post<{ Body: PasswordRequest }>(
    "/api/password",
    { schema: { body: PASSWORD_BODY }, config: LOGIN_LIMIT },
    async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE] ?? "";
      const user = operators.sessionOf(token);
      if (user === undefined) return reply.code(401).send({ error: "Log in first." });
      const { old, password } = request.body;
      if (password.length < MIN_PASSWORD_LENGTH)
        return reply.code(400).send({ error: `The password needs at least ${MIN_PASSWORD_LENGTH} characters.` });
      if (!(await operators.changePassword(user, old, password, token)))
        return reply.code(403).send({ error: "The old password is not right." });
      request.log.info({ operator: user }, "an operator changed the password");
      onEnd();
      return reply.code(204).send();
    },
  );
}

/** The first operator, one who was invited, or another password. */
function addSetupRoute(app: FastifyInstance, { operators, setupToken, onEnd }: SessionOptions, begin: Begin): void {
  app.post<{ Body: SetupRequest }>(
    "/api/setup",
    { schema: { body: SETUP_BODY }, config: LOGIN_LIMIT },
    async (request, reply) => {
      const { token, user, password } = request.body;
      const link = operators.links.find(token);
      const isFirst = timingSafeEqual(Buffer.from(hashToken(token)), Buffer.from(hashToken(setupToken)));
      const refuse = (code: number, error: string): FastifyReply => reply.code(code).send({ error });
      if (link === undefined && isFirst && !operators.isEmpty)
        return refuse(409, "There is an operator already: log in.");
      if (link === undefined && !isFirst)
        return refuse(403, operators.isEmpty ? `${NO_LINK} Restart the console: it prints a new one.` : ASK_FOR_LINK);
      if (link !== undefined && link.name !== user) return refuse(400, `This link is for "${link.name}".`);
      if (password.length < MIN_PASSWORD_LENGTH)
        return refuse(400, `The password needs at least ${MIN_PASSWORD_LENGTH} characters.`);
      try {
        const isDone = await (link === undefined
          ? operators.addFirst(user, password)
          : operators.useLink(token, password));
        if (!isDone) return refuse(403, ASK_FOR_LINK);
      } catch (error) {
        if (!(error instanceof OperatorRefusal)) throw error;
        return refuse(400, error.message);
      }
      onEnd();
      return begin(reply, user);
    },
  );
}

import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createSecureContext } from "node:tls";
import { fileURLToPath } from "node:url";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import serveStatic from "@fastify/static";
import fastify, { type FastifyError, type FastifyInstance, LogController } from "fastify";
import type { Logger } from "pino";
import { Gauge, Registry } from "prom-client";
import { CommandError } from "../../shared/command-error.js";
import { readNamedFile } from "../../shared/config/named-file.js";
import { isLoopback, listenAddress } from "../../shared/listen-address.js";
import { FileHold } from "../../shared/sqlite/file-hold.js";
import type { FeedPosition } from "../api.js";
import { INGEST_PATH, Ingest } from "../ingest/ingest.js";
import { ConsoleStore, type ConsoleStoreSettings } from "../store/console-store.js";
import { Operators } from "../store/operators.js";
import { hashToken, StoredTokens } from "../store/sensor-tokens.js";
import { addChangeRoutes } from "./change-routes.js";
import { consoleUrl } from "./console-url.js";
import { addDocumentRoutes, type DocumentOptions } from "./document-routes.js";
import { Feed } from "./feed.js";
import { Hub } from "./hub.js";
import { addInventoryRoutes } from "./inventory-routes.js";
import { addOperatorRoutes } from "./operator-routes.js";
import { addReviewRoutes } from "./review-routes.js";
import { addSessionRoutes, SESSION_COOKIE, sessionOf } from "./session-routes.js";

export interface ConsoleSettings extends ConsoleStoreSettings {
  readonly listen: string;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly allowPlainFromNetwork: boolean;
  readonly sessionHours: number;
  /** What documents need beside the inventory. */
  readonly documents: Omit<DocumentOptions, "database">;
}

const FEED_PATH = "/api/feed";
const WEB_FOLDER = fileURLToPath(new URL("../web", import.meta.url));
/** How often a running console writes down that it runs. */
const ALIVE_MILLIS = 10_000;
/** Paths under /api that need no session. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/api/session", "/api/login", "/api/setup"]);

/** The console's one server: sensors, browsers, health. */
export class ConsoleServer {
  readonly store: ConsoleStore;
  readonly tokens: StoredTokens;
  readonly #settings: ConsoleSettings;
  readonly #hold: FileHold;
  readonly #operators: Operators;
  readonly #feed: Feed;
  readonly #ingest: Ingest;
  readonly #setupToken = randomBytes(24).toString("base64url");
  readonly #app: FastifyInstance;
  readonly #isSecure: boolean;
  #alive: NodeJS.Timeout | undefined = undefined;

  /** Throws CommandError where the settings do not do. */
  constructor(settings: ConsoleSettings, log: Logger) {
    this.#settings = settings;
    const https = certificateOf(settings);
    this.#isSecure = https !== undefined;
    this.#hold = new FileHold(settings.database, { setting: "console.database", holder: "console" });
    this.store = new ConsoleStore(settings);
    this.tokens = new StoredTokens(this.store.database);
    this.#operators = new Operators(this.store.database, settings.sessionHours);
    const { store } = this;
    const source = {
      position: () => store.feedPast.position(),
      since: (position?: FeedPosition) => store.feedPast.since(position),
      sensors: () => store.sensors(),
    };
    this.#feed = new Feed(source, (session) => this.#operators.isSessionOpen(session));
    this.#ingest = new Ingest(new Hub(this.store, this.#feed), this.tokens, {
      info: (text) => log.info(text),
      warn: (text) => log.warn(text),
      error: (text) => log.error(text),
    });
    const logController = new LogController({ disableRequestLogging: true });
    const options = { loggerInstance: log, logController, bodyLimit: 64 * 1024 };
    this.#app = (https === undefined ? fastify(options) : fastify({ ...options, https })) as unknown as FastifyInstance;
  }

  /** Link that makes the first operator; undefined where there is one. */
  get setupLink(): string | undefined {
    return this.#operators.isEmpty ? `${this.url}/#setup=${this.#setupToken}` : undefined;
  }

  get url(): string {
    const bound = this.#app.server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : undefined;
    return consoleUrl(this.#settings.listen, this.#isSecure, port);
  }

  async listen(): Promise<void> {
    const address = listenAddress(this.#settings.listen);
    if (address === undefined)
      throw new CommandError("console.listen is empty; name an address and a port such as 127.0.0.1:8470");
    await this.#addPlugins();
    this.#addRoutes();
    this.#app.server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    try {
      await this.#app.listen(address);
      this.#feed.start();
      this.#sayAlive();
      this.#alive = setInterval(() => this.#sayAlive(), ALIVE_MILLIS).unref();
    } catch (error) {
      throw new CommandError(
        `console.listen "${this.#settings.listen}" can't be used: ${(error as Error).message}; name another address or port`,
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#alive);
    this.#feed.close();
    this.#ingest.close();
    await this.#app.close();
    if (this.#alive !== undefined) this.#sayAlive();
    this.store.close();
    this.#hold.release();
  }

  /** A disk that is full is told where events can't be kept. */
  #sayAlive(): void {
    try {
      this.store.alive();
    } catch (error) {
      this.#app.log.error(`console.database can't be written: ${(error as Error).message}; it is tried again`);
    }
  }

  async #addPlugins(): Promise<void> {
    await this.#app.register(cookie);
    await this.#app.register(rateLimit, { max: 600, timeWindow: "1 minute" });
    await this.#app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          connectSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      hsts: this.#isSecure,
    });
    await this.#app.register(serveStatic, { root: WEB_FOLDER });
  }

  #addRoutes(): void {
    this.#app.addHook("onRequest", async (request, reply) => {
      const path = request.url.split("?")[0];
      if (request.method !== "GET" && request.headers["x-requested-with"] !== "eastwatch") {
        return reply.code(403).send({ error: "The request did not come from the page." });
      }
      const isOpen = OPEN_PATHS.has(path) || !(path.startsWith("/api/") || path === "/metrics" || path === "/healthz");
      const isLocalProbe = !path.startsWith("/api/") && isLoopback(request.ip);
      if (isOpen || isLocalProbe || sessionOf(request, this.#operators) !== undefined) return;
      return reply.code(401).send({ error: "Log in first." });
    });
    this.#app.setErrorHandler((error: FastifyError, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) request.log.error({ err: error }, "a request failed");
      return reply
        .code(status)
        .send({ error: status >= 500 ? "The console failed; its log says why." : error.message });
    });
    addSessionRoutes(this.#app, {
      operators: this.#operators,
      setupToken: this.#setupToken,
      isSecure: this.#isSecure,
      onEnd: () => this.#feed.closeEnded(),
    });
    addOperatorRoutes(this.#app, this.#operators, this.#feed);
    addInventoryRoutes(this.#app, this.store, this.tokens);
    addReviewRoutes(this.#app, this.store, this.#operators, this.#feed);
    addChangeRoutes(this.#app, this.#settings.database);
    addDocumentRoutes(this.#app, this.store, { ...this.#settings.documents, database: this.#settings.database });
    this.#app.get("/healthz", () => "ok\n");
    this.#app.get("/metrics", async (_request, reply) =>
      reply.type("text/plain; version=0.0.4").send(await this.#metrics()),
    );
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const path = request.url?.split("?")[0];
    const session = path === FEED_PATH ? this.#watcherOf(request) : undefined;
    if (path === INGEST_PATH) this.#ingest.upgrade(request, socket, head);
    else if (session !== undefined) this.#feed.upgrade(request, socket, head, session);
    else if (path !== FEED_PATH) socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    else socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }

  /** The session's hash. A page of another origin brings the cookie too (RFC 6455 §10.2): it must be ours. */
  #watcherOf(request: IncomingMessage): string | undefined {
    const { origin, host, cookie: text } = request.headers;
    if (origin === undefined || host === undefined || !URL.canParse(origin) || new URL(origin).host !== host)
      return undefined;
    const token = this.#app.parseCookie(text ?? "")[SESSION_COOKIE];
    if (token === undefined) return undefined;
    const session = hashToken(token);
    return this.#operators.isSessionOpen(session) ? session : undefined;
  }

  async #metrics(): Promise<string> {
    const registry = new Registry();
    const sensors = this.store.sensors();
    const gauge = (name: string, help: string, value: number): void => {
      new Gauge({ name: `eastwatch_console_${name}`, help, registers: [registry] }).set(value);
    };
    gauge("sensors", "Sensors that have a token", sensors.length);
    gauge("sensors_connected", "Sensors connected now", sensors.filter((sensor) => sensor.connected).length);
    gauge(
      "events_kept",
      "Events kept since the console was installed",
      sensors.reduce((sum, sensor) => sum + sensor.eventsKept, 0),
    );
    gauge("browsers", "Pages that watch the feed", this.#feed.browsers);
    gauge("feed_missed", "Records of the feed that pages were too slow for", this.#feed.missedTotal);
    gauge("resident_bytes", "Resident memory", process.memoryUsage.rss());
    return registry.metrics();
  }
}

function certificateOf(settings: ConsoleSettings): { cert: string; key: string } | undefined {
  const { certificateFile, keyFile, listen, allowPlainFromNetwork } = settings;
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new CommandError("console.certificateFile and console.keyFile belong together: set both or neither");
  }
  if (certificateFile !== undefined && keyFile !== undefined) {
    const pair = {
      cert: readNamedFile("console.certificateFile", certificateFile),
      key: readNamedFile("console.keyFile", keyFile),
    };
    checkPair(pair, certificateFile, keyFile);
    return pair;
  }
  const host = listenAddress(listen)?.host ?? "";
  if (isLoopback(host) || allowPlainFromNetwork) return undefined;
  throw new CommandError(
    `console.listen "${listen}" is open to the network without TLS; set console.certificateFile and console.keyFile, or console.allowPlainFromNetwork`,
  );
}

function checkPair(pair: { cert: string; key: string }, certificateFile: string, keyFile: string): void {
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new CommandError(
      `console.certificateFile "${certificateFile}" and console.keyFile "${keyFile}" can't be used: ${(error as Error).message}; both must be PEM, the key that of the certificate`,
    );
  }
}

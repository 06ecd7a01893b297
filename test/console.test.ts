import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import WebSocket from "ws";
import type { FeedMessage } from "../console/api.js";
import { hashToken } from "../console/store/sensor-tokens.js";
import type { SensorEvent } from "../shared/event.js";
import { FileHold } from "../shared/sqlite/file-hold.js";
import { startConsole } from "./support/console.js";
import { sensorStore } from "./support/delivery.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT } from "./support/namespaces.js";
import { PROGRAM, Running, run, temporaryFolder } from "./support/program.js";
import { handshake, Teller } from "./support/teller.js";

t.test("pages and API: no session, no data; origins, headers and logins are checked", async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const server = await startConsole(folder, port);
  const base = `http://127.0.0.1:${port}`;
  const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(base + path, {
      method,
      headers: {
        "x-requested-with": "eastwatch",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  for (const path of ["services", "edges", "endpoints", "findings", "calls", "sensors"])
    t.equal((await ask("GET", `/api/${path}`)).status, 401, path);
  t.equal(
    (await fetch(`${base}/api/login`, { method: "POST" })).status,
    403,
    "a form of another page lacks the header",
  );
  const setup = new URL(server.setupLink ?? "").hash.slice("#setup=".length);
  t.equal((await ask("POST", "/api/setup", { token: "x", user: "ada", password: "long enough password" })).status, 403);
  t.equal((await ask("POST", "/api/setup", { token: setup, user: "ada", password: "short" })).status, 400);
  const begun = await ask("POST", "/api/setup", { token: setup, user: "ada", password: "long enough password" });
  t.equal(begun.status, 204);
  t.match(begun.headers.get("set-cookie"), /^eastwatch_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/);
  t.equal(server.setupLink, undefined, "the link works once");
  t.equal(
    (await ask("POST", "/api/setup", { token: setup, user: "eve", password: "long enough password" })).status,
    409,
  );
  t.equal((await ask("POST", "/api/login", { user: "ada", password: "wrong" })).status, 401);
  const entered = await ask("POST", "/api/login", { user: "ada", password: "long enough password" });
  const [cookie] = (entered.headers.get("set-cookie") ?? "").split(";");
  t.match(await (await ask("GET", "/api/session", undefined, { cookie })).json(), { needsSetup: false, user: "ada" });
  t.equal((await ask("GET", "/api/services?limit=0", undefined, { cookie })).status, 400);
  const page = await fetch(`${base}/`);
  t.match(page.headers.get("content-security-policy"), /^default-src 'none';script-src 'self';style-src 'self'/);
  const watch = (headers: Record<string, string>): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/feed`, { headers });
      socket.on("open", () => resolve("open"));
      socket.on("error", (error) => resolve(error.message));
      socket.on("open", () => socket.close());
    });
  t.equal(await watch({ cookie, origin: base }), "open");
  t.match(await watch({ cookie, origin: "http://evil.example" }), /401/);
  t.match(await watch({ origin: base }), /401/);
  const open = new WebSocket(`ws://127.0.0.1:${port}/api/feed`, { headers: { cookie, origin: base } });
  await once(open, "open");
  const closed = once(open, "close");
  t.equal((await ask("POST", "/api/logout", undefined, { cookie })).status, 204);
  t.equal((await closed)[0], 1008, "the feed of a session that was ended is over too");
  t.equal((await ask("GET", "/api/services", undefined, { cookie })).status, 401, "a session that was ended is over");
  const again = await ask("POST", "/api/login", { user: "ada", password: "long enough password" });
  const [first] = (begun.headers.get("set-cookie") ?? "").split(";");
  const [expiring] = (again.headers.get("set-cookie") ?? "").split(";");
  const late = new WebSocket(`ws://127.0.0.1:${port}/api/feed`, { headers: { cookie: expiring, origin: base } });
  await once(late, "open");
  const over = once(late, "close");
  server.store.database
    .prepare("UPDATE session SET expires_micros = 1 WHERE token_hash = ?")
    .run(hashToken(expiring.split("=")[1]));
  t.equal((await ask("POST", "/api/logout", undefined, { cookie: first })).status, 204);
  t.equal((await over)[0], 1008, "and that of a session that expired");
  let last = 0;
  for (let attempt = 0; attempt < 12; attempt++)
    last = (await ask("POST", "/api/login", { user: "ada", password: "guess" })).status;
  t.equal(last, 429, "guessing is slowed down");
  const text = readFileSync(join(folder, "console.sqlite-wal")).toString("latin1");
  t.notMatch(text, /long enough password/);
  t.notOk(text.includes(cookie.split("=")[1]), "sessions are stored hashed");
  await server.close();
});

/** A page that watches the feed: what it was told, by the ports that number it, and what it missed. */
class Watcher {
  readonly ports: number[] = [];
  readonly findings: string[] = [];
  missed = 0;
  position = "";
  readonly #base: string;
  readonly #cookie: string;
  #socket: WebSocket | undefined;

  constructor(base: string, cookie: string) {
    this.#base = base;
    this.#cookie = cookie;
  }

  /** Opens it, or comes back where it was; resolves when it is told what there is. */
  async open(): Promise<void> {
    const address = `${this.#base.replace("http", "ws")}/api/feed${this.position}`;
    const socket = new WebSocket(address, { headers: { cookie: this.#cookie, origin: this.#base } });
    this.#socket = socket;
    socket.on("message", (data) => this.#take(JSON.parse(String(data)) as FeedMessage));
    await once(socket, "message");
  }

  async close(): Promise<void> {
    this.#socket?.close();
    if (this.#socket !== undefined) await once(this.#socket, "close");
  }

  #take(message: FeedMessage): void {
    if (message.type === "inventory-changed" || message.type === "sensor") return;
    const { calls, handshakes, told } = message.position;
    this.position = `?calls=${calls}&handshakes=${handshakes}&told=${told}`;
    this.missed += message.missed;
    const ports = message.records.flatMap((record) => (record.kind === "handshake" ? [record.clientPort] : []));
    this.ports.push(...(message.type === "catch-up" ? ports.reverse() : ports));
    for (const record of message.records)
      if (record.kind === "finding") this.findings.push(`${record.id} ×${record.count}`);
  }
}

function span(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}

t.test("a page is told all, each once: as it opens, comes back, and after the console was started again", async (t) => {
  const [folder, port] = [temporaryFolder(t), await freePort()];
  let server = await startConsole(folder, port);
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${port}`;
  const token = new URL(server.setupLink ?? "").hash.slice("#setup=".length);
  const begun = await fetch(`${base}/api/setup`, {
    method: "POST",
    headers: { "x-requested-with": "eastwatch", "content-type": "application/json" },
    body: JSON.stringify({ token, user: "ada", password: "long enough password" }),
  });
  const [cookie] = (begun.headers.get("set-cookie") ?? "").split(";");
  const tellerOf = async (name: string): Promise<Teller> => {
    const teller = new Teller(port, server.tokens.create(name)?.token ?? "");
    t.teardown(() => teller.socket.terminate());
    await teller.open();
    return teller;
  };
  let sensor = await tellerOf("node-1");
  let next = 1;
  const tell = async (count: number, ...more: SensorEvent[]): Promise<void> => {
    const events = span(next, count).map((clientPort) => handshake("a.test", { clientPort }));
    next += count;
    await sensor.tell([...events, ...more]);
  };
  const settle = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 250));
  const finding = (id: string, count: number): SensorEvent => ({
    ...{ kind: "finding", id, rule: "cleartext-http", severity: "low", count, firstMicros: 1, lastMicros: 1 },
    ...{ title: "", summary: "", evidence: {}, references: [] },
  });
  await tell(1, finding("f1", 1));

  const watchers = span(0, 30).map(() => new Watcher(base, cookie));
  let isTelling = true;
  const telling = (async () => {
    while (isTelling && next < 190) await tell(1);
  })();
  for (const watcher of watchers) await watcher.open();
  isTelling = false;
  await telling;
  await settle();
  for (const { ports, findings, missed } of watchers)
    t.same([ports, findings, missed], [span(1, next - 1), ["f1 ×1"], 0], "whenever it opened");

  const [one] = watchers;
  const clear = (): void => {
    one.ports.length = 0;
    one.findings.length = 0;
  };
  await one.close();
  clear();
  const away = next;
  await tell(30, finding("f1", 7), finding("f2", 1));
  await one.open();
  await tell(2);
  await settle();
  t.same([one.ports, one.findings.sort(), one.missed], [span(away, 32), ["f1 ×7", "f2 ×1"], 0], "only what came since");

  await one.close();
  clear();
  const long = next;
  for (let batch = 0; batch < 3; batch++) await tell(400);
  await one.open();
  t.same([one.ports, one.missed], [span(long + 200, 1_000), 200], "what it can't be told any more is counted");

  await one.close();
  clear();
  for (const watcher of watchers.slice(1)) await watcher.close();
  const restarted = next;
  await tell(5, finding("f3", 1));
  sensor.socket.terminate();
  await server.close();
  server = await startConsole(folder, port);
  sensor = await tellerOf("node-2");
  await tell(5, finding("f2", 2));
  await one.open();
  t.same([one.ports, one.findings.sort(), one.missed], [span(restarted, 10), ["f2 ×2", "f3 ×1"], 200]);
  await one.close();
});

t.test("a link names a host that can be opened", async (t) => {
  const links: string[] = [];
  for (const listen of ["0.0.0.0", "[::]", "127.0.0.1", "[::1]"]) {
    const port = await freePort();
    const more = { listen: `${listen}:${port}`, allowPlainFromNetwork: true };
    const server = await startConsole(temporaryFolder(t), port, more);
    links.push((server.setupLink ?? "").replace(`:${port}/#setup=`, " ").split(" ")[0]);
    await server.close();
  }
  t.same(links, [`http://${hostname()}`, `http://${hostname()}`, "http://127.0.0.1", "http://[::1]"]);
});

t.test("a file has one sensor or one console at a time", async (t) => {
  const folder = temporaryFolder(t);
  const [sensorFile, consoleFile] = ["s.sqlite", "c.sqlite"].map((name) => join(folder, name));
  sensorStore(folder).close();
  symlinkSync(join(folder, "sensor.sqlite"), sensorFile);
  const hold = new FileHold(join(folder, "sensor.sqlite"), { setting: "store.database", holder: "sensor" });
  const sensor = run(["sensor", "-i", "lo", "--listen", "", "--database", sensorFile]);
  t.same(sensor, {
    code: 2,
    out: "",
    error: `eastwatch: store.database "${sensorFile}" is in use by a sensor, process ${process.pid}; end that one or name another file\n`,
  });
  hold.release();
  const flags = ["console", "--listen", "127.0.0.1:0", "--database", consoleFile];
  const first = Running.program(flags);
  await first.says(/setup=/);
  t.match(run(flags), {
    code: 2,
    error: `console.database "${consoleFile}" is in use by a console, process ${first.child.pid}; end that one`,
  });
  t.equal(run(["add-sensor", "one", "--database", consoleFile]).code, 0, "a token can be made meanwhile");
  await first.end("SIGKILL");
  const second = Running.program(flags);
  await second.says(/setup=/);
  t.equal(await second.end(), 0, "a killed one holds nothing");
});

t.test("a file that is another's is told as what it is, and left as it was", (t) => {
  const folder = temporaryFolder(t);
  const sensorFile = join(folder, "sensor.sqlite");
  const consoleFile = join(folder, "c.sqlite");
  const foreignFile = join(folder, "f.sqlite");
  const inConsole = (path: string) => run(["add-sensor", "one", "--database", path]);
  const change = (path: string, sql: string) => new Database(path).exec(sql).close();
  sensorStore(folder).close();
  t.equal(inConsole(consoleFile).code, 0);
  change(foreignFile, "CREATE TABLE bill (id INTEGER)");
  const isSensors = {
    code: 2,
    out: "",
    error: `eastwatch: console.database "${sensorFile}" is a sensor's file; name the console's own, or one that is not there yet\n`,
  };
  t.same(inConsole(sensorFile), isSensors);
  change(sensorFile, "PRAGMA application_id = 0");
  t.same(inConsole(sensorFile), isSensors, "also a file of before its kind was written into it");
  t.match(inConsole(foreignFile), { code: 2, error: `console.database "${foreignFile}" is another program's file;` });
  t.match(run(["sensor", "-i", "lo", "--listen", "", "--database", consoleFile]), {
    code: 2,
    error: `store.database "${consoleFile}" is a console's file; name the sensor's own`,
  });
  change(consoleFile, "PRAGMA user_version = 99");
  t.match(inConsole(consoleFile), {
    code: 2,
    error: /console\.database ".*c\.sqlite" is of version 99, .* newer release; install that one or name another file/,
  });
  t.end();
});

t.test("a file that this user may not read is told as that", { skip: IS_ROOT ? false : "SKIPPED: needs root" }, (t) => {
  const folder = temporaryFolder(t);
  sensorStore(folder).close();
  const path = join(folder, "sensor.sqlite");
  const nobody = { uid: 65_534, gid: 65_534, encoding: "utf8" } as const;
  const { status, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, "export", "--format", "csv", "--database", path],
    nobody,
  );
  t.same(
    [status, stderr],
    [
      3,
      `eastwatch: --database "${path}" can't be read: this user may not read it; run this as the user the sensor or console runs as, or as root\n`,
    ],
  );
  t.end();
});

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import t from "tap";
import WebSocket from "ws";
import { hashToken } from "../console/store/sensor-tokens.js";
import { freePort, startConsole } from "./support/console.js";
import { temporaryFolder } from "./support/program.js";

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

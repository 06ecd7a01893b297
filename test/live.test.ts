import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import t from "tap";
import type { BlindInterval } from "../shared/health.js";
import { freePort } from "./support/free-port.js";
import { storedEndpoints, storedServices } from "./support/live-capture.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, run, temporaryFolder, until } from "./support/program.js";

const ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const SETTLE_MILLIS = 2_000;

function nginxConfig(folder: string): string {
  return `
    daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      log_format plain '$request_method $uri $status $body_bytes_sent';
      access_log ${folder}/access.log plain;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
      uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      client_max_body_size 10m;
      server {
        listen 10.98.0.2:80;
        location /static/ { root ${folder}/www; }
        location / { proxy_pass http://127.0.0.1:8081; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }
    }`;
}

/** Everything a client may do, with curl as it is. */
const CURLS: readonly string[] = [
  "-s http://10.98.0.2/static/a.txt http://10.98.0.2/static/b.txt http://10.98.0.2/static/none",
  "-s http://10.98.0.2/orders/[1-60] http://10.98.0.2/orders/export",
  "-s -I http://10.98.0.2/static/a.txt http://10.98.0.2/orders/7",
  "-s -X POST -d {} http://10.98.0.2/orders http://10.98.0.2/orders/missing http://10.98.0.2/orders/broken",
  "-s -H Expect:100-continue -T BIG http://10.98.0.2/upload/1",
  "-s -H Transfer-Encoding:chunked -T BIG http://10.98.0.2/upload/2",
  "-s --http1.0 http://10.98.0.2/chunked/1 http://10.98.0.2/static/a.txt",
  "-s http://10.98.0.2/chunked/[2-9] http://10.98.0.2/empty",
  "-s -X DELETE -u ada:secret http://10.98.0.2/orders/9?api_key=abcdef",
];

function ask(spaces: Namespaces, folder: string): void {
  for (const line of CURLS) {
    const [command, parameters] = spaces.inside(
      spaces.client,
      "curl",
      ...line.replace("BIG", join(folder, "big")).split(" "),
    );
    const { status, stderr } = spawnSync(command, [...parameters, "-o", "/dev/null"], { encoding: "utf8" });
    if (status !== 0) throw new Error(`curl ${line}: ${status} ${stderr}`);
  }
  const pipelined =
    "GET /orders/901 HTTP/1.1\\r\\nHost: p\\r\\n\\r\\nGET /orders/902 HTTP/1.1\\r\\nHost: p\\r\\nConnection: close\\r\\n\\r\\n";
  const script = `exec 3<>/dev/tcp/10.98.0.2/80; printf '${pipelined}' >&3; cat <&3 >/dev/null`;
  const [command, parameters] = spaces.inside(spaces.client, "bash", "-c", script);
  if (spawnSync(command, parameters).status !== 0) throw new Error("pipelining failed");
}

/** `METHOD STATUS` → how many. */
function tally(lines: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) counts[line] = (counts[line] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort());
}

function fromLog(path: string): Record<string, number> {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return tally(lines.map((line) => line.split(" ")).map(([method, , status]) => answered(method, status)));
}

/** What was never found is counted by its status alone. */
function answered(method: string, status: string): string {
  return status === "404" ? status : `${method} ${status}`;
}

function fromInventory(database: string, port: number): Record<string, number> {
  const endpoints = storedEndpoints(database).filter(({ serverPort }) => serverPort === port);
  const services = storedServices(database).filter((service) => service.port === port);
  const counts = [
    ...endpoints.flatMap(({ method, statuses }) => Object.entries(statuses).map((one) => [method, ...one] as const)),
    ...services.flatMap(({ unknownPaths }) =>
      Object.entries(unknownPaths?.statuses ?? {}).map((one) => ["any", ...one] as const),
    ),
  ];
  return tally(counts.flatMap(([method, status, count]) => Array<string>(count).fill(answered(method, status))));
}

function blindOf(path: string): BlindInterval[] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare<[], { record: string }>("SELECT record FROM blind ORDER BY from_micros").all();
  database.close();
  return rows.map(({ record }) => JSON.parse(record));
}

t.test(
  "every request of the servers' own logs is in the inventory, and none is invented",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = new Namespaces("live");
    t.teardown(() => spaces.remove());
    mkdirSync(join(folder, "www/static"), { recursive: true });
    writeFileSync(join(folder, "www/static/a.txt"), "a".repeat(3_000));
    writeFileSync(join(folder, "www/static/b.txt"), "b".repeat(300_000));
    writeFileSync(join(folder, "big"), "z".repeat(2_000_000));
    writeFileSync(join(folder, "nginx.conf"), nginxConfig(folder));
    const database = join(folder, "s.sqlite");
    const origin = new Running(
      ...spaces.inside(spaces.server, process.execPath, ORIGIN, "8081", join(folder, "origin.log")),
    );
    await origin.says(/listening/);
    const nginx = new Running(...spaces.inside(spaces.server, "nginx", "-c", join(folder, "nginx.conf"), "-p", folder));
    const flags = [
      "sensor",
      "-i",
      "ews",
      "-i",
      "lo",
      "--database",
      database,
      "--listen",
      "",
      "-s",
      "inventory.literalSegments=a.txt",
    ];
    const sensor = new Running(...spaces.inside(spaces.server, process.execPath, PROGRAM, ...flags));
    await sensor.says(/captures ews/);
    await sensor.says(/captures lo/);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    ask(spaces, folder);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    t.equal(await sensor.end(), 0, "the sensor ends well");
    for (const running of [nginx, origin]) await running.end();
    const endpoints = storedEndpoints(database);
    t.same(fromInventory(database, 80), fromLog(join(folder, "access.log")), "nginx, seen on veth");
    t.same(fromInventory(database, 8_081), fromLog(join(folder, "origin.log")), "node, seen on loopback");
    const seen = endpoints
      .filter(({ serverPort }) => serverPort === 80)
      .map(({ method, template }) => `${method} ${template}`);
    for (const expected of [
      "GET /orders/{orderId}",
      "GET /orders/export",
      "GET /static/a.txt",
      "DELETE /orders/{orderId}",
      "PUT /upload/{uploadId}",
      "POST /orders",
    ]) {
      t.ok(seen.includes(expected), expected);
    }
    t.same(
      endpoints.filter(({ incompleteCalls, missingBytes }) => incompleteCalls > 0 || missingBytes > 0),
      [],
      "nothing was lost, offloaded packets of 64 KiB neither",
    );
    const upload = endpoints.find(({ serverPort, method }) => serverPort === 80 && method === "PUT");
    t.match(upload, { calls: 2, requestBytes: { count: 2, max: 2_000_000 } }, "sizes are those of the content");
  },
);

t.test(
  "an interface that goes, comes back or is made anew is captured again, and each blind interval is kept",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = new Namespaces("flap");
    t.teardown(() => spaces.remove());
    const database = join(folder, "s.sqlite");
    const origin = new Running(
      ...spaces.inside(spaces.server, process.execPath, ORIGIN, "80", join(folder, "origin.log")),
    );
    await origin.says(/listening/);
    const flags = [
      ...["sensor", "-i", "ews", "--database", database, "--listen", "127.0.0.1:8471"],
      ...["-s", "capture.restartMinMillis=100"],
    ];
    const sensor = new Running(...spaces.inside(spaces.server, process.execPath, PROGRAM, ...flags));
    await sensor.says(/captures ews /);
    const curl = (path: string): void => {
      const [command, parameters] = spaces.inside(spaces.client, "curl", "-s", "-m", "5", `http://10.98.0.2/${path}`);
      if (spawnSync(command, parameters).status !== 0) throw new Error(`curl ${path} failed`);
    };
    const says = (state: string) =>
      until(`health ${state}`, () => {
        const probe = ["-s", "-w", "%{http_code}", "http://127.0.0.1:8471/healthz"];
        const { stdout } = spawnSync(...spaces.inside(spaces.server, "curl", ...probe), { encoding: "utf8" });
        return stdout === state ? true : undefined;
      });
    t.ok(await says("ok\n200"));
    curl("before");
    await new Promise((resolve) => setTimeout(resolve, 200));
    spawnSync("ip", ["-n", spaces.server, "link", "set", "ews", "down"]);
    await sensor.says(/can't see ews: the interface is down/);
    spawnSync("ip", ["-n", spaces.server, "link", "set", "ews", "up"]);
    await sensor.says(/captures ews again/);
    curl("between");
    spaces.part();
    await sensor.says(/can't see ews: the interface is gone/);
    t.ok(await says("no interface can be captured; blind: ews\n503"));
    spaces.join();
    await until("the second return", () => (sensor.text.match(/captures ews again/g)?.length === 2 ? true : undefined));
    curl("after");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    t.equal(await sensor.end(), 0);
    await origin.end();
    t.same(
      storedEndpoints(database)
        .map(({ template }) => template)
        .sort(),
      ["/after", "/before", "/between"],
    );
    const intervals = blindOf(database);
    t.match(
      intervals.map(({ reason }) => reason),
      ["the sensor was starting", "the interface is down", "the interface is gone"],
    );
    t.ok(
      intervals.every(({ fromMicros, untilMicros }) => untilMicros !== undefined && untilMicros > fromMicros),
      "each has an end",
    );
  },
);

t.test("while the sensor itself was not running is a blind interval as well", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const database = join(folder, "s.sqlite");
  const killed: number[] = [];
  const port = await freePort();
  const origin = new Running(process.execPath, [ORIGIN, String(port), join(folder, "origin.log")]);
  await origin.says(/listening/);
  for (let life = 0; life < 4; life++) {
    const sensor = Running.program(["sensor", "-i", "lo", "--database", database, "--listen", ""]);
    await sensor.says(/captures lo/);
    await (await fetch(`http://127.0.0.1:${port}/orders/1`, { headers: { connection: "close" } })).text();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    killed.push(Date.now() * 1_000);
    await sensor.end(life === 2 ? "SIGTERM" : "SIGKILL");
  }
  const [first, ...intervals] = blindOf(database);
  t.match(first, { interfaceName: "lo", reason: "the sensor was starting" }, "no run before the first is known");
  t.same(
    intervals.map(({ interfaceName, reason }) => [interfaceName, reason]),
    Array(3).fill(["lo", "the sensor was not running"]),
  );
  for (const [index, { fromMicros, untilMicros = 0 }] of intervals.entries()) {
    const end = killed[index];
    t.ok(fromMicros > end - 2e6 && fromMicros < end + 2e6, `begins with the last that was kept before end ${index}`);
    t.ok(untilMicros > end && untilMicros < killed[index + 1], `ends with the next capture after end ${index}`);
  }
  const blindMicros = intervals.reduce((sum, { fromMicros, untilMicros = 0 }) => sum + untilMicros - fromMicros, 0);
  const rows = run(["export", "--format", "ndjson", "--database", database])
    .out.split("\n")
    .filter((line) => line.includes(`"server.port":${port}`) && !line.includes('"kind":"finding"'))
    .map((line) => JSON.parse(line));
  t.same(
    rows.map((row) => [row.kind, row.blind_intervals, row.blind_ms]),
    ["service", "edge", "endpoint"].map((kind) => [kind, 3, Math.round(blindMicros / 1_000)]),
    "and each row seen before and after tells how long that was",
  );
});

t.test("a filter that libpcap does not take ends the sensor, told with its remedy", { skip: SKIP }, (t) => {
  const database = join(temporaryFolder(t), "s.sqlite");
  const outcome = run([
    ...["sensor", "-i", "lo", "-i", "any", "--filter", "tcp prot 80", "--database", database, "--listen", ""],
  ]);
  t.equal(outcome.code, 2);
  t.match(
    outcome.error,
    /capture\.filter \\"tcp prot 80\\" can't be used: .*syntax error.*; write it as for tcpdump, such as \\"tcp port 80\\"/,
  );
  t.notMatch(outcome.error, /tries again/);
  t.end();
});

t.test("the log calls a sensor by its token's name, and ending together is no trouble", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const [database, token] = [join(folder, "c.sqlite"), join(folder, "token")];
  writeFileSync(token, run(["add-sensor", "node-1", "--database", database]).out);
  const console = Running.program(["console", "--listen", `127.0.0.1:${port}`, "--database", database]);
  await console.says(/setup=/);
  const sensor = Running.program([
    ...["sensor", "-i", "lo", "--database", join(folder, "s.sqlite"), "--listen", "", "--name", "vm"],
    ...["--console", `ws://127.0.0.1:${port}`, "--token-file", token],
  ]);
  await console.says(/sensor node-1 is connected/);
  await sensor.says(/captures lo/);
  t.same(await Promise.all([sensor.end(), console.end()]), [0, 0]);
  t.notMatch(sensor.text, /no connection to the console/);
  t.notMatch(console.text, /sensor vm/);
});

t.test("a sensor leaves its own connections to the console out, and those of others in", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const [database, token, inventory] = [join(folder, "c.sqlite"), join(folder, "token"), join(folder, "s.sqlite")];
  writeFileSync(token, run(["add-sensor", "node-1", "--database", database]).out);
  const startConsole = () => Running.program(["console", "--listen", `127.0.0.1:${port}`, "--database", database]);
  let console = startConsole();
  await console.says(/listening at/);
  const sensor = Running.program([
    ...["sensor", "-i", "lo", "--database", inventory, "--listen", "", "--filter", `tcp port ${port}`],
    ...["--console", `ws://127.0.0.1:${port}`, "--token-file", token],
  ]);
  await console.says(/sensor node-1 is connected/);
  await sensor.says(/captures lo/);
  await console.end();
  console = startConsole();
  await console.says(/sensor node-1 is connected/);
  for (let asked = 0; asked < 3; asked++) spawnSync("curl", ["-s", "-o", "/dev/null", `http://127.0.0.1:${port}/`]);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS * 2));
  t.same(await Promise.all([sensor.end(), console.end()]), [0, 0]);
  const { out } = run(["export", "--format", "ndjson", "--database", inventory]);
  const edges = out.split("\n").filter((line) => line.includes('"edge"'));
  t.equal(edges.length, 1);
  t.match(JSON.parse(edges[0]), { "server.port": port, connections: 3, calls: 3 }, "three of curl's, none of its own");
});

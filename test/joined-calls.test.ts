import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { ConsoleStore } from "../console/store/console-store.js";
import { factsOf } from "../sensor/report/compliance/facts.js";
import { readInventory } from "../sensor/store/read-inventory.js";
import type { EdgeRecord, SensorEvent } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import type { ToldConnection } from "../shared/told-connection.js";
import { startConsole } from "./support/console.js";
import { delta, sensorStore } from "./support/delivery.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { enter, NO_BROWSER, shot } from "./support/page.js";
import { PROGRAM, Running, run, temporaryFolder, until } from "./support/program.js";
import { edge, Teller } from "./support/teller.js";

const ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const START = 1_700_000_000_000_000;

const CONNECTION: ToldConnection = {
  clientAddress: "10.0.0.1",
  clientPort: 40_000,
  serverAddress: "10.0.0.2",
  serverPort: 80,
  clientFirst: 4_294_967_000,
  clientNext: 1_000,
  serverFirst: 7_000,
  serverNext: 90_000,
  isOpeningSeen: true,
  calls: 10,
  firstMicros: START,
  lastMicros: START + 5e6,
};
const LATE = {
  ...CONNECTION,
  clientFirst: 500,
  serverFirst: 60_000,
  isOpeningSeen: false,
  calls: 4,
  firstMicros: START + 2e6,
};

/** A console's store with sensors `a`, `b` and `c`, and what is joined of the one edge there is. */
class Joining {
  readonly store: ConsoleStore;
  #sequence = 0;

  constructor(folder: string, maxConnections = 1_000) {
    const database = join(folder, "console.sqlite");
    this.store = new ConsoleStore({ database, maxCalls: 10, maxFindings: 10, maxConnections });
    for (const name of ["a", "b", "c"]) {
      const into = "INSERT INTO sensor (id, name, token_hash, created_micros) VALUES (?, ?, ?, 0)";
      this.store.database.prepare(into).run(`id-${name}`, name, name);
    }
  }

  tell(sensor: string, ...connections: ToldConnection[]): this {
    return this.#accept(sensor, { kind: "connections", connections });
  }

  tellEdge(sensor: string, record: EdgeRecord): this {
    return this.#accept(sensor, record);
  }

  #accept(sensor: string, event: SensorEvent): this {
    this.store.accept(`id-${sensor}`, {
      events: [{ sequence: ++this.#sequence, event: decodeEvent(encodeEvent(event)) }],
      ...{ droppedTotal: 0, callsNotSampledTotal: 0 },
    });
    return this;
  }

  /** `calls counted too often; sensor: its calls that others saw`, undefined where nothing is joined. */
  get told(): string {
    const joined = this.store.joined.edges().get("10.0.0.1 10.0.0.2 80");
    if (joined === undefined) return "";
    const sensors = [...joined.sensors]
      .sort()
      .map(([name, { calls, connections }]) => `${name}: ${calls} ${connections}`);
    return `${joined.repeatedCalls} ${joined.repeatedConnections}; ${sensors.join(", ")}`;
  }
}

t.test("connections are one by their ends and sequence numbers, and by nothing else", (t) => {
  const two = (a: ToldConnection, b: ToldConnection): string =>
    new Joining(temporaryFolder(t)).tell("a", a).tell("b", b).told;
  const skewed = { firstMicros: START + 3_600e6, lastMicros: START + 3_605e6 };
  for (const [name, other, expected] of [
    ["the same from both ends", CONNECTION, "10 1; a: 10 1, b: 10 1"],
    ["clocks an hour apart", { ...CONNECTION, ...skewed }, "10 1; a: 10 1, b: 10 1"],
    ["less seen at one end", { ...CONNECTION, calls: 7 }, "7 1; a: 7 1, b: 7 1"],
    ["joined late at one end", LATE, "4 1; a: 4 1, b: 4 1"],
    ["joined late, clocks an hour apart", { ...LATE, ...skewed }, ""],
    ["other sequence numbers on the same ports", { ...CONNECTION, clientFirst: 1 }, ""],
    ["ranges that do not meet", { ...LATE, clientFirst: 5_000, clientNext: 6_000 }, ""],
    ["ports translated", { ...CONNECTION, clientPort: 40_001 }, ""],
    ["addresses translated", { ...CONNECTION, clientAddress: "10.0.0.9" }, ""],
    ["another virtual network", { ...CONNECTION, virtualNetwork: "vxlan 7" }, ""],
  ] as const) {
    t.equal(two(CONNECTION, other), expected, name);
    t.equal(
      two(other, CONNECTION).replace(/a: (.*), b: (.*)/, "a: $2, b: $1"),
      expected,
      `${name}, told the other way round`,
    );
  }
  const { clientFirst: _first, clientNext: _next, ...oneSided } = CONNECTION;
  t.equal(two(oneSided, CONNECTION), "10 1; a: 10 1, b: 10 1", "one direction is enough");
  t.equal(
    two(CONNECTION, CONNECTION).length > 0 && new Joining(temporaryFolder(t)).tell("a", CONNECTION, CONNECTION).told,
    "",
  );
  t.end();
});

t.test("documents of all sensors are told what they counted together, and those of one sensor are not", (t) => {
  const folder = temporaryFolder(t);
  const seen = { ...edge("10.0.0.1", "ab", "cleartext", { cleartext: 1 }), serverPort: 80, calls: 10 };
  const other = { ...seen, clientAddress: "10.0.0.9" };
  const joining = new Joining(folder).tell("a", CONNECTION).tell("b", CONNECTION);
  for (const sensor of ["a", "b"]) joining.tellEdge(sensor, seen).tellEdge(sensor, other);
  const file = join(folder, "console.sqlite");
  const rows = [...readInventory(file)];
  t.same(
    rows.map(({ sensor, record, repeated }) => [sensor, (record as EdgeRecord).clientAddress, repeated]),
    ["a", "b"].flatMap((sensor) => [
      [sensor, "10.0.0.1", { calls: 10, connections: 1 }],
      [sensor, "10.0.0.9", undefined],
    ]),
  );
  t.same(
    factsOf(rows, []).edges.map(({ clientAddress, calls, connections }) => [clientAddress, calls, connections]),
    [
      ["10.0.0.1", 10, 1],
      ["10.0.0.9", 20, 2],
    ],
    "what could not be told to be the same counts at each",
  );
  t.same(
    [...readInventory(file, "a")].map(({ repeated }) => repeated),
    [undefined, undefined],
  );
  joining.store.close();
  t.end();
});

t.test("what is told again, in parts, by three sensors, or after others were forgotten, is added up once", (t) => {
  const joining = new Joining(temporaryFolder(t));
  joining.tell("a", { ...CONNECTION, calls: 1 }).tell("b", { ...CONNECTION, calls: 3 });
  t.equal(joining.told, "1 1; a: 1 1, b: 1 1");
  t.equal(joining.tell("a", CONNECTION).told, "3 1; a: 3 1, b: 3 1");
  t.equal(joining.tell("b", CONNECTION).tell("b", CONNECTION).told, "10 1; a: 10 1, b: 10 1", "a sensor counts on");
  t.equal(joining.tell("c", { ...LATE, clientNext: 700 }).told, "14 2; a: 10 1, b: 10 1, c: 4 1", "three sensors");
  const rest = { ...LATE, clientFirst: 800, firstMicros: START + 4e6, calls: 5 };
  t.equal(joining.tell("c", rest).told, "19 2; a: 10 1, b: 10 1, c: 9 1", "a sensor that was started again in between");
  const next = { ...CONNECTION, clientFirst: 9, firstMicros: START + 10e6, lastMicros: START + 11e6 };
  t.equal(joining.tell("a", next).tell("b", next).told, "29 3; a: 20 2, b: 20 2, c: 9 1", "the next on the same ports");

  const small = new Joining(temporaryFolder(t), 100);
  small.tell("a", CONNECTION).tell("b", CONNECTION);
  const many = Array.from({ length: 3_000 }, (_, port) => ({
    ...next,
    serverPort: 81,
    clientPort: port,
    lastMicros: START + 20e6 + port,
  }));
  small.tell("a", ...many);
  t.equal(
    small.store.database.prepare("SELECT count(*) FROM told_connection").pluck().get(),
    100,
    "the oldest are forgotten",
  );
  t.equal(small.tell("a", CONNECTION).tell("b", CONNECTION).told, "10 1; a: 10 1, b: 10 1", "and not added again");
  t.end();
});

t.test(
  "the page shows each sensor's view, who else saw it, and all calls counted once",
  { skip: NO_BROWSER },
  async (t) => {
    const port = await freePort();
    const console = await startConsole(temporaryFolder(t), port);
    t.teardown(() => console.close());
    const view = {
      ...edge("10.0.0.1", "shop.test", "cleartext", { cleartext: 1 }),
      serverAddress: "10.0.0.2",
      serverPort: 80,
    };
    for (const [name, calls] of [
      ["node-1", 10],
      ["node-2", 7],
    ] as const) {
      const sensor = new Teller(port, console.tokens.create(name)?.token ?? "");
      t.teardown(() => sensor.socket.terminate());
      await sensor.open();
      await sensor.tell([
        { ...view, calls },
        { kind: "connections", connections: [{ ...CONNECTION, calls }] },
      ]);
    }
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Edges")');
    await page.locator("main tbody tr").nth(1).waitFor();
    const cells = await page.locator("main tbody tr").allTextContents();
    t.match(cells[0], /node-1; 7 also by node-2/);
    t.match(cells[1], /node-2; 7 also by node-1/);
    t.match(
      await page.locator("main .bar").textContent(),
      /10 calls, 7 of them seen by another sensor as well and counted once/,
    );
    const fleet = await page.evaluate(async () => (await fetch("/api/fleet")).json());
    t.match(fleet, { total: 1, calls: 10, repeatedCalls: 7, items: [{ calls: 10, connections: 1 }] });
    await shot(page, "edges-joined");
    t.same(troubles, []);
  },
);

t.test("a console that knows no such records is not sent any, and gets the rest", (t) => {
  const store = sensorStore(temporaryFolder(t));
  store.apply(delta({ connections: { kind: "connections", connections: [CONNECTION] } }));
  store.blind({ kind: "blind", interfaceName: "eth0", fromMicros: 1, reason: "r" });
  const kinds = (without?: string): string[] =>
    store.outbox.after(0, 10, 1_000_000, without).map(({ bytes }) => decodeEvent(bytes).kind);
  t.same(kinds(), ["connections", "blind"]);
  t.same(kinds("connections"), ["blind"]);
  store.close();
  t.end();
});

const CLIENT = `
  const { Agent, get } = require("node:http");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path) => new Promise((done) => get({ agent, host: "10.98.0.2", path }, (answer) => answer.resume().on("end", done)));
  process.stdin.on("data", async (line) => {
    for (let call = 0; call < Number(line); call++) await ask("/kept/" + call);
    console.log("asked " + String(line).trim());
  });
  console.log("ready");`;

t.test(
  "calls that sensors at both ends saw count once at their console, and each sensor's view stays",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = new Namespaces("joined");
    t.teardown(() => spaces.remove());
    const database = join(folder, "console.sqlite");
    const inServer = (...words: string[]): Running =>
      new Running(...spaces.inside(spaces.server, process.execPath, ...words));
    const console = inServer(
      PROGRAM,
      "console",
      "--listen",
      "10.98.0.2:8470",
      "--database",
      database,
      "-s",
      "console.allowPlainFromNetwork=true",
    );
    await console.says(/setup=/);
    const origin = inServer(ORIGIN, "80", join(folder, "origin.log"));
    await origin.says(/listening/);
    const startSensor = async (name: string, space: string, device: string): Promise<Running> => {
      const token = join(folder, `${name}.token`);
      writeFileSync(token, run(["add-sensor", name, "--database", database]).out);
      const flags = [
        "-i",
        device,
        "--filter",
        "tcp port 80",
        "--database",
        join(folder, `${name}.sqlite`),
        "--listen",
        "",
      ];
      const link = ["--console", "ws://10.98.0.2:8470", "--token-file", token, "-s", "deliver.allowPlaintext=true"];
      const sensor = new Running(...spaces.inside(space, process.execPath, PROGRAM, "sensor", ...flags, ...link));
      await sensor.says(new RegExp(`captures ${device}`));
      await console.says(new RegExp(`sensor ${name} is connected`));
      return sensor;
    };
    const callee = await startSensor("callee", spaces.server, "ews");
    const client = new Running(...spaces.inside(spaces.client, process.execPath, "-e", CLIENT));
    await client.says(/ready/);
    const ask = async (calls: number): Promise<void> => {
      client.child.stdin?.write(`${calls}\n`);
      await client.says(new RegExp(`asked ${calls}`));
    };
    await ask(30);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const caller = await startSensor("caller", spaces.client, "ewc");
    await ask(50);
    const curl = (...words: string[]): void => {
      spawnSync(...spaces.inside(spaces.client, "curl", "-s", "-o", "/dev/null", ...words));
    };
    curl("http://10.98.0.2/orders/[1-100]");
    for (let call = 0; call < 20; call++) curl("http://10.98.0.2/alone");

    const store = await until(
      "all calls",
      () => {
        const opened = new ConsoleStore({ database, maxCalls: 10, maxFindings: 10, maxConnections: 1_000 });
        if (opened.fleet(10).repeatedCalls === 170) return opened;
        opened.close();
        return undefined;
      },
      15_000,
    ).catch(() => new ConsoleStore({ database, maxCalls: 10, maxFindings: 10, maxConnections: 1_000 }));
    t.match(
      {
        ...store.fleet(10),
        items: store
          .fleet(10)
          .items.map((edge) => ({ ...edge, sensors: [...edge.sensors].sort((a, b) => a.calls - b.calls) })),
      },
      {
        total: 1,
        calls: 200,
        repeatedCalls: 170,
        items: [
          {
            ...{ clientAddress: "10.98.0.1", serverAddress: "10.98.0.2", serverPort: 80, calls: 200, connections: 22 },
            sensors: [
              { name: "caller", calls: 170, connections: 22, callsSeenByOthers: 170 },
              { name: "callee", calls: 200, connections: 22, callsSeenByOthers: 170 },
            ],
          },
        ],
      },
      "200 calls were made, 170 of them while both looked on",
    );
    const views = store
      .edges(10)
      .items.map(({ sensor, calls, joined }) => [sensor, calls, joined?.calls, joined?.sensors]);
    t.same(views.sort(), [
      ["callee", 200, 170, ["caller"]],
      ["caller", 170, 170, ["callee"]],
    ]);
    t.equal(store.list<EdgeRecord>("edge", 10).total, 2, "both views are kept");
    store.close();
    for (const running of [client, callee, caller, origin, console]) await running.end();
  },
);

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import t from "tap";
import { callRecord } from "../sensor/analysis/call-record.js";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { readCaptureFile } from "../sensor/capture/capture-file.js";
import type { CallRecord, EndpointRecord } from "../shared/event.js";
import { strictSettings } from "./support/analysis-run.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, temporaryFolder } from "./support/program.js";

const ORIGIN = fileURLToPath(new URL("./support/operation-origin.js", import.meta.url));
const LOAD = fileURLToPath(new URL("./support/operation-load.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const SETTLE_MILLIS = 1_500;
const ROUNDS = 25;

/** The analysis over a capture of which only some frames are seen. */
async function analyze(path: string, isSeen: (frame: number) => boolean) {
  const calls: CallRecord[] = [];
  const pipeline = new Pipeline(strictSettings(), { call: (...seen) => void calls.push(callRecord(...seen)) }, 1);
  const sink = pipeline.capture(path);
  let frames = 0;
  await readCaptureFile(path, { ...sink, frame: (frame) => (isSeen(frames++) ? sink.frame(frame) : undefined) });
  pipeline.finish();
  return { calls, endpoints: [...pipeline.inventory.endpoints()] };
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** `POST /graphql#query.GetUser` → calls; the reflection is the client's and in no log. */
function counted(endpoints: readonly Pick<EndpointRecord, "method" | "template" | "calls">[]): Record<string, number> {
  const known = endpoints.filter(({ template }) => !template.includes("ServerReflection"));
  return tally(known.flatMap(({ method, template, calls }) => Array<string>(calls).fill(`${method} ${template}`)));
}

function endpointsOf(path: string): EndpointRecord[] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare<[], { record: string }>("SELECT record FROM endpoint").all();
  database.close();
  return rows.map(({ record }) => JSON.parse(record) as EndpointRecord);
}

/** Failures that a call tells of beside its HTTP status, by what was called. */
function failures(calls: readonly CallRecord[]): Record<string, number> {
  const failed = calls.filter(({ rpcStatus, rpcSystem }) => (rpcStatus ?? 0) !== 0 && rpcSystem !== "soap");
  return tally(failed.map(({ method, template }) => `${method} ${template}`));
}

t.test(
  "every operation in the servers' own logs is an endpoint with as many calls, and none is invented",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = new Namespaces("op");
    t.teardown(() => spaces.remove());
    const [log, capture, database] = [join(folder, "log"), join(folder, "c.pcap"), join(folder, "s.sqlite")];
    const inServer = (command: string, ...parameters: string[]): Running =>
      new Running(...spaces.inside(spaces.server, command, ...parameters));
    const origin = inServer(process.execPath, ORIGIN, "8080", log);
    await origin.says(/listening/);
    const sensor = inServer(process.execPath, PROGRAM, "sensor", "-i", "ews", "--database", database, "--listen", "");
    await sensor.says(/captures ews/);
    const tcpdump = inServer("tcpdump", "-i", "ews", "-s", "0", "-B", "65536", "-U", "-w", capture, "tcp");
    await tcpdump.says(/listening on/);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    const load = spaces.inside(spaces.client, process.execPath, LOAD, "10.98.0.2", "8080", String(ROUNDS));
    t.match(spawnSync(...load, { encoding: "utf8", timeout: 120_000 }).stdout, /done/);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    t.equal(await sensor.end(), 0, "the sensor ends well");
    await tcpdump.end();
    await origin.end();

    const lines = readFileSync(log, "utf8").trim().split("\n");
    // The action says where the operation belongs, which the server does not log.
    const logged = lines.map((line) => line.replace("#GetPrice", "#stock.GetPrice").split(" "));
    const expected = tally(logged.map(([method, template]) => `${method} ${template}`));
    t.ok(Object.keys(expected).length >= 13, `${lines.length} operations of ${Object.keys(expected).length} kinds`);
    t.same(counted(endpointsOf(database)), expected, "the sensor's inventory");
    const { calls, endpoints } = await analyze(capture, () => true);
    t.same(counted(endpoints), expected, "the capture's");
    t.same(
      failures(calls),
      tally(logged.filter(([, , fate]) => fate === "failed").map(([method, template]) => `${method} ${template}`)),
    );
    const faults = calls.filter(({ rpcSystem, rpcStatus }) => rpcSystem === "soap" && rpcStatus === 2);
    t.same(
      [faults.length, tally(faults.map(({ status }) => String(status)))],
      [2 * ROUNDS, { 200: 2 * ROUNDS }],
      "this server answers faults with 200",
    );
    t.same(
      calls.filter(({ template }) => template === "/shop.v1.Cart/Add").map(typesOf),
      [
        "- 1:string 2:message 2.1:string 2.2:varint 3:varint email",
        ...Array<string>(3).fill(
          "shop.v1.AddRequest 1:string:email 2:message:lines 2.1:string:sku 2.2:varint:count 3:varint:ssn email,us-ssn",
        ),
      ],
      "what the server told by reflection names what came after it",
    );
    t.notMatch(JSON.stringify([calls, endpoints]), /ada@example|536904399|ACME/, "no value is kept");

    let state = 0x5eed;
    const random = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    for (const [name, isSeen] of [
      ["one frame in a hundred lost", () => random() >= 0.01],
      ["joined in the middle", (frame: number) => frame > 500],
    ] as const) {
      const part = counted((await analyze(capture, isSeen)).endpoints);
      const isBare = (key: string): boolean => /^POST (\/|\/graphql|\/stock|<unknown-path>)$/.test(key);
      t.same(
        Object.keys(part).filter((key) => !(key in expected) && !isBare(key)),
        [],
        `${name}: nothing is invented`,
      );
      t.same(
        Object.keys(expected).filter((key) => (part[key] ?? 0) > expected[key]),
        [],
        `${name}: nor counted twice`,
      );
    }
  },
);

function typesOf({ rpcRequestType, rpcRequestFields, requestClasses }: CallRecord): string {
  return `${rpcRequestType ?? "-"} ${rpcRequestFields} ${requestClasses}`;
}

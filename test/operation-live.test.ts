import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import type { CallRecord, EndpointRecord } from "../shared/event.js";
import { mulberry32 } from "./bench/random.js";
import { analyzeFile } from "./support/analysis-run.js";
import { captureLive, storedEndpoints } from "./support/live-capture.js";
import { IS_ROOT } from "./support/namespaces.js";

const ORIGIN = fileURLToPath(new URL("./support/operation-origin.js", import.meta.url));
const LOAD = fileURLToPath(new URL("./support/operation-load.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const ROUNDS = 25;

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

/** Failures that a call tells of beside its HTTP status, by what was called. */
function failures(calls: readonly CallRecord[]): Record<string, number> {
  const failed = calls.filter(({ rpcStatus, rpcSystem }) => (rpcStatus ?? 0) !== 0 && rpcSystem !== "soap");
  return tally(failed.map(({ method, template }) => `${method} ${template}`));
}

t.test(
  "every operation in the servers' own logs is an endpoint with as many calls, and none is invented",
  { skip: SKIP },
  async (t) => {
    const { log, capture, database } = await captureLive(t, "op", ORIGIN, (inClient) => {
      t.match(inClient(process.execPath, LOAD, "10.98.0.2", "8080", String(ROUNDS)).stdout, /done/);
    });

    const lines = readFileSync(log, "utf8").trim().split("\n");
    // The action says where the operation belongs, which the server does not log.
    const logged = lines.map((line) => line.replace("#GetPrice", "#stock.GetPrice").split(" "));
    const expected = tally(logged.map(([method, template]) => `${method} ${template}`));
    t.ok(Object.keys(expected).length >= 13, `${lines.length} operations of ${Object.keys(expected).length} kinds`);
    t.same(counted(storedEndpoints(database)), expected, "the sensor's inventory");
    const { calls, pipeline } = await analyzeFile(capture);
    const endpoints = [...pipeline.inventory.endpoints()];
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

    const random = mulberry32(0x5eed);
    for (const [name, isSeen] of [
      ["one frame in a hundred lost", () => random() >= 0.01],
      ["joined in the middle", (frame: number) => frame > 500],
    ] as const) {
      const part = counted([...(await analyzeFile(capture, isSeen)).pipeline.inventory.endpoints()]);
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

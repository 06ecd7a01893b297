import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { writeTraffic } from "./bench/traffic.js";
import { fuzzBodies } from "./fuzz/bodies.js";
import { fuzzHttp1 } from "./fuzz/http1-fuzz.js";
import { capturesUnder, fuzz, generator } from "./fuzz/mutate.js";
import { fuzzShownFields } from "./fuzz/shown-fields.js";
import { soak } from "./soak/load.js";
import { IS_ROOT } from "./support/namespaces.js";
import { processesWith, Running, temporaryFolder, until } from "./support/program.js";

const CORPORA = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";
const FUZZ_MILLIS = 10_000;
const HTTP1_MILLIS = 2_000;
const BODY_MILLIS = 5_000;
const FIELD_MILLIS = 3_000;
const SOAK_SECONDS = 30;
const SOAK = fileURLToPath(new URL("./soak/soak.js", import.meta.url));

t.test("mutated captures never break the pipeline (short form of `make fuzz`)", (t) => {
  const made = join(temporaryFolder(t), "made.pcap");
  writeTraffic(made, {
    name: "f",
    what: "f",
    segmentBytes: 600,
    requests: 60,
    requestsPerConnection: 4,
    connections: 6,
    bodyBytes: 900,
  });
  const captures = [made, ...(existsSync(CORPORA) ? capturesUnder(CORPORA) : [])];
  if (captures.length === 1)
    t.comment(`SKIPPED: the captures of ${CORPORA}, which is not there; only our own are mutated`);
  const { runs, calls } = fuzz(captures, FUZZ_MILLIS, 20_261_124);
  t.ok(runs > 100, `${runs} mutations of ${captures.length} captures`);
  t.ok(calls > 100, `${calls} calls in them`);
  t.end();
});

t.test("made-up and damaged bodies never break the looks at them, and leave nothing held", async (t) => {
  const { runs, named, slowestMillis } = await fuzzBodies(BODY_MILLIS, 20_261_204, generator(20_261_204));
  t.ok(runs > 1_000 && named > 10, `${runs} bodies, ${named} that say what they call, the slowest ${slowestMillis} ms`);
});

t.test("made-up names, paths and messages never break what reads them, and no path tells a person's address", (t) => {
  const { runs, slowestMillis } = fuzzShownFields(FIELD_MILLIS, 20_261_130, generator(20_261_130));
  t.ok(runs > 64, `${runs} of each, the slowest ${slowestMillis} ms`);
  t.end();
});

t.test("what Node's own server takes for a request is told (short form of `make fuzz`)", async (t) => {
  const { runs, taken, refused } = await fuzzHttp1(HTTP1_MILLIS, 20_261_129);
  t.ok(
    taken * 3 > runs && refused * 10 > runs,
    `${runs} connections: ${taken} requests taken, of ${refused} something refused`,
  );
});

t.test(
  "under load memory is flat and every call is seen (short form of `make soak`)",
  { skip: IS_ROOT ? false : "SKIPPED: capturing needs root" },
  async (t) => {
    const result = await soak(temporaryFolder(t), SOAK_SECONDS, (line) => t.comment(line));
    t.comment(JSON.stringify(result));
    t.ok(result.isFlat, `${result.middleBytes} bytes, then ${result.lastBytes}`);
    const isWhole = result.seen === result.sent;
    t.ok(
      isWhole || (result.seen < result.sent && result.gapBytes > 0),
      "each request sent is a call seen, or its loss is told",
    );
  },
);

t.test("a soak that fails, or is told to end, leaves no program and no folder behind", async (t) => {
  for (const [why, more] of [
    // Without openssl there are no certificates: by then two origins serve.
    ["fails", { PATH: "/nowhere" }],
    ["is told to end", {}],
  ] as const) {
    const folder = temporaryFolder(t);
    const mark = `SOAK_MARK=${why}-${process.pid}-${folder}`;
    const soaking = new Running(process.execPath, [SOAK, "60"], { SOAK_MARK: mark.slice(10), TMPDIR: folder, ...more });
    // One that fails may have ended all before anybody looks.
    if (why !== "fails")
      await until("its origins", () => (processesWith("environ", mark).length >= 3 ? true : undefined));
    const code = why === "fails" ? await soaking.ended() : await soaking.end();
    t.equal(code, 1, why);
    await until("the end of all", () => (processesWith("environ", mark).length === 0 ? true : undefined), 10_000);
    t.same(readdirSync(folder), [], why);
  }
});

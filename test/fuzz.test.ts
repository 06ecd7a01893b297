import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { writeTraffic } from "./bench/traffic.js";
import { fuzzBodies } from "./fuzz/bodies.js";
import { fuzzHttp1 } from "./fuzz/http1-fuzz.js";
import { capturesUnder, fuzz, generator } from "./fuzz/mutate.js";
import { fuzzShownFields } from "./fuzz/shown-fields.js";
import { temporaryFolder } from "./support/program.js";

const CORPORA = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";
const FUZZ_MILLIS = 10_000;
const HTTP1_MILLIS = 2_000;
const BODY_MILLIS = 5_000;
const FIELD_MILLIS = 3_000;

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

import t from "tap";
import { defaultSettings } from "../shared/config/settings.js";
import { temporaryFolder } from "./support/program.js";
import { StormRun } from "./support/storm-run.js";
import { STORMS } from "./support/storms.js";

const LIMIT = 512 * 1_048_576;

t.test("whatever comes, the sensor's memory stays below its limit (short form of `make storms`)", async (t) => {
  t.equal(defaultSettings().overload.memoryBytes, LIMIT, "by default");
  for (const { name, what, short } of STORMS) {
    const storm = await StormRun.start(temporaryFolder(t));
    const { peakBytes, counters } = await storm.feed(name, short);
    t.equal(await storm.sensor.end(), 0);
    t.ok(peakBytes < LIMIT, `${name}, ${short} ${what}: ${(peakBytes / 1e6).toFixed(0)} MB at most`);
    t.ok(counters.frames >= short, `${counters.frames} frames`);
    if (name !== "hosts") continue;
    t.match(counters, { flows: short - counters.flows_refused, calls: short - counters.flows_refused }, "none is lost");
  }
});

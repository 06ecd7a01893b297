// What memory the sensor takes in storms of a million and more, and what it gave up: `storms [NAME…]`. Five minutes; needs no root.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSettings } from "../../shared/config/settings.js";
import { endWithChildren } from "../support/program.js";
import { StormRun } from "../support/storm-run.js";
import { STORMS } from "../support/storms.js";

endWithChildren();
const { memoryBytes } = defaultSettings().overload;
const wanted = process.argv.slice(2);
console.log(`limit ${(memoryBytes / 1e6).toFixed(0)} MB`);
for (const { name, what, full } of STORMS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-storm-"));
  try {
    const run = await StormRun.start(folder);
    const { peakBytes, counters, told } = await run.feed(name, full);
    await run.sensor.end();
    const figures = ["frames", "flows", "flows_refused", "flows_given_up", "calls", "overload_steps_taken"];
    console.log(
      `${name} (${what}), ${full.toLocaleString("en")}: peak ${(peakBytes / 1e6).toFixed(0)} MB; ${figures.map((figure) => `${figure} ${counters[figure]}`).join(", ")}`,
    );
    for (const text of told) console.log(`  ${text}`);
    if (peakBytes > memoryBytes) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Load for a while (SECONDS, 600 by default) on loopback through the whole sensor, and what memory did: `soak [SECONDS]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { soak } from "./load.js";

const seconds = Number(process.argv[2] ?? 600);
const folder = mkdtempSync(join(tmpdir(), "eastwatch-soak-"));
try {
  const result = await soak(folder, seconds, (line) => console.log(line));
  console.log(JSON.stringify(result));
  if (!result.isFlat) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

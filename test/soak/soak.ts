// Mixed load for a while (SECONDS, 600 by default; an hour is 3600) through the whole sensor, and what memory did: `soak [SECONDS]`. HTTP/1,
// HTTP/2 and gRPC, WebSockets and events, TLS on loopback, tunnels from a capture that is played again and again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { soak } from "./load.js";
import { mixedParts } from "./mixed-load.js";

const seconds = Number(process.argv[2] ?? 600);
const folder = mkdtempSync(join(tmpdir(), "eastwatch-soak-"));
try {
  const parts = await mixedParts(folder);
  const result = await soak(folder, seconds, (line) => console.log(line), parts);
  console.log(JSON.stringify(result));
  if (!result.isFlat) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// Mixed load through the whole sensor for a while, and what memory did: `soak [SECONDS] [CALLS_PER_SECOND] [SAMPLES]`. HTTP/1, HTTP/2 and
// gRPC, WebSockets and events, TLS on loopback, tunnels from a capture that is played again and again. SECONDS is 600 by default. With
// CALLS_PER_SECOND the plain load is paced, and the rest with it. With SAMPLES, memory of each thread is written there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWithChildren } from "../support/program.js";
import { soak } from "./load.js";
import { mixedParts } from "./mixed-load.js";

/** About what the plain load makes of itself. */
const UNPACED_CALLS_PER_SECOND = 3_000;

const [seconds = "600", rate, samples] = process.argv.slice(2);
const callsPerSecond = rate === undefined ? undefined : Number(rate);
const folder = mkdtempSync(join(tmpdir(), "eastwatch-soak-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
endWithChildren();
const slower = callsPerSecond === undefined ? 1 : Math.max(1, UNPACED_CALLS_PER_SECOND / callsPerSecond);
const parts = await mixedParts(folder, slower);
const options = { parts, ...(callsPerSecond && { callsPerSecond }), ...(samples && { samples }) };
const result = await soak(folder, Number(seconds), (line) => console.log(line), options);
console.log(JSON.stringify(result, undefined, 1));
if (!result.isFlat) process.exitCode = 1;

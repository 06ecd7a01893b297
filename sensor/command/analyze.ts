import { randomInt } from "node:crypto";
import { accessSync, constants, existsSync, opendirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../../shared/command-error.js";
import type { Settings } from "../../shared/config/settings.js";
import { type FindingRecord, SEVERITIES, type ServiceRecord, type Severity } from "../../shared/event.js";
import { writeReason } from "../../shared/file-reason.js";
import { handshakeLine } from "../../shared/handshake-json.js";
import { makeFolder } from "../../shared/make-folder.js";
import { presentRows } from "../../shared/present-findings.js";
import { callLine, edgeLine, endpointLine, findingLine, visibilityObject } from "../../shared/record-json.js";
import { formatTime } from "../../shared/time.js";
import { callRecord } from "../analysis/call-record.js";
import { handshakeRecord } from "../analysis/handshake-record.js";
import { LineFile } from "../analysis/line-file.js";
import { Pipeline, type PipelineSettings } from "../analysis/pipeline.js";
import { CaptureError } from "../capture/capture-error.js";
import { readCaptureFile } from "../capture/capture-file.js";
import { checkDataRules } from "./data-rules.js";
import { loadDeclared } from "./declared-files.js";
import { loadIdentities } from "./identity-files.js";
import { loadPathRules } from "./path-rules.js";
import { withPolicy } from "./policy-file.js";
import { ProgressBar } from "./progress-bar.js";

export interface AnalyzeOptions {
  /** Capture files in the order they are to be read; `-` is standard input. */
  readonly captures: readonly string[];
  /** Folder the results go to; made where it does not exist. */
  readonly out: string;
  readonly failOn?: Severity;
  readonly settings: PipelineSettings & Pick<Settings, "policy" | "declared" | "identity" | "inventory">;
}

const FINDINGS_FOUND = 1;
const INPUT_DAMAGED = 3;
const SUMMARY = "summary.json";
/** Services of which the summary tells one by one. */
const MAX_SUMMED_SERVICES = 1_000;

/** Runs the pipeline over capture files and writes what it saw. Returns the exit code of CONTRACT.md. */
export async function analyze(options: AnalyzeOptions): Promise<number> {
  const startMillis = performance.now();
  checkDataRules(options.settings.protocol.data);
  const notice = (text: string): boolean => process.stderr.write(`eastwatch: ${text}\n`);
  const detect = await withPolicy(options.settings, notice);
  const loaded = await loadDeclared(options.settings.declared, { notice, broken: notice });
  const said = await loadIdentities(options.settings.identity);
  attempt(options.out, () => makeWritable(options.out));
  const calls = new LineFile(join(options.out, "calls.ndjson"));
  const handshakes = new LineFile(join(options.out, "handshakes.ndjson"));
  const tap = {
    call: (...seen: Parameters<typeof callRecord>) => calls.write(callLine(callRecord(...seen))),
    handshake: (...seen: Parameters<typeof handshakeRecord>) =>
      handshakes.write(handshakeLine(handshakeRecord(...seen))),
  };
  // The captures are the window: what is not called in them is told as such.
  const declared = loaded && { ...loaded.declared, windowSeconds: 0 };
  const inventory = {
    ...options.settings.inventory,
    pathRules: await loadPathRules(options.settings.inventory.pathRulesFile),
    ...(declared === undefined ? {} : { declared }),
    ...(said === undefined ? {} : { identities: said.identities }),
  };
  const pipeline = new Pipeline({ ...options.settings, inventory, detect }, tap, randomInt(2 ** 31));
  const isCut = await readAll(options.captures, pipeline);
  const damaged = isCut || (declared?.filesBroken ?? 0) > 0;
  pipeline.finish();
  // A name that was mistyped must not empty what stands there.
  if (isCut && pipeline.counters().frames === 0 && existsSync(join(options.out, SUMMARY))) {
    process.stderr.write(`eastwatch: no frame could be read; what is in --out "${options.out}" is left as it was\n`);
    return INPUT_DAMAGED;
  }
  attempt(options.out, () => {
    calls.close();
    handshakes.close();
    const findings = presentFindings(pipeline);
    writeInventory(options.out, pipeline, findings);
    writeSummary(options.out, pipeline, findings.length, performance.now() - startMillis);
  });
  if (damaged) return INPUT_DAMAGED;
  return violates(pipeline) || reaches(pipeline, options.failOn) ? FINDINGS_FOUND : 0;
}

/** Seen before captures are read, which may take long. Throws what the file system throws. */
function makeWritable(out: string): void {
  makeFolder(out);
  opendirSync(out).closeSync();
  accessSync(out, constants.W_OK);
}

function attempt(out: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new CommandError(`--out "${out}" can't be written: ${writeReason(error, "name a folder you may write to")}`);
  }
}

/** Reads each capture as far as it goes; true where one of them was unreadable or cut short. */
async function readAll(captures: readonly string[], pipeline: Pipeline): Promise<boolean> {
  let damaged = false;
  for (const [index, capture] of captures.entries()) {
    const progress = new ProgressBar(capture);
    const sink = pipeline.capture(String(index));
    try {
      await readCaptureFile(capture, sink, (bytesRead, totalBytes) => progress.show(bytesRead, totalBytes));
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      damaged = true;
      progress.clear();
      process.stderr.write(`eastwatch: ${error.message}\n`);
    } finally {
      progress.clear();
    }
  }
  return damaged;
}

/** Named as endpoints.ndjson names what they are about. */
function presentFindings({ inventory, detection }: Pipeline): FindingRecord[] {
  const rows = [...inventory.endpoints(), ...detection.all()].map((record) => ({ record, sensor: undefined }));
  return presentRows(rows).flatMap(({ record }) => (record.kind === "finding" ? [record] : []));
}

function writeInventory(out: string, pipeline: Pipeline, findings: readonly FindingRecord[]): void {
  writeLines(join(out, "edges.ndjson"), pipeline.inventory.edges(), edgeLine);
  writeLines(join(out, "endpoints.ndjson"), pipeline.inventory.endpoints(), endpointLine);
  writeLines(join(out, "findings.ndjson"), findings, findingLine);
}

function writeLines<T>(path: string, records: Iterable<T>, line: (record: T) => string): void {
  const file = new LineFile(path);
  for (const record of records) file.write(line(record));
  file.close();
}

/** `capture_dropped` is left out where no capture told it: unknown is not 0. */
function writeSummary(out: string, pipeline: Pipeline, findings: number, elapsedMillis: number): void {
  const counters = pipeline.counters();
  const cpu = process.cpuUsage();
  const summary = {
    frames: counters.frames,
    bytes: counters.bytes,
    first_time: pipeline.firstMicros === undefined ? undefined : formatTime(pipeline.firstMicros),
    last_time: pipeline.lastMicros === undefined ? undefined : formatTime(pipeline.lastMicros),
    flows: counters.flows,
    calls: counters.calls,
    handshakes: counters.handshakes,
    endpoints: [...pipeline.inventory.endpoints()].length,
    edges: [...pipeline.inventory.edges()].length,
    findings,
    undecoded: Object.fromEntries(Object.entries(pipeline.undecoded).filter(([, count]) => count > 0)),
    gap_bytes: counters.gap_bytes,
    capture_dropped: pipeline.captureDropped,
    flows_refused: counters.flows_refused,
    elapsed_ms: Math.round(elapsedMillis),
    cpu_ms: Math.round((cpu.user + cpu.system) / 1_000),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1_024,
    visibility: {
      parsed_bytes: counters.bytes_parsed,
      encrypted_bytes: counters.bytes_encrypted,
      not_understood_bytes: counters.bytes_not_understood,
      joined_late_bytes: counters.bytes_joined_late,
      missing_bytes: counters.bytes_lost,
      ...servicesOf(pipeline),
    },
    // There is no feed to leave anything out of, and no console to reach: every call is in calls.ndjson.
    counters: { ...counters, calls_not_sampled: 0, outbox_dropped: 0 },
  };
  writeFileSync(join(out, SUMMARY), `${JSON.stringify(summary, undefined, 2)}\n`);
}

/** Of very many those that were seen least of; the sums above them are of all. */
function servicesOf(pipeline: Pipeline): object {
  const all = [...pipeline.inventory.services()];
  const blindest = [...all].sort((a, b) => blindBytes(b) - blindBytes(a)).slice(0, MAX_SUMMED_SERVICES);
  const shown = all.length > blindest.length ? blindest : all;
  return {
    services: shown.map((service) => ({
      service: service.name,
      "server.address": service.address,
      "server.port": service.port,
      virtual_network: service.virtualNetwork,
      ...visibilityObject(service),
    })),
    services_left_out: all.length > shown.length ? all.length - shown.length : undefined,
  };
}

function blindBytes({ encryptedBytes, notUnderstood, joinedLateBytes, missingBytes }: ServiceRecord): number {
  const other = Object.values(notUnderstood).reduce((sum, bytes) => sum + bytes, 0);
  return encryptedBytes + other + joinedLateBytes + missingBytes;
}

function reaches(pipeline: Pipeline, failOn: Severity | undefined): boolean {
  if (failOn === undefined) return false;
  const bar = SEVERITIES.indexOf(failOn);
  for (const finding of pipeline.detection.all()) if (SEVERITIES.indexOf(finding.severity) >= bar) return true;
  return false;
}

/** Whoever gives a policy wants to know: its violations need no `--fail-on`. */
function violates(pipeline: Pipeline): boolean {
  return pipeline.detection.all().some(({ rule }) => rule === "policy-violation");
}

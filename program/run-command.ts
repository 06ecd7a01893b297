import type { OperatorAction } from "../console/command/operator.js";
import type { DiffOptions } from "../sensor/command/diff.js";
import type { DoctorOptions } from "../sensor/command/doctor.js";
import { CommandError } from "../shared/command-error.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { Severity } from "../shared/event.js";

export const USAGE = 2;
const MAX_GONE_DAYS = 3_650;
/** What `operator` does. */
export const OPERATOR_ACTIONS: readonly OperatorAction[] = ["list", "add", "remove", "link"];
/** What `diff --fail-on` asks for. */
export const CHANGES = ["added", "removed", "changed", "any"] as const;

interface CommonOptions {
  readonly config?: string;
  readonly set?: readonly string[];
}

/** Reading and checking a configuration is what most of the start-up would go to: where there is none, it is left out. */
async function load(options: CommonOptions, flags: Readonly<Record<string, unknown>>) {
  const isBare =
    options.config === undefined &&
    options.set === undefined &&
    Object.values(flags).every((flag) => flag === undefined);
  if (isBare && !Object.keys(process.env).some((name) => name.startsWith("EASTWATCH_"))) {
    return { settings: defaultSettings() };
  }
  return loadAll(options, flags);
}

async function loadAll(options: CommonOptions, flags: Readonly<Record<string, unknown>>) {
  const { loadSettings } = await import("../shared/config/load.js");
  const sets: Record<string, string> = {};
  for (const pair of options.set ?? []) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new CommandError(`--set "${pair}" must be key=value, such as flow.maxFlows=1000`);
    sets[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return loadSettings({
    ...(options.config === undefined ? {} : { file: options.config }),
    flags,
    sets,
    environment: process.env,
  });
}

export async function runSensor(options: CommonOptions & Record<string, unknown>): Promise<void> {
  const { settings } = await load(options, {
    "capture.interface": options.interface,
    "capture.filter": options.filter,
    "store.database": options.database,
    "deliver.console": options.console,
    "deliver.tokenFile": options.tokenFile,
    "deliver.name": options.name,
    "ring.folder": options.packetRing,
    "ring.maxBytes": options.packetRingBytes,
    "health.listen": options.listen,
    "policy.file": options.policy,
    "declared.files": options.declared,
    "inventory.pathRulesFile": options.pathRules,
  });
  const { runSensor: run } = await import("../sensor/command/sensor.js");
  process.exitCode = await run(settings);
}

export async function runConsole(options: CommonOptions & Record<string, unknown>): Promise<void> {
  const { settings } = await load(options, { "console.listen": options.listen, "console.database": options.database });
  const { runConsole: run } = await import("../console/command/console.js");
  process.exitCode = await run(settings);
}

export async function runAddSensor(name: string, options: CommonOptions & Record<string, unknown>): Promise<void> {
  const { settings } = await load(options, { "console.database": options.database });
  const { addSensor } = await import("../console/command/add-sensor.js");
  process.exitCode = addSensor(settings, name);
}

export async function runOperator(
  action: OperatorAction,
  name: string | undefined,
  options: CommonOptions & Record<string, unknown>,
): Promise<void> {
  const { settings } = await load(options, { "console.listen": options.listen, "console.database": options.database });
  const { operator } = await import("../console/command/operator.js");
  process.exitCode = operator(settings, action, name);
}

interface AnalyzeFlags extends CommonOptions {
  readonly out: string;
  readonly failOn?: Severity;
  readonly policy?: string;
  readonly declared?: readonly string[];
  readonly pathRules?: string;
}

export async function runAnalyze(
  captures: readonly string[],
  { out, failOn, policy, declared, pathRules, ...options }: AnalyzeFlags,
): Promise<void> {
  const flags = { "policy.file": policy, "declared.files": declared, "inventory.pathRulesFile": pathRules };
  const { settings } = await load(options, flags);
  const { analyze } = await import("../sensor/command/analyze.js");
  process.exitCode = await analyze({ captures, out, settings, ...(failOn === undefined ? {} : { failOn }) });
}

interface DiffFlags extends Pick<DiffOptions, "format"> {
  readonly by: DiffOptions["sameBy"];
  readonly failOn?: (typeof CHANGES)[number];
  readonly sensor?: readonly string[];
  readonly oldAt?: string;
  readonly newAt?: string;
  readonly goneAfter?: string;
}

export async function runDiff(before: string, after: string, flags: DiffFlags): Promise<void> {
  const { format, by, failOn, sensor: sensors = [], oldAt, newAt, goneAfter } = flags;
  const goneAfterDays = goneAfter === undefined ? undefined : Number(goneAfter);
  if (goneAfterDays !== undefined && !(goneAfterDays > 0 && goneAfterDays <= MAX_GONE_DAYS))
    throw new CommandError(
      `--gone-after "${goneAfter}" must be a number of days, more than 0, at most ${MAX_GONE_DAYS}`,
    );
  const { diff } = await import("../sensor/command/diff.js");
  process.exitCode = diff({ before, after, format, sameBy: by, failOn, sensors, oldAt, newAt, goneAfterDays });
}

interface DoctorFlags extends CommonOptions, Pick<DoctorOptions, "seconds" | "format"> {
  readonly interface?: readonly string[];
}

export async function runDoctor({ interface: names, seconds, format, ...options }: DoctorFlags): Promise<void> {
  const { settings } = await load(options, { "capture.interface": names });
  const { doctor } = await import("../sensor/command/doctor.js");
  process.exitCode = await doctor({ settings, seconds, format });
}

interface ExportFlags extends CommonOptions {
  readonly format: string;
  readonly database?: string;
  readonly sensor?: string;
  readonly service?: string;
  readonly workloads?: string;
  readonly out?: string;
}

export async function runExport({ format, sensor, service, out, ...options }: ExportFlags): Promise<void> {
  const { settings } = await load(options, {
    "store.database": options.database,
    "report.workloadsFile": options.workloads,
  });
  const { exportInventory } = await import("../sensor/command/export.js");
  const { signingKeyFile } = await import("../shared/signing-key.js");
  const { database } = settings.store;
  process.exitCode = exportInventory({
    format,
    database,
    workloadsFile: settings.report.workloadsFile,
    keyFile: signingKeyFile(settings.evidence.keyFile, database),
    ...(sensor === undefined ? {} : { sensor }),
    ...(service === undefined ? {} : { service }),
    ...(out === undefined ? {} : { out }),
  });
}

interface PacketsFlags extends CommonOptions {
  readonly finding?: string;
  readonly connection?: string;
  readonly at?: string;
  readonly packetRing?: string;
  readonly database?: string;
  readonly withSecrets?: boolean;
  readonly out: string;
}

export async function runPackets({ packetRing, database, ...options }: PacketsFlags): Promise<void> {
  const { settings } = await load(options, { "ring.folder": packetRing, "store.database": database });
  const { exportPackets } = await import("../sensor/command/packets.js");
  process.exitCode = await exportPackets({ ...options, settings });
}

export async function runVerify(pack: string, { key = [] }: { readonly key?: readonly string[] }): Promise<void> {
  const { verify } = await import("../sensor/command/verify.js");
  process.exitCode = verify(pack, key);
}

export async function runSigningKey({
  rotate = false,
  database,
  ...options
}: CommonOptions & { readonly rotate?: boolean; readonly database?: string }): Promise<void> {
  const { settings } = await load(options, { "store.database": database });
  const { signingKeyFile } = await import("../shared/signing-key.js");
  const { signingKey } = await import("../sensor/command/signing-key.js");
  process.exitCode = signingKey(signingKeyFile(settings.evidence.keyFile, settings.store.database), rotate);
}

export async function runCheckConfig({
  example,
  ...options
}: CommonOptions & { readonly example?: boolean }): Promise<void> {
  if (example === true) {
    const { exampleConfig } = await import("../shared/config/example.js");
    process.stdout.write(exampleConfig());
    return;
  }
  const loaded = await loadAll(options, {});
  const { describeSettings } = await import("../sensor/command/check-config.js");
  process.stdout.write(describeSettings(loaded));
  const notice = (text: string): boolean => process.stderr.write(`eastwatch: ${text}\n`);
  const { checkFilter } = await import("../sensor/capture/filter-check.js");
  checkFilter(loaded.settings.capture.filter, notice);
  const { checkDataRules } = await import("../sensor/command/data-rules.js");
  checkDataRules(loaded.settings.data);
  const { withPolicy } = await import("../sensor/command/policy-file.js");
  await withPolicy(loaded.settings, notice);
  const { loadPathRules } = await import("../sensor/command/path-rules.js");
  await loadPathRules(loaded.settings.inventory.pathRulesFile);
  const { loadIdentities } = await import("../sensor/command/identity-files.js");
  await loadIdentities(loaded.settings.identity);
  const { loadDeclared } = await import("../sensor/command/declared-files.js");
  const declared = await loadDeclared(loaded.settings.declared, { notice, broken: notice });
  // What is told of files that can't be used is a fault of the configuration here.
  if ((declared?.declared.filesBroken ?? 0) > 0) process.exitCode = USAGE;
}

export async function runDemo({ listen }: { readonly listen: string }): Promise<void> {
  const { runDemo: run } = await import("../demo/demo.js");
  process.exitCode = await run(listen);
}

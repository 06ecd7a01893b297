import { Argument, Command, CommanderError, Option } from "commander";
import { CommandError } from "../shared/command-error.js";
import { SETTINGS } from "../shared/config/setting-list.js";
import { DOCUMENT_FORMATS } from "../shared/document-format.js";
import { SEVERITIES } from "../shared/event.js";
import { VERSION } from "../shared/version.js";
import {
  CHANGES,
  OPERATOR_ACTIONS,
  runAddSensor,
  runAnalyze,
  runCheckConfig,
  runConsole,
  runDemo,
  runDiff,
  runDoctor,
  runExport,
  runOperator,
  runPackets,
  runSensor,
  runSigningKey,
  runVerify,
  USAGE,
} from "./run-command.js";

const OUR_BUG = 70;
const EXIT_CODES = `
Exit codes:
  0   done
  1   found what was asked for: a finding, a violation of the policy, a change, a
      pack that is not as it was signed, something for doctor to mend
  2   wrong usage or configuration
  3   input unreadable or cut short; what could be read is still written
  70  a bug of eastwatch itself`;

/** Each command is loaded when it is called: analyzing a file must not wait for the console's libraries. */
function program(): Command {
  const root = new Command("eastwatch")
    .description(
      "Passive sensor for the traffic between services: API inventory, cleartext and findings, from the wire alone.",
    )
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", EXIT_CODES);
  addDaemons(root);
  addOperator(root);
  addTools(root);
  addDocuments(root);
  for (const command of root.commands) command.exitOverride();
  return root;
}

function addDaemons(root: Command): void {
  root
    .command("sensor")
    .description("Capture on this host, keep the inventory, stream findings to the console.")
    .option("-i, --interface <name...>", `interface to capture on; \`any\` for all ${said("capture.interface")}`)
    .option("--filter <bpf>", `BPF filter ${said("capture.filter")}`)
    .option("--database <file>", `SQLite file of the inventory ${said("store.database")}`)
    .option("--console <address>", `the console's address: wss://host:port ${said("deliver.console")}`)
    .option("--token-file <file>", `file that holds this sensor's token ${said("deliver.tokenFile")}`)
    .option(
      "--listen <address:port>",
      `where /healthz and /metrics are told; empty for nowhere ${said("health.listen")}`,
    )
    .option("--name <name>", `name this sensor gives itself, else the host's ${said("deliver.name")}`)
    .option(
      "--packet-ring <folder>",
      `keep the latest packets there, as proof: bodies and secrets included ${said("ring.folder")}`,
    )
    .option("--packet-ring-bytes <number>", `disk they take at most ${said("ring.maxBytes")}`)
    .addOption(policyOption())
    .addOption(declaredOption())
    .addOption(pathRulesOption())
    .addOption(configOption())
    .addOption(setOption())
    .action(runSensor);
  root
    .command("console")
    .description("Take sensors in, serve the page and its API.")
    .option("--listen <address:port>", `where sensors and browsers are taken ${said("console.listen")}`)
    .option("--database <file>", `the console's SQLite file ${said("console.database")}`)
    .addOption(configOption())
    .addOption(setOption())
    .action(runConsole);
}

function addOperator(root: Command): void {
  root
    .command("operator")
    .description("List the console's operators, remove one, or print a one-time link for a new one or a lost password.")
    .addArgument(
      new Argument("<action>", "list; add or remove NAME; link for another password of NAME").choices(OPERATOR_ACTIONS),
    )
    .argument("[name]", "name of the operator")
    .option("--listen <address:port>", `where the console is opened, for the link ${said("console.listen")}`)
    .option("--database <file>", `the console's SQLite file ${said("console.database")}`)
    .addOption(configOption())
    .addOption(setOption())
    .action(runOperator);
}

function addTools(root: Command): void {
  root
    .command("add-sensor")
    .description("Make a token for one more sensor and print it once.")
    .argument("<name>", "name of the sensor")
    .option("--database <file>", `the console's SQLite file ${said("console.database")}`)
    .addOption(configOption())
    .addOption(setOption())
    .action(runAddSensor);
  root
    .command("analyze")
    .description("Run the same pipeline over capture files: pcap, pcapng, gzip of either; - is standard input.")
    .argument("<capture...>", "capture files in their order")
    .requiredOption("--out <folder>", "folder the results go to")
    .addOption(new Option("--fail-on <severity>", "exit 1 on a finding at or above it").choices([...SEVERITIES]))
    .addOption(policyOption("; exit 1 where a connection violates it"))
    .addOption(declaredOption())
    .addOption(pathRulesOption())
    .addOption(configOption())
    .addOption(setOption())
    .action(runAnalyze);
  root
    .command("doctor")
    .description("Look at interfaces for some seconds and say what capturing there can and cannot see, and the remedy.")
    .option("-i, --interface <name...>", "interface to look at; those of the configuration, or all that are up")
    .option("--seconds <number>", "how long to look", "5")
    .addOption(new Option("--format <format>", "how to tell it").choices(["text", "json"]).default("text"))
    .addOption(configOption())
    .addOption(setOption())
    .action(runDoctor);
  root
    .command("check-config")
    .description("Show every setting with its value and where it came from.")
    .option("--example", "print a commented example file instead")
    .addOption(configOption())
    .addOption(setOption())
    .action(runCheckConfig);
  root
    .command("demo")
    .description("Console, sensor and small real services on this machine, with traffic between them.")
    .option("--listen <address:port>", "where the page is", "127.0.0.1:8470")
    .action(runDemo);
}

function addDocuments(root: Command): void {
  root
    .command("packets")
    .description(
      "Write the packets behind a finding, or of a connection, from a sensor's packet ring: secrets overwritten.",
    )
    .option("--finding <id>", "the finding, by its id")
    .option("--connection <ends>", "the connection, such as 10.0.0.1:40000-10.0.0.2:80")
    .option("--at <time>", "when it was, where its ports were used again: RFC 3339")
    .option("--packet-ring <folder>", `the ring's folder ${said("ring.folder")}`)
    .option("--database <file>", `the sensor's SQLite file ${said("store.database")}`)
    .option("--with-secrets", "as they were sent; ring.allowSecrets must say that this may be")
    .requiredOption("--out <file>", "pcapng file to write, for its owner only")
    .addOption(configOption())
    .addOption(setOption())
    .action(runPackets);
  root
    .command("export")
    .description("Write the inventory as a document.")
    .requiredOption("--format <format>", DOCUMENT_FORMATS.map(({ name }) => name).join(", "))
    .option("--database <file>", `file of a sensor or a console ${said("store.database")}`)
    .option("--sensor <name>", "one sensor of a console's file; all of them without it")
    .option("--service <name>", "only what is of this service")
    .option(
      "--workloads <file>",
      `pods and services of the cluster, for policy suggestions ${said("report.workloadsFile")}`,
    )
    .option("--out <file>", "file to write; standard output without it")
    .addOption(configOption())
    .addOption(setOption())
    .action(runExport);
  root
    .command("verify")
    .description("Tell whether an evidence pack is as it was signed, and what was changed in it.")
    .argument("<pack>", "archive or folder")
    .option("-k, --key <file...>", "public key it must be signed by; one of several, where keys were rotated")
    .action(runVerify);
  root
    .command("signing-key")
    .description("Show the key that evidence packs are signed with; made where there is none.")
    .option("--rotate", "put another in its place; what the old one signed can still be verified")
    .option("--database <file>", `file of a sensor or a console, beside which the key is ${said("store.database")}`)
    .addOption(configOption())
    .addOption(setOption())
    .action(runSigningKey);
  addDiff(root);
}

function addDiff(root: Command): void {
  root
    .command("diff")
    .description("Tell what changed between two inventories: services, edges, endpoints, certificates, findings.")
    .argument("<old>", "file of a sensor or a console")
    .argument("<new>", "the same, later or elsewhere")
    .addOption(new Option("--format <format>", "how to tell it").choices(["text", "json", "markdown"]).default("text"))
    .addOption(
      new Option("--by <what>", "what is the same thing: at the same address, or of a service of the same name")
        .choices(["address", "name"])
        .default("address"),
    )
    .option(
      "--sensor <name>",
      "one sensor of a console's files; given twice, the first of <old>, the second of <new>",
      (name: string, names: readonly string[] = []) => [...names, name],
    )
    .option(
      "--old-at <when>",
      "a console's <old> as it was at the end of a day (2026-11-29, UTC), or at the last-review",
    )
    .option("--new-at <when>", "the same of <new>; as it is now without it")
    .option("--gone-after <days>", "what was not seen for so long, while its sensor saw others, counts as removed")
    .addOption(new Option("--fail-on <change>", "exit 1 where there is such a change").choices([...CHANGES]))
    .action(runDiff);
}

/** The setting behind an option, which the environment and the configuration name, and what it is without any. */
function said(key: string): string {
  const value = SETTINGS.find((setting) => setting.key === key)?.default;
  return value === undefined || String(value) === "" ? `(${key})` : `(${key}, default: ${value})`;
}

function configOption(): Option {
  return new Option("-c, --config <file>", "configuration in YAML; `eastwatch check-config --example` prints one");
}

function policyOption(more = ""): Option {
  return new Option("--policy <file>", `which connections must be mutual TLS, in YAML${more} ${said("policy.file")}`);
}

function declaredOption(): Option {
  return new Option(
    "--declared <path...>",
    `what declares APIs: OpenAPI files, .proto, descriptor sets, folders of them ${said("declared.files")}`,
  );
}

function pathRulesOption(): Option {
  return new Option(
    "--path-rules <file>",
    `pins, splits and merges path templates of services, in YAML or JSON ${said("inventory.pathRulesFile")}`,
  );
}

function setOption(): Option {
  return new Option("-s, --set <key=value...>", "one setting, such as flow.maxFlows=1000");
}

/** What went wrong, as an exit code of CONTRACT.md. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError && error.code === "commander.unknownCommand") {
    const names = program().commands.map((command) => command.name());
    process.stderr.write(`the commands are ${names.join(", ")}; each tells its options with --help\n`);
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof CommandError) {
    process.stderr.write(`eastwatch: ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`eastwatch: this is our own bug, please report it:\n${text}\n`);
  return OUR_BUG;
}

let isOver = false;
// With nothing left to wait for, Node ends with 0 what never came to its end.
process.once("beforeExit", () => {
  if (!isOver) process.exitCode = exitCodeOf(new Error("the command did not come to its end"));
});

// Whatever was begun before a mistake was seen must not keep the program alive.
program()
  .parseAsync(process.argv)
  .then(() => {
    isOver = true;
  })
  .catch((error: unknown) => process.exit(exitCodeOf(error)));

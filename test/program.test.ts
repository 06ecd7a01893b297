import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import t from "tap";
import { bytecodePath, startBundle } from "../program/start-bundle.js";
import { PcapngWriter } from "../sensor/capture/pcapng-writer.js";
import { environmentName } from "../shared/config/environment-name.js";
import { exampleConfig } from "../shared/config/example.js";
import { loadSettings } from "../shared/config/load.js";
import { SETTINGS } from "../shared/config/setting-list.js";
import { defaultSettings } from "../shared/config/settings.js";
import { formatTime } from "../shared/time.js";
import { writeTraffic } from "./bench/traffic.js";
import { run, temporaryFolder } from "./support/program.js";

function lines(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

t.test("what a capture says it lost is in the summary, and what it cut is counted", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "a.pcapng");
  const pieces: Buffer[] = [];
  const writer = new PcapngWriter("eastwatch test", (bytes) => pieces.push(bytes));
  writer.describeInterface("eth0", 1, 64);
  const frame = { bytes: Buffer.alloc(64), start: 0, end: 64, atMicros: 1, linkType: 1, interfaceId: 0 };
  writer.frame({ ...frame, originalLength: 64 });
  writer.frame({ ...frame, originalLength: 65 });
  writer.statistics({ interfaceId: 0, received: 1, droppedByInterface: 2, droppedByKernel: 3 }, 1);
  writer.statistics({ interfaceId: 0, received: 9, droppedByInterface: 20, droppedByKernel: 30 }, 1);
  writer.flush();
  writeFileSync(capture, Buffer.concat(pieces));
  t.equal(run(["analyze", capture, "--out", join(folder, "out")]).code, 0);
  t.match(JSON.parse(readFileSync(join(folder, "out/summary.json"), "utf8")), {
    ...{ frames: 2, capture_dropped: 50 },
    counters: {
      ...{ capture_dropped: 50, capture_dropped_by_interface: 20, capture_dropped_by_kernel: 30 },
      ...{ captures_loss_unknown: 0, frames_cut: 1 },
    },
  });
  t.end();
});

t.test("analyze writes every file of the contract, and the same ones each time", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "a.pcap");
  writeTraffic(capture, {
    name: "t",
    what: "t",
    segmentBytes: 1_448,
    requests: 300,
    requestsPerConnection: 7,
    connections: 5,
    bodyBytes: 2_000,
  });
  const outcome = run(["analyze", capture, "--out", join(folder, "out")]);
  t.match(outcome, { code: 0, error: "" });
  t.same(readdirSync(join(folder, "out")).sort(), [
    "calls.ndjson",
    "edges.ndjson",
    "endpoints.ndjson",
    "findings.ndjson",
    "handshakes.ndjson",
    "summary.json",
  ]);
  const calls = lines(join(folder, "out/calls.ndjson"));
  t.equal(calls.length, 300);
  t.match(calls[0], {
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
    "flow.id": /^[0-9a-f]{16}$/,
    "client.address": /^10\.0\.0\./,
    "server.port": 8080,
    "network.protocol.name": "http",
    "network.protocol.version": "1.1",
    "http.response.body.size": 2_000,
    "auth.kinds": ["bearer"],
    complete: true,
    missing_bytes: 0,
  });
  const summary = JSON.parse(readFileSync(join(folder, "out/summary.json"), "utf8"));
  t.match(summary, { calls: 300, gap_bytes: 0, flows_refused: 0, undecoded: {} });
  t.notOk("capture_dropped" in summary, "a pcap file does not know, so nothing is claimed");
  t.match(summary.counters, { captures_loss_unknown: 1, frames_cut: 0 });
  const again = run(["analyze", "-", "--out", join(folder, "again")], { input: gzipSync(readFileSync(capture)) });
  t.equal(again.code, 0);
  for (const name of ["calls", "edges", "endpoints", "findings", "handshakes"]) {
    t.equal(
      readFileSync(join(folder, `again/${name}.ndjson`), "utf8"),
      readFileSync(join(folder, `out/${name}.ndjson`), "utf8"),
      `${name} from standard input, compressed`,
    );
  }
  const bytes = readFileSync(capture);
  writeFileSync(join(folder, "cut.pcap"), bytes.subarray(0, bytes.length - 10));
  const cut = run(["analyze", join(folder, "cut.pcap"), "--out", join(folder, "cut")]);
  t.match(cut, { code: 3, error: new RegExp(`cut\\.pcap" is cut short at byte ${bytes.length - 10}`) });
  t.ok(lines(join(folder, "cut/calls.ndjson")).length >= 299, "what could be read is written");
  t.equal(run(["analyze", capture, "--out", join(folder, "f"), "--fail-on", "medium"]).code, 1);
  t.equal(run(["analyze", capture, "--out", join(folder, "f"), "--fail-on", "critical"]).code, 0);
  t.end();
});

t.test("a command that stands still with nothing to wait for ends as our own bug, not as done", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "a.pcap.gz");
  writeFileSync(capture, gzipSync("any"));
  const silent = join(folder, "silent.cjs");
  writeFileSync(silent, `require("zlib").Gunzip.prototype._write = () => {};`);
  const outcome = run(["analyze", capture, "--out", join(folder, "o")], {
    env: { NODE_OPTIONS: `--require ${silent}` },
  });
  t.match(outcome, {
    code: 70,
    error: /this is our own bug, please report it:\n.*the command did not come to its end/,
  });
  t.end();
});

t.test("mistakes are told with name, value and remedy, and by their exit codes", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "bad.yaml"), "flow:\n  maxFlow: 10\n");
  writeFileSync(join(folder, "range.yaml"), "flow:\n  maxFlows: many\n");
  writeFileSync(join(folder, "section.yaml"), "flows:\n  maxFlows: 10\n");
  writeFileSync(join(folder, "broken.yaml"), "flow: [\n");
  writeFileSync(join(folder, "twice.yaml"), "flow:\n  maxFlows: 20\n  maxFlows: 30\n");
  writeFileSync(join(folder, "text.yaml"), "capture:\n  interface: eth0\n");
  writeFileSync(join(folder, "two.yaml"), "flow:\n  maxFlows: 20\n---\nflow:\n  maxFlows: 30\n");
  writeFileSync(join(folder, "text.txt"), "no capture at all");
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [["analyze", "--out", "x"], 2, /missing required argument 'capture'/],
    [["analyze", "x.pcap"], 2, /required option '--out <folder>'/],
    [["analyse", "x"], 2, /unknown command 'analyse'/],
    [
      ["nonsense"],
      2,
      /the commands are sensor, console, operator, add-sensor, analyze, doctor, check-config, demo, packets, export, verify, signing-key, diff; each tells its/,
    ],
    [["analyze", join(folder, "none"), "--out", join(folder, "o")], 3, /none" can't be read: there is no such file/],
    [["analyze", join(folder, "text.txt"), "--out", join(folder, "o")], 3, /is no capture: it begins with 6e6f2063/],
    [["analyze", "-", "--out", "/proc/nowhere"], 2, /--out "\/proc\/nowhere" can't be written/],
    [
      ["analyze", "-", "--out", join(folder, "o"), "--fail-on", "huge"],
      2,
      /Allowed choices are info, low, medium, high, critical/,
    ],
    [
      ["check-config", "-c", join(folder, "bad.yaml")],
      2,
      /bad\.yaml:2:3: unknown setting "flow\.maxFlow"; did you mean "flow\.maxFlows"\?/,
    ],
    [
      ["check-config", "-c", join(folder, "range.yaml")],
      2,
      /range\.yaml:2:13: flow\.maxFlows is "many"; allowed: a whole number from 16 to/,
    ],
    [["check-config", "-c", join(folder, "section.yaml")], 2, /unknown section "flows"; did you mean "flow"\?/],
    [
      ["check-config", "-c", join(folder, "twice.yaml")],
      2,
      /twice\.yaml:3:3: "maxFlows" is there twice; keep one of them/,
    ],
    [
      ["check-config", "-c", join(folder, "text.yaml")],
      2,
      /text\.yaml:2:14: capture\.interface is "eth0"; allowed: a list of texts; write \[eth0\]/,
    ],
    [["check-config", "-c", folder], 2, /configuration "" can't be read: it is a folder; name a file in it/],
    [["check-config", "-c", join(folder, "broken.yaml")], 2, /broken\.yaml:\d+:\d+: /],
    [["check-config", "-c", join(folder, "none.yaml")], 2, /none\.yaml" can't be read: there is no such file/],
    [["check-config", "--set", "flow.maxFlows=1"], 2, /--set: flow\.maxFlows is 1; allowed/],
    [["check-config", "--set", "nonsense"], 2, /must be key=value/],
    [["doctor", "--interface", "lo", "--seconds", "few"], 2, /--seconds "few" must be a number from 1 to 600/],
    [
      ["check-config", "--set", "capture.restartMinMillis=20000"],
      2,
      /--set: capture\.restartMinMillis is 20000; allowed: at most capture\.restartMaxMillis, which is 10000/,
    ],
    [
      ["check-config", "--set", "detect.disabledRules=cleartext-htp"],
      2,
      /--set: detect\.disabledRules is \["cleartext-htp"\]; allowed: a list of rules: cleartext-http, /,
    ],
    [
      ["check-config", "--set", "deliver.console=http://console:8470"],
      2,
      /deliver\.console is "http:\/\/console:8470"; allowed: an address such as wss:/,
    ],
    [
      ["check-config", "--set", "capture.filter=tcp prot 80"],
      2,
      /^eastwatch: capture\.filter "tcp prot 80" can't be used: .*syntax error.*; write it as for tcpdump, such as "tcp port 80"/,
    ],
    [["check-config", "--set", "capture.filter=ether host 1:2:3:4:5:6 and not (ip6 or vlan 7)"], 0, /^$/],
    [["check-config", "--set", "store.database="], 2, /store\.database is ""; allowed: a file/],
    [["check-config", "-c", join(folder, "two.yaml")], 2, /two\.yaml:3:1: a second document begins here; keep one/],
    [
      ["sensor", "--interface", "lo", "--interface", "lo", "--database", join(folder, "s")],
      2,
      /capture\.interface has "lo" twice; keep one/,
    ],
    [
      ["sensor", "--interface", "eth77", "--database", join(folder, "s")],
      2,
      /capture\.interface "eth77" does not exist; this host has .*lo/,
    ],
    [["sensor", "--database", join(folder, "s")], 2, /capture\.interface is empty; name one with --interface/],
    [
      ["sensor", "-i", "lo", "--database", "/proc/x/y", "--listen", ""],
      2,
      /store\.database "\/proc\/x\/y" can't be used/,
    ],
    [
      ["sensor", "-i", "lo", "--database", join(folder, "s"), "--console", "ws://192.0.2.1:1", "--listen", ""],
      2,
      /would send the inventory in the clear/,
    ],
    [
      ["sensor", "-i", "lo", "--database", join(folder, "s"), "--console", "nowhere", "--listen", ""],
      2,
      /flag: deliver\.console is "nowhere"; allowed: an address such as wss:/,
    ],
    [
      ["sensor", "-i", "lo", "--database", join(folder, "s"), "--console", "wss://c", "--listen", ""],
      2,
      /deliver\.tokenFile is needed/,
    ],
    [["console", "--listen", "0.0.0.0:0", "--database", join(folder, "c")], 2, /open to the network without TLS/],
    [
      ["console", "-s", "console.certificateFile=/etc/hostname", "console.keyFile=/etc/passwd"],
      2,
      /console\.certificateFile "\/etc\/hostname" and console\.keyFile "\/etc\/passwd" can't be used: .*; both must be PEM/,
    ],
    [
      ["export", "--format", "cvs", "--database", join(folder, "s")],
      2,
      /--format "cvs" is unknown; did you mean "csv"\?/,
    ],
    [
      ["export", "--format", "csv", "--database", join(folder, "none")],
      3,
      /none" can't be read: there is no such file/,
    ],
    [["export", "--format", "csv", "--database", folder], 3, /"" can't be read: it is a folder; name the file of/],
    [["add-sensor", "a b", "--database", join(folder, "c")], 2, /sensor name "a b" must be/],
  ];
  for (const [parameters, code, message] of cases) {
    const outcome = run(parameters, { input: Buffer.alloc(0) });
    t.equal(outcome.code, code, parameters.join(" ").replaceAll(folder, ""));
    t.match(outcome.error.replaceAll(folder, ""), message);
  }
  t.match(run(["--version"]), { code: 0, out: /^\d+\.\d+\.\d+\n$/ });
  for (const name of [
    "sensor",
    "console",
    "analyze",
    "export",
    "diff",
    "doctor",
    "check-config",
    "demo",
    "add-sensor",
  ]) {
    t.match(run([name, "--help"]), { code: 0, out: new RegExp(`^Usage: eastwatch ${name}`) });
  }
  t.match(run(["--help"]).out, /Exit codes:\n {2}0 {3}done\n {2}1 /);
  const sensor = run(["sensor", "--help"]).out.replace(/\s+/g, " ");
  t.match(sensor, "(store.database, default: /var/lib/eastwatch/sensor.sqlite)");
  t.match(sensor, "(health.listen, default: 127.0.0.1:9464)");
  t.match(sensor, "(deliver.console) ");
  t.end();
});

t.test("flag over environment over file over default", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "c.yaml");
  writeFileSync(file, "flow:\n  maxFlows: 111\n  idleSeconds: 222\n  gapMillis: 333\ndeliver:\n  token: hush\n");
  const { settings, origins } = loadSettings({
    file,
    environment: {
      EASTWATCH_FLOW_MAX_FLOWS: "1111",
      EASTWATCH_FLOW_IDLE_SECONDS: "2222",
      EASTWATCH_CAPTURE_INTERFACE: "a, b",
    },
    flags: { "flow.maxFlows": "11111" },
  });
  t.match(settings.flow, { maxFlows: 11_111, idleSeconds: 2_222, gapMillis: 333, halfOpenSeconds: 30 });
  t.same(settings.capture.interface, ["a", "b"]);
  t.same(
    ["maxFlows", "idleSeconds", "gapMillis", "halfOpenSeconds"].map((name) =>
      origins.get(`flow.${name}`)?.replace(folder, ""),
    ),
    ["flag", "environment EASTWATCH_FLOW_IDLE_SECONDS", "/c.yaml:4:14", "default"],
  );
  const shown = run(["check-config", "-c", file]);
  t.match(shown, { code: 0, out: /deliver\.token +\(hidden\) / });
  t.notMatch(shown.out, /hush/);
  t.throws(
    () => loadSettings({ environment: { EASTWATCH_FLOW_MAX_FLOW: "1" } }),
    /EASTWATCH_FLOW_MAX_FLOW is no setting; did you mean "EASTWATCH_FLOW_MAX_FLOWS"\?/,
  );
  writeFileSync(join(folder, "example.yaml"), exampleConfig().replace(/^( {2})# (?=[a-zA-Z]+: [^\s])/gm, "$1"));
  t.same(
    loadSettings({ file: join(folder, "example.yaml") }).settings,
    defaultSettings(),
    "the example holds the defaults",
  );
  t.equal(new Set(SETTINGS.map(({ key }) => environmentName(key))).size, SETTINGS.length);
  t.end();
});

t.test("a program starts from bytecode of its own, and without it from its source", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "p.bundle");
  const said: string[] = [];
  Object.assign(globalThis, { said });
  const bundle = (id: string, word: string): string =>
    `//${id.repeat(64)}\n(function (require, folder) { said.push("${word}", folder, typeof require("node:fs").readFileSync); })`;
  const start = (source: string, bytecode: Buffer | undefined): unknown[] => {
    writeFileSync(path, source);
    if (bytecode === undefined) rmSync(bytecodePath(path), { force: true });
    else writeFileSync(bytecodePath(path), bytecode);
    said.length = 0;
    const { cachedDataRejected } = startBundle(pathToFileURL(path));
    return [cachedDataRejected, ...said];
  };
  const rest = [`${pathToFileURL(folder).href}/`, "function"];
  t.same(start(bundle("a", "one"), undefined), [undefined, "one", ...rest]);
  const made = startBundle(pathToFileURL(path)).createCachedData();
  const bytecode = Buffer.concat([Buffer.from("a".repeat(64)), made]);
  t.same(start(bundle("a", "one"), bytecode), [false, "one", ...rest], "the engine takes it");
  t.same(start(bundle("b", "two"), bytecode), [undefined, "two", ...rest], "that of a source as long is not taken");
  bytecode[64 + 4] ^= 0xff;
  bytecode.fill("c", 0, 64);
  t.same(start(bundle("c", "six"), bytecode), [true, "six", ...rest], "the engine refuses that of another engine");
  t.same(start(bundle("a", "one"), Buffer.alloc(3)), [undefined, "one", ...rest]);
  t.equal(
    readFileSync("dist/program/command-line.bundle", "latin1").slice(2, 66),
    readFileSync("dist/program/command-line.bytecode", "latin1").slice(0, 64),
    "the build makes both",
  );
  t.end();
});

t.test("times have six digits and are UTC", (t) => {
  t.equal(formatTime(1_700_000_000_000_001), "2023-11-14T22:13:20.000001Z");
  t.equal(formatTime(1_700_000_000_999_999), "2023-11-14T22:13:20.999999Z");
  t.equal(formatTime(0), "1970-01-01T00:00:00.000000Z");
  t.end();
});

t.test(
  "make install puts program, units and a configuration in place; the units are sound",
  { skip: existsSync("/usr/bin/systemd-analyze") ? false : "SKIPPED: no systemd-analyze" },
  (t) => {
    const folder = temporaryFolder(t);
    const made = spawnSync("make", ["--silent", "install", `DESTDIR=${folder}`], { encoding: "utf8" });
    t.equal(made.status, 0, made.stderr);
    const program = join(folder, "usr/local/lib/eastwatch/dist/eastwatch.js");
    t.match(spawnSync(process.execPath, [program, "--version"], { encoding: "utf8" }).stdout, /^\d+\./);
    t.notOk(existsSync(join(folder, "usr/local/lib/eastwatch/dist/test")), "without its tests");
    const capture = join(folder, "usr/local/lib/eastwatch/dist/sensor/capture/capture-process.js");
    const request = JSON.stringify({ interface: "none-such", filter: "", implementation: "native" });
    const captured = spawnSync(process.execPath, [capture, request], { encoding: "utf8" });
    t.match(
      { status: captured.status, said: captured.stderr },
      { status: 1, said: /device/ },
      "the binding is with it",
    );
    t.same(loadSettings({ file: join(folder, "etc/eastwatch/eastwatch.yaml") }).settings, defaultSettings());
    mkdirSync(join(folder, "bin"));
    for (const unit of ["eastwatch-sensor", "eastwatch-console"]) {
      const path = join(folder, `etc/systemd/system/${unit}.service`);
      const security = spawnSync("systemd-analyze", ["security", "--offline=yes", "--no-pager", path], {
        encoding: "utf8",
      });
      const level = Number(/exposure level for \S+: ([\d.]+)/.exec(security.stdout)?.[1]);
      t.ok(level <= 2, `${unit} is exposed at ${level}`);
      // Verified with a program that is there: the test installs to a folder of its own.
      writeFileSync(path, readFileSync(path, "utf8").replace("/usr/local/bin/eastwatch", "/bin/true"));
      const verified = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
      t.match({ status: verified.status, said: verified.stderr }, { status: 0, said: /^$/ });
    }
    t.end();
  },
);

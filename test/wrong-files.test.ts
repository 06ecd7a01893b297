import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { PcapOutput } from "./bench/pcap-output.js";
import { TcpDialog } from "./support/frame-builder.js";
import { inventoryFile } from "./support/inventory-file.js";
import { IS_ROOT } from "./support/namespaces.js";
import { PROGRAM, run, temporaryFolder } from "./support/program.js";
import { edge } from "./support/teller.js";

const NEEDS_ROOT = { skip: IS_ROOT ? false : "SKIPPED: a small disk is mounted by root" };
const FULL = "no room is left on its disk; make room there, or name another place";

/** A sensor's file with as many edges. */
function inventory(folder: string, edges: number): string {
  const rows = Array.from({ length: edges }, (_, at) =>
    edge(`10.0.${at >> 8}.${at & 255}`, "shop.internal", "cleartext", { cleartext: 4 }),
  );
  return inventoryFile(folder, rows);
}

/** A disk of 64 KiB, of which nothing is left but what is asked for. */
function smallDisk(t: { teardown(action: () => void): void }, freeBytes: number): string {
  const disk = join(temporaryFolder(t), "disk");
  mkdirSync(disk);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=65536", "eastwatch-test", disk]);
  if (status !== 0) throw new Error("the disk could not be mounted");
  t.teardown(() => spawnSync("umount", [disk]));
  writeFileSync(join(disk, "other"), Buffer.alloc(65_536 - freeBytes));
  return disk;
}

t.test("a full disk is told as one, and what stood there before stays", NEEDS_ROOT, (t) => {
  const folder = temporaryFolder(t);
  const database = inventory(folder, 300);
  t.match(run(["signing-key", "--database", database]), { code: 0, out: /^there was no key; [0-9a-f]{16} was made/ });
  const disk = smallDisk(t, 32_768);
  const report = join(disk, "report.html");
  writeFileSync(report, "the one of yesterday");
  for (const [format, out] of [
    ["html", report],
    ["evidence", join(disk, "pack.tar")],
    ["evidence", join(disk, "pack/")],
  ]) {
    const told = run(["export", "--format", format, "--database", database, "--out", out]);
    t.same(told, { code: 2, out: "", error: `eastwatch: --out "${out}" can't be written: ${FULL}\n` }, out);
    rmSync(join(disk, "pack"), { recursive: true, force: true });
  }
  t.same(readdirSync(disk).sort(), ["other", "report.html"], "no half of a document");
  t.equal(readFileSync(report, "utf8"), "the one of yesterday");
  const elsewhere = run(["export", "--format", "evidence", "--database", database, "--out", join(folder, "x.tar")], {
    env: { TMPDIR: disk },
  });
  t.same(
    [elsewhere.code, elsewhere.error],
    [2, `eastwatch: "${disk}", in which the pack is put together, can't be written: ${FULL}\n`],
  );
  const store = run(["sensor", "-i", "lo", "--listen", "", "--database", join(smallDisk(t, 0), "s.sqlite")]);
  t.match(store, { code: 2, error: `s.sqlite" can't be used: ${FULL}` });
  t.end();
});

t.test(
  "a document takes the place of the one before with its rights; what is no plain file is written as it is",
  (t) => {
    const folder = temporaryFolder(t);
    const database = inventory(folder, 1);
    const file = join(folder, "map.mmd");
    const link = join(folder, "link.mmd");
    const to = (out: string) => ["export", "--format", "mermaid", "--database", database, "--out", out];
    writeFileSync(file, "before", { mode: 0o640 });
    t.same(run(to(file)), { code: 0, out: "", error: "" });
    const text = readFileSync(file, "utf8");
    t.match(text, /^flowchart LR/);
    t.equal(statSync(file).mode & 0o777, 0o640);
    symlinkSync("map.mmd", link);
    writeFileSync(file, "before");
    t.same(run(to(link)), { code: 0, out: "", error: "" });
    t.ok(lstatSync(link).isSymbolicLink());
    t.equal(readFileSync(file, "utf8"), text);
    const isOurs = (name: string) => !name.includes("sqlite");
    t.same(readdirSync(folder).filter(isOurs), ["link.mmd", "map.mmd"]);
    const words = [process.execPath, PROGRAM, ...to("/dev/stdout")];
    const pipe = spawnSync("sh", ["-c", '"$@" | cat', "sh", ...words], { encoding: "utf8" });
    t.same([pipe.stdout, pipe.stderr], [text, ""]);
    t.match(run(to("/dev/full")), { code: 2, error: `--out "/dev/full" can't be written: ${FULL}` });
    t.end();
  },
);

t.test("results of before stay where no frame could be read, and a disk that fills up is told", NEEDS_ROOT, (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, "results");
  const capture = join(folder, "a.pcap");
  writeCalls(capture, 300);
  t.equal(run(["analyze", capture, "--out", out]).code, 0);
  const before = readFileSync(join(out, "calls.ndjson"), "utf8");
  t.equal(before.trim().split("\n").length, 300);
  writeFileSync(join(folder, "text.txt"), "no capture at all");
  writeFileSync(join(folder, "empty.pcap"), "");
  for (const name of ["absent.pcap", "text.txt", "empty.pcap", "."]) {
    const { code, error } = run(["analyze", join(folder, name), "--out", out]);
    t.equal(code, 3, name);
    t.match(error, `eastwatch: no frame could be read; what is in --out "${out}" is left as it was\n`);
    t.equal(readFileSync(join(out, "calls.ndjson"), "utf8"), before, name);
  }
  const fresh = join(folder, "fresh");
  t.match(run(["analyze", join(folder, "empty.pcap"), "--out", fresh]), { code: 3, error: /^(?!.*left as it was)/s });
  t.equal(
    JSON.parse(readFileSync(join(fresh, "summary.json"), "utf8")).frames,
    0,
    "where none are, nothing is what was read",
  );
  const disk = smallDisk(t, 16_384);
  const full = run(["analyze", capture, "--out", join(disk, "r")]);
  t.same(full, { code: 2, out: "", error: `eastwatch: --out "${join(disk, "r")}" can't be written: ${FULL}\n` });
  const file = run(["analyze", capture, "--out", capture]);
  t.match(file, { code: 2, error: /a file stands where a folder belongs; name a folder you may write to/ });
  t.end();
});

t.test("a file that is not there, empty or of another kind is named as it was given, in plain words", (t) => {
  const folder = temporaryFolder(t);
  const database = inventory(folder, 1);
  run(["signing-key", "--database", database]);
  const pack = join(folder, "pack.tar");
  t.equal(run(["export", "--format", "evidence", "--database", database, "--out", pack]).code, 0);
  const none = join(folder, "none");
  const text = join(folder, "text");
  const empty = join(folder, "empty");
  writeFileSync(text, "services:\n  - no list of ours");
  writeFileSync(empty, "\n");
  const toConsole = ["sensor", "-i", "lo", "--listen", "", "--database", join(folder, "s.sqlite"), "--console"];
  const cases: readonly (readonly [string[], number, string])[] = [
    [["diff", none, database], 3, `inventory "${none}" can't be read: there is no such file; name the file of`],
    [["export", "--format", "csv", "--database", none], 3, `--database "${none}" can't be read: there is no such file`],
    [
      ["verify", pack, "--key", none],
      2,
      `--key "${none}" can't be read: there is no such file; name a public key in PEM`,
    ],
    [
      ["verify", pack, "--key", text],
      2,
      `--key "${text}" can't be read: it holds no key in PEM; name a public key in PEM`,
    ],
    [
      ["console", "--set", `console.certificateFile=${none}`, `console.keyFile=${none}`],
      2,
      `console.certificateFile "${none}" can't be read: there is no such file`,
    ],
    [["check-config", "--set", `identity.files=${none}`], 2, `"${none}" can't be read: there is no such file`],
    [
      [...toConsole, "ws://127.0.0.1:1"],
      2,
      "deliver.tokenFile is needed to talk to the console: `eastwatch add-sensor NAME`",
    ],
    [[...toConsole, "ws://127.0.0.1:1", "--token-file", empty], 2, `deliver.tokenFile "${empty}" holds no token: `],
    [
      [...toConsole, "ws://127.0.0.1:1", "--token-file", none],
      2,
      `deliver.tokenFile "${none}" can't be read: there is no`,
    ],
  ];
  for (const [parameters, code, words] of cases) {
    const told = run(parameters);
    t.equal(told.code, code, words);
    t.match(told.error, words);
  }
  t.match(run(["verify", text]).out, /"[^"]*text" is not as it was signed, or no evidence pack at all\n$/);
  t.end();
});

/** A capture of so many calls, each on a connection of its own. */
function writeCalls(path: string, count: number): void {
  const capture = new PcapOutput(path);
  for (let at = 0; at < count; at++) {
    const dialog = new TcpDialog({ clientPort: 20_000 + at }, (frame) => capture.frame(frame));
    dialog.open().send("client", `GET /orders/${at} HTTP/1.1\r\nHost: a\r\n\r\n`);
    dialog.send("server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").close();
  }
  capture.close();
}

import { spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import t from "tap";
import { verifyPack } from "../sensor/report/evidence/verify-pack.js";
import { keyId } from "../shared/signing-key.js";
import { inventoryFile } from "./support/inventory-file.js";
import { run, temporaryFolder } from "./support/program.js";
import { edge } from "./support/teller.js";

const FILES = [
  ...["README.txt", "inventory.ndjson", "findings.ndjson", "coverage.json", "compliance.json", "compliance.md"],
  ...["report.html", "service-map.mmd", "public-key.pem"],
];

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

interface Made {
  readonly folder: string;
  readonly database: string;
  readonly archive: string;
  readonly key: string;
}

/** A sensor's file, its key and a pack of it. */
function made(t: { teardown(action: () => void): void }): Made {
  const folder = temporaryFolder(t);
  const database = inventoryFile(folder, [edge("10.0.1.1", "shop.internal", "cleartext", { cleartext: 4 })]);
  const told = run(["signing-key", "--database", database]);
  if (told.code !== 0) throw new Error(told.error);
  const archive = join(folder, "pack.tar");
  const { code, error } = run(["export", "--format", "evidence", "--database", database, "--out", archive]);
  if (code !== 0) throw new Error(error);
  return { folder, database, archive, key: join(folder, "signing-key.pub.pem") };
}

/** `changed: report.html` for each fault, without its reason. */
function faultsOf(path: string, ...keys: string[]): string[] {
  const { faults } = verifyPack(
    path,
    keys.map((key) => createPublicKey(readFileSync(key))),
  );
  return faults.map(({ kind, file }) => `${kind}: ${file ?? "the archive"}`);
}

t.test("a pack is made, read by tar and openssl, and verified", (t) => {
  const { folder, database, archive, key } = made(t);
  t.equal(statSync(join(folder, "signing-key.pem")).mode & 0o777, 0o600);
  t.equal(statSync(key).mode & 0o777, 0o644);
  const list = spawnSync("tar", ["-tf", archive]);
  t.same([list.status, list.stderr.toString()], [0, ""]);
  t.same(list.stdout.toString().trim().split("\n"), ["manifest.json", "manifest.sig", ...FILES]);
  const own = run(["verify", archive]);
  t.match(own, { code: 0, error: "" }, "no byte was changed");
  t.match(own.out, /fits the key that came with it, [0-9a-f]{16}, .*: 9 files, made \d{4}-.*Z\n.* with --key\.\n$/);
  t.notMatch(own.out, /is whole/, "one that somebody else made anew fits its key as well");
  const held = run(["verify", archive, "--key", key]);
  t.match(held, { code: 0, error: "" });
  t.match(held.out, /is whole: 9 files, made \d{4}-.*Z, signed by key [0-9a-f]{16}\n$/);

  const unpacked = join(folder, "unpacked/");
  const asFolder = run(["export", "--format", "evidence", "--database", database, "--out", unpacked]);
  t.match(asFolder, { code: 0, out: "", error: "" });
  t.match(run(["verify", unpacked, "--key", key]), { code: 0 });
  t.match(run(["export", "--format", "evidence", "--database", database, "--out", unpacked]), {
    code: 2,
    error: /the folder is not empty/,
  });
  writeFileSync(join(folder, "signature"), Buffer.from(readFileSync(join(unpacked, "manifest.sig"), "utf8"), "base64"));
  const openssl = spawnSync("openssl", [
    ...["pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", join(unpacked, "manifest.json")],
    ...["-sigfile", join(folder, "signature")],
  ]);
  t.match(openssl.stdout.toString(), /Signature Verified Successfully/, "as its README says");
  const sums = JSON.parse(readFileSync(join(unpacked, "manifest.json"), "utf8")).files.map(
    ({ name, sha256 }: { name: string; sha256: string }) => `${sha256}  ${name}\n`,
  );
  t.equal(spawnSync("sha256sum", ["-c", "--quiet"], { cwd: unpacked, input: sums.join("") }).status, 0);
  t.match(readFileSync(join(unpacked, "coverage.json"), "utf8"), /"health_known": false.*"not_provable"/s);
  t.match(readFileSync(join(unpacked, "inventory.ndjson"), "utf8"), /"server.service":"shop.internal"/);
  t.end();
});

t.test("an archive: any byte that is changed, cut off or put behind is found, and its file is named", (t) => {
  const { folder, archive, key } = made(t);
  const bytes = readFileSync(archive);
  const target = join(folder, "hurt.tar");
  const hurt = (at: number, mask: number): string[] => {
    copyFileSync(archive, target);
    const file = openSync(target, "r+");
    writeSync(file, Buffer.from([bytes[at] ^ mask]), 0, 1, at);
    closeSync(file);
    return faultsOf(target, key);
  };
  t.same(faultsOf(archive, key), []);
  // Most of manifest and signature with their headers and of the end, and samples of what is between.
  const signatureEnds = 512 + Math.ceil(entrySize(bytes, 0) / 512) * 512 + 1_024;
  const missed: number[] = [];
  for (let at = 0; at < bytes.length; at += at < signatureEnds || at > bytes.length - 1_600 ? 3 : 89)
    if (hurt(at, 1 << (at % 8)).length === 0) missed.push(at);
  t.same(missed, [], "no byte may be another");
  for (const name of FILES) {
    const header = bytes.indexOf(Buffer.from(`${name}\0`));
    if (entrySize(bytes, header) > 0) t.same(hurt(header + 512, 1), [`changed: ${name}`], `${name}: its first byte`);
    t.same(hurt(header + 107, 1), [`changed: ${name}`], `${name}: its header`);
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
      writeFileSync(target, bytes.subarray(0, length));
      return faultsOf(target, key).some((fault) => fault.startsWith("cut-short") || fault.startsWith("removed"));
    }),
    { numRuns: 150 },
  );
  writeFileSync(target, bytes.subarray(0, bytes.length - 1));
  t.same(faultsOf(target, key), ["cut-short: the archive"]);
  t.match(run(["verify", target, "--key", key]), { code: 3, out: /cut short: .*: the end of the archive is missing/ });
  writeFileSync(target, Buffer.concat([bytes, Buffer.from([0])]));
  t.same(faultsOf(target, key), ["added: the archive"]);
  t.match(run(["verify", target, "--key", key]), { code: 1, out: /added: .*hurt\.tar: there is something behind/ });
  t.end();
});

function entrySize(archive: Buffer, header: number): number {
  return Number.parseInt(archive.toString("latin1", header + 124, header + 135), 8);
}

t.test("an archive whose files were left out, doubled, moved or joined by others tells which", (t) => {
  const { folder, archive, key } = made(t);
  const bytes = readFileSync(archive);
  const entries: Buffer[] = [];
  for (let at = 0; bytes[at] !== 0; ) {
    const end = at + 512 + Math.ceil(entrySize(bytes, at) / 512) * 512;
    entries.push(bytes.subarray(at, end));
    at = end;
  }
  const end = Buffer.alloc(1_024);
  const target = join(folder, "hurt.tar");
  const faults = (...parts: Buffer[]): string[] => {
    writeFileSync(target, Buffer.concat([...parts, end]));
    return faultsOf(target, key);
  };
  t.same(faults(...entries), []);
  t.same(faults(...entries.filter((_, index) => index !== 3)), ["removed: inventory.ndjson"]);
  t.same(faults(...entries, entries[3]), ["added: inventory.ndjson"]);
  const [manifest, signature, readme, inventory, ...others] = entries;
  t.same(faults(manifest, signature, inventory, readme, ...others), ["reordered: README.txt"]);
  const stranger = Buffer.from(readme);
  stranger.write("stranger\0\0", 0);
  t.match(faults(...entries, stranger), ["added: stranger", "changed: stranger"]);
  t.same(faults(...entries.slice(1)), ["removed: manifest.json"]);
  t.same(faults(manifest, ...entries.slice(2)), ["signature: manifest.sig", "removed: manifest.sig"]);
  t.end();
});

t.test("a folder: every kind of change is found in the file it was made in", (t) => {
  const { folder, database, key } = made(t);
  const whole = join(folder, "whole");
  run(["export", "--format", "evidence", "--database", database, "--out", `${whole}/`]);
  const target = join(folder, "hurt");
  const after = (change: (path: (name: string) => string) => void): string[] => {
    rmSync(target, { recursive: true, force: true });
    cpSync(whole, target, { recursive: true });
    change((name) => join(target, name));
    return faultsOf(target, key);
  };
  const flip = (path: string): void => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(path, bytes);
  };
  t.same(
    after(() => {}),
    [],
  );
  for (const name of FILES.filter((name) => statSync(join(whole, name)).size > 0)) {
    t.same(
      after((path) => flip(path(name))),
      [`changed: ${name}`],
    );
    t.same(
      after((path) => truncateSync(path(name), 1)),
      [`cut-short: ${name}`],
    );
    t.same(
      after((path) => rmSync(path(name))),
      [`removed: ${name}`],
    );
    t.same(
      after((path) => writeFileSync(path(name), "more", { flag: "a" })),
      [`changed: ${name}`],
    );
  }
  t.same(
    after((path) => writeFileSync(path("more.txt"), "")),
    ["added: more.txt"],
  );
  t.same(
    after((path) => symlinkSync("/etc/passwd", path("link"))),
    ["added: link"],
  );
  t.same(
    after((path) => {
      renameSync(path("README.txt"), path("x"));
      renameSync(path("compliance.md"), path("README.txt"));
      renameSync(path("x"), path("compliance.md"));
    }).map((fault) => fault.split(": ")[1]),
    ["README.txt", "compliance.md"],
    "files that changed places",
  );
  t.match(
    after((path) => flip(path("manifest.sig"))),
    ["signature: manifest.sig"],
  );
  t.match(
    after((path) => writeFileSync(path("manifest.json"), "{}")),
    ["changed: manifest.json"],
  );
  // The last character of base64 has bits that mean nothing.
  const signature = readFileSync(join(whole, "manifest.sig"), "utf8");
  const twin = signature.replace(/(.)==/, (_, last) => `${next(last)}==`);
  t.same(Buffer.from(twin, "base64"), Buffer.from(signature, "base64"));
  t.same(
    after((path) => writeFileSync(path("manifest.sig"), twin)),
    ["signature: manifest.sig"],
  );
  t.end();
});

function next(character: string): string {
  return BASE64[BASE64.indexOf(character) ^ 1];
}

t.test("who makes a pack anew with a key of their own is found by the key", (t) => {
  const { folder, database, key } = made(t);
  const pack = join(folder, "forged");
  run(["export", "--format", "evidence", "--database", database, "--out", `${pack}/`]);
  const manifestFile = join(pack, "manifest.json");
  const text = readFileSync(manifestFile, "utf8").replace(/"created": "\d{4}/, '"created": "1999');
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(manifestFile, text);
  t.match(faultsOf(pack), ["signature: manifest.sig", "changed: README.txt"], "manifest and chain");
  const signature = sign(null, Buffer.from(text), privateKey).toString("base64");
  writeFileSync(join(pack, "manifest.sig"), `${signature}\n`);
  writeFileSync(join(pack, "public-key.pem"), publicKey.export({ type: "spki", format: "pem" }));
  t.match(run(["verify", pack, "--key", key]), { code: 1, out: /signature: manifest\.sig: it does not fit/ });
  t.match(run(["verify", pack]), { code: 1, out: /the manifest names key .*, and it was signed by/ });
  const stranger = join(folder, "stranger.pem");
  writeFileSync(stranger, publicKey.export({ type: "spki", format: "pem" }));
  const other = run(["verify", pack, "--key", stranger]);
  t.match(other, { code: 1, out: /it was signed by key [0-9a-f]{16}, which is none of those given/ });
  t.end();
});

t.test("keys: rotated by id, kept from others, and what can't be used says why", (t) => {
  const { folder, database, archive, key } = made(t);
  const first = keyId(createPublicKey(readFileSync(key)));
  const rotated = run(["signing-key", "--rotate", "--database", database]);
  t.match(rotated, { code: 0, error: "" });
  const old = join(folder, `signing-key-${first}.pub.pem`);
  t.match(
    rotated.out,
    new RegExp(`^key ${first} signs no more; to verify what it signed: ${old}\nkey [0-9a-f]{16} signs`),
  );
  const later = join(folder, "later.tar");
  run(["export", "--format", "evidence", "--database", database, "--out", later]);
  t.match(run(["verify", archive, "--key", old]), { code: 0, out: new RegExp(`signed by key ${first}`) });
  t.match(run(["verify", archive, "--key", key]), { code: 1 }, "not by the key of today");
  for (const pack of [archive, later]) t.match(run(["verify", pack, "--key", old, key]), { code: 0 }, "one of both");
  t.same(
    readdirSync(folder)
      .filter((name) => name.startsWith("signing-key"))
      .sort(),
    [`signing-key-${first}.pub.pem`, "signing-key.pem", "signing-key.pub.pem"],
    "the old private half is gone",
  );

  const privateFile = join(folder, "signing-key.pem");
  const exportAgain = () =>
    run(["export", "--format", "evidence", "--database", database, "--out", join(folder, "x.tar")]);
  chmodSync(privateFile, 0o644);
  t.match(exportAgain(), {
    code: 2,
    error: /signing-key\.pem" can't be used: others may read it \(mode 644\); chmod 600/,
  });
  rmSync(privateFile);
  t.match(exportAgain(), { code: 2, error: /there is none; `eastwatch signing-key` makes one/ });
  t.notOk(existsSync(join(folder, "x.tar")));
  t.match(run(["verify", join(folder, "nowhere.tar")]), { code: 3, error: /there is no such file or folder/ });
  t.match(run(["verify", archive, "--key", database]), { code: 2, error: /name a public key in PEM/ });
  t.match(run(["verify", database]), { code: 1, out: /manifest\.json: there is no manifest/ });
  t.end();
});

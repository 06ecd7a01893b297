import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { toldType } from "../sensor/inventory/endpoint/media-type.js";
import { redactConnection } from "../sensor/proof/redact-connection.js";
import { ByteBudget, SideBytes } from "../sensor/proof/side-bytes.js";
import { toldAlternative, toldHost, toldName } from "../sensor/protocol/tls/told-name.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { canaryTalks, type Talk } from "./support/canary-places.js";
import { TcpDialog } from "./support/frame-builder.js";
import { freePort } from "./support/free-port.js";
import { PROGRAM, Running, run, temporaryFolder, until } from "./support/program.js";

const FORMATS = (
  "ndjson csv openapi cyclonedx sarif html mermaid dot compliance-json compliance-markdown network-policy " +
  "authorization-policy"
).split(" ");

/** What all words that mark a place end with. */
const WORD = "wjxkqz";
const NUMBER = /(?<!\d)(?:5\d\d-\d\d-\d{4}|\d{20}|\d{16}|4930\d{7})(?!\d)/g;

t.test("wherever secrets and personal data stand, not one marked byte of them is kept or told", async (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "canary.pcap");
  const talks = writeTalks(capture);
  const marks = new Map(talks.map(({ mark, name }) => [mark, name]));
  t.equal(marks.size, talks.length);
  const inCapture = leaksIn(readFileSync(capture), marks);
  t.ok(
    inCapture.size > talks.length * 0.7,
    `${inCapture.size} of ${talks.length} are found where they are in the clear`,
  );
  const places = ["analyzed", "live", "exported"].map((name) => join(folder, name));
  const [analyzed, live, documents] = places;
  for (const place of places) mkdirSync(place);
  t.equal(run(["analyze", capture, "--out", analyzed]).code, 0);
  const calls = readFileSync(join(analyzed, "calls.ndjson"), "utf8");
  t.ok(calls.split("\n").length > talks.length, "the places were read as calls");
  const database = join(live, "sensor.sqlite");
  // The console is not there: what it is to be told stays in the outbox.
  const console = ["--console", `ws://127.0.0.1:${await freePort()}`, "--token-file", join(live, "token")];
  writeFileSync(join(live, "token"), "x".repeat(43));
  const port = await freePort();
  const sensor = Running.program([
    ...["sensor", "-i", `replay:${capture}`, "--database", database, "--listen", `127.0.0.1:${port}`],
    ...console,
  ]);
  await sensor.says(/runs on replay/);
  await until("calls of most places", async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    writeFileSync(join(live, "metrics"), metrics);
    return Number(/^eastwatch_calls(?:_total)? (\d+)/m.exec(metrics)?.[1]) > talks.length ? true : undefined;
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  writeFileSync(join(live, "wal"), readFileSync(`${database}-wal`));
  t.equal(await sensor.end(), 0);
  writeFileSync(join(live, "log"), sensor.text);
  for (const format of FORMATS)
    t.equal(
      run(["export", "--format", format, "--database", database, "--out", join(documents, format)]).code,
      0,
      format,
    );
  t.equal(
    run(["export", "--format", "evidence", "--database", database, "--out", join(documents, "pack.tar")]).code,
    0,
  );
  const files = places.flatMap((place) => readdirSync(place).map((name) => join(place, name)));
  t.ok(files.length >= 22);
  for (const file of files) t.strictSame([...leaksIn(readFileSync(file), marks)], [], file);
});

function childrenOf(process: number): number[] {
  const threads = `/proc/${process}/task`;
  const texts = readdirSync(threads).map((thread) => readFileSync(join(threads, thread, "children"), "latin1"));
  return texts.join(" ").split(" ").filter(Boolean).map(Number);
}

/** Where this host writes a core is what it is told in sysctl's kernel.core_pattern. */
const NO_CORES = /^core/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8"))
  ? false
  : "cores are not written to the folder of the process here";

t.test(
  "a sensor that crashes with a full outbox leaves no core, and what it leaves has no mark",
  { skip: NO_CORES },
  async (t) => {
    const folder = temporaryFolder(t);
    const capture = join(folder, "canary.pcap");
    const talks = writeTalks(capture);
    const marks = new Map(talks.map(({ mark, name }) => [mark, name]));
    writeFileSync(join(folder, "token"), "x".repeat(43));
    const isCore = (name: string): boolean => name.startsWith("core");
    const withCores = (place: string, parameters: readonly string[]): Running =>
      new Running("bash", [
        "-c",
        'cd "$0" && ulimit -c unlimited && exec "$@"',
        place,
        process.execPath,
        ...parameters,
      ]);
    const other = join(folder, "other");
    mkdirSync(other);
    await withCores(other, ["-e", "process.abort()"]).ended();
    t.same(readdirSync(other).filter(isCore).length, 1, "another process leaves one here");
    for (const signal of ["SIGSEGV", "SIGABRT"] as const) {
      const place = join(folder, signal);
      mkdirSync(place);
      const port = await freePort();
      const sensor = withCores(place, [
        ...[PROGRAM, "sensor", "-i", `replay:${capture}`, "--database", join(place, "sensor.sqlite")],
        ...["--listen", `127.0.0.1:${port}`, "--token-file", join(folder, "token")],
        ...["--console", `ws://127.0.0.1:${await freePort()}`],
      ]);
      await sensor.says(/runs on replay/);
      await until("an outbox of most calls", async () => {
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return Number(/^eastwatch_calls(?:_total)? (\d+)/m.exec(metrics)?.[1]) > talks.length ? true : undefined;
      });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const [capturing] = childrenOf(sensor.child.pid as number);
      process.kill(capturing, signal);
      await until(
        "another that captures",
        () => !childrenOf(sensor.child.pid as number).includes(capturing) || undefined,
      );
      await sensor.end(signal);
      t.equal(sensor.child.signalCode, signal);
      const left = readdirSync(place);
      t.same(left.filter(isCore), [], `${signal} leaves no core`);
      t.ok(left.includes("sensor.sqlite-wal"), "it had no time to put its file in order");
      for (const name of left) t.strictSame([...leaksIn(readFileSync(join(place, name)), marks)], [], name);
      t.strictSame([...leaksIn(Buffer.from(sensor.text), marks)], [], "what it said");
    }
  },
);

t.test("packets that are shown as proof have none of it either, wherever it stands", (t) => {
  const shown: string[] = [];
  const talks = canaryTalks(2);
  const marks = new Map(talks.map(({ mark, name }) => [mark, name]));
  for (const { steps } of talks) {
    const bytes = (side: "client" | "server"): Buffer =>
      Buffer.concat(steps.filter(([from]) => from === side).map(([, what]) => Buffer.from(what as string, "latin1")));
    const sides = [bytes("client"), bytes("server")].map((sent) => {
      const side = new SideBytes(new ByteBudget(1 << 24));
      side.take(0, sent, 0, sent.length);
      return { side, sent };
    });
    redactConnection(sides[0].side, sides[1].side);
    for (const { side, sent } of sides) {
      side.redact(0, sent, 0, sent.length);
      for (const [name, text] of leaksIn(sent, marks)) shown.push(`${name}: ${text}`);
    }
  }
  t.same(shown, []);
  t.end();
});

t.test("of media types and of certificates' and hosts' names what is public stays", (t) => {
  for (const [sent, told] of [
    ["application/json", "application/json"],
    ["application/json; charset=utf-8; user=ada@example.com", "application/json; charset=utf-8"],
    ['Text/HTML;Charset="ISO-8859-1"', "Text/HTML; charset=ISO-8859-1"],
    ["multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "multipart/form-data"],
    ["application/vnd.shop.v20240115+json", "application/vnd.shop.v20240115+json"],
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", undefined],
    ["application/ada@example.com", "***"],
    ["application/ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2", "application/***"],
    ["application/536-90-4399", "application/***"],
    ["ada", "***"],
  ] as const)
    t.equal(toldType(sent), told ?? sent, sent);
  for (const [name, told] of [
    ["CN=shop.internal,O=Shop", undefined],
    ["emailAddress=ada.lovelace@example.com,CN=Ada", "emailAddress=***@example.com,CN=Ada"],
    ["emailAddress=jürgen@example.com,CN=Jürgen", "emailAddress=***@example.com,CN=Jürgen"],
    ["emailAddress=ada\\+work@example.com,CN=Ada", "emailAddress=***@example.com,CN=Ada"],
    ["emailAddress=ada.it@example.com,CN=Ada", "emailAddress=***@example.com,CN=Ada"],
    ["emailAddress=ssl-admin@example.com,CN=CA", undefined],
    ["emailAddress=no-reply@example.com,CN=CA", undefined],
    ["serialNumber=PNOEE-38001085718,CN=x", "serialNumber=PNOEE-***,CN=x"],
    ["CN=ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2", "CN=***"],
  ] as const)
    t.equal(toldName(name), told ?? name, name);
  t.equal(toldAlternative("spiffe://cluster.local/ns/pay/sa/ledger"), "spiffe://cluster.local/ns/pay/sa/ledger");
  t.equal(toldAlternative("https://ada:pw@h/u?t=secret"), "https://***@h/u");
  t.equal(toldHost("ada@shop.internal"), "shop.internal");
  t.equal(toldHost("a1b2c3d4e5f6a7b8c9d0.elb.amazonaws.com"), "a1b2c3d4e5f6a7b8c9d0.elb.amazonaws.com");
  t.end();
});

/** Each on a connection of its own to a server of its own. */
function writeTalks(path: string): Talk[] {
  const output = new PcapOutput(path);
  const talks = canaryTalks(3);
  for (const [index, { steps }] of talks.entries()) {
    const ends = {
      client: `10.9.${index & 7}.7`,
      clientPort: 20_000 + index,
      server: `10.1.${index >> 8}.${index & 255}`,
    };
    const dialog = new TcpDialog({ ...ends, serverPort: 80, segmentBytes: 1_400 }, (frame) =>
      output.frame(frame),
    ).open();
    for (const [from, what] of steps) dialog.send(from, what);
    dialog.close();
  }
  output.close();
  return talks;
}

/** Marks found in plain, base64 (at any of its three phases, URL-safe too), hexadecimal or URL encoding, with what stands around them. */
function leaksIn(bytes: Buffer, marks: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  const look = (text: string): void => {
    const lower = text.toLowerCase();
    for (let at = lower.indexOf(WORD); at >= 0; at = lower.indexOf(WORD, at + 1))
      found.set(
        marks.get(lower.slice(at - 6, at + 6)) ?? lower.slice(at - 6, at + 6),
        text.slice(Math.max(0, at - 40), at + 30),
      );
    for (const [digits] of text.matchAll(NUMBER)) {
      const name = marks.get(digits) ?? marks.get(digits.slice(6));
      if (name !== undefined) found.set(name, digits);
    }
  };
  const text = bytes.toString("latin1");
  look(text);
  for (const [run] of text.matchAll(/[0-9a-fA-F]{13,}/g))
    for (let phase = 0; phase < 2; phase++) look(Buffer.from(run.slice(phase), "hex").toString("latin1"));
  for (const [run] of text.matchAll(/(?:%[0-9a-fA-F]{2}){3,}/g)) look(decodeBytes(run));
  for (const [run] of text.matchAll(/[\w+/-]{8,}/g))
    for (let phase = 0; phase < 4; phase++) look(Buffer.from(run.slice(phase), "base64").toString("latin1"));
  return found;
}

function decodeBytes(encoded: string): string {
  return Buffer.from(encoded.replaceAll("%", ""), "hex").toString("latin1");
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLabels } from "./impairment.js";
import type { Label } from "./label.js";
import { readCapture } from "./pcap.js";
import { keyOf, readConnections, type TlsRecord } from "./records.js";

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const PRE_SHARED_KEY = 41;
const EARLY_DATA = 42;
const SHA384_SUITE = 0x1302;
const EXAMPLES = 3;

interface Measured {
  readonly label: Label;
  readonly hash: "sha256" | "sha384";
  readonly resumed: boolean;
  readonly serverFlight: readonly number[];
  readonly client: readonly number[];
  /** What the server sent after the client had begun to answer: tickets first where it issues any. */
  readonly serverLater: readonly number[];
  readonly offeredIdentities: readonly number[];
  readonly earlyData: boolean;
}

/** Writes SIZES.md: what TLS 1.3 lets a reader without keys see, for each stack of the lab. */
export function writeSizes(folder: string): void {
  const labels = readLabels(folder).filter(({ variant, version }) => variant === "clean" && version === "1.3");
  const measured = [...new Set(labels.map(({ pcap }) => pcap))].flatMap((pcap) => measurePcap(folder, pcap, labels));
  const text = [
    "# TLS 1.3 record sizes by stack\n",
    "Lengths are those in the record header (type byte and tag included, 5-byte header not); ChangeCipherSpec (type 20) is left out. " +
      "`case` is asked-and-shown: `none` not asked, `declined` asked and sent none, else the certificate sent. " +
      "Client columns show the first records after ServerHello, so the last ones shown are application data.\n",
    ...clientTables(measured),
    ...serverTables(measured),
    ...ticketTables(measured),
  ];
  writeFileSync(join(folder, "SIZES.md"), `${text.join("\n")}\n`);
}

function measurePcap(folder: string, pcap: string, labels: readonly Label[]): Measured[] {
  const connections = readConnections(readCapture(join(folder, pcap)).packets);
  return labels
    .filter((label) => label.pcap === pcap)
    .flatMap((label) => {
      const records = connections.get(keyOf(label["client.address"], label["client.port"], label["server.port"]));
      const found = records === undefined ? undefined : measure(label, records);
      return found === undefined ? [] : [found];
    });
}

function measure(label: Label, records: readonly TlsRecord[]): Measured | undefined {
  const hellos = records.flatMap(({ from, type, bytes }, at) =>
    type === HANDSHAKE && from === "server" && bytes[5] === 2 ? [at] : [],
  );
  const helloAt = hellos.at(-1);
  const clientHello = records.findLast(
    ({ from, type }, at) => from === "client" && type === HANDSHAKE && at < (helloAt ?? 0),
  );
  if (helloAt === undefined || clientHello === undefined) return undefined;
  const after = records.slice(helloAt + 1).filter(({ type }) => type === APPLICATION_DATA);
  const firstOfClient = after.findIndex(({ from }) => from === "client");
  if (firstOfClient < 0) return undefined;
  const lengths = (of: readonly TlsRecord[], from: string): number[] =>
    of.filter((one) => one.from === from).map(({ length }) => length);
  const [suite, serverExtensions] = readServerHello(records[helloAt].bytes);
  const offered = readClientExtensions(clientHello.bytes);
  return {
    label,
    hash: suite === SHA384_SUITE ? "sha384" : "sha256",
    resumed: serverExtensions.has(PRE_SHARED_KEY),
    serverFlight: lengths(after.slice(0, firstOfClient), "server"),
    client: lengths(after, "client"),
    serverLater: lengths(after.slice(firstOfClient), "server"),
    offeredIdentities: readIdentityLengths(offered.get(PRE_SHARED_KEY)),
    earlyData: offered.has(EARLY_DATA),
  };
}

/** RFC 8446 §4.1.3 */
function readServerHello(record: Buffer): [number, Map<number, Buffer>] {
  const sessionEnd = 5 + 4 + 2 + 32 + 1 + record[5 + 4 + 2 + 32];
  return [record.readUInt16BE(sessionEnd), readExtensions(record.subarray(sessionEnd + 3))];
}

/** RFC 8446 §4.1.2 */
function readClientExtensions(record: Buffer): Map<number, Buffer> {
  let at = 5 + 4 + 2 + 32;
  at += 1 + record[at];
  at += 2 + record.readUInt16BE(at);
  at += 1 + record[at];
  return readExtensions(record.subarray(at));
}

function readExtensions(bytes: Buffer): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  for (let at = 2; at + 4 <= bytes.length; at += 4 + bytes.readUInt16BE(at + 2))
    extensions.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + bytes.readUInt16BE(at + 2)));
  return extensions;
}

/** RFC 8446 §4.2.11: a list of identities, each with four bytes of obfuscated age after it. */
function readIdentityLengths(extension: Buffer | undefined): number[] {
  const lengths: number[] = [];
  if (extension === undefined) return lengths;
  for (let at = 2; at + 2 <= 2 + extension.readUInt16BE(0); at += 6 + extension.readUInt16BE(at))
    lengths.push(extension.readUInt16BE(at));
  return lengths;
}

function caseOf({ label }: Measured): string {
  if (label.expected === "not-requested") return "none";
  if (label.expected === "declined") return "declined";
  return label.certificate === "none" ? "some certificate" : label.certificate;
}

function clientTables(measured: readonly Measured[]): string[] {
  const lines = [
    "## What the client sends after ServerHello\n",
    "| client | suite | case | full or resumed | first records of the client, examples |",
    "|---|---|---|---|---|",
  ];
  const keyed = group(
    measured,
    (one) => `${one.label.clientStack} | ${one.hash} | ${caseOf(one)} | ${one.resumed ? "resumed" : "full"}`,
  );
  for (const [key, of] of keyed)
    lines.push(
      `| ${key} | ${examples(of.map(({ client, earlyData }) => `${earlyData ? "0-RTT " : ""}${show(client, 5)}`))} |`,
    );
  return [...lines, ""];
}

function serverTables(measured: readonly Measured[]): string[] {
  const lines = [
    "## The server's first encrypted flight\n",
    "| server | suite | asks | full or resumed | records, examples |",
    "|---|---|---|---|---|",
  ];
  const keyed = group(
    measured,
    (one) => `${one.label.serverStack} | ${one.hash} | ${one.label.auth} | ${one.resumed ? "resumed" : "full"}`,
  );
  for (const [key, of] of keyed)
    lines.push(`| ${key} | ${examples(of.map(({ serverFlight }) => show(serverFlight, 8)))} |`);
  return [...lines, ""];
}

function ticketTables(measured: readonly Measured[]): string[] {
  const lines = ["## Tickets: the server's records after the client began to answer a full handshake, and the identity offered next\n",
    "| server | suite | case | records, examples | identity lengths offered later by the same client |", "|---|---|---|---|---|"]; // biome-ignore format: two lines of a table
  const full = measured.filter(({ resumed }) => !resumed);
  const keyed = group(full, (one) => `${one.label.serverStack} | ${one.hash} | ${caseOf(one)}`);
  const offers = group(measured, ({ label }) => `${label.pcap} ${label["client.address"]}`);
  for (const [key, of] of keyed) {
    const pairs = of.flatMap((one) => {
      const runs = offers.get(`${one.label.pcap} ${one.label["client.address"]}`) ?? [];
      return runs.flatMap(({ offeredIdentities }) =>
        offeredIdentities.length === 0 ? [] : [offeredIdentities.join("+")],
      );
    });
    lines.push(`| ${key} | ${examples(of.map(({ serverLater }) => show(serverLater, 5)))} | ${examples(pairs)} |`);
  }
  return [...lines, ""];
}

function show(lengths: readonly number[], most: number): string {
  return lengths.slice(0, most).join(" ") + (lengths.length > most ? " …" : "");
}

/** The most frequent first. */
function examples(all: readonly string[]): string {
  const counts = group(all, (one) => one);
  const ordered = [...counts].sort(([, one], [, other]) => other.length - one.length).map(([text]) => text);
  return ordered.slice(0, EXAMPLES).join(" / ") + (ordered.length > EXAMPLES ? ` / (${ordered.length} kinds)` : "");
}

function group<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const known = groups.get(keyOfItem(item));
    if (known === undefined) groups.set(keyOfItem(item), [item]);
    else known.push(item);
  }
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}

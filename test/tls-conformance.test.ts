import { readFileSync } from "node:fs";
import { join } from "node:path";
import tap from "tap";
import type { Certificate, Handshake } from "../sensor/protocol/message.js";
import { CORPORA, type CorpusEntry, expectedFile, judge, readCorpora, report } from "./support/corpus.js";
import { handshakesOf } from "./support/handshake-run.js";
import { TLS_DIFFERENCES } from "./support/tls-differences.js";
import { readZeekLog, type ZeekLog } from "./support/zeek-log.js";

const index = readCorpora();
if (index !== undefined) {
  compareHandshakes(index);
  compareCertificates(index);
  compareWithArkime(index);
}

function compareHandshakes(index: readonly CorpusEntry[]): void {
  tap.test("handshakes agree with Zeek's ssl.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const log = expectedFile(entry, "/ssl.log");
      if (entry.capture === undefined || log === undefined) continue;
      const theirs = readZeekLog(log);
      const ours = await handshakesOf(join(CORPORA, entry.capture));
      // Zeek writes no line for what it joined after the handshake.
      const told = ours.filter(({ version, ja3 }) => version !== undefined || ja3 !== undefined);
      const rows = told.map((one) => project(theirs, asZeek(one)));
      table.push(judge(t, entry.capture, rows, rowsOf(theirs), TLS_DIFFERENCES.get(entry.capture)));
    }
    report(t, "Zeek", table);
  });
}

function compareCertificates(index: readonly CorpusEntry[]): void {
  tap.test("certificates agree with Zeek's x509.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const log = expectedFile(entry, "/x509.log");
      if (entry.capture === undefined || log === undefined) continue;
      const theirs = readZeekLog(log);
      const chains = (await handshakesOf(join(CORPORA, entry.capture))).flatMap((one) => [
        ...one.serverChain,
        ...one.clientChain,
      ]);
      const distinct = new Map(chains.map((one) => [one.fingerprint, one]));
      const ours = [...distinct.values()].map((one) => project(theirs, asX509(one)));
      const name = `${entry.capture} (x509)`;
      table.push(judge(t, name, ours, [...new Set(rowsOf(theirs))], TLS_DIFFERENCES.get(name)));
    }
    report(t, "Zeek on certificates", table);
  });
}

function compareWithArkime(index: readonly CorpusEntry[]): void {
  tap.test(
    "JA3, JA3S, JA4, versions and ciphers agree with Arkime's sessions, or differ for a known reason",
    async (t) => {
      const table: string[] = [];
      for (const entry of index) {
        const file = expectedFile(entry, ".test");
        const { source, capture } = entry;
        if (source !== "arkime" || capture === undefined || file === undefined) continue;
        const sessions: { body: ArkimeSession }[] = JSON.parse(readFileSync(file, "utf8")).sessions3;
        const theirs = sessions.map(({ body }) => body).filter(({ tls }) => tls !== undefined);
        const ours = (await handshakesOf(join(CORPORA, capture))).filter(
          ({ version, ja3 }) => version !== undefined || ja3 !== undefined,
        );
        if (theirs.length === 0 && ours.length === 0) continue;
        const name = `${capture} (arkime)`;
        table.push(judge(t, name, ours.map(asArkime), theirs.map(fromArkime), TLS_DIFFERENCES.get(name)));
      }
      report(t, "Arkime", table);
    },
  );
}

/** Columns compared; what a log does not have is left out on both sides. */
const COLUMNS = [
  "id.orig_h id.orig_p id.resp_h id.resp_p version cipher curve server_name resumed last_alert next_protocol established",
  "cert_chain_fps client_cert_chain_fps fingerprint certificate.serial certificate.subject certificate.issuer",
  "certificate.not_valid_before certificate.not_valid_after certificate.sig_alg certificate.key_length san.dns",
]
  .join(" ")
  .split(" ");

function project({ fields }: ZeekLog, row: ReadonlyMap<string, string>): string {
  return COLUMNS.filter((name) => fields.includes(name))
    .map((name) => `${name.replace("certificate.", "")}=${row.get(name) ?? "-"}`)
    .join(" ");
}

function rowsOf(log: ZeekLog): string[] {
  return log.rows.map((row) => project(log, normalized(row)));
}

/** Zeek's vectors are empty where we have nothing to say, and its times have fractions. */
function normalized(row: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const entries = [...row].filter(([name, value]) => !(name.endsWith("_fps") && value === ""));
  return new Map(
    entries.map(([name, value]) => [name, name.includes("not_valid") ? value.replace(/\.0+$/, "") : value]),
  );
}

const VERSIONS: Readonly<Record<string, string>> = {
  "2": "SSLv2",
  "3": "SSLv3",
  "1.0": "TLSv10",
  "1.1": "TLSv11",
  "1.2": "TLSv12",
  "1.3": "TLSv13",
};

function asZeek(one: Handshake): ReadonlyMap<string, string> {
  const { flow } = one;
  const row = new Map([
    ["id.orig_h", flow.clientAddress],
    ["id.orig_p", String(flow.clientPort)],
    ["id.resp_h", flow.serverAddress],
    ["id.resp_p", String(flow.serverPort)],
    ["resumed", one.resumed === true ? "T" : "F"],
    ["established", one.established === true ? "T" : "F"],
  ]);
  const put = (name: string, value: string | undefined): void => void (value !== undefined && row.set(name, value));
  put("version", VERSIONS[one.version ?? ""]);
  put("cipher", one.cipher);
  put("curve", one.curve);
  put("server_name", one.serverName);
  put("last_alert", one.alert);
  put("next_protocol", one.nextProtocol);
  if (one.resumed !== true && one.serverChain.length > 0)
    put("cert_chain_fps", one.serverChain.map(({ fingerprint }) => fingerprint).join(","));
  if (one.resumed !== true && one.clientChain.length > 0)
    put("client_cert_chain_fps", one.clientChain.map(({ fingerprint }) => fingerprint).join(","));
  return row;
}

function asX509(one: Certificate): ReadonlyMap<string, string> {
  const row = new Map([
    ["fingerprint", one.fingerprint],
    ["certificate.serial", one.serialNumber],
    ["certificate.subject", one.subject],
    ["certificate.issuer", one.issuer],
    ["certificate.not_valid_before", String(one.notBeforeSeconds)],
    ["certificate.not_valid_after", String(one.notAfterSeconds)],
    ["certificate.sig_alg", one.signatureAlgorithm],
  ]);
  if (one.keyBits !== undefined) row.set("certificate.key_length", String(one.keyBits));
  const names = one.san.filter((name) => !/[@/]|^[\d.]+$|:/.test(name));
  if (names.length > 0) row.set("san.dns", names.join(","));
  return row;
}

interface ArkimeSession {
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
  readonly tls?: Readonly<Record<string, readonly string[]>>;
}

function fromArkime({ source, destination, tls = {} }: ArkimeSession): string {
  const parts = ["ja3", "ja3s", "ja4", "cipher", "version"].map((name) => `${name}=${tls[name]?.join(",") ?? "-"}`);
  return `${source.ip}:${source.port}>${destination.ip}:${destination.port} ${parts.join(" ")}`;
}

const ARKIME_VERSIONS: Readonly<Record<string, string>> = {
  "3": "SSLv3",
  "1.0": "TLSv1",
  "1.1": "TLSv1.1",
  "1.2": "TLSv1.2",
  "1.3": "TLSv1.3",
};

function asArkime({ flow, ja3, ja3s, ja4, cipher, version }: Handshake): string {
  const parts = [`ja3=${ja3 ?? "-"}`, `ja3s=${ja3s ?? "-"}`, `ja4=${ja4 ?? "-"}`, `cipher=${cipher ?? "-"}`];
  const name = ARKIME_VERSIONS[version ?? ""] ?? "-";
  return `${flow.clientAddress}:${flow.clientPort}>${flow.serverAddress}:${flow.serverPort} ${parts.join(" ")} version=${name}`;
}

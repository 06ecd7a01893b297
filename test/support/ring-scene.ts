import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { PacketRing, type RingSettings } from "../../sensor/capture/packet-ring.js";
import { type DialogOptions, TcpDialog } from "./frame-builder.js";
import { type Outcome, run } from "./program.js";
import { frameOf, START_MICROS } from "./timed-frame.js";

export const MEBIBYTE = 1024 * 1024;
export const ENDS = "10.0.0.1:40000-10.0.0.2:8080";

export function ringSettingsOf(folder: string): RingSettings {
  return { folder, maxBytes: 64 * MEBIBYTE, segmentBytes: 16 * MEBIBYTE, maxWaitingBytes: 16 * MEBIBYTE };
}

export type Speech = readonly ["client" | "server", string | Buffer];

/** Frames of one connection that says this. */
export function framesOf(speeches: readonly Speech[], options: DialogOptions = {}): Buffer[] {
  const frames: Buffer[] = [];
  const dialog = new TcpDialog(options, (frame) => frames.push(frame)).open();
  for (const [from, bytes] of speeches) dialog.send(from, bytes);
  dialog.close();
  return frames;
}

/** Keeps frames in a ring, a millisecond apart. */
export async function keep(folder: string, frames: readonly Buffer[], linkType = 1): Promise<void> {
  const ring = new PacketRing(ringSettingsOf(folder), () => {});
  const take = ring.capture("eth0");
  for (const [index, bytes] of frames.entries())
    take(frameOf({ bytes, atMicros: START_MICROS + index * 1_000, linkType }));
  await ring.close();
}

/** What another program reads of an export: each side's payload in the order of the packets, Latin-1. */
export interface Exported {
  readonly outcome: Outcome;
  readonly client: string;
  readonly server: string;
  readonly payloads: readonly string[];
  readonly file: string;
}

let exports = 0;

export function exportOf(folder: string, ...more: string[]): Exported {
  const file = join(folder, `export-${exports++}.pcapng`);
  const outcome = run(["packets", "--connection", ENDS, "--packet-ring", folder, "--out", file, ...more]);
  const rows = tshark(file, "-e", "tcp.srcport", "-e", "tcp.payload").map((line) => line.split("\t"));
  const bytes = rows.map(([port, hex = ""]) => [port, Buffer.from(hex, "hex").toString("latin1")]);
  const of = (isClient: boolean): string =>
    bytes
      .filter(([port]) => (port === "40000") === isClient)
      .map(([, text]) => text)
      .join("");
  return { outcome, client: of(true), server: of(false), payloads: bytes.map(([, text]) => text), file };
}

/** Lines of fields of a file's packets, as tshark reads them. */
export function tshark(file: string, ...fields: string[]): string[] {
  const { stdout, stderr, status } = spawnSync("tshark", ["-r", file, "-T", "fields", ...fields], { encoding: "utf8" });
  if (status !== 0) throw new Error(`tshark -r ${file}: ${stderr}`);
  return stdout.split("\n").slice(0, -1);
}

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Label } from "./label.js";
import { type Capture, type Captured, joinCapture, readCapture } from "./pcap.js";
import { findWhole, keyOf } from "./records.js";

/** A way a sensor sees less, or sees it in another order, than was sent. Labels stay what they were. */
interface Impairment {
  readonly name: string;
  apply(packets: readonly Captured[], random: () => number): Captured[];
}

const IMPAIRMENTS: readonly Impairment[] = [
  { name: "loss-1", apply: (packets, random) => packets.filter(() => random() >= 0.01) },
  { name: "loss-5", apply: (packets, random) => packets.filter(() => random() >= 0.05) },
  { name: "reordered", apply: reorder },
  { name: "late", apply: joinLate },
  {
    name: "from-server-only",
    apply: (packets) => packets.filter(({ tcp }) => tcp !== undefined && tcp.fromPort < tcp.toPort),
  },
  {
    name: "from-client-only",
    apply: (packets) => packets.filter(({ tcp }) => tcp !== undefined && tcp.fromPort > tcp.toPort),
  },
];

/** Derives impaired captures from every clean one; their labels. */
export function impair(folder: string, labels: readonly Label[]): Label[] {
  const clean = labels.filter(({ variant }) => variant === "clean");
  const derived: Label[] = [];
  for (const pcap of new Set(clean.map((label) => label.pcap))) {
    const capture = readCapture(join(folder, pcap));
    for (const impairment of IMPAIRMENTS) {
      const name = pcap.replace(/\.pcap$/, `--${impairment.name}.pcap`);
      writeFileSync(join(folder, name), impaired(capture, impairment, seedOf(name)));
      const of = clean.filter((label) => label.pcap === pcap);
      derived.push(...of.map((label) => ({ ...label, pcap: name, variant: impairment.name })));
    }
  }
  return derived;
}

/** Derives them anew for a folder that was recorded before. */
export function impairFolder(folder: string): void {
  const whole = keepWhole(folder, readRecorded(folder));
  writeLabels(folder, [...whole, ...impair(folder, whole)]);
}

/**
 * Under load tcpdump itself may lose packets: what it did not record whole can't stand for a clean capture. The rest of
 * its run goes with it: a session whose full handshake nobody recorded can't be told.
 */
export function keepWhole(folder: string, labels: readonly Label[]): Label[] {
  return [...new Set(labels.map(({ pcap }) => pcap))].flatMap((pcap) => {
    const whole = findWhole(readCapture(join(folder, pcap)).packets);
    const of = labels.filter((label) => label.pcap === pcap);
    const isWhole = (label: Label): boolean =>
      whole.has(keyOf(label["client.address"], label["client.port"], label["server.port"]));
    const spoilt = new Set(of.filter((label) => !isWhole(label)).map(runOf));
    const kept = of.filter((label) => !spoilt.has(runOf(label)));
    if (kept.length < of.length)
      console.error(
        `${pcap}: ${spoilt.size} runs not recorded whole, ${of.length - kept.length} connections: left out`,
      );
    return kept;
  });
}

function runOf(label: Label): string {
  return [label["client.address"], label["server.port"], label.certificate, label.alpn, label.hash].join(" ");
}

export function writeLabels(folder: string, labels: readonly Label[]): void {
  writeFileSync(join(folder, "labels.ndjson"), labels.map((label) => `${JSON.stringify(label)}\n`).join(""));
}

/** Labels of what was recorded, not derived. */
export function readRecorded(folder: string): Label[] {
  return readLabels(folder).filter((label) => !isDerived(label));
}

export function isDerived({ variant }: Label): boolean {
  return IMPAIRMENTS.some(({ name }) => name === variant);
}

export function readLabels(folder: string): Label[] {
  const lines = readFileSync(join(folder, "labels.ndjson"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Label);
}

function impaired(capture: Capture, { apply }: Impairment, seed: number): Buffer {
  return joinCapture(capture, apply(capture.packets, randomFrom(seed)));
}

/** Each packet may fall up to three places behind, with the time of its new place: what unequal paths do. */
function reorder(packets: readonly Captured[], random: () => number): Captured[] {
  const places = packets.map((packet, at) => ({ packet, place: at + (random() < 0.2 ? random() * 3.5 : 0) }));
  const order = places.sort((one, other) => one.place - other.place).map(({ packet }) => packet);
  return order.map((packet, at) => {
    const bytes = Buffer.from(packet.bytes);
    packets[at].bytes.copy(bytes, 0, 0, 8);
    return { ...packet, bytes };
  });
}

/** The first packets of every second connection, one to eight of them, were before the capture began. */
function joinLate(packets: readonly Captured[], random: () => number): Captured[] {
  const left = new Map<string, number>();
  return packets.filter(({ tcp }) => {
    if (tcp === undefined) return true;
    const ends = [`${tcp.from}:${tcp.fromPort}`, `${tcp.to}:${tcp.toPort}`].sort().join(" ");
    if (!left.has(ends)) left.set(ends, random() < 0.5 ? 0 : 1 + Math.floor(random() * 8));
    const cut = left.get(ends) ?? 0;
    left.set(ends, cut - 1);
    return cut <= 0;
  });
}

/** Impairments are the same for the same capture, so that a wrong verdict can be looked at again (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

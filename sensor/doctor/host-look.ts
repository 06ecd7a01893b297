import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { hostInterfaces } from "../capture/host-interfaces.js";

/** Packets each of this host's interfaces has received and sent since it came up, by the kernel's own count. */
export function packetCounts(): ReadonlyMap<string, number> {
  return new Map(hostInterfaces().map((name) => [name, read(name, "rx_packets") + read(name, "tx_packets")]));
}

/** How many packets each interface carried between two looks; those that carried none are left out. */
export function packetsBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const carried = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return new Map(carried.filter(([, count]) => count > 0));
}

/** Largest packet of an interface in bytes; that of Ethernet where it can't be read, as for `any`. */
export function mtuOf(name: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/mtu`, "utf8"));
  } catch {
    return 1_500;
  }
}

/** An interface's own address; undefined where it has none of Ethernet's length. */
export function hardwareAddressOf(name: string): Buffer | undefined {
  try {
    const address = Buffer.from(readFileSync(`/sys/class/net/${name}/address`, "utf8").replaceAll(/[:\n]/g, ""), "hex");
    return address.length === 6 ? address : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an interface is no device but stands on another, or is one end of a pair: frames may reach it that were put together there. */
export function isVirtual(name: string): boolean {
  try {
    return readlinkSync(`/sys/class/net/${name}`).includes("/devices/virtual/");
  } catch {
    return false;
  }
}

/** The bridge of each interface that is a port of one. */
export function bridgesOfPorts(): ReadonlyMap<string, string> {
  const bridges = hostInterfaces().map((name) => [name, bridgeOf(name)] as const);
  return new Map(bridges.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function bridgeOf(name: string): string | undefined {
  try {
    return basename(readlinkSync(`/sys/class/net/${name}/brport/bridge`));
  } catch {
    return undefined;
  }
}

function read(name: string, counter: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/statistics/${counter}`, "utf8"));
  } catch {
    return 0;
  }
}

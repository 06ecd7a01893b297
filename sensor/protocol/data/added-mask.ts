import { isIP } from "node:net";
import { MASK } from "../message.js";
import type { DataClassifier } from "./data-classifier.js";

const PORT = /:\d*$/;

/** Replaces in the name of a host, or in one that has such in it, what is of an operator's classes. */
export type NameMask = (name: string) => string;

/**
 * The mask of an operator's rules; `make` is called with the first name where there are any. Letters of a name are compared in either case, for it
 * means the same in both (RFC 4343), and underscores part words. Addresses and ports are no names and stay.
 */
export function addedMask(rules: readonly string[], make: () => DataClassifier): NameMask {
  if (rules.length === 0) return (name) => name;
  return (name) => (isIP(name.replace(PORT, "").replace(/^\[|\]$/g, "")) === 0 ? maskAdded(name, make()) : name);
}

function maskAdded(name: string, classifier: DataClassifier): string {
  const bytes = Buffer.from(name, "utf8");
  const nameEnd = bytes.length - Buffer.byteLength(PORT.exec(name)?.[0] ?? "");
  const isMasked = new Uint8Array(nameEnd);
  for (const written of [name, name.toLowerCase(), name.toUpperCase()])
    for (const text of new Set([written, written.replaceAll("_", "-")])) {
      const other = Buffer.from(text, "utf8");
      // A letter may be longer in its other case: its places are not those of the name.
      if (other.length !== bytes.length) continue;
      for (const { start, end } of classifier.addedPlaces(other.subarray(0, nameEnd))) isMasked.fill(1, start, end);
    }
  return isMasked.includes(1) ? withMasks(bytes, isMasked) : name;
}

function withMasks(bytes: Buffer, isMasked: Uint8Array): string {
  let told = "";
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const mark = isMasked[at] ?? 0;
    while (at < bytes.length && (isMasked[at] ?? 0) === mark) at++;
    told += mark === 1 ? MASK : bytes.toString("utf8", start, at);
  }
  return told;
}

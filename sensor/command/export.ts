import { closeSync, openSync, writeSync } from "node:fs";
import { CommandError } from "../../shared/command-error.js";
import { suggestion } from "../../shared/config/suggestion.js";
import { REPORTS } from "../report/registry.js";
import { readCoverage } from "../store/read-coverage.js";
import { readInventory } from "../store/read-inventory.js";

export interface ExportOptions {
  readonly format: string;
  readonly database: string;
  /** One sensor of a console; all of them without it. */
  readonly sensor?: string;
  /** File to write; standard output without it. */
  readonly out?: string;
}

/** Writes the inventory as a document. */
export function exportInventory({ format, database, sensor, out }: ExportOptions): number {
  const report = REPORTS.find((report) => report.name === format);
  const names = REPORTS.map((report) => report.name);
  if (report === undefined) {
    throw new CommandError(`--format "${format}" is unknown${suggestion(format, names)}; allowed: ${names.join(", ")}`);
  }
  const rows = [...readInventory(database, sensor)];
  const coverage = readCoverage(database, sensor);
  const descriptor = out === undefined ? 1 : openOut(out);
  try {
    for (const piece of report.write(rows, coverage)) writeAll(descriptor, piece);
  } finally {
    if (out !== undefined) closeSync(descriptor);
  }
  return 0;
}

function openOut(out: string): number {
  try {
    return openSync(out, "w");
  } catch (error) {
    throw new CommandError(
      `--out "${out}" can't be written: ${(error as Error).message}; name a file you may write to`,
    );
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe whose reader is slow; one whose reader is gone wants no more.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

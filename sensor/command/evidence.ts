import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../../shared/command-error.js";
import { readSigningKey } from "../../shared/signing-key.js";
import type { Stored } from "../report/evidence/pack-files.js";
import { packArchive, writePack } from "../report/evidence/write-pack.js";
import { writeDocument } from "./document-output.js";

/** A signed pack: a folder where `out` is one or ends like one, else an archive. */
export function exportEvidence(stored: Stored, keyFile: string, out: string | undefined): void {
  if (out === undefined && process.stdout.isTTY)
    throw new CommandError("an evidence pack is an archive; name a file for it, such as --out evidence.tar");
  const key = readSigningKey(keyFile);
  const createdMicros = Date.now() * 1_000;
  if (out !== undefined && (out.endsWith("/") || isFolder(out))) {
    try {
      writePack(out, stored, key, createdMicros);
    } catch (error) {
      throw new CommandError(`--out "${out}" can't be written: ${(error as Error).message}`);
    }
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-evidence-"));
  try {
    writePack(folder, stored, key, createdMicros);
    writeDocument(out, packArchive(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

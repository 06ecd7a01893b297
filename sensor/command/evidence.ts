import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../../shared/command-error.js";
import { writeReason } from "../../shared/file-reason.js";
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
    attempt(`--out "${out}"`, "name a folder that is empty or not there yet", () =>
      writePack(out, stored, key, createdMicros),
    );
    return;
  }
  const place = `"${tmpdir()}", in which the pack is put together,`;
  const elsewhere = "name another by TMPDIR";
  const folder = attempt(place, elsewhere, () => mkdtempSync(join(tmpdir(), "eastwatch-evidence-")));
  try {
    attempt(place, elsewhere, () => writePack(folder, stored, key, createdMicros));
    writeDocument(out, packArchive(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function attempt<T>(what: string, remedy: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CommandError(`${what} can't be written: ${writeReason(error, remedy)}`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

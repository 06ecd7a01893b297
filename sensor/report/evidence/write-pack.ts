import { createHash, sign } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../shared/make-folder.js";
import { presentRows } from "../../../shared/present-findings.js";
import type { SigningKey } from "../../../shared/signing-key.js";
import { formatTime } from "../../../shared/time.js";
import { VERSION } from "../../../shared/version.js";
import { firstSeen, lastSeen } from "../last-seen.js";
import { filePieces, PIECE_BYTES } from "./file-pieces.js";
import {
  createdSeconds,
  type HashedFile,
  MANIFEST_NAME,
  type Manifest,
  manifestOf,
  manifestText,
  PUBLIC_KEY_NAME,
  parseManifest,
  SIGNATURE_NAME,
} from "./manifest.js";
import { PACK_FILES, type Stored } from "./pack-files.js";
import { END_BYTES, paddingBytes, tarHeader } from "./tar.js";

const STATEMENT =
  "What passive sensors saw on the network in the time given. What did not pass them is not in it; coverage.json says what they could not " +
  "see. It supports an audit and takes no place of one.";

/** Writes a pack into an empty folder, which is made where there is none. */
export function writePack(folder: string, { rows, coverage }: Stored, key: SigningKey, createdMicros: number): void {
  const stored = { rows: presentRows(rows), coverage };
  makeFolder(folder, 0o750);
  if (readdirSync(folder).length > 0) throw new Error("the folder is not empty, and a pack needs one of its own");
  const files: HashedFile[] = [];
  for (const { name, write } of PACK_FILES) files.push(writeHashed(join(folder, name), name, write(stored)));
  const publicKey = key.publicKey.export({ type: "spki", format: "pem" }) as string;
  files.push(writeHashed(join(folder, PUBLIC_KEY_NAME), PUBLIC_KEY_NAME, [publicKey]));
  const text = manifestText(manifestOf(headOf(stored, key, createdMicros), files));
  writeFileSync(join(folder, MANIFEST_NAME), text);
  writeFileSync(join(folder, SIGNATURE_NAME), `${sign(null, Buffer.from(text), key.privateKey).toString("base64")}\n`);
}

/** A pack's folder as one archive, in pieces: the manifest first, so that a reader knows what must follow. */
export function* packArchive(folder: string): Iterable<Uint8Array> {
  const manifest = parseManifest(readFileSync(join(folder, MANIFEST_NAME), "utf8")) as Manifest;
  const seconds = createdSeconds(manifest);
  for (const name of [MANIFEST_NAME, SIGNATURE_NAME, ...manifest.files.map(({ name }) => name)]) {
    const path = join(folder, name);
    const sizeBytes = statSync(path).size;
    yield tarHeader({ name, sizeBytes }, seconds);
    yield* filePieces(path);
    yield Buffer.alloc(paddingBytes(sizeBytes));
  }
  yield Buffer.alloc(END_BYTES);
}

function headOf({ rows, coverage }: Stored, key: SigningKey, createdMicros: number) {
  return {
    eastwatch: VERSION,
    created: formatTime(createdMicros),
    first_seen: lastSeen(rows) === 0 ? undefined : formatTime(firstSeen(rows)),
    last_seen: lastSeen(rows) === 0 ? undefined : formatTime(lastSeen(rows)),
    sensors: coverage.flatMap(({ sensor }) => sensor ?? []),
    statement: STATEMENT,
    signature: { algorithm: "Ed25519", key_id: key.id },
  } as const;
}

function writeHashed(path: string, name: string, texts: Iterable<string>): HashedFile {
  const hash = createHash("sha256");
  const file = openSync(path, "wx", 0o640);
  let bytes = 0;
  try {
    for (const piece of inPieces(texts)) {
      hash.update(piece);
      for (let written = 0; written < piece.length; ) written += writeSync(file, piece, written);
      bytes += piece.length;
    }
  } finally {
    closeSync(file);
  }
  return { name, bytes, sha256: hash.digest("hex") };
}

/** Rows are small and many: each write costs. */
function* inPieces(texts: Iterable<string>): Iterable<Buffer> {
  let held: string[] = [];
  let length = 0;
  for (const text of texts) {
    held.push(text);
    length += text.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.from(held.join(""));
    held = [];
    length = 0;
  }
  yield Buffer.from(held.join(""));
}

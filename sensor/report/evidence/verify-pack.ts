import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { keyId } from "../../../shared/signing-key.js";
import {
  brokenLink,
  createdSeconds,
  MANIFEST_NAME,
  type Manifest,
  PUBLIC_KEY_NAME,
  parseManifest,
  SIGNATURE_NAME,
} from "./manifest.js";
import { type Fault, type FoundFile, openPack, type PackSource } from "./pack-source.js";

/** Larger is no manifest of ours; it is held in memory. */
const MAX_HELD_BYTES = 1 << 20;
const SIGNATURE_BYTES = 64;

export interface Verification {
  readonly manifest: Manifest | undefined;
  /** Empty where every byte is as it was signed. */
  readonly faults: readonly Fault[];
  /** The key that the signature was held against: one of those given, or that of the pack itself. */
  readonly keyId: string | undefined;
}

/** Holds a pack against its manifest, and the manifest against its signature. Throws what the file system throws. */
export function verifyPack(path: string, keys: readonly KeyObject[]): Verification {
  const pack = openPack(path);
  try {
    return verified(pack, keys);
  } finally {
    pack.close();
  }
}

function verified(pack: PackSource, keys: readonly KeyObject[]): Verification {
  const bytes = heldBytes(pack, MANIFEST_NAME);
  const manifest = bytes && parseManifest(bytes.toString("utf8"));
  if (bytes === undefined || manifest === undefined) {
    const why = bytes === undefined ? "there is no manifest" : "it is no manifest of an evidence pack";
    const fault: Fault = { file: MANIFEST_NAME, kind: bytes === undefined ? "removed" : "changed", why };
    // Of an archive that ends within it, the end is to blame.
    const cut = pack.faults(0).filter(({ kind }) => kind === "cut-short");
    return { manifest: undefined, faults: [...cut, fault], keyId: undefined };
  }
  const key = keyFor(pack, manifest, keys);
  const link = brokenLink(manifest);
  return {
    manifest,
    keyId: key && keyId(key),
    faults: [
      ...signatureFaults(pack, manifest, bytes, key, keys.length > 0),
      ...(link === undefined ? [] : [{ file: link, kind: "changed", why: "its link in the chain is wrong" } as const]),
      ...listFaults(pack, manifest),
      ...manifest.files.flatMap((entry) => contentFaults(pack, entry)),
      ...pack.faults(createdSeconds(manifest)),
    ],
  };
}

function keyFor(pack: PackSource, { signature }: Manifest, keys: readonly KeyObject[]): KeyObject | undefined {
  if (keys.length > 0) return keys.find((key) => keyId(key) === signature.key_id);
  const own = heldBytes(pack, PUBLIC_KEY_NAME);
  try {
    return own && createPublicKey(own);
  } catch {
    return undefined;
  }
}

function signatureFaults(
  pack: PackSource,
  { signature: { key_id } }: Manifest,
  signed: Buffer,
  key: KeyObject | undefined,
  isGiven: boolean,
): Fault[] {
  const fault = (why: string): Fault[] => [{ file: SIGNATURE_NAME, kind: "signature", why }];
  const text = heldBytes(pack, SIGNATURE_NAME)?.toString("latin1");
  if (text === undefined) return fault("there is no signature");
  if (key === undefined)
    return fault(
      isGiven ? `it was signed by key ${key_id}, which is none of those given` : "the key in the pack can't be read",
    );
  const signature = Buffer.from(text, "base64");
  // Base64 has several texts for the same bytes: only one of them is what was written.
  if (signature.length !== SIGNATURE_BYTES || `${signature.toString("base64")}\n` !== text)
    return fault("it is no signature as it was written");
  if (key.asymmetricKeyType !== "ed25519" || !verify(null, signed, key, signature))
    return fault(`it does not fit ${MANIFEST_NAME} and key ${keyId(key)}: one of them was changed`);
  return keyId(key) === key_id ? [] : fault(`the manifest names key ${key_id}, and it was signed by ${keyId(key)}`);
}

/** Which files there are, and in which order, against which there should be. */
function listFaults(pack: PackSource, manifest: Manifest): Fault[] {
  const expected = [MANIFEST_NAME, SIGNATURE_NAME, ...manifest.files.map(({ name }) => name)];
  const found = pack.files.map(({ name }) => name);
  const faults: Fault[] = expected
    .filter((name) => !found.includes(name))
    .map((file) => ({ file, kind: "removed", why: "the manifest names it, and it is not there" }));
  for (const [index, name] of found.entries()) {
    if (!expected.includes(name)) faults.push({ file: name, kind: "added", why: "the manifest does not name it" });
    else if (found.indexOf(name) !== index) faults.push({ file: name, kind: "added", why: "it is there twice" });
  }
  const here = expected.filter((name) => found.includes(name));
  const order = [...new Set(found)].filter((name) => expected.includes(name));
  const moved = pack.isOrdered ? here.find((name, index) => order[index] !== name) : undefined;
  if (moved !== undefined) faults.push({ file: moved, kind: "reordered", why: "it is not where the manifest has it" });
  return faults;
}

function contentFaults(pack: PackSource, entry: { name: string; bytes: number; sha256: string }): Fault[] {
  const found = pack.files.find(({ name }) => name === entry.name);
  if (found === undefined) return [];
  const { bytes, sha256 } = hashOf(found);
  if (bytes < entry.bytes)
    return [{ file: entry.name, kind: "cut-short", why: `it has ${bytes} of ${entry.bytes} bytes` }];
  if (bytes > entry.bytes)
    return [{ file: entry.name, kind: "changed", why: `it has ${bytes} bytes in place of ${entry.bytes}` }];
  return sha256 === entry.sha256 ? [] : [{ file: entry.name, kind: "changed", why: "its SHA-256 is another" }];
}

function hashOf(file: FoundFile): { bytes: number; sha256: string } {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const piece of file.read()) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Undefined where it is not there, or larger than anything of ours of that name. */
function heldBytes(pack: PackSource, wanted: string): Buffer | undefined {
  const file = pack.files.find(({ name }) => name === wanted);
  return file === undefined || file.bytes > MAX_HELD_BYTES ? undefined : Buffer.concat([...file.read()]);
}

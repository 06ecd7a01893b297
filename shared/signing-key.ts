import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "./command-error.js";
import { readReason, writeReason } from "./file-reason.js";
import { makeFolder } from "./make-folder.js";

/** What evidence packs are signed with: Ed25519 (RFC 8032). */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const NAME = "signing-key.pem";

/** `evidence.keyFile`, or beside the database of whoever signs. */
export function signingKeyFile(keyFile: string | undefined, database: string): string {
  return keyFile === undefined || keyFile === "" ? join(dirname(database), NAME) : keyFile;
}

/** Where the public half is: of the key of today, or of one before by its id. */
export function publicKeyFile(file: string, id?: string): string {
  const stem = file.replace(/\.pem$/, "");
  return id === undefined ? `${stem}.pub.pem` : `${stem}-${id}.pub.pem`;
}

/** So many hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo, RFC 8410) are enough to tell keys apart. */
export function keyId(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
}

/** The key in this file; made where there is none. Throws CommandError. */
export function ensureSigningKey(file: string): SigningKey {
  if (!existsSync(file)) attempt(file, notMade, () => makeKey(file));
  return readSigningKey(file);
}

/** For a daemon's first run: without a key no evidence packs can be signed, and all else goes on. */
export function ensureSigningKeyOrWarn(file: string, warn: (text: string) => void): void {
  try {
    ensureSigningKey(file);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    warn(error.message);
  }
}

/** Throws CommandError that names the remedy. */
export function readSigningKey(file: string): SigningKey {
  const key = attempt(file, notRead, () => {
    const { mode } = statSync(file);
    if ((mode & 0o077) !== 0)
      throw new Error(`others may read it (mode ${(mode & 0o777).toString(8)}); chmod 600, or rotate it if they did`);
    return createPrivateKey(readFileSync(file));
  });
  if (key.asymmetricKeyType !== "ed25519")
    throw new CommandError(`signing key "${file}" is of type ${key.asymmetricKeyType}; it must be Ed25519`);
  const publicKey = createPublicKey(key);
  return { id: keyId(publicKey), privateKey: key, publicKey };
}

/** Another key in its place. The old private half is gone, so that nothing more can be signed by it; its public half stays, by its id. */
export function rotateSigningKey(file: string): { readonly before: string; readonly now: SigningKey } {
  const { id: before, publicKey } = readSigningKey(file);
  attempt(file, notMade, () => {
    writePublic(publicKeyFile(file, before), publicKey);
    const { privateKey } = generateKeyPairSync("ed25519");
    const fresh = `${file}.new`;
    writePrivate(fresh, privateKey);
    renameSync(fresh, file);
    writePublic(publicKeyFile(file), createPublicKey(privateKey));
  });
  return { before, now: readSigningKey(file) };
}

/** Public keys in PEM; throws CommandError. */
export function readPublicKey(file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(readFileSync(file));
  } catch (error) {
    throw new CommandError(`--key "${file}" can't be read: ${keyReason(error)}; name a public key in PEM`);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new CommandError(`--key "${file}" is of type ${key.asymmetricKeyType}; packs are signed with Ed25519`);
}

/** Who comes second takes the key of who came first. */
function makeKey(file: string): void {
  makeFolder(dirname(file), 0o750);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const fresh = `${file}.${process.pid}`;
  writePrivate(fresh, privateKey);
  try {
    linkSync(fresh, file);
    writePublic(publicKeyFile(file), publicKey);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(fresh);
  }
}

function writePrivate(file: string, key: KeyObject): void {
  writeFileSync(file, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  chmodSync(file, 0o600);
  giveToOwner(file);
}

function writePublic(file: string, key: KeyObject): void {
  writeFileSync(file, key.export({ type: "spki", format: "pem" }), { mode: 0o644 });
  chmodSync(file, 0o644);
  giveToOwner(file);
}

/** What root makes for a daemon must be the daemon's. */
function giveToOwner(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  chownSync(file, uid, gid);
}

function attempt<T>(file: string, reason: (error: unknown) => string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CommandError(`signing key "${file}" can't be used: ${reason(error)}`);
  }
}

function notRead(error: unknown): string {
  const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
  return isAbsent ? "there is none; `eastwatch signing-key` makes one" : keyReason(error);
}

function notMade(error: unknown): string {
  return writeReason(error, "name another place by evidence.keyFile");
}

/** OpenSSL's own words name a routine of its decoder. */
function keyReason(error: unknown): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code.startsWith("ERR_OSSL") ? "it holds no key in PEM" : readReason(error);
}

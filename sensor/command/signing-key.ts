import { existsSync } from "node:fs";
import { ensureSigningKey, publicKeyFile, rotateSigningKey } from "../../shared/signing-key.js";

/** Shows the key that evidence packs are signed with, which is made where there is none; or puts another in its place. */
export function signingKey(file: string, rotates: boolean): number {
  const isThere = existsSync(file);
  const { id } = ensureSigningKey(file);
  const toVerify = `to verify: ${publicKeyFile(file)}`;
  if (!isThere) process.stdout.write(`there was no key; ${id} was made and signs from now on; ${toVerify}\n`);
  else if (rotates) {
    const { before, now } = rotateSigningKey(file);
    process.stdout.write(`key ${before} signs no more; to verify what it signed: ${publicKeyFile(file, before)}\n`);
    process.stdout.write(`key ${now.id} signs from now on; ${toVerify}\n`);
  } else process.stdout.write(`key ${id} signs; ${toVerify}\n`);
  return 0;
}

import { ensureSigningKey, publicKeyFile, rotateSigningKey } from "../../shared/signing-key.js";

/** Shows the key that evidence packs are signed with, which is made where there is none; or puts another in its place. */
export function signingKey(file: string, rotates: boolean): number {
  const { id } = ensureSigningKey(file);
  if (rotates) {
    const { before, now } = rotateSigningKey(file);
    process.stdout.write(`key ${before} signs no more; to verify what it signed: ${publicKeyFile(file, before)}\n`);
    process.stdout.write(`key ${now.id} signs from now on; to verify: ${publicKeyFile(file)}\n`);
  } else process.stdout.write(`key ${id} signs; to verify: ${publicKeyFile(file)}\n`);
  return 0;
}

import { CommandError } from "../../shared/command-error.js";
import { readPublicKey } from "../../shared/signing-key.js";
import type { Fault } from "../report/evidence/pack-source.js";
import { type Verification, verifyPack } from "../report/evidence/verify-pack.js";

const NOT_AS_SIGNED = 1;
const UNREADABLE = 3;

const KINDS: Readonly<Record<Fault["kind"], string>> = {
  changed: "changed",
  added: "added",
  removed: "removed",
  reordered: "moved",
  "cut-short": "cut short",
  signature: "signature",
};

/**
 * Tells whether a pack is as it was signed by one of these keys, or without any by the one that came with it: so it is said of no such pack
 * that it is whole. 0 where it is, 1 where it is not, 3 where it can't be read or an archive ends too early.
 */
export function verify(pack: string, keyFiles: readonly string[]): number {
  const keys = keyFiles.map(readPublicKey);
  const { manifest, faults, keyId } = attempt(pack, () => verifyPack(pack, keys));
  for (const { file, kind, why } of faults)
    process.stdout.write(`${KINDS[kind]}: ${printable(file ?? pack)}: ${why}\n`);
  if (manifest === undefined || faults.length > 0) {
    const orNone = manifest === undefined ? ", or no evidence pack at all" : "";
    process.stdout.write(`"${printable(pack)}" is not as it was signed${orNone}\n`);
    return faults.some(({ file, kind }) => file === undefined && kind === "cut-short") ? UNREADABLE : NOT_AS_SIGNED;
  }
  const { files, created } = manifest;
  const about = `${files.length} files, made ${printable(created)}`;
  process.stdout.write(
    keys.length > 0
      ? `"${printable(pack)}" is whole: ${about}, signed by key ${keyId}\n`
      : `"${printable(pack)}" fits the key that came with it, ${keyId}, which does not show who made it: ${about}\nWhoever makes a pack anew makes it with a key of their own. Name the public key of the sensor or console that made it with --key.\n`,
  );
  return 0;
}

function attempt(pack: string, action: () => Verification): Verification {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file or folder" : message;
    throw new CommandError(`"${pack}" can't be read: ${reason}`, UNREADABLE);
  }
}

/** What stands in a pack must not move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}

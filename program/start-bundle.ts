import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

/** What stands first in a bundle and in its bytecode: a hash of the bundle, in hexadecimal. */
const ID_LENGTH = 64;
const COMMENT = "//";

type Program = (require: NodeJS.Require, folder: string) => void;

/**
 * Runs a program that the build has joined into one file, with the bytecode it has compiled for it. Finding, reading and compiling
 * some 300 modules takes half of the CPU time of a short `analyze`; `node:vm` takes bytecode for scripts, in Node 20 not for modules.
 * Bytecode of another version of Node is refused by the engine, and that of another bundle here, because the engine knows a source
 * by no more than its length: then the bundle is compiled as it runs, slower by that and no different.
 */
export function startBundle(bundle: URL): Script {
  const path = fileURLToPath(bundle);
  // The build writes nothing but ASCII, which is read fastest so.
  const source = readFileSync(path, "latin1");
  const cachedData = readBytecode(bytecodePath(path), bundleId(source));
  const script = new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
  const program: Program = script.runInThisContext();
  program(createRequire(bundle), new URL(".", bundle).href);
  return script;
}

export function bundleId(source: string): string {
  return source.slice(COMMENT.length, COMMENT.length + ID_LENGTH);
}

export function bytecodePath(bundlePath: string): string {
  return bundlePath.replace(/bundle$/, "bytecode");
}

function readBytecode(path: string, id: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.latin1Slice(0, ID_LENGTH) === id ? bytes.subarray(ID_LENGTH) : undefined;
  } catch {
    return undefined;
  }
}

// `compile.mjs NAME [PARAMETER…]` runs a bundle as a program would be run, and keeps what the engine compiled for that as its bytecode.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleId, bytecodePath, startBundle } from "../dist/program/start-bundle.js";

const [name, ...parameters] = process.argv.slice(2);
const path = resolve(`dist/${name}.bundle`);
process.argv = [process.argv[0], path, ...parameters];
const script = startBundle(pathToFileURL(path));
process.on("exit", (code) => {
  if (code !== 0) return;
  const id = bundleId(readFileSync(path, "latin1"));
  if (!/^[0-9a-f]{64}$/.test(id)) throw new Error(`${path} does not begin with its hash`);
  writeFileSync(bytecodePath(path), Buffer.concat([Buffer.from(id), script.createCachedData()]));
});

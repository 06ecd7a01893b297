// Builds the capture binding into dist/, where the program looks for it. Run by `npm ci` and by the build. Where it can't be built
// the sensor captures with the package `cap` instead and says so: that is no reason to fail.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = dirname(fileURLToPath(import.meta.url));
const BUILT = join(SOURCES, "build/Release/eastwatch-capture.node");
const TARGET = join(SOURCES, "../../../dist/sensor/capture/native/eastwatch-capture.node");
const HEADERS = ["/usr/include/pcap/pcap.h", "/usr/local/include/pcap/pcap.h"];
const MAX_WORDS = 300;

function isCurrent() {
  if (!existsSync(TARGET)) return false;
  const builtMillis = statSync(TARGET).mtimeMs;
  const sources = readdirSync(SOURCES).filter((name) => /\.(cc|h|gyp)$/.test(name));
  return sources.every((name) => statSync(join(SOURCES, name)).mtimeMs <= builtMillis);
}

/** Why it was not built; undefined where it was. */
function build() {
  if (!HEADERS.some((path) => existsSync(path))) return "libpcap's headers are missing: apt-get install libpcap-dev";
  const gyp = process.env.npm_config_node_gyp;
  if (gyp === undefined) return "node-gyp is not known here: run it by npm, as `npm run native`";
  // Node's own headers beside it need no download.
  const prefix = dirname(dirname(process.execPath));
  const nearby = existsSync(join(prefix, "include/node/node_api.h")) ? [`--nodedir=${prefix}`] : [];
  const { status, error, stderr } = spawnSync(process.execPath, [gyp, "rebuild", ...nearby], {
    cwd: SOURCES,
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", npm_config_loglevel: "error" },
  });
  if (error !== undefined) return error.message;
  if (status !== 0)
    return stderr.match(/(error:|ERR! stack).*/i)?.[0].slice(0, MAX_WORDS) ?? `node-gyp ended with ${status}`;
  return undefined;
}

/** A sensor that runs may have the old one mapped: it is replaced, never written into. */
function place() {
  mkdirSync(dirname(TARGET), { recursive: true });
  copyFileSync(BUILT, `${TARGET}.new`);
  renameSync(`${TARGET}.new`, TARGET);
}

try {
  if (!isCurrent()) {
    const trouble = build();
    if (trouble === undefined) place();
    else process.stderr.write(`The capture binding is not built, \`cap\` is used in its place: ${trouble}\n`);
  }
} catch (error) {
  process.stderr.write(`The capture binding is not built, \`cap\` is used in its place: ${error.message}\n`);
}

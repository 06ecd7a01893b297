import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "./stacks/presence.js";

/** Sources of our peers: TypeScript leaves them where they are, the build does not copy them. */
const SOURCES = fileURLToPath(new URL("../../../test/lab/programs/", import.meta.url));
const COMPILED = fileURLToPath(new URL("programs/", import.meta.url));

export const sourceOf = (name: string): string => join(SOURCES, name);
export const compiledOf = (name: string): string => join(COMPILED, name);

/** Debian ships BoringSSL as a part of Android's tools. */
const BORINGSSL = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/android`;

/** A program that has to be made first: what makes it, and what it is called then. */
interface Built {
  readonly name: string;
  readonly needs: string;
  command(folder: string): readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const BUILT: readonly Built[] = [
  {
    name: "go-peer",
    needs: "go",
    command: (folder) => ["go", "build", "-o", join(folder, "go-peer"), sourceOf("go-peer.go")],
    environment: { GOFLAGS: "-mod=mod", GOPROXY: "off" },
  },
  { name: "JavaPeer.class", needs: "javac", command: (folder) => ["javac", "-d", folder, sourceOf("JavaPeer.java")] },
  {
    name: "boringssl-peer",
    needs: "gcc",
    command: (folder) => [
      ...compileC(folder, "boringssl-peer"),
      `-I/usr/include/android`,
      `-L${BORINGSSL}`,
      `-Wl,-rpath,${BORINGSSL}`,
      "-lssl",
      "-lcrypto",
    ],
  },
  {
    name: "wolfssl-peer",
    needs: "gcc",
    command: (folder) => [...compileC(folder, "wolfssl-peer"), "-DWITH_WOLFSSL", "-lwolfssl"],
  },
  {
    name: "mbedtls-peer",
    needs: "gcc",
    command: (folder) => [
      ...compileC(folder, "mbedtls-peer", "mbedtls-peer.c"),
      "-lmbedtls",
      "-lmbedx509",
      "-lmbedcrypto",
    ],
  },
  {
    name: "rustls-peer",
    needs: "cargo",
    command: (folder) => [
      "sh",
      sourceOf("build-rustls-peer.sh"),
      sourceOf("rustls-peer.rs"),
      join(folder, "rustls-peer"),
    ],
  },
  {
    name: "haskell-peer",
    needs: "ghc",
    command: (folder) => [
      "ghc",
      "-threaded",
      "-outputdir",
      join(folder, "haskell"),
      "-o",
      join(folder, "haskell-peer"),
      sourceOf("haskell-peer.hs"),
    ],
  },
];

function compileC(folder: string, name: string, source = "openssl-api-peer.c"): string[] {
  return ["gcc", "-O1", "-o", join(folder, name), sourceOf(source)];
}

/** Makes what can be made here; the reasons for the rest, by name. */
export function buildPrograms(folder: string): ReadonlyMap<string, string> {
  mkdirSync(folder, { recursive: true });
  const failures = new Map<string, string>();
  for (const { name, needs, command, environment } of BUILT) {
    if (findProgram(needs) === undefined) {
      failures.set(name, `${needs} not installed`);
      continue;
    }
    const [program, ...parameters] = command(folder);
    const made = spawnSync(program, parameters, { encoding: "utf8", env: { ...process.env, ...environment } });
    if (made.status !== 0) failures.set(name, `${name} did not build: ${made.stderr.trim().slice(0, 300)}`);
  }
  return failures;
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { compiledOf, sourceOf } from "./programs.js";
import type { ClientStack, ServerStack } from "./stack.js";
import { chromiumClient } from "./stacks/chromium.js";
import { curlClient } from "./stacks/curl.js";
import { gnutlsClient, gnutlsServer } from "./stacks/gnutls.js";
import { nginxServer } from "./stacks/nginx.js";
import { nssClient, nssServer } from "./stacks/nss.js";
import { opensslClient, opensslServer } from "./stacks/openssl.js";
import { type OwnProgram, ownClient, ownServer } from "./stacks/own-program.js";
import { findProgram, missingFile, missingPrograms, missingPythonModule } from "./stacks/presence.js";
import { apacheServer, haproxyServer, lighttpdServer, TOLD_BY_WOLFSSL } from "./stacks/web-servers.js";

export interface Registry {
  readonly servers: readonly ServerStack[];
  readonly clients: readonly ClientStack[];
}

/** Debian's own Python: a version manager's would bring another OpenSSL or none, and lacks Debian's modules. */
const PYTHON = "/usr/bin/python3";
const BOUNCY_CASTLE = ["bcprov", "bctls", "bcutil"].map((name) => `/usr/share/java/${name}.jar`);
const NODE_PEER = compiledOf("node-peer.js");

/** Every stack the lab knows; `folder` holds the built programs, `failures` tells which could not be built. */
export function makeRegistry(folder: string, failures: ReadonlyMap<string, string>): Registry {
  const both = ownPrograms(folder, (name) => () => failures.get(name));
  const lighttpds = (["gnutls", "mbedtls", "wolfssl"] as const).map(lighttpdServer);
  const webServers = [nginxServer, apacheServer, haproxyServer, ...lighttpds];
  return {
    servers: [opensslServer, gnutlsServer, nssServer, ...webServers, ...both.map(ownServer)],
    clients: [
      opensslClient,
      gnutlsClient,
      nssClient,
      chromiumClient,
      curlClient,
      ownClient(curlGnutls),
      ...both.map(ownClient),
    ],
  };
}

const curlGnutls: OwnProgram = {
  name: "curl-gnutls",
  argv: [PYTHON, sourceOf("pycurl-peer.py")],
  missing: () => missingPythonModule(PYTHON, "pycurl"),
};

function ownPrograms(folder: string, built: (name: string) => () => string | undefined): OwnProgram[] {
  const java = (classPath: readonly string[]): string[] => {
    return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", [folder, ...classPath].join(":"), "JavaPeer"];
  };
  return [
    { name: "node", argv: [process.execPath, NODE_PEER], missing: () => undefined },
    { name: "go", argv: [join(folder, "go-peer")], missing: built("go-peer") },
    { name: "java", argv: java([]), missing: built("JavaPeer.class") },
    {
      name: "bouncycastle",
      argv: [...java(BOUNCY_CASTLE)],
      words: [
        "provider=org.bouncycastle.jsse.provider.BouncyCastleJsseProvider",
        "base=org.bouncycastle.jce.provider.BouncyCastleProvider",
      ],
      missing: () => built("JavaPeer.class")() ?? missingFile(BOUNCY_CASTLE[1], "libbctls-java not installed"),
    },
    {
      name: "python",
      argv: [PYTHON, sourceOf("python-peer.py")],
      missing: () => missingFile(PYTHON, "python3 not installed"),
    },
    {
      name: "erlang",
      argv: ["escript", sourceOf("erlang-peer.escript")],
      missing: () => missingPrograms("escript"),
    },
    { name: "boringssl", argv: [join(folder, "boringssl-peer")], missing: built("boringssl-peer") },
    {
      name: "boringssl-ech",
      argv: [join(folder, "boringssl-peer")],
      words: ["ech=taken"],
      missing: built("boringssl-peer"),
    },
    {
      name: "wolfssl",
      argv: [join(folder, "wolfssl-peer")],
      tells: TOLD_BY_WOLFSSL,
      missing: built("wolfssl-peer"),
    },
    {
      name: "mbedtls",
      argv: [join(folder, "mbedtls-peer")],
      // Mbed TLS 2, which lacks this header, ends at TLS 1.2.
      versions: existsSync("/usr/include/mbedtls/build_info.h") ? ["1.2", "1.3"] : ["1.2"],
      keys: ["rsa", "ec"],
      certificates: ["rsa", "ec", "chain"],
      missing: built("mbedtls-peer"),
    },
    { name: "rustls", argv: [join(folder, "rustls-peer")], missing: built("rustls-peer") },
    {
      name: "rustls-tickets",
      argv: [join(folder, "rustls-peer")],
      words: ["tickets=encrypted"],
      missing: built("rustls-peer"),
    },
    { name: "haskell", argv: [join(folder, "haskell-peer")], missing: built("haskell-peer") },
    { name: "bun", argv: [findProgram("bun") ?? "bun", NODE_PEER], missing: () => missingPrograms("bun") },
    {
      name: "deno",
      argv: [findProgram("deno") ?? "deno", "run", "-A", "--no-config", NODE_PEER],
      missing: () => missingPrograms("deno"),
    },
  ];
}

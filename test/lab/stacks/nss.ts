import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Certificates, type ClientCertificate, PASSWORD } from "../certificates.js";
import type { ClientOrder, ClientStack, ServerOrder, ServerStack, ServerView } from "../stack.js";
import { missingPrograms } from "./presence.js";

const ASK_FLAGS = { none: [], request: ["-r"], require: ["-r", "-r"] } as const;
const SHA384_SUITE = ":1302";

export const nssServer: ServerStack = {
  name: "nss",
  versions: ["1.2", "1.3"],
  modes: ["none", "request", "require"],
  keys: ["rsa", "ec"],
  http2: false,
  missing: () => missingPrograms("selfserv", "certutil", "pk12util"),
  command: (order) => ({ argv: serverArgv(order) }),
  read: readBlocks,
};

function serverArgv({ port, version, auth, key, certificates }: ServerOrder): string[] {
  const nick = key === "ec" ? ["-e", "server-ec"] : ["-n", "server-rsa"];
  return ["selfserv", ...nick, "-p", String(port), "-d", databaseOf(certificates, "server"), "-V", `tls${version}:tls${version}`,
    "-u", "-G", "-v", "-t", "1", ...ASK_FLAGS[auth]]; // biome-ignore format: one command line
}

/** The counters of cache hits run over the whole life of the server; a resumed session is where they grow. */
function readBlocks(said: string): ServerView[] {
  let hits = 0;
  const blocks = said.split("selfserv: SSL version").slice(1);
  return blocks.flatMap((block) => {
    const counted = /(\d+) cache hits/.exec(block);
    if (counted === null) return [];
    const resumed = Number(counted[1]) > hits;
    hits = Number(counted[1]);
    return [{ presented: block.includes("subject DN:"), resumed }];
  });
}

export const nssClient: ClientStack = {
  name: "nss",
  versions: ["1.2", "1.3"],
  keys: ["rsa", "ec"],
  certificates: ["rsa", "ec", "chain"],
  alpn: ["none"],
  missing: () => missingPrograms("tstclnt", "certutil", "pk12util"),
  commands: (order) => [{ argv: clientArgv(order) }],
};

function clientArgv(order: ClientOrder): string[] {
  const { address, name, port, version, certificates, certificate, hash, http1 } = order;
  const argv = ["tstclnt", "-h", address, "-a", name, "-p", String(port), "-d", databaseOf(certificates, certificate ?? "none"),
    "-V", `tls${version}:tls${version}`, "-o", "-u", "-G", "-A", http1]; // biome-ignore format: one command line
  if (certificate !== undefined) argv.push("-n", `client-${certificate}`);
  // SHA-256 is its own choice; told to take another suite, it dies on the second connection.
  if (version === "1.3" && hash === "sha384") argv.push("-c", SHA384_SUITE);
  else argv.push("-L", "3");
  return argv;
}

/**
 * NSS reads keys from a database, one for servers and one for each kind of client: a client that is told of no
 * certificate sends any it finds. The key store knows no Ed25519.
 */
function databaseOf({ authority, client, server }: Certificates, owner: "server" | ClientCertificate | "none"): string {
  const folder = join(dirname(authority), `nss-${owner}`);
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  run("certutil", "-N", "-d", folder, "--empty-password");
  run("certutil", "-A", "-d", folder, "-n", "authority", "-t", "CT,C,C", "-i", authority);
  const own = owner === "server" ? [server.rsa, server.ec] : owner === "none" ? [] : [client[owner]];
  for (const { pkcs12 } of own) run("pk12util", "-i", pkcs12, "-d", folder, "-W", PASSWORD, "-K", "");
  return folder;
}

function run(program: string, ...parameters: string[]): void {
  execFileSync(program, parameters, { stdio: ["ignore", "ignore", "pipe"] });
}

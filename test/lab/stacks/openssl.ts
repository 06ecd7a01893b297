import { join } from "node:path";
import type { ClientOrder, ClientStack, Command, ServerOrder, ServerStack, ServerView } from "../stack.js";
import { missingPrograms } from "./presence.js";

const VERSION_FLAG = { "1.2": "-tls1_2", "1.3": "-tls1_3" } as const;
const AUTH_FLAGS = { none: [], request: ["-verify", "3"], require: ["-Verify", "3"] } as const;
const SUITES = { sha256: "TLS_AES_128_GCM_SHA256", sha384: "TLS_AES_256_GCM_SHA384" } as const;
const missing = (): string | undefined => missingPrograms("openssl");

export const opensslServer: ServerStack = {
  name: "openssl",
  versions: ["1.2", "1.3"],
  modes: ["none", "request", "require"],
  keys: ["rsa", "ec", "ed25519"],
  http2: false,
  missing,
  command: (order) => ({ argv: serverArgv(order) }),
  read: readStatusPages,
};

function serverArgv(order: ServerOrder): string[] {
  const identity = ["-cert", order.identity.certificate, "-key", order.identity.key];
  const trust = ["-CAfile", order.certificates.authority, ...AUTH_FLAGS[order.auth]];
  return ["openssl", "s_server", "-accept", `${order.address}:${order.port}`, "-www", VERSION_FLAG[order.version],
    "-alpn", "http/1.1", ...identity, ...trust]; // biome-ignore format: one command line
}

/** The status page that s_server answers with is its own word about the connection. */
function readStatusPages(_said: string, clientSaid: string): ServerView[] {
  const pages = clientSaid.match(/^s_server -accept [\s\S]*?<\/pre>/gm) ?? [];
  return pages.map((page) => ({
    presented: /^Client certificate$/m.test(page),
    resumed: /^Reused, TLS/m.test(page),
  }));
}

export const opensslClient: ClientStack = {
  name: "openssl",
  versions: ["1.2", "1.3"],
  keys: ["rsa", "ec", "ed25519"],
  certificates: ["rsa", "ec", "ed25519", "chain"],
  alpn: ["none", "h2"],
  missing,
  commands: (order) => {
    const session = join(order.folder, "session.pem");
    return [clientCommand(order, ["-sess_out", session]), clientCommand(order, ["-sess_in", session])];
  },
};

function clientCommand(order: ClientOrder, session: readonly string[]): Command {
  const argv = ["openssl", "s_client", "-connect", `${order.address}:${order.port}`, "-servername", order.name,
    "-CAfile", order.certificates.authority, VERSION_FLAG[order.version], "-quiet", "-no_ign_eof",
    ...identityFlags(order), ...session]; // biome-ignore format: one command line
  if (order.alpn === "h2") argv.push("-alpn", "h2,http/1.1");
  if (order.version === "1.3") argv.push("-ciphersuites", SUITES[order.hash]);
  return { argv, input: order.request, holdMillis: 150 };
}

function identityFlags({ identity }: ClientOrder): string[] {
  if (identity === undefined) return [];
  const sent = identity.intermediates === undefined ? [] : ["-cert_chain", identity.intermediates];
  return ["-cert", identity.certificate, "-key", identity.key, ...sent];
}

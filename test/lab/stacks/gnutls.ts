import type { ClientOrder, ClientStack, Command, ServerOrder, ServerStack, ServerView } from "../stack.js";
import { missingPrograms } from "./presence.js";

const AUTH_FLAGS = { none: ["--disable-client-cert"], request: [], require: ["--require-client-cert"] } as const;

export const gnutlsServer: ServerStack = {
  name: "gnutls",
  versions: ["1.2", "1.3"],
  modes: ["none", "request", "require"],
  keys: ["rsa", "ec", "ed25519"],
  http2: false,
  missing: () => missingPrograms("gnutls-serv"),
  command: (order) => ({ argv: serverArgv(order) }),
  read: readBlocks,
};

function serverArgv(order: ServerOrder): string[] {
  const identity = ["--x509certfile", order.identity.certificate, "--x509keyfile", order.identity.key];
  return ["gnutls-serv", "--http", "-p", String(order.port), "--x509cafile", order.certificates.authority, "--alpn", "http/1.1",
    "--priority", priority(order.version), ...identity, ...AUTH_FLAGS[order.auth]]; // biome-ignore format: one command line
}

function priority(version: string, hash?: string): string {
  const suites = { sha256: ":-CIPHER-ALL:+AES-128-GCM", sha384: ":-CIPHER-ALL:+AES-256-GCM" }[hash ?? ""] ?? "";
  return `NORMAL:-VERS-ALL:+VERS-TLS${version}${suites}`;
}

function readBlocks(said: string): ServerView[] {
  return said
    .split("* Accepted connection from ")
    .slice(1)
    .filter((block) => /^- Description: /m.test(block))
    .map((block) => ({
      port: Number(/port (\d+)/.exec(block)?.[1]),
      presented: block.includes("Got a certificate list"),
      resumed: block.includes("This is a resumed session"),
    }));
}

export const gnutlsClient: ClientStack = {
  name: "gnutls",
  versions: ["1.2", "1.3"],
  keys: ["rsa", "ec", "ed25519"],
  certificates: ["rsa", "ec", "ed25519", "chain"],
  alpn: ["none", "h2"],
  missing: () => missingPrograms("gnutls-cli"),
  // With --resume the first connection says nothing but good-bye, so a plain one goes before it.
  commands: (order) => [clientCommand(order, []), clientCommand(order, resumeFlags(order))],
};

function resumeFlags({ version }: ClientOrder): string[] {
  return version === "1.3" ? ["--resume", "--waitresumption"] : ["--resume"];
}

function clientCommand(order: ClientOrder, more: readonly string[]): Command {
  const trust = [
    "--x509cafile",
    order.certificates.authority,
    "--verify-hostname",
    order.name,
    "--sni-hostname",
    order.name,
  ];
  const argv = ["gnutls-cli", "-p", String(order.port), ...trust,
    "--priority", priority(order.version, order.version === "1.3" ? order.hash : undefined), ...more]; // biome-ignore format: one command line
  if (order.identity !== undefined)
    argv.push("--x509certfile", order.identity.certificate, "--x509keyfile", order.identity.key);
  if (order.alpn === "h2") argv.push("--alpn", "h2", "--alpn", "http/1.1");
  return { argv: [...argv, order.address], input: order.request, holdMillis: 250 };
}

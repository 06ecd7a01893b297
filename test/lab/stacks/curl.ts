import type { ClientOrder, ClientStack } from "../stack.js";
import { missingPrograms } from "./presence.js";

const SUITES = { sha256: "TLS_AES_128_GCM_SHA256", sha384: "TLS_AES_256_GCM_SHA384" } as const;

/** Debian's curl, on OpenSSL. */
export const curlClient: ClientStack = {
  name: "curl",
  versions: ["1.2", "1.3"],
  keys: ["rsa", "ec", "ed25519"],
  certificates: ["rsa", "ec", "ed25519", "chain"],
  alpn: ["none", "h2"],
  missing: () => missingPrograms("curl"),
  commands: (order) => [{ argv: argvOf(order) }],
};

function argvOf(order: ClientOrder): string[] {
  const url = `https://${order.name}:${order.port}/${"x".repeat(order.port % 97)}`;
  const argv = ["curl", "-s", "-m", "5", "-N", "--resolve", `${order.name}:${order.port}:${order.address}`, "--cacert",
    order.certificates.authority, `--tlsv${order.version}`, "--tls-max", order.version, "-H", "Connection: close", "-o", "-"]; // biome-ignore format: one command line
  if (order.identity !== undefined) argv.push("--cert", order.identity.certificate, "--key", order.identity.key);
  if (order.alpn === "none") argv.push("--no-alpn");
  if (order.version === "1.3") argv.push("--tls13-ciphers", SUITES[order.hash]);
  // Sessions live as long as the process: each further URL closes, connects anew and resumes.
  return [...argv, url, "-o", "-", url, "-o", "-", url];
}

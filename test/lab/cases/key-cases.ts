import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Case, CaseOrder, Meeting } from "../case.js";
import { type Identity, SERVER_NAME } from "../certificates.js";
import type { Verdict } from "../label.js";
import type { Command, Version } from "../stack.js";
import { missingPrograms } from "../stacks/presence.js";

const HOLD_MILLIS = 300;
const SECRET = "5a".repeat(32);
const KEY_NAME = "warehouse-7";
const FLAG = { "1.2": "-tls1_2", "1.3": "-tls1_3" } as const;
const OPENSSL = { serverStack: "openssl", clientStack: "openssl", missing: () => missingPrograms("openssl") } as const;

/** RFC 8446 §4.3.2: a server that takes an external key asks for no certificate, whatever it would ask others for. */
export const externalKey: readonly Case[] = (["1.3", "1.2"] as const).flatMap((version) =>
  (["not-requested", "presented"] as const).map((others) => ({
    ...OPENSSL,
    version,
    name: `external-key-${version}-${others}`,
    server: (order) => opensslServer(order, version, others),
    meetings: (order) => {
      // OpenSSL takes a key that names no hash for one of SHA-256.
      const takes = version === "1.2" ? ["-cipher", "PSK"] : ["-ciphersuites", "TLS_AES_128_GCM_SHA256"];
      const known = ["-psk_identity", KEY_NAME, "-psk", SECRET, ...takes];
      const strange = ["-psk_identity", "nobody", "-psk", SECRET];
      const { certificate, key } = order.certificates.client.ec;
      const shows = others === "presented" ? ["-cert", certificate, "-key", key] : [];
      const certified = opensslClient(order, version, [...shows], others);
      const untaken = opensslClient(order, version, [...strange, ...shows], others);
      return [
        opensslClient(order, version, [...known, ...shows], "not-requested", version === "1.3" ? "Reused" : "New"),
        certified,
        ...(version === "1.3" ? [untaken] : []),
      ];
    },
  })),
);

function opensslServer({ address, port, certificates }: CaseOrder, version: Version, others: Verdict): Command {
  const { certificate, key } = certificates.server.ec;
  const argv = ["openssl", "s_server", "-accept", `${address}:${port}`, FLAG[version], "-cert", certificate, "-key", key, "-CAfile",
    certificates.authority, "-psk_identity", KEY_NAME, "-psk", SECRET, ...(others === "presented" ? ["-verify", "3"] : [])]; // biome-ignore format: one command line
  return { argv, holdMillis: 600_000 };
}

function opensslClient(
  { address, port, certificates }: CaseOrder,
  version: Version,
  more: readonly string[],
  expected: Verdict,
  begun = "New",
): Meeting {
  const argv = ["openssl", "s_client", "-connect", `${address}:${port}`, "-servername", SERVER_NAME, FLAG[version], "-CAfile",
    certificates.authority, ...more]; // biome-ignore format: one command line
  const proof = new RegExp(`^${begun}, TLSv1\\.${version === "1.3" ? 3 : 2}`, "m");
  return { command: { argv, holdMillis: HOLD_MILLIS }, proof, expected, resumed: false };
}

/** RFC 7250: keys without certificates, of the client alone or of both. GnuTLS, which has them, fails at it in TLS 1.2. */
export const rawPublicKey: readonly Case[] = (["client", "both"] as const).map((who) => ({
  name: `raw-key-of-${who}`,
  serverStack: "gnutls",
  clientStack: "gnutls",
  version: "1.3",
  missing: () => missingPrograms("gnutls-serv", "gnutls-cli", "openssl"),
  server: (order) => {
    const { certificate, key } = order.certificates.server.ec;
    const raw = who === "both" ? rawKey(order, order.certificates.server.ec, "server") : [];
    const argv = ["gnutls-serv", "--port", String(order.port), "--echo", "--x509certfile", certificate,
      "--x509keyfile", key, ...raw, "--priority", priority(who)]; // biome-ignore format: one command line
    return { argv, holdMillis: 600_000 };
  },
  meetings: (order) => {
    // Of other kinds of keys gnutls-cli sends none, and without any it gives up.
    const raw = rawKey(order, order.certificates.client.ed25519, "client");
    const argv = ["gnutls-cli", "--port", String(order.port), "--insecure", "--sni-hostname", SERVER_NAME, ...raw,
      "--priority", priority(who), order.address]; // biome-ignore format: one command line
    const proof = /Client Signature: EdDSA-Ed25519/;
    return [{ command: { argv, holdMillis: HOLD_MILLIS }, proof, expected: "presented", resumed: false }];
  },
}));

function priority(who: "client" | "both"): string {
  const kinds = who === "both" ? "+CTYPE-SRV-RAWPK" : "+CTYPE-SRV-X509";
  return `NORMAL:-VERS-ALL:+VERS-TLS1.3:-CTYPE-ALL:${kinds}:+CTYPE-CLI-RAWPK`;
}

/** The key alone, as GnuTLS takes it. */
function rawKey({ folder }: CaseOrder, { key }: Identity, name: string): string[] {
  const file = join(folder, `${name}-public.pem`);
  execFileSync("openssl", ["pkey", "-in", key, "-pubout", "-out", file]);
  return ["--rawpkkeyfile", key, "--rawpkfile", file];
}

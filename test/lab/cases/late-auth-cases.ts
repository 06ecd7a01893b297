import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case, CaseOrder, Meeting } from "../case.js";
import { SERVER_NAME } from "../certificates.js";
import type { Verdict } from "../label.js";
import { sourceOf } from "../programs.js";
import type { Command, Version } from "../stack.js";
import { findProgram, missingFile, missingPrograms } from "../stacks/presence.js";

const PYTHON = "/usr/bin/python3";

/** RFC 8446 §4.6.2: what is asked after the handshake, and answered, is encrypted. */
export const pythonLateAuth: Case = {
  name: "late-auth",
  serverStack: "python",
  clientStack: "python",
  version: "1.3",
  missing: () => missingFile(PYTHON, "python3 not installed"),
  server: (order) => ({ argv: [PYTHON, sourceOf("late-auth-peer.py"), "server", ...pythonWords(order, "server")] }),
  meetings: (order) => {
    const meet = (path: string, shows: boolean, expected: Verdict, proof: RegExp): Meeting => ({
      command: {
        argv: [PYTHON, sourceOf("late-auth-peer.py"), "client", ...pythonWords(order, shows), `path=${path}`],
      },
      proof,
      expected,
      resumed: false,
    });
    return [
      meet("open", true, "not-requested", /before=False after=False\s*$/),
      meet("private", true, "unknown", /before=False after=True\s*$/),
      meet("private", false, "unknown", /before=False after=False\s*$/),
    ];
  },
};

function pythonWords({ address, port, certificates }: CaseOrder, shows: "server" | boolean): string[] {
  const identity = shows === "server" ? certificates.server.ec : certificates.client.chain;
  const own = shows === false ? [] : [`cert=${identity.certificate}`, `key=${identity.key}`];
  return [`address=${address}`, `port=${port}`, `ca=${certificates.authority}`, `name=${SERVER_NAME}`, ...own];
}

/** Apache asks for one folder only, once it knows what is wanted: by renegotiation (TLS 1.2) or after the handshake (TLS 1.3). */
export const apacheLateAuth: readonly Case[] = (["1.2", "1.3"] as const).map((version) => ({
  name: version === "1.2" ? "renegotiated" : "late-auth",
  serverStack: "apache",
  clientStack: "curl",
  version,
  missing: () => missingPrograms("apache2", "curl"),
  server: (order) => apache(order, version),
  meetings: (order) =>
    (["rsa", "ec", "ed25519"] as const).flatMap((kind) => {
      const { certificate, key } = order.certificates.client[kind];
      return [
        curl(order, "open/", ["--cert", certificate, "--key", key], "not-requested", /answer to open/),
        curl(order, "private/", ["--cert", certificate, "--key", key], "unknown", /answer to private/),
      ];
    }),
}));

function curl(
  { address, port, certificates }: CaseOrder,
  path: string,
  identity: readonly string[],
  expected: Verdict,
  proof: RegExp,
): Meeting {
  // biome-ignore format: one line too long for it
  const argv = ["curl", "--silent", "--max-time", "5", "--cacert", certificates.authority, "--resolve",
    `${SERVER_NAME}:${port}:${address}`, ...identity, `https://${SERVER_NAME}:${port}/${path}`]; // biome-ignore format: one command line
  return { command: { argv }, proof, expected, resumed: false };
}

function apache({ folder, address, port, certificates }: CaseOrder, version: Version): Command {
  const modules = ["mpm_event", "authz_core", "dir", "ssl", "socache_shmcb"].filter(
    (name) => missingFile(`/usr/lib/apache2/modules/mod_${name}.so`, name) === undefined,
  );
  for (const place of ["open", "private"]) {
    mkdirSync(join(folder, "documents", place), { recursive: true });
    writeFileSync(join(folder, "documents", place, "index.html"), `answer to ${place}\n`);
  }
  const { certificate, key } = certificates.server.ec;
  const file = join(folder, "apache.conf");
  writeFileSync(
    file,
    `ServerRoot ${folder}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
ServerName lab
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
Listen ${address}:${port}
DocumentRoot ${folder}/documents
SSLSessionCache none
SSLEngine on
SSLProtocol -all +TLSv${version}
SSLCertificateFile ${certificate}
SSLCertificateKeyFile ${key}
SSLCACertificateFile ${certificates.authority}
<Location /private>
  SSLVerifyClient require
  SSLVerifyDepth 3
</Location>
`,
  );
  return { argv: [findProgram("apache2") ?? "apache2", "-X", "-f", file] };
}

import { randomBytes, randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerOrder, ServerStack, ServerView } from "../stack.js";
import { findProgram, missingPrograms } from "./presence.js";

const VERIFY = { none: "off", request: "optional", require: "on" } as const;

export const nginxServer: ServerStack = {
  name: "nginx",
  versions: ["1.2", "1.3"],
  modes: ["none", "request", "require"],
  keys: ["rsa", "ec", "ed25519"],
  http2: true,
  missing: () => missingPrograms("nginx"),
  command: (order) => {
    const file = join(order.folder, "nginx.conf");
    writeFileSync(file, configuration(order));
    return { argv: [findProgram("nginx") ?? "nginx", "-p", order.folder, "-c", file] };
  },
  log: (order) => join(order.folder, "seen.log"),
  read: readLog,
};

function configuration({ folder, auth, address, port, version, identity, certificates }: ServerOrder): string {
  const answer = randomBytes(randomInt(1, 1_500)).toString("hex");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return `daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
events { worker_connections 64; }
http {
  log_format seen '$remote_port|$ssl_client_s_dn|$ssl_session_reused';
  access_log ${folder}/seen.log seen;
  ${temporary.join(" ")}
  keepalive_timeout 0;
  server {
    listen ${address}:${port} ssl http2;
    ssl_certificate ${identity.certificate};
    ssl_certificate_key ${identity.key};
    ssl_protocols TLSv${version};
    ssl_session_cache shared:lab:1m;
    ssl_client_certificate ${certificates.authority};
    ssl_verify_client ${VERIFY[auth]};
    ssl_verify_depth 3;
    location / { return 200 "${answer}"; }
  }
}
`;
}

function readLog(said: string): ServerView[] {
  const lines = said.split("\n").filter((line) => line.includes("|"));
  return lines.map((line) => {
    const [port, subject, reused] = line.split("|");
    return { port: Number(port), presented: subject !== "-" && subject !== "", resumed: reused === "r" };
  });
}

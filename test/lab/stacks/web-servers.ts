import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerOrder, ServerStack, ServerView } from "../stack.js";
import { findProgram, missingFile, missingPrograms } from "./presence.js";

const ALL = {
  versions: ["1.2", "1.3"],
  modes: ["none", "request", "require"],
  keys: ["rsa", "ec", "ed25519"],
} as const satisfies Partial<ServerStack>;

export const apacheServer: ServerStack = {
  ...ALL,
  name: "apache",
  http2: false,
  missing: () => missingPrograms("apache2"),
  command: (order) => {
    const file = write(order, "apache.conf", apacheConfiguration(order));
    return { argv: [findProgram("apache2") ?? "apache2", "-X", "-f", file] };
  },
  log: (order) => join(order.folder, "seen.log"),
  read: (said) =>
    readLines(said, ([port, subject, reused]) => ({ port, presented: isSet(subject), resumed: reused === "Resumed" })),
};

function apacheConfiguration({ folder, auth, address, port, version, identity, certificates }: ServerOrder): string {
  const modules = ["mpm_event", "authz_core", "log_config", "mime", "ssl", "socache_shmcb"];
  const known = modules.filter((name) => missingFile(`/usr/lib/apache2/modules/mod_${name}.so`, name) === undefined);
  const verify = { none: "none", request: "optional", require: "require" }[auth];
  return `ServerRoot ${folder}
${known.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
ServerName lab
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
Listen ${address}:${port}
TypesConfig /dev/null
DocumentRoot ${documents(folder)}
ErrorDocument 404 /index.html
KeepAlive Off
LogFormat "%{remote}p|%{SSL_CLIENT_S_DN}x|%{SSL_SESSION_RESUMED}x" seen
CustomLog ${folder}/seen.log seen
SSLSessionCache shmcb:${folder}/sessions(512000)
<Location />
  Require all granted
</Location>
SSLEngine on
SSLProtocol -all +TLSv${version}
SSLCertificateFile ${identity.certificate}
SSLCertificateKeyFile ${identity.key}
SSLCACertificateFile ${certificates.authority}
SSLVerifyClient ${verify}
SSLVerifyDepth 3
`;
}

/** wolfSSL 5.5 takes an Ed25519 client certificate, also where it insists on one, and then says that the peer has none. */
export const TOLD_BY_WOLFSSL = ["rsa", "ec", "chain"] as const;

/** lighttpd does not log whether a session was resumed, so that comes from the client's own line. */
export function lighttpdServer(library: "openssl" | "gnutls" | "mbedtls" | "wolfssl"): ServerStack {
  const module = `/usr/lib/lighttpd/mod_${library}.so`;
  return {
    ...ALL,
    name: `lighttpd-${library}`,
    versions: library === "mbedtls" ? ["1.2"] : ["1.2", "1.3"],
    keys: library === "mbedtls" ? ["rsa", "ec"] : ["rsa", "ec", "ed25519"],
    ...(library === "wolfssl" && { tells: TOLD_BY_WOLFSSL }),
    http2: true,
    missing: () => missingPrograms("lighttpd") ?? missingFile(module, `lighttpd-mod-${library} not installed`),
    command: (order) => {
      const file = write(order, "lighttpd.conf", lighttpdConfiguration(library, order));
      return { argv: [findProgram("lighttpd") ?? "lighttpd", "-D", "-f", file] };
    },
    log: (order) => join(order.folder, "seen.log"),
    read: (said, clientSaid) => {
      const resumed = new Map(readClientLines(clientSaid));
      return readLines(said, ([port, verify]) => ({
        port,
        presented: verify === "SUCCESS",
        resumed: resumed.get(Number(port)),
      })).filter((view) => view.resumed !== undefined);
    },
  };
}

function lighttpdConfiguration(library: string, order: ServerOrder): string {
  const { folder, auth, address, port, version, identity, certificates } = order;
  const verify =
    auth === "none"
      ? ""
      : `ssl.verifyclient.activate = "enable"\nssl.verifyclient.enforce = "${auth === "require" ? "enable" : "disable"}"
ssl.verifyclient.exportcert = "enable"\nssl.verifyclient.depth = 3\nssl.verifyclient.ca-file = "${certificates.authority}"`;
  return `server.modules = ("mod_${library}", "mod_accesslog")
server.document-root = "${documents(folder)}"
server.error-handler-404 = "/index.html"
server.bind = "${address}"
server.port = ${port}
server.max-keep-alive-requests = 0
index-file.names = ("index.html")
mimetype.assign = ("" => "text/plain")
accesslog.filename = "|cat >> ${folder}/seen.log"
accesslog.format = "%{remote}p|%{SSL_CLIENT_VERIFY}e"
ssl.engine = "enable"
ssl.pemfile = "${identity.certificate}"
ssl.privkey = "${identity.key}"
ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv${version}", "MaxProtocol" => "TLSv${version}")
${verify}
`;
}

export const haproxyServer: ServerStack = {
  ...ALL,
  name: "haproxy",
  http2: true,
  missing: () => missingPrograms("haproxy"),
  command: (order) => {
    const file = write(order, "haproxy.cfg", haproxyConfiguration(order));
    return { argv: [findProgram("haproxy") ?? "haproxy", "-db", "-f", file] };
  },
  read: (said) =>
    readLines(said, ([port, used, reused]) => ({ port, presented: used === "1", resumed: reused === "1" })),
};

function haproxyConfiguration(order: ServerOrder): string {
  const { auth, address, port, version, identity, certificates } = order;
  const verify = { none: "none", request: "optional", require: "required" }[auth];
  const body = write(order, "answer.txt", randomBytes(randomInt(1, 1_500)).toString("hex"));
  return `global
  log stdout format raw local0
defaults
  mode http
  timeout client 5s
  timeout connect 5s
  timeout server 5s
frontend lab
  bind ${address}:${port} ssl crt ${identity.both} ca-file ${certificates.authority} verify ${verify} alpn h2,http/1.1 ssl-min-ver TLSv${version} ssl-max-ver TLSv${version}
  log global
  log-format "%cp|%[ssl_c_used]|%[ssl_fc_is_resumed]|%[ssl_fc]"
  option http-server-close
  http-request return status 200 content-type text/plain file ${body} hdr connection close
`;
}

function documents(folder: string): string {
  const place = join(folder, "documents");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "index.html"), randomBytes(randomInt(1, 1_500)).toString("hex"));
  return place;
}

function write({ folder }: ServerOrder, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

interface LooseView {
  readonly port: string;
  readonly presented: boolean;
  readonly resumed: boolean | undefined;
}

function readLines(said: string, read: (fields: string[]) => LooseView): ServerView[] {
  const lines = said.split("\n").filter((line) => /^\d+\|/.test(line));
  return lines.map((line) => {
    const { port, presented, resumed } = read(line.trim().split("|"));
    return { port: Number(port), presented, resumed } as ServerView;
  });
}

/** What our own clients say of their connections: `CLIENT {"port":…,"resumed":…}`. */
function readClientLines(clientSaid: string): [number, boolean][] {
  const found = [...clientSaid.matchAll(/CLIENT (\{"port":\d+,"resumed":(?:true|false)\})/g)];
  return found.map(([, json]) => {
    const { port, resumed } = JSON.parse(json) as { port: number; resumed: boolean };
    return [port, resumed];
  });
}

function isSet(subject: string): boolean {
  return subject !== "-" && subject !== "";
}

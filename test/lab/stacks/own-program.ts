import { PASSWORD } from "../certificates.js";
import type { ClientOrder, ClientStack, ServerOrder, ServerStack, ServerView } from "../stack.js";

/** How a program of ours, one for each library, is started: they all take the same `key=value` words. */
export interface OwnProgram {
  readonly name: string;
  readonly argv: readonly string[];
  /** More words for both of its roles. */
  readonly words?: readonly string[];
  readonly versions?: ServerStack["versions"];
  readonly keys?: ServerStack["keys"];
  readonly certificates?: ClientStack["certificates"];
  readonly alpn?: ClientStack["alpn"];
  readonly modes?: ServerStack["modes"];
  readonly tells?: ClientStack["certificates"];
  missing(): string | undefined;
}

export function ownServer(program: OwnProgram): ServerStack {
  return {
    name: program.name,
    versions: program.versions ?? ["1.2", "1.3"],
    modes: program.modes ?? ["none", "request", "require"],
    keys: program.keys ?? ["rsa", "ec", "ed25519"],
    ...(program.tells && { tells: program.tells }),
    http2: program.alpn?.includes("h2") ?? true,
    missing: program.missing,
    command: (order) => ({ argv: [...program.argv, "server", ...serverWords(order), ...(program.words ?? [])] }),
    read: readViews,
  };
}

export function ownClient(program: OwnProgram): ClientStack {
  return {
    name: program.name,
    versions: program.versions ?? ["1.2", "1.3"],
    keys: program.keys ?? ["rsa", "ec", "ed25519"],
    certificates: program.certificates ?? ["rsa", "ec", "ed25519", "chain"],
    alpn: program.alpn ?? ["none", "h2"],
    missing: program.missing,
    commands: (order) => [{ argv: [...program.argv, "client", ...clientWords(order), ...(program.words ?? [])] }],
  };
}

function serverWords(order: ServerOrder): string[] {
  return [...words(order), ...identityWords(order.identity), `auth=${order.auth}`];
}

function clientWords(order: ClientOrder): string[] {
  const own = order.identity === undefined ? [] : identityWords(order.identity);
  const requests = [`http1=${order.http1}`, `http2=${order.http2}`];
  return [
    ...words(order),
    ...own,
    ...requests,
    `name=${order.name}`,
    `alpn=${order.alpn}`,
    `hash=${order.hash}`,
    "connections=3",
  ];
}

function words(order: ServerOrder | ClientOrder): string[] {
  const { address, port, version, certificates } = order;
  return [
    `address=${address}`,
    `port=${port}`,
    `version=${version}`,
    `ca=${certificates.authority}`,
    `password=${PASSWORD}`,
  ];
}

function identityWords(identity: ServerOrder["identity"]): string[] {
  return [`cert=${identity.certificate}`, `key=${identity.key}`, `pkcs12=${identity.pkcs12}`];
}

/** Our programs print a line of JSON for each handshake they completed. */
function readViews(said: string): ServerView[] {
  const lines = said.split("\n").filter((line) => line.startsWith('{"') && line.endsWith("}"));
  return lines.map((line) => JSON.parse(line) as ServerView);
}

import type { Certificates, ClientCertificate, Identity, ServerKey } from "./certificates.js";

export type Version = "1.2" | "1.3";
/** Whether the server asks for a client certificate, and whether it insists. */
export type ClientAuth = "none" | "request" | "require";
/** The hash of the TLS 1.3 cipher suite: it sets the length of Finished. */
export type Hash = "sha256" | "sha384";

/** What every peer is told. */
interface Order {
  readonly version: Version;
  readonly address: string;
  readonly port: number;
  readonly certificates: Certificates;
  /** A folder of its own, empty at the start. */
  readonly folder: string;
}

export interface ServerOrder extends Order {
  readonly auth: ClientAuth;
  readonly key: ServerKey;
  readonly identity: Identity;
}

export interface ClientOrder extends Order {
  readonly name: string;
  readonly hash: Hash;
  /** Left out: the client has no certificate to send. */
  readonly certificate?: ClientCertificate;
  readonly identity?: Identity;
  readonly alpn: "h2" | "none";
  /** Requests of random length, as HTTP/1.1 and as HTTP/2. */
  readonly http1: string;
  readonly http2: string;
  /** The one of the two that fits what this server will choose. */
  readonly request: string;
}

/** What a server says of one connection, in its own words. */
export interface ServerView {
  /** The client's port, where the server tells it; else views are in the order of connections. */
  readonly port?: number;
  readonly presented: boolean;
  readonly resumed: boolean;
}

export interface Command {
  readonly argv: readonly string[];
  /** A file fed to its standard input. */
  readonly input?: string;
  /** Standard input stays open this long after the input was written. */
  readonly holdMillis?: number;
}

interface Stack {
  readonly name: string;
  readonly versions: readonly Version[];
  /** Why this host can't run it; undefined where it can. */
  missing(): string | undefined;
}

export interface ServerStack extends Stack {
  readonly modes: readonly ClientAuth[];
  readonly keys: readonly ServerKey[];
  /** Kinds of client certificate whose presence it tells; left out: all. */
  readonly tells?: readonly ClientCertificate[];
  /** Whether it chooses h2 where that is offered. */
  readonly http2: boolean;
  command(order: ServerOrder): Command;
  /** `said` is standard output and error, or the file that `log` names; `clientSaid` what the clients printed. */
  read(said: string, clientSaid: string): ServerView[];
  log?(order: ServerOrder): string;
}

export interface ClientStack extends Stack {
  readonly keys: readonly ServerKey[];
  readonly certificates: readonly ClientCertificate[];
  readonly alpn: readonly ("h2" | "none")[];
  /** Commands run one after the other: a full handshake, then at least one that offers what the first was given. */
  commands(order: ClientOrder): readonly Command[];
}

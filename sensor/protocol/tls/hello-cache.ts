import type { Cursor } from "../../bytes/cursor.js";
import { viewOf } from "../../bytes/word-view.js";
import type { NameMask } from "../data/added-mask.js";
import {
  type ClientHello,
  EXTENSION,
  isRetryRandom,
  RANDOM_LENGTH,
  readClientHello,
  readServerHello,
  type ServerHello,
} from "./hello.js";
import { HelloTable } from "./hello-table.js";

const VERSION_BYTES = 2;
/** Of a key share the group, where it is the server's: the key after it is another one each time. */
const KEPT_OF_KEY_SHARE = 2;
/** What is different in each hello and not read: the rest of their hello is compared without it. */
const UNREAD: ReadonlySet<number> = new Set([EXTENSION.cookie, EXTENSION.padding, EXTENSION.encryptedClientHello]);

/**
 * Programs send the same hello again and again, but for its random, its session id and its key shares: what was read of it before is
 * taken again where all the other bytes are the same. Reading one anew takes twenty times as long.
 */
export class HelloCache {
  readonly #clients = new HelloTable<ClientHello>();
  readonly #servers = new HelloTable<ServerHello>();
  readonly #maskName: NameMask;

  constructor(maskName: NameMask) {
    this.#maskName = maskName;
  }

  /** Throws OutOfBounds where it ends before its cipher suites do. */
  client(body: Cursor): ClientHello {
    const clients = this.#clients;
    if (!describeClient(clients, body)) return this.#read(body);
    const known = clients.find();
    if (known !== undefined) return known;
    const hello = this.#read(body);
    clients.keep(hello);
    return hello;
  }

  #read(body: Cursor): ClientHello {
    const hello = readClientHello(body);
    const { serverName } = hello;
    const told = serverName && this.#maskName(serverName);
    return told === serverName ? hello : { ...hello, serverName: told };
  }

  /** Throws OutOfBounds where it ends before its cipher suite does. */
  server(body: Cursor): ServerHello {
    const servers = this.#servers;
    if (!describeServer(servers, body)) return readServerHello(body);
    const known = servers.find();
    if (known !== undefined) return known;
    const hello = readServerHello(body);
    servers.keep(hello);
    return hello;
  }
}

/** Describes what is read of a hello: version, ciphers, compression, extensions. False where it can't be taken from another one. */
function describeClient(table: HelloTable<ClientHello>, { bytes, at, end }: Cursor): boolean {
  const ciphers = afterSessionId(bytes, at, end);
  if (ciphers + 2 > end) return false;
  const compression = ciphers + 2 + uint16(bytes, ciphers);
  if (compression >= end) return false;
  const extensions = compression + 1 + bytes[compression];
  return describe(table, bytes, at, ciphers, extensions, end);
}

function describeServer(table: HelloTable<ServerHello>, { bytes, at, end }: Cursor): boolean {
  const cipher = afterSessionId(bytes, at, end);
  // Drafts of TLS 1.3 have no session id there, and a request to say hello again is told by its random.
  if (cipher > end || bytes[at] !== 3 || isRetryRandom(bytes, at + VERSION_BYTES)) return false;
  return describe(table, bytes, at, cipher, cipher + 3, end);
}

/** [rest, extensions) is what stands between the session id and the extensions. */
function describe(
  table: HelloTable<unknown>,
  bytes: Buffer,
  start: number,
  rest: number,
  extensions: number,
  end: number,
): boolean {
  if (extensions + 2 > end) return false;
  const view = viewOf(bytes);
  table.begin(end - rest);
  if (!table.add(view, start, start + VERSION_BYTES) || !table.add(view, rest, extensions + 2)) return false;
  let at = extensions + 2;
  if (at + uint16(bytes, extensions) !== end) return false;
  while (at + 4 <= end) {
    const code = uint16(bytes, at);
    const length = uint16(bytes, at + 2);
    const content = at + 4;
    at = content + length;
    // A session is offered by bytes of its own, which are read.
    if (at > end || code === EXTENSION.preSharedKey || (code === EXTENSION.sessionTicket && length > 0)) return false;
    if (!table.add(view, content - 4, content + keptOf(code, length))) return false;
  }
  return at === end;
}

function keptOf(code: number, length: number): number {
  if (code === EXTENSION.keyShare) return Math.min(KEPT_OF_KEY_SHARE, length);
  return UNREAD.has(code) ? 0 : length;
}

function afterSessionId(bytes: Buffer, start: number, end: number): number {
  const at = start + VERSION_BYTES + RANDOM_LENGTH;
  return at < end ? at + 1 + bytes[at] : end + 1;
}

function uint16(bytes: Buffer, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

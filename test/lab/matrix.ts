import type { PairOptions } from "./pair.js";
import type { Registry } from "./registry.js";
import type { ClientStack, ServerStack } from "./stack.js";

export interface PairPlan {
  readonly server: ServerStack;
  readonly client: ClientStack;
  readonly options: PairOptions;
}

const CLEAN: PairOptions = { variant: "clean", addresses: "own", hashes: ["sha384", "sha256"] };
/** All runs come from one client address: what a gateway or a machine with several programs looks like. */
const SHARED: PairOptions = { variant: "shared-address", addresses: "shared", hashes: ["sha384"] };
/** Small segments, so that records and messages span packets. */
const SMALL: PairOptions = { variant: "small-segments", addresses: "own", hashes: ["sha256"], segmentBytes: 200 };

/** Every client is put before these servers, every server before these clients, and each stack before itself. */
const SERVERS_FOR_ALL = ["openssl", "go", "java", "boringssl"];
const CLIENTS_FOR_ALL = ["openssl", "go"];
/** A process each run makes these slow: they meet fewer. */
const SLOW_CLIENTS = ["java", "bouncycastle", "erlang", "deno", "chromium"];
const SERVERS_FOR_SLOW = ["openssl", "go", "boringssl"];
/** Meetings of their own, `server--client`. */
const MORE = ["nginx--curl", "nginx--curl-gnutls", "nginx--node", "nginx--java", "nginx--nss", "gnutls--java", "gnutls--boringssl",
  "wolfssl--java", "deno--java", "deno--boringssl", "bun--node", "erlang--boringssl", "java--deno", "python--wolfssl",
  "haproxy--curl", "haproxy--boringssl", "apache--python", "nginx--chromium", "node--chromium", "java--erlang", "lighttpd-gnutls--python",
  "lighttpd-wolfssl--boringssl", "haskell--boringssl", "rustls--java", "rustls-tickets--rustls"]; // biome-ignore format: a list of names
const IMPAIRED = ["openssl--openssl", "go--boringssl", "java--java", "nginx--curl", "node--node", "deno--go", "gnutls--gnutls",
  "boringssl--erlang", "openssl--wolfssl", "erlang--deno"]; // biome-ignore format: a list of names

/** Which client meets which server, and how. */
export function planPairs({ servers, clients }: Registry): PairPlan[] {
  const pairs = servers.flatMap((server) => clients.map((client) => ({ server, client }))).filter(canTell);
  const clean = pairs.filter(meet).map((pair) => ({ ...pair, options: CLEAN }));
  const others = pairs
    .filter((pair) => IMPAIRED.includes(nameOf(pair)))
    .flatMap((pair) => [SHARED, SMALL].map((options) => ({ ...pair, options })));
  return [...clean, ...others];
}

type Meeting = Pick<PairPlan, "server" | "client">;

function nameOf({ server, client }: Meeting): string {
  return `${server.name}--${client.name}`;
}

/** As clients these are like another stack, or are known to no other server. */
const ONLY: Readonly<Record<string, readonly string[]>> = { "boringssl-ech": ["boringssl-ech"], "rustls-tickets": [] };

function meet(pair: Meeting): boolean {
  const [server, client] = [pair.server.name, pair.client.name];
  const only = ONLY[client];
  if (only !== undefined) return only.includes(server);
  const servers = SLOW_CLIENTS.includes(client) ? SERVERS_FOR_SLOW : SERVERS_FOR_ALL;
  return (
    servers.includes(server) || CLIENTS_FOR_ALL.includes(client) || server === client || MORE.includes(nameOf(pair))
  );
}

/** Whether the server's own words about this client's connections can be had. */
function canTell({ server, client }: Meeting): boolean {
  // The status page is how s_server speaks, and gnutls-cli never asks for it in the first of its two connections;
  // Chromium opens connections that ask for nothing.
  // selfserv counts a connection that says nothing at no time that could be relied on.
  if (server.name === "nss") return client.name !== "gnutls";
  if (server.name === "openssl") return client.name !== "gnutls" && client.name !== "chromium";
  // Whether it resumed is told by our own clients only.
  if (server.name.startsWith("lighttpd-")) return !/^(openssl|gnutls|nss|curl.*)$/.test(client.name);
  return true;
}

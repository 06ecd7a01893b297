import { redactHttp1 } from "./redact-http1.js";
import { PREFACE, redactHttp2 } from "./redact-http2.js";
import { redactTls } from "./redact-tls.js";
import type { SideBytes } from "./side-bytes.js";

const TLS_HANDSHAKE = 0x16;
/** Tunnels within tunnels. */
const MAX_DEPTH = 3;

/**
 * Shows of a connection, whose beginning was captured, what is known to be neither secret nor body; all else stays hidden. Protocols are
 * told by the client's first bytes, as everywhere; what is none of those stays hidden whole.
 */
export function redactConnection(client: SideBytes, server: SideBytes): void {
  redactFrom(client, 0, server, 0, 0);
}

function redactFrom(client: SideBytes, clientAt: number, server: SideBytes, serverAt: number, depth: number): void {
  if (client.at(clientAt) === TLS_HANDSHAKE && client.at(clientAt + 1) === 3) {
    redactTls(client, clientAt);
    redactTls(server, serverAt);
  } else if (client.text(clientAt, clientAt + PREFACE.length) === PREFACE) {
    redactHttp2(client, clientAt, true);
    redactHttp2(server, serverAt, false);
  } else {
    const next = redactHttp1(client, clientAt, server, serverAt);
    const isFollowed = next !== undefined && !next.upgrade.includes("websocket") && depth < MAX_DEPTH;
    if (isFollowed) redactFrom(client, next.clientAt, server, next.serverAt, depth + 1);
  }
}

import type { Duplex } from "node:stream";
import { type ClientOptions, WebSocket } from "ws";

const CLOSE_MILLIS = 10_000;

/** What the package does with a socket after the handshake. */
interface Settable {
  setSocket(socket: Duplex, head: Buffer, options: { maxPayload: number; skipUTF8Validation: boolean }): void;
}

/** A WebSocket over a stream on which both agreed by other means than the package's own: HTTP/2 (RFC 8441). */
export function openOver(stream: Duplex, side: "client" | "server", serve: (socket: WebSocket) => void): void {
  const options = { autoPong: true, closeTimeout: CLOSE_MILLIS } as ClientOptions;
  const socket = new WebSocket(null as unknown as string, [], options);
  Object.assign(socket, { _isServer: side === "server" });
  serve(socket);
  (socket as unknown as Settable).setSocket(stream, Buffer.alloc(0), { maxPayload: 0, skipUTF8Validation: false });
}

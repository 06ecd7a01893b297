import { deflateRawSync } from "node:zlib";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  /** RSV1 to RSV3 as they stand in the first byte. */
  readonly reserved?: number;
  /** Bytes of the length: 0 for the shortest form. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** A length that the frame lies about. */
  readonly declared?: number;
}

let state = 0x1182a304;

/** RFC 6455 §5.3: each frame has a mask of its own. */
function nextKey(): Buffer {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  const key = Buffer.alloc(4);
  key.writeUInt32BE((state ^ (state >>> 15)) >>> 0);
  return key;
}

/** A frame of RFC 6455 §5.2, as a server sends it. */
export function frame(content: string | Buffer, options: FrameOptions = {}): Buffer {
  const payload = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([header(payload.length, options, 0), payload]);
}

/** The same as a client sends it. */
export function masked(content: string | Buffer, options: FrameOptions = {}): Buffer {
  const payload = Buffer.from(content as Buffer);
  const key = nextKey();
  for (let at = 0; at < payload.length; at++) payload[at] ^= key[at & 3];
  return Buffer.concat([header(payload.length, options, 0x80), key, payload]);
}

function header(length: number, options: FrameOptions, mask: number): Buffer {
  const { opcode = OPCODE.text, isFinal = true, reserved = 0, declared = length } = options;
  const shortest = declared < 126 ? 0 : declared < 65_536 ? 2 : 8;
  const { lengthBytes = shortest } = options;
  const bytes = Buffer.alloc(2 + lengthBytes);
  bytes[0] = (isFinal ? 0x80 : 0) | reserved | opcode;
  bytes[1] = mask | (lengthBytes === 0 ? declared : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) bytes.writeUInt16BE(declared, 2);
  else if (lengthBytes === 8) bytes.writeBigUInt64BE(BigInt(declared), 2);
  return bytes;
}

/** A message in so many frames. */
export function pieces(
  make: typeof frame,
  content: string | Buffer,
  count: number,
  options: FrameOptions = {},
): Buffer[] {
  const payload = Buffer.from(content as Buffer);
  const size = Math.ceil(payload.length / count);
  return Array.from({ length: count }, (_none, at) => {
    const first = at === 0 ? options : { ...options, opcode: OPCODE.continuation, reserved: 0 };
    return make(payload.subarray(at * size, (at + 1) * size), { ...first, isFinal: at === count - 1 });
  });
}

/** RFC 7692 §7.2.1: what permessage-deflate makes of a message. */
export function deflated(content: string): Buffer {
  return deflateRawSync(Buffer.from(content), { finishFlush: 2 }).subarray(0, -4);
}

/** A Close frame's payload. */
export function closing(code: number, reason: string | Buffer = ""): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason as Buffer)]);
}

export function upgrade(path = "/ws", ...fields: readonly string[]): string {
  const own = ["Host: h", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
  return `GET ${path} HTTP/1.1\r\n${[...own, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", ...fields].join("\r\n")}\r\n\r\n`;
}

export function accept(...fields: readonly string[]): string {
  const own = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="];
  return `HTTP/1.1 101 Switching Protocols\r\n${[...own, ...fields].join("\r\n")}\r\n\r\n`;
}

export const DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover";

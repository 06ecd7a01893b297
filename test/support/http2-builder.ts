import { FLAG, PREFACE, TYPE } from "../../sensor/protocol/http2/frame.js";

export { FLAG, TYPE };

export type Field = readonly [name: string, value: string];

/** A frame (RFC 9113 §4.1); `declared` is a length that it lies about. */
export function frame(type: number, flags: number, stream: number, payload: Buffer | string = "", declared?: number) {
  const body = typeof payload === "string" ? Buffer.from(payload, "latin1") : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(declared ?? body.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, body]);
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length);
  for (const [at, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, at * 6);
    payload.writeUInt32BE(value, at * 6 + 2);
  }
  return frame(TYPE.settings, 0, 0, payload);
}

export const SETTINGS_ACK = frame(TYPE.settings, FLAG.ack, 0);
export const HELLO = Buffer.concat([PREFACE, settings()]);
export const PING = frame(TYPE.ping, 0, 0, "12345678");

export function windowUpdate(stream: number): Buffer {
  return frame(TYPE.windowUpdate, 0, stream, "\0\0\x01\0");
}

export function reset(stream: number, code = 8): Buffer {
  return frame(TYPE.rstStream, 0, stream, Buffer.from([0, 0, 0, code]));
}

export function data(
  stream: number,
  content: Buffer | string,
  ends: "ends" | "goes on" = "goes on",
  padding = 0,
): Buffer {
  const body = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  const flags = (ends === "ends" ? FLAG.endStream : 0) | (padding > 0 ? FLAG.padded : 0);
  if (padding === 0) return frame(TYPE.data, flags, stream, body);
  return frame(TYPE.data, flags, stream, Buffer.concat([Buffer.from([padding]), body, Buffer.alloc(padding)]));
}

/** A message as gRPC frames it. */
export function message(content: string, flags = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flags;
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, Buffer.from(content, "latin1")]);
}

const STATIC: readonly Field[] = [
  [":authority", ""],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
];

/** Encodes one side's header blocks: what it can by index, all else as literals that go into its table. */
export class BlockEncoder {
  readonly #table: Field[] = [];
  #maxBytes = 4_096;
  #update: Buffer | undefined = undefined;

  block(fields: readonly Field[]): Buffer {
    const update = this.#update ?? Buffer.alloc(0);
    this.#update = undefined;
    return Buffer.concat([update, ...fields.map((field) => this.#field(field))]);
  }

  /** The next block begins with a size update. */
  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#update = integer(0x20, 0x1f, maxBytes);
    this.#trim();
  }

  /** A field that goes into no table, its name spelt. */
  literal(name: string, value: string): Buffer {
    return Buffer.concat([Buffer.from([0x10]), text(name), text(value)]);
  }

  #field([name, value]: Field): Buffer {
    const find = (list: readonly Field[], whole: boolean): number =>
      list.findIndex((known) => known[0] === name && (!whole || known[1] === value));
    const inStatic = find(STATIC, true);
    if (inStatic >= 0) return integer(0x80, 0x7f, inStatic + 1);
    const inTable = find(this.#table, true);
    if (inTable >= 0) return integer(0x80, 0x7f, 62 + inTable);
    const named = find(STATIC, false) >= 0 ? find(STATIC, false) + 1 : 62 + find(this.#table, false);
    const index = named === 61 ? 0 : named;
    this.#table.unshift([name, value]);
    this.#trim();
    return Buffer.concat([integer(0x40, 0x3f, index), ...(index === 0 ? [text(name)] : []), text(value)]);
  }

  #trim(): void {
    const size = (): number => this.#table.reduce((sum, [name, value]) => sum + 32 + name.length + value.length, 0);
    while (this.#table.length > 0 && size() > this.#maxBytes) this.#table.pop();
  }
}

export function integer(flags: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([flags | value]);
  const bytes = [flags | mask];
  let left = value - mask;
  for (; left >= 128; left >>>= 7) bytes.push(128 | (left & 127));
  return Buffer.from([...bytes, left]);
}

export function text(value: string): Buffer {
  return Buffer.concat([integer(0, 0x7f, value.length), Buffer.from(value, "latin1")]);
}

export interface HeadersOptions {
  readonly ends?: boolean;
  readonly padding?: number;
  readonly isPrioritised?: boolean;
  /** Fragments behind the first, in CONTINUATION frames. */
  readonly continuations?: number;
  readonly promises?: number;
}

/** HEADERS, or PUSH_PROMISE, with the block in as many frames as asked. */
export function headers(stream: number, block: Buffer, options: HeadersOptions = {}): Buffer {
  const { ends = false, padding = 0, isPrioritised = false, continuations = 0, promises } = options;
  const fragmentBytes = Math.ceil(block.length / (continuations + 1));
  const fragments = Array.from({ length: continuations + 1 }, (_none, at) =>
    block.subarray(at * fragmentBytes, (at + 1) * fragmentBytes),
  );
  const priority = isPrioritised ? Buffer.from([0x80, 0, 0, 0, 15]) : Buffer.alloc(0);
  const promised = Buffer.alloc(promises === undefined ? 0 : 4);
  if (promises !== undefined) promised.writeUInt32BE(promises);
  const flags =
    (ends ? FLAG.endStream : 0) |
    (continuations === 0 ? FLAG.endHeaders : 0) |
    (padding > 0 ? FLAG.padded : 0) |
    (isPrioritised ? FLAG.priority : 0);
  const front = padding > 0 ? Buffer.from([padding]) : Buffer.alloc(0);
  const first = Buffer.concat([front, priority, promised, fragments[0], Buffer.alloc(padding)]);
  const type = promises === undefined ? TYPE.headers : TYPE.pushPromise;
  return Buffer.concat([
    frame(type, flags, stream, first),
    ...fragments
      .slice(1)
      .map((fragment, at) =>
        frame(TYPE.continuation, at === continuations - 1 ? FLAG.endHeaders : 0, stream, fragment),
      ),
  ]);
}

/** Both sides of a connection, each with its table. */
export class Http2Peers {
  readonly client = new BlockEncoder();
  readonly server = new BlockEncoder();

  request(
    stream: number,
    path: string,
    more: readonly Field[] = [],
    options: HeadersOptions & { method?: string } = {},
  ) {
    const { method = "GET", ends = method === "GET", ...rest } = options;
    const fields: Field[] = [
      [":method", method],
      [":scheme", "http"],
      [":path", path],
      [":authority", "h"],
    ];
    return headers(stream, this.client.block([...fields, ...more]), { ends, ...rest });
  }

  answer(stream: number, status: number, more: readonly Field[] = [], options: HeadersOptions = {}): Buffer {
    return headers(stream, this.server.block([[":status", String(status)], ...more]), options);
  }

  trailers(stream: number, fields: readonly Field[]): Buffer {
    return headers(stream, this.server.block(fields), { ends: true });
  }

  /** A gRPC request's head. */
  call(stream: number, path: string, more: readonly Field[] = []): Buffer {
    const fields: readonly Field[] = [["te", "trailers"], ["content-type", "application/grpc"], ...more];
    return this.request(stream, path, fields, { method: "POST" });
  }
}

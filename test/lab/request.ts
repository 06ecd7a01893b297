import { randomBytes, randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SERVER_NAME } from "./certificates.js";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS_FRAME = 4;
const HEADERS_FRAME = 1;
const END_STREAM_AND_HEADERS = 0x5;

/** Writes one request of random length in both forms and names the files. */
export function writeRequests(folder: string): { http1: string; http2: string } {
  const path = `/${randomBytes(randomInt(2, 40)).toString("hex")}`;
  const padding = randomBytes(randomInt(1, 400)).toString("base64url");
  const [http1, http2] = [join(folder, "request.http1"), join(folder, "request.http2")];
  writeFileSync(
    http1,
    `GET ${path} HTTP/1.1\r\nHost: ${SERVER_NAME}\r\nX-Padding: ${padding}\r\nConnection: close\r\n\r\n`,
  );
  writeFileSync(http2, http2Request(path));
  return { http1, http2 };
}

function http2Request(path: string): Buffer {
  // RFC 7541 Appendix A: 2 is `:method GET`, 7 is `:scheme https`; 1 and 4 name `:authority` and `:path`.
  const block = Buffer.concat([Buffer.from([0x82, 0x87]), literal(0x01, SERVER_NAME), literal(0x04, path)]);
  const headers = frame(HEADERS_FRAME, END_STREAM_AND_HEADERS, 1, block);
  return Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS_FRAME, 0, 0, Buffer.alloc(0)), headers]);
}

function literal(nameIndex: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([nameIndex, value.length]), Buffer.from(value)]);
}

function frame(kind: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

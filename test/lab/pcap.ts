import { readFileSync } from "node:fs";

const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
const ETHERNET_BYTES = 14;

/** A capture file taken apart and put together again by code that shares nothing with the sensor's. */
export interface Capture {
  readonly header: Buffer;
  readonly packets: readonly Captured[];
}

export interface Captured {
  /** Record header and frame, as in the file. */
  readonly bytes: Buffer;
  readonly atMicros: number;
  /** Left out where the frame is no TCP over IPv4 on Ethernet. */
  readonly tcp?: Segment;
}

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  readonly ack: boolean;
  /** FIN or RST: nothing comes after it. */
  readonly end: boolean;
  readonly acknowledged: number;
  readonly payload: Buffer;
}

export function readCapture(file: string): Capture {
  const bytes = readFileSync(file);
  if (bytes.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error(`${file} is no little-endian pcap with microseconds`);
  const packets: Captured[] = [];
  for (let at = HEADER_BYTES; at + RECORD_BYTES <= bytes.length; ) {
    const end = at + RECORD_BYTES + bytes.readUInt32LE(at + 8);
    if (end > bytes.length) break;
    packets.push(readPacket(bytes.subarray(at, end)));
    at = end;
  }
  return { header: bytes.subarray(0, HEADER_BYTES), packets };
}

export function joinCapture(capture: Capture, packets: readonly Captured[]): Buffer {
  return Buffer.concat([capture.header, ...packets.map(({ bytes }) => bytes)]);
}

function readPacket(bytes: Buffer): Captured {
  const atMicros = bytes.readUInt32LE(0) * 1e6 + bytes.readUInt32LE(4);
  const tcp = readSegment(bytes.subarray(RECORD_BYTES));
  return tcp === undefined ? { bytes, atMicros } : { bytes, atMicros, tcp };
}

function readSegment(frame: Buffer): Segment | undefined {
  if (frame.length < ETHERNET_BYTES + 40 || frame.readUInt16BE(12) !== 0x0800) return undefined;
  const ip = frame.subarray(ETHERNET_BYTES);
  if (ip[9] !== 6) return undefined;
  const tcp = ip.subarray((ip[0] & 15) * 4, ip.readUInt16BE(2));
  const flags = tcp[13];
  return {
    from: [...ip.subarray(12, 16)].join("."),
    to: [...ip.subarray(16, 20)].join("."),
    fromPort: tcp.readUInt16BE(0),
    toPort: tcp.readUInt16BE(2),
    sequence: tcp.readUInt32BE(4),
    syn: (flags & 2) !== 0,
    ack: (flags & 16) !== 0,
    end: (flags & 5) !== 0,
    acknowledged: tcp.readUInt32BE(8),
    payload: tcp.subarray((tcp[12] >> 4) * 4),
  };
}

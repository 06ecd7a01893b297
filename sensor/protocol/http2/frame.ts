/** Frame types, RFC 9113 §6; PRIORITY_UPDATE is RFC 9218's, ALTSVC RFC 7838's, ORIGIN RFC 8336's. */
export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
  altSvc: 10,
  origin: 12,
  priorityUpdate: 16,
} as const;

export const FLAG = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const SETTING = { headerTableSize: 1, maxFrameSize: 5 } as const;

export const HEADER_BYTES = 9;
/** RFC 9113 §6.5.2: before any setting, and at most. */
export const DEFAULT_FRAME_BYTES = 16_384;
export const MAX_FRAME_BYTES = 2 ** 24 - 1;

/** RFC 9113 §3.4. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Whether the preface, or as much of it as there is, stands there. */
export function beginsPreface(bytes: Buffer, start: number, end: number): boolean {
  const length = Math.min(PREFACE.length, end - start);
  return bytes.compare(PREFACE, 0, length, start, start + length) === 0;
}

export function frameLength(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
}

export function streamIdAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] & 0x7f) << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

/** What frames have in front of their header block's fragment, RFC 9113 §6.2 and §6.6. */
const PRIORITY_BYTES = 5;
const PROMISE_BYTES = 4;

/** What says how a frame is to be read. */
interface FrameKind {
  readonly type: number;
  readonly flags: number;
}

/** Where in the payload the fragment begins. */
export function fragmentStart({ type, flags }: FrameKind): number {
  const padding = type !== TYPE.continuation && (flags & FLAG.padded) !== 0 ? 1 : 0;
  if (type === TYPE.pushPromise) return padding + PROMISE_BYTES;
  return type === TYPE.headers && (flags & FLAG.priority) !== 0 ? padding + PRIORITY_BYTES : padding;
}

/** RFC 9113 §6.2: bytes of padding behind a fragment. */
export function paddingOf({ type, flags }: FrameKind, bytes: Buffer, start: number, end: number): number {
  return type !== TYPE.continuation && (flags & FLAG.padded) !== 0 && start < end ? bytes[start] : 0;
}

/** What a type demands: a stream or none, and its length. */
interface Demand {
  readonly stream: "some" | "none" | "any";
  readonly least: number;
  readonly most: number;
  readonly flags: number;
}

function demand(stream: Demand["stream"], least: number, most: number, flags: number): Demand {
  return { stream, least, most, flags };
}

/** RFC 9113 §6, by type. */
const DEMANDS: readonly (Demand | undefined)[] = [
  demand("some", 0, MAX_FRAME_BYTES, FLAG.endStream | FLAG.padded),
  demand("some", 0, MAX_FRAME_BYTES, FLAG.endStream | FLAG.endHeaders | FLAG.padded | FLAG.priority),
  demand("some", 5, 5, 0),
  demand("some", 4, 4, 0),
  demand("none", 0, MAX_FRAME_BYTES, FLAG.ack),
  demand("some", 4, MAX_FRAME_BYTES, FLAG.endHeaders | FLAG.padded),
  demand("none", 8, 8, FLAG.ack),
  demand("none", 8, MAX_FRAME_BYTES, 0),
  demand("any", 4, 4, 0),
  demand("some", 0, MAX_FRAME_BYTES, FLAG.endHeaders),
  demand("any", 2, MAX_FRAME_BYTES, 0),
  undefined,
  demand("none", 0, MAX_FRAME_BYTES, 0),
  undefined,
  undefined,
  undefined,
  demand("none", 4, MAX_FRAME_BYTES, 0),
];

/** Whether a frame of the type may have this length and stream; types nobody knows may, RFC 9113 §5.5. */
export function isAllowed(type: number, flags: number, length: number, streamId: number): boolean {
  const wanted = DEMANDS[type];
  if (wanted === undefined) return true;
  if (length < wanted.least || length > wanted.most) return false;
  if (wanted.stream !== "any" && (wanted.stream === "some") !== streamId > 0) return false;
  if (type === TYPE.settings) return length % 6 === 0 && ((flags & FLAG.ack) === 0 || length === 0);
  return true;
}

/**
 * Whether a frame header may stand there, for whoever does not know where frames begin: beyond what the RFC demands, flags that are
 * not defined and frames without any use say no.
 */
export function isPlausible(bytes: Uint8Array, at: number, mostBytes: number): boolean {
  const type = bytes[at + 3];
  const wanted = DEMANDS[type];
  if (wanted === undefined || bytes[at + 5] >= 0x80) return false;
  const flags = bytes[at + 4];
  const length = frameLength(bytes, at);
  if ((flags & ~wanted.flags) !== 0 || length > mostBytes) return false;
  const streamId = streamIdAt(bytes, at + 5);
  if (!isAllowed(type, flags, length, streamId)) return false;
  if (length > 0) return true;
  // Nothing is asked by an empty frame but what its flags say.
  return type === TYPE.settings || (flags & (FLAG.endStream | FLAG.endHeaders)) !== 0;
}

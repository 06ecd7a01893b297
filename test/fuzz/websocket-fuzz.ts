import type { StreamCount } from "../../sensor/protocol/message.js";
import { describe, feed, type Step } from "../support/dialog.js";
import {
  accept,
  closing,
  DEFLATE,
  deflated,
  frame,
  masked,
  OPCODE,
  pieces,
  upgrade,
} from "../support/websocket-builder.js";
import { spentMillis } from "./spent-time.js";

export interface WebsocketFuzzResult {
  readonly runs: number;
  /** Messages that were sent where bytes were lost and nothing else, and those of them that were seen. */
  readonly sent: number;
  readonly seen: number;
}

type Side = "client" | "server";

interface Said {
  readonly bytes: Buffer;
  messages: number;
  messageBytes: number;
}

const MOST_FRAMES = 40;
const SEGMENT_BYTES = 1_448;

/**
 * Conversations over a WebSocket that lose bytes, or are changed, or are joined late, until the time is over. Of what only lost bytes no
 * fault may be told and no message more than was sent, of what is whole every message; whatever happens, nothing may be thrown.
 */
export function fuzzWebsocket(millis: number, seed: number, random: () => number): WebsocketFuzzResult {
  const end = spentMillis() + millis;
  let runs = 0;
  let sent = 0;
  let seen = 0;
  for (; spentMillis() < end; runs++) {
    const told: Record<Side, Said> = { client: talk("client", random), server: talk("server", random) };
    const kind = (["whole", "lossy", "lossy", "late", "hurt"] as const)[random() % 5];
    const steps = stepsOf(kind, told, random);
    const isLate = kind === "late";
    try {
      const messages = feed(steps, { isShared: true, rolesFrom: isLate ? "ports" : "handshake", closed: "fin" });
      if (kind === "hurt") continue;
      if (messages.some((message) => message.kind === "anomaly")) throw new Error(describe(messages).join("\n"));
      const counted = messages.flatMap((message) => (message.kind === "call" ? (message.stream ?? []) : []));
      for (const side of ["client", "server"] as const) {
        const counts = counted.flatMap((stream) => (side === "client" ? stream.request : stream.response) ?? []);
        const { count, bytes } = sum(counts);
        const isRight = count === told[side].messages && bytes === told[side].messageBytes;
        const isWithin = count <= told[side].messages && bytes <= told[side].messageBytes;
        if (kind === "whole" ? !isRight : !isWithin)
          throw new Error(`${side} sent ${told[side].messages}: ${describe(messages).join("\n")}`);
        sent += told[side].messages;
        seen += count;
      }
    } catch (error) {
      throw new Error(`run ${runs} of seed ${seed}, a WebSocket, ${kind}: ${(error as Error).stack}`);
    }
  }
  return { runs, sent, seen };
}

function sum(counts: readonly StreamCount[]): { readonly count: number; readonly bytes: number } {
  return counts.reduce(
    (all, { messages, messageBytes }) => ({ count: all.count + messages, bytes: all.bytes + messageBytes }),
    { count: 0, bytes: 0 },
  );
}

/** What one side says: texts, binary and compressed messages, some in pieces, with control frames between them. */
function talk(side: Side, random: () => number): Said {
  const make = side === "client" ? masked : frame;
  const style = random() % 4;
  const frames: Buffer[] = [];
  let messages = 0;
  let messageBytes = 0;
  for (let left = random() % MOST_FRAMES; left > 0; left--) {
    const text = `{"id":${random()},"note":"${"é€x".repeat(random() % (random() % 8 === 0 ? 2_000 : 40))}"}`;
    const content = contentOf((style + (random() % 4 === 0 ? 1 : 0)) % 4, text, random);
    const options = { opcode: content.isText ? OPCODE.text : OPCODE.binary, reserved: content.isDeflated ? 0x40 : 0 };
    const parts = random() % 5 === 0 ? 1 + (random() % 4) : 1;
    frames.push(...(parts === 1 ? [make(content.bytes, options)] : pieces(make, content.bytes, parts, options)));
    messages++;
    messageBytes += content.bytes.length;
    if (random() % 6 === 0) frames.push(make("p".repeat(random() % 126), { opcode: OPCODE.ping }));
  }
  if (random() % 2 === 0) frames.push(make(closing(1000 + (random() % 4), "bye"), { opcode: OPCODE.close }));
  return { bytes: Buffer.concat(frames), messages, messageBytes };
}

function contentOf(style: number, text: string, random: () => number) {
  if (style === 0) return { bytes: Buffer.from(text), isText: true, isDeflated: false };
  if (style === 1) return { bytes: deflated(text), isText: true, isDeflated: true };
  if (style === 2) return { bytes: Buffer.alloc(text.length, random() % 3), isText: false, isDeflated: false };
  return { bytes: noise(text.length, random), isText: false, isDeflated: false };
}

function noise(length: number, random: () => number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = random() & 0xff;
  return bytes;
}

function stepsOf(kind: "whole" | "lossy" | "late" | "hurt", told: Record<Side, Said>, random: () => number): Step[] {
  const steps: Step[] = [
    ["client", upgrade("/ws", DEFLATE)],
    ["server", accept(DEFLATE)],
  ];
  const queues = (["client", "server"] as const).map((side) => cut(side, hurt(kind, told[side].bytes, random), random));
  while (queues.some((queue) => queue.length > 0)) {
    const step = queues[random() % 2].shift();
    if (step === undefined) continue;
    const [side, bytes] = step;
    if (kind !== "whole" && random() % 8 === 0) steps.push([side, (bytes as Buffer).length]);
    else steps.push(step);
  }
  return kind === "late" ? steps.slice(2 + (random() % 4)) : steps;
}

/** In pieces as TCP cuts them: at the segments' size, at writes, or anywhere. */
function cut(side: Side, bytes: Buffer, random: () => number): Step[] {
  const most = [SEGMENT_BYTES, 200, 16_384][random() % 3];
  const steps: Step[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(bytes.length - at, random() % 3 === 0 ? 1 + (random() % most) : most);
    steps.push([side, bytes.subarray(at, at + length)]);
    at += length;
  }
  return steps;
}

function hurt(kind: string, bytes: Buffer, random: () => number): Buffer {
  if (kind !== "hurt" || bytes.length === 0) return bytes;
  const changed = Buffer.from(bytes);
  for (let change = random() % 12; change >= 0; change--) changed[random() % changed.length] = random() & 0xff;
  return changed;
}

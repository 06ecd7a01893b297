import type { Flow } from "../../flow/stream.js";
import { BodyLook, type LookOwner } from "../body/body-look.js";
import { codingOf, decodeContent, IDENTITY } from "../body/content-coding.js";
import { NO_DIALECTS } from "../rpc/dialect.js";
import { COMPRESSED, MessageLook } from "./message-look.js";
import type { ReflectedTypes } from "./reflection.js";

/** Of one message that a server says of itself, and how many of them. */
const MAX_BYTES = 262_144;
const MAX_MESSAGES = 64;

/** Reads whole what a server says of itself, as it is seldom asked. */
export function reflectionLook(
  reader: Pick<LookOwner, "hold" | "release">,
  reflected: ReflectedTypes,
  flow: Flow,
  encoding: string | undefined,
): MessageLook {
  const owner: LookOwner = {
    maxBytes: MAX_BYTES,
    hold: (bytes) => reader.hold(bytes),
    release: (bytes) => reader.release(bytes),
    read: ({ coding }, bytes, start, end) => {
      const told =
        coding === IDENTITY ? undefined : decodeContent(coding, bytes.subarray(start, end), MAX_BYTES)?.bytes;
      if (told !== undefined) reflected.learn(flow, told, 0, told.length);
      else if (coding === IDENTITY) reflected.learn(flow, bytes, start, end);
    },
  };
  return new MessageLook((flags, length) => {
    const coding = (flags & COMPRESSED) === 0 ? IDENTITY : codingOf(encoding ?? "unknown");
    if (coding === undefined) return undefined;
    const nothing = { isSampled: false, dialects: NO_DIALECTS, outcomeOf: undefined, typeName: undefined };
    return new BodyLook(owner, { key: 0, flow, kind: undefined, coding, ...nothing }, length);
  }, MAX_MESSAGES);
}

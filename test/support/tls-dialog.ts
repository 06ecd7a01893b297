import { Dispatcher } from "../../sensor/protocol/dispatcher.js";
import type { Handshake, Message } from "../../sensor/protocol/message.js";
import { PROTOCOL_SETTINGS, type Step, TestFlow } from "./dialog.js";

/** Every connection's steps in turn, over parsers that remember from one to the next. */
export function feedConnections(connections: readonly (readonly Step[])[]): Message[] {
  return feedMany(connections, "closed-in-turn");
}

/** None of the connections ends before the last has said all it has to say. */
export function feedTogether(...connections: readonly (readonly Step[])[]): Message[] {
  return feedMany(connections, "closed-together");
}

function feedMany(connections: readonly (readonly Step[])[], ends: "closed-in-turn" | "closed-together"): Message[] {
  const messages: Message[] = [];
  const dispatcher = new Dispatcher(PROTOCOL_SETTINGS, { message: (message) => messages.push(message) });
  const open: ReturnType<Dispatcher["open"]>[] = [];
  let atMicros = 0;
  for (const steps of connections) {
    const flow = new TestFlow({});
    const stream = dispatcher.open(flow, flow);
    for (const [from, what] of steps) {
      atMicros++;
      if (typeof what === "number") stream.gap(from, what, atMicros);
      else if (what === "fin") stream.finished(from, atMicros);
      else {
        const bytes = typeof what === "string" ? Buffer.from(what, "latin1") : Buffer.from(what);
        stream.data(from, bytes, 0, bytes.length, atMicros);
        bytes.fill(0x58);
      }
    }
    if (ends === "closed-in-turn") stream.close("fin", ++atMicros);
    else open.push(stream);
  }
  for (const stream of open) stream.close("fin", ++atMicros);
  return messages;
}

export function handshakesIn(messages: readonly Message[]): Handshake[] {
  return messages.filter((message): message is Handshake => message.kind === "handshake");
}

/** Verdict, basis and, where it helps, more of each handshake in one line. */
export function verdicts(messages: readonly Message[]): string[] {
  return handshakesIn(messages).map(({ clientAuth, resumed, established }) => {
    const words: string[] = [clientAuth.verdict, clientAuth.basis];
    if (resumed === true) words.push("resumed");
    if (established !== true) words.push(established === false ? "failed" : "open");
    return words.join(" ");
  });
}

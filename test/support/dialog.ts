import type { Flow, Roles, Side } from "../../sensor/flow/stream.js";
import { Dispatcher, type DispatcherSettings } from "../../sensor/protocol/dispatcher.js";
import type { Call, CallStream, Message, Rpc, StreamCount, VisibilitySink } from "../../sensor/protocol/message.js";
import { defaultSettings } from "../../shared/config/settings.js";

/** What one side sends next, or how many of its bytes are lost, or that it ends. */
export type Step = readonly ["client" | "server", string | Buffer | number | "fin"];

export const PROTOCOL_SETTINGS: DispatcherSettings = {
  maxHeldBytesPerSide: 4_096,
  maxHeadBytes: 65_536,
  maxPipelined: 1_000,
  maxStreams: 20_000,
  maxHandshakeBytes: 1 << 20,
  faults: "throw",
  data: defaultSettings().data,
};

export interface FeedOptions {
  readonly rolesFrom?: Flow["rolesFrom"];
  readonly twoSided?: boolean;
  /** Only when something of each side was seen. */
  readonly becomesTwoSided?: boolean;
  readonly closed?: "fin" | "reset" | "end";
  /** Bytes handed over at a time; all at once by default. */
  readonly pieceBytes?: number;
  /** Between one step and the next; 1 by default. */
  readonly stepMicros?: number;
  /** One dispatcher for all such dialogs: making one takes longer than most dialogs, and few protocols remember anything. */
  readonly isShared?: boolean;
  readonly ledger?: VisibilitySink;
  /** The operator's rules for classes of data. */
  readonly rules?: readonly string[];
}

let told: Message[] = [];
// It looks at every body, as a new one does at the first of each operation.
const SHARED = new Dispatcher(
  { ...PROTOCOL_SETTINGS, data: { ...PROTOCOL_SETTINGS.data, firstBodies: 65_535, oneIn: 1 } },
  { message: (message) => told.push(message) },
);

export class TestFlow implements Flow, Roles {
  readonly id = "00000000000000aa";
  readonly clientAddress = "10.0.0.1";
  readonly clientPort = 40_000;
  readonly serverAddress = "10.0.0.2";
  readonly serverPort = 80;
  readonly firstMicros = 0;
  readonly virtualNetwork: string | undefined = undefined;
  rolesFrom: Flow["rolesFrom"];
  twoSided: boolean;
  memo: object | undefined = undefined;
  isReversed = false;

  constructor(options: FeedOptions) {
    this.rolesFrom = options.rolesFrom ?? "handshake";
    this.twoSided = options.twoSided ?? options.becomesTwoSided !== true;
  }

  sequences(): object {
    return {};
  }

  reverse(): boolean {
    if (this.rolesFrom === "handshake") return false;
    this.rolesFrom = "bytes";
    this.isReversed = !this.isReversed;
    return true;
  }
}

/** The messages that come of a dialog; every step is at the next microsecond. */
export function feed(steps: readonly Step[], options: FeedOptions = {}): Message[] {
  const messages: Message[] = [];
  const flow = new TestFlow(options);
  told = messages;
  const data = { ...PROTOCOL_SETTINGS.data, ...(options.rules === undefined ? {} : { rules: options.rules }) };
  const dispatcher = options.isShared
    ? SHARED
    : new Dispatcher({ ...PROTOCOL_SETTINGS, data }, { message: (message) => messages.push(message) }, options.ledger);
  const stream = dispatcher.open(flow, flow);
  const side = (from: Side): Side => (flow.isReversed === (from === "client") ? "server" : "client");
  let atMicros = 0;
  for (const [from, what] of steps) {
    atMicros += options.stepMicros ?? 1;
    if (options.becomesTwoSided && from !== steps[0][0]) flow.twoSided = true;
    if (typeof what === "number") stream.gap(side(from), what, atMicros);
    else if (what === "fin") stream.finished(side(from), atMicros);
    else {
      const bytes = typeof what === "string" ? Buffer.from(what, "latin1") : what;
      const pieceBytes = options.pieceBytes ?? bytes.length;
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        // Borrowed bytes are overwritten after the call: whoever kept them without copying shows.
        const piece = Buffer.concat([Buffer.from("##"), bytes.subarray(at, at + pieceBytes), Buffer.from("##")]);
        stream.data(side(from), piece, 2, piece.length - 2, atMicros);
        piece.fill(0x58);
      }
    }
  }
  stream.close(options.closed ?? "fin", atMicros + (options.stepMicros ?? 1));
  return messages;
}

/** One line a message, with what matters of it. */
export function describe(messages: readonly Message[]): string[] {
  return messages.map((message) => {
    if (message.kind === "anomaly") return `! ${message.from} ${message.name}`;
    if (message.kind === "connection") return `= ${message.protocol ?? "unknown"}`;
    if (message.kind === "handshake") return `tls ${message.version ?? "-"} ${message.clientAuth.verdict}`;
    if (message.stream?.isContinued) return describeMore(message, message.stream);
    const { version, method, path, authority, status, requestBodySize, responseBodySize } = message;
    const words = [version, method, path, authority, status, requestBodySize, responseBodySize].map(
      (word) => word ?? "-",
    );
    if (!message.complete) words.push(`incomplete:${message.missingBytes}`);
    if (message.unpaired !== undefined) words.push(message.unpaired);
    if (message.unread !== undefined) words.push(message.unread);
    if (message.rpc !== undefined) words.push(describeRpc(message.rpc));
    if (message.stream !== undefined) words.push(describeStream(message.stream));
    return words.join(" ");
  });
}

/** `~ GET /ws websocket 1:5>1:5 1000 text client`: what was sent in a call that was told before. */
function describeMore({ method, path, complete, missingBytes }: Call, stream: CallStream): string {
  const words = ["~", method, path, describeStream(stream)];
  if (!complete) words.push(`incomplete:${missingBytes}`);
  return words.join(" ");
}

/**
 * Its kind, subprotocol and extensions, messages and bytes each way, with f for those in pieces, z compressed, c control frames, u bytes
 * not read; how it ended.
 */
function describeStream({ kind, subprotocol, extensions, request, response, end }: CallStream): string {
  const words: string[] = [kind, ...extensions];
  if (subprotocol !== undefined) words.push(`"${subprotocol}"`);
  if (request !== undefined || response !== undefined) words.push(`${countOf(request)}>${countOf(response)}`);
  if (end?.from !== undefined) words.push(`${end.code ?? "-"} ${end.reason} ${end.from}`);
  return words.join(" ");
}

function countOf(count: StreamCount | undefined): string {
  if (count === undefined) return "-";
  const { messages, messageBytes, fragmented, compressed, controlFrames, unreadBytes } = count;
  const more = [
    ["f", fragmented],
    ["z", compressed],
    ["c", controlFrames],
    ["u", unreadBytes],
  ] as const;
  return `${messages}:${messageBytes}${more.map(([letter, times]) => (times > 0 ? `${letter}${times}` : "")).join("")}`;
}

/** `grpc shop.Cart/Add status 0 unary 1:7>1:9` with messages and their bytes each way. */
function describeRpc(rpc: Rpc): string {
  const { system, service, method, status, kind, timeoutMicros, encoding } = rpc;
  const sent = `${rpc.requestMessages ?? "-"}:${rpc.requestMessageBytes ?? "-"}`;
  const answered = `${rpc.responseMessages ?? "-"}:${rpc.responseMessageBytes ?? "-"}`;
  const name = `${system} ${service ?? "-"}/${method ?? "-"} ${status ?? "-"} ${kind ?? "-"} ${sent}>${answered}`;
  return [name, timeoutMicros, encoding].filter((word) => word !== undefined).join(" ");
}

/** Everything that a message says, what it has by accessors as well. */
export function allOf(message: Message): Readonly<Record<string, unknown>> {
  const accessors = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(message)));
  const names = accessors.filter(([, { get }]) => get !== undefined).map(([name]) => name);
  return { ...message, ...Object.fromEntries(names.map((name) => [name, message[name as keyof Message]])) };
}

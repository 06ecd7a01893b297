import {
  type BatchMessage,
  decodeReply,
  decodeSensorMessage,
  encodeBatch,
  encodeHello,
  encodeReply,
  type HelloMessage,
  WireError,
  type WireEvent,
} from "./event-wire.js";

/** Raised when messages change in a way that an older end would misread. */
export const PROTOCOL_VERSION = 1;
/** Largest message either side takes. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** The other side broke the conversation's rules: the connection is to be closed. */
export class ConversationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConversationError";
  }
}

export interface SensorIdentity {
  readonly name: string;
  readonly version: string;
  readonly host: string;
}

export type SensorStep =
  | { readonly type: "resume"; readonly lastSequence: number; readonly takesConnections: boolean }
  | { readonly type: "acknowledged"; readonly sequence: number };

/** The sensor's end of one connection; bytes in, bytes out, no socket. */
export class SensorConversation {
  readonly #identity: SensorIdentity;
  #isWelcome = false;
  #sentSequence = 0;

  constructor(identity: SensorIdentity) {
    this.#identity = identity;
  }

  /** The first message. */
  hello(): Uint8Array {
    return encodeHello({ protocolVersion: PROTOCOL_VERSION, ...this.#identity });
  }

  /** Throws ConversationError on a refusal, and on what a console would not send. */
  receive(bytes: Uint8Array): SensorStep {
    const reply = checked(() => decodeReply(bytes));
    if (reply.type === "refusal") throw new ConversationError(`the console refuses: ${reply.reason}`);
    if (reply.type === "welcome") {
      if (this.#isWelcome) throw new ConversationError("a second welcome");
      if (reply.protocolVersion !== PROTOCOL_VERSION) throw otherVersion("console", reply.protocolVersion);
      this.#isWelcome = true;
      return { type: "resume", lastSequence: reply.lastSequence, takesConnections: reply.takesConnections };
    }
    if (!this.#isWelcome) throw new ConversationError("an acknowledgement before the welcome");
    if (reply.sequence > this.#sentSequence) throw new ConversationError("an acknowledgement of what was never sent");
    return { type: "acknowledged", sequence: reply.sequence };
  }

  /** `events` are not empty, in the order of their sequences. */
  batch(events: readonly WireEvent[], droppedTotal: number, callsNotSampledTotal: number): Uint8Array {
    this.#sentSequence = events[events.length - 1].sequence;
    return encodeBatch(events, droppedTotal, callsNotSampledTotal);
  }
}

/** The console's end. */
export class ConsoleConversation {
  readonly #version: string;
  #isOpen = false;

  constructor(version: string) {
    this.#version = version;
  }

  /** Throws ConversationError on what a sensor would not send. */
  receive(bytes: Uint8Array): HelloMessage | BatchMessage {
    const message = checked(() => decodeSensorMessage(bytes));
    if (message.type === "hello") {
      if (this.#isOpen) throw new ConversationError("a second hello");
      if (message.protocolVersion !== PROTOCOL_VERSION) throw otherVersion("sensor", message.protocolVersion);
      this.#isOpen = true;
    } else if (!this.#isOpen) throw new ConversationError("a batch before the hello");
    return message;
  }

  welcome(lastSequence: number): Uint8Array {
    const protocolVersion = PROTOCOL_VERSION;
    return encodeReply({
      type: "welcome",
      protocolVersion,
      version: this.#version,
      lastSequence,
      takesConnections: true,
    });
  }

  acknowledge(sequence: number): Uint8Array {
    return encodeReply({ type: "acknowledge", sequence });
  }

  refuse(reason: string): Uint8Array {
    return encodeReply({ type: "refusal", reason });
  }
}

function otherVersion(who: string, version: number): ConversationError {
  return new ConversationError(
    `the ${who} speaks version ${version} of the protocol, this one ${PROTOCOL_VERSION}; bring both to one release`,
  );
}

function checked<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof WireError) throw new ConversationError(`a message that can't be read: ${error.message}`);
    throw error;
  }
}

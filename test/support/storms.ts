import { ACK, FIN, SYN } from "../../sensor/decode/packet.js";
import { ethernet, ipv4, tcp } from "./frame-builder.js";

/** Takes each frame; packet time goes on by `micros` before it. */
export type Emit = (frame: Buffer, micros: number) => void;

/** One kind of overload: `count` of whatever it is made of. */
export interface Storm {
  readonly name: string;
  readonly what: string;
  /** How many of it a long test makes, and a short one: enough to meet the bound that it is to meet. */
  readonly full: number;
  readonly short: number;
  run(count: number, emit: Emit): void;
}

const ETHERNET = 14;
const IP = 20;
const TCP = 32;
const NO_BYTES = Buffer.alloc(0);
const SERVER = 0x0a630001;

/** One TCP frame that is written over again and again: making each anew takes longer than looking at it. */
class Template {
  readonly #frame: Buffer;

  constructor(payloadBytes: number) {
    const fields = { fromPort: 0, toPort: 0, sequence: 0, acknowledgment: 0, flags: 0 };
    const segment = tcp({ ...fields, from: "", to: "", payload: Buffer.alloc(payloadBytes) });
    this.#frame = ethernet(0x0800, ipv4("0.0.0.0", "0.0.0.0", 6, segment));
  }

  fill(
    from: number,
    to: number,
    fromPort: number,
    toPort: number,
    numbers: Numbers,
    payload: Buffer = NO_BYTES,
  ): Buffer {
    const frame = this.#frame;
    frame.writeUInt32BE(from, ETHERNET + 12);
    frame.writeUInt32BE(to, ETHERNET + 16);
    frame.writeUInt16BE(fromPort, ETHERNET + IP);
    frame.writeUInt16BE(toPort, ETHERNET + IP + 2);
    frame.writeUInt32BE(numbers.sequence, ETHERNET + IP + 4);
    frame.writeUInt32BE(numbers.acknowledgment, ETHERNET + IP + 8);
    frame[ETHERNET + IP + 13] = numbers.flags;
    payload.copy(frame, ETHERNET + IP + TCP);
    return frame;
  }
}

interface Numbers {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
}

const BARE = new Template(0);

/** Opens connection `number` of many: 60,000 ports of as many clients as it takes. */
class Connection {
  readonly client: number;
  readonly port: number;
  readonly server: number;
  readonly serverPort: number;
  #sent = 1_001;
  #answered = 9_001;

  constructor(number: number, server = SERVER, serverPort = 80) {
    this.client = 0x0a000001 + Math.floor(number / 60_000);
    this.port = 2_000 + (number % 60_000);
    this.server = server;
    this.serverPort = serverPort;
  }

  open(emit: Emit, micros: number): this {
    const { client, port, server, serverPort } = this;
    emit(BARE.fill(client, server, port, serverPort, { sequence: 1_000, acknowledgment: 0, flags: SYN }), micros);
    const answer = { sequence: 9_000, acknowledgment: 1_001, flags: SYN | ACK };
    emit(BARE.fill(server, client, serverPort, port, answer), micros);
    emit(BARE.fill(client, server, port, serverPort, { sequence: 1_001, acknowledgment: 9_001, flags: ACK }), micros);
    return this;
  }

  /** `skipped` bytes before it are never sent. */
  ask(emit: Emit, template: Template, payload: Buffer, micros: number, skipped = 0): this {
    this.#sent += skipped;
    const numbers = { sequence: this.#sent, acknowledgment: this.#answered, flags: ACK | 8 };
    emit(template.fill(this.client, this.server, this.port, this.serverPort, numbers, payload), micros);
    this.#sent += payload.length;
    return this;
  }

  answer(emit: Emit, template: Template, payload: Buffer, micros: number): this {
    const numbers = { sequence: this.#answered, acknowledgment: this.#sent, flags: ACK | 8 };
    emit(template.fill(this.server, this.client, this.serverPort, this.port, numbers, payload), micros);
    this.#answered += payload.length;
    return this;
  }

  close(emit: Emit, micros: number): void {
    const { client, port, server, serverPort } = this;
    const flags = FIN | ACK;
    emit(
      BARE.fill(client, server, port, serverPort, { sequence: this.#sent, acknowledgment: this.#answered, flags }),
      micros,
    );
    emit(
      BARE.fill(server, client, serverPort, port, {
        sequence: this.#answered,
        acknowledgment: this.#sent + 1,
        flags,
      }),
      micros,
    );
  }
}

const PART = Buffer.from("POST /upload HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nX-Slow: ");
const ANSWER = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
const ONE_BYTE = Buffer.from("x");
const FRAGMENT_BYTES = 8;

function asks(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
}

/** A word of letters that no rule takes for a number or an identifier. */
function word(number: number): string {
  return number.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
}

export const STORMS: readonly Storm[] = [
  {
    name: "syn-flood",
    what: "SYNs from everywhere, never answered",
    full: 3_000_000,
    short: 400_000,
    run(count, emit) {
      for (let number = 0; number < count; number++) {
        const client = (Math.imul(number, 0x9e3779b1) | 1) >>> 0;
        const numbers = { sequence: number, acknowledgment: 0, flags: SYN };
        emit(BARE.fill(client, SERVER, 1_024 + (number % 60_000), 80, numbers), 1);
      }
    },
  },
  {
    name: "half-open",
    what: "connections that are opened and say nothing",
    full: 1_000_000,
    short: 250_000,
    run(count, emit) {
      for (let number = 0; number < count; number++) new Connection(number).open(emit, 1);
    },
  },
  {
    name: "slow-heads",
    what: "connections that never end their first request's head",
    full: 1_000_000,
    short: 100_000,
    run(count, emit) {
      const part = new Template(PART.length);
      for (let number = 0; number < count; number++) new Connection(number).open(emit, 1).ask(emit, part, PART, 1);
    },
  },
  {
    name: "open-calls",
    what: "connections that stay after one call, each with another service",
    full: 400_000,
    short: 90_000,
    run(count, emit) {
      const answer = new Template(ANSWER.length);
      for (let number = 0; number < count; number++) {
        const request = asks(`/${word(number)}`);
        const connection = new Connection(number, SERVER + (number % 50_000)).open(emit, 1);
        connection.ask(emit, new Template(request.length), request, 1).answer(emit, answer, ANSWER, 1);
      }
    },
  },
  {
    name: "pipelined",
    what: "connections that ask and ask and are never answered",
    full: 4_000_000,
    short: 800_000,
    run(count, emit) {
      const request = asks("/a");
      const template = new Template(request.length);
      const open: Connection[] = [];
      for (let number = 0; number < 20_000; number++) open.push(new Connection(number).open(emit, 1));
      for (let number = 0; number < count; number++) open[number % open.length].ask(emit, template, request, 1);
    },
  },
  {
    name: "gap-storm",
    what: "single bytes behind holes, on many connections",
    full: 4_000_000,
    short: 400_000,
    run(count, emit) {
      const template = new Template(1);
      const open: Connection[] = [];
      for (let number = 0; number < 2_000; number++) open.push(new Connection(number).open(emit, 1));
      for (let number = 0; number < count; number++) open[number % open.length].ask(emit, template, ONE_BYTE, 1, 1);
    },
  },
  {
    name: "fragments",
    what: "fragments of datagrams that never become whole",
    full: 4_000_000,
    short: 150_000,
    run(count, emit) {
      for (let number = 0; number < count; number++) {
        const place = { offset: FRAGMENT_BYTES * (1 + 2 * (number % 4_000)), more: true };
        const identification = Math.floor(number / 4_000) & 0xffff;
        const payload = Buffer.alloc(FRAGMENT_BYTES);
        emit(ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 6, payload, { identification, ...place })), 1);
      }
    },
  },
  {
    name: "hosts",
    what: "a call each to another host",
    full: 100_000,
    short: 30_000,
    run(count, emit) {
      const request = asks("/a");
      const [ask, answer] = [new Template(request.length), new Template(ANSWER.length)];
      for (let number = 0; number < count; number++) {
        const connection = new Connection(number, SERVER + number).open(emit, 1);
        connection.ask(emit, ask, request, 1).answer(emit, answer, ANSWER, 1).close(emit, 1);
      }
    },
  },
  {
    name: "paths",
    what: "a call each to another path",
    full: 100_000,
    short: 30_000,
    run(count, emit) {
      const answer = new Template(ANSWER.length);
      const connection = new Connection(0).open(emit, 1);
      for (let number = 0; number < count; number++) {
        const request = asks(`/${word(number % 300)}/${word(number * 7)}q/${word(number * 13)}`);
        connection.ask(emit, new Template(request.length), request, 1).answer(emit, answer, ANSWER, 1);
      }
    },
  },
];

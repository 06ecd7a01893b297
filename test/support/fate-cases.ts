import type { Step } from "./dialog.js";
import { data, FLAG, frame, HELLO, TYPE } from "./http2-builder.js";
import { clientHello, handshake } from "./tls-builder.js";
import { flight13 } from "./tls-flights.js";

export const ASK = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";
export const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
export const POSTGRES = Buffer.from("0000000804d2162f", "hex");
export const GARBAGE = "\x00\x01\x02\x03\x04\x05\x06\x07";
const HELLO_RECORD = handshake(clientHello({ offers13: true }));

export interface FateCase {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly late?: true;
  readonly fates: string;
}

export const FATES: readonly FateCase[] = [
  {
    name: "HTTP/1",
    steps: [
      ["client", ASK],
      ["server", ANSWER],
    ],
    fates: "parsed 71",
  },
  {
    name: "HTTP/1 after lost bytes, over what it can't place",
    steps: [
      ["client", ASK],
      ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
      ["server", 100],
      ["server", "rest of some chunk"],
      ["server", "and of another"],
      ["client", ASK],
      ["server", ANSWER],
    ],
    fates: "lost 100, not-understood http1 32, parsed 154",
  },
  {
    name: "HTTP/2 after lost bytes",
    steps: [
      ["client", HELLO],
      ["client", frame(TYPE.ping, 0, 0, "12345678")],
      ["client", 5_000],
      ["client", "x".repeat(64)],
      ["client", Buffer.concat([data(1, "abc"), frame(TYPE.ping, FLAG.ack, 0, "12345678")])],
    ],
    fates: "lost 5000, not-understood http2 64, parsed 79",
  },
  { name: "TLS", steps: flight13([53, 120]), fates: `encrypted ${lengthOf(flight13([53, 120]))}` },
  {
    name: "PostgreSQL",
    steps: [
      ["client", POSTGRES],
      ["server", "N"],
    ],
    fates: "not-understood postgresql 9",
  },
  {
    name: "PostgreSQL that goes over to TLS",
    steps: [
      ["client", POSTGRES],
      ["server", "S"],
      ["client", HELLO_RECORD],
    ],
    fates: `encrypted ${HELLO_RECORD.length}, not-understood postgresql 9`,
  },
  {
    name: "SMTP that goes over to TLS",
    steps: [
      ["server", "220 mail ESMTP\r\n"],
      ["client", "EHLO a\r\n"],
      ["server", "250 STARTTLS\r\n"],
      ...flight13([53, 120]),
    ],
    fates: `encrypted ${lengthOf(flight13([53, 120]))}, not-understood smtp 38`,
  },
  {
    name: "nothing known",
    steps: [
      ["client", GARBAGE],
      ["server", GARBAGE],
    ],
    fates: "not-understood unknown 16",
  },
  { name: "one side alone", steps: [["client", GARBAGE]], fates: "not-understood unknown 8" },
  { name: "too little to tell", steps: [["client", "GE"]], fates: "not-understood unknown 2" },
  {
    name: "nothing known, joined late",
    steps: [
      ["client", GARBAGE],
      ["server", GARBAGE],
    ],
    late: true,
    fates: "joined-late 16",
  },
  {
    name: "HTTP/1 joined in the middle of an answer",
    steps: [
      ["server", "rest of a body"],
      ["client", ASK],
      ["server", ANSWER],
    ],
    late: true,
    fates: "joined-late 14, parsed 71",
  },
  {
    name: "the beginning lost, though the handshake was seen",
    steps: [
      ["client", 100],
      ["client", GARBAGE],
      ["server", GARBAGE],
    ],
    fates: "lost 100, not-understood unknown 16",
  },
  {
    name: "CONNECT with TLS in it",
    steps: [["client", "CONNECT db:1 HTTP/1.1\r\n\r\n"], ["server", "HTTP/1.1 200 OK\r\n\r\n"], ...flight13([53, 120])],
    fates: `encrypted ${lengthOf(flight13([53, 120]))}, parsed 44`,
  },
  {
    name: "CONNECT with a protocol in it that is not read, lost bytes and all",
    steps: [
      ["client", "CONNECT db:1 HTTP/1.1\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\r\n\r\n"],
      ["client", POSTGRES],
      ["server", 7],
    ],
    fates: "lost 7, not-understood postgresql 8, parsed 44",
  },
  {
    name: "SOCKS with HTTP in it",
    steps: [
      ["client", Buffer.from("040100500a0000027500", "hex")],
      ["server", Buffer.from("005a000000000000", "hex")],
      ["client", ASK],
      ["server", ANSWER],
    ],
    fates: "parsed 89",
  },
  {
    name: "CONNECT in one segment with what it carries",
    steps: [
      ["client", Buffer.concat([Buffer.from("CONNECT db:1 HTTP/1.1\r\n\r\n"), POSTGRES])],
      ["server", "HTTP/1.1 200 OK\r\n\r\n"],
    ],
    fates: "not-understood postgresql 8, parsed 44",
  },
  {
    name: "a late one whose first bytes could be of HTTP",
    steps: [
      ["server", "HT"],
      ["server", "\0\0"],
      ["client", ASK],
    ],
    late: true,
    fates: "joined-late 4, parsed 31",
  },
  {
    name: "a PROXY header before TLS",
    steps: [["client", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"], ...flight13([53, 120])],
    fates: `encrypted ${lengthOf(flight13([53, 120]))}, parsed 32`,
  },
  {
    name: "WebSocket, whose messages are an application's own",
    steps: [
      ["client", "GET /s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"],
      ["server", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"],
      ["server", "\x81\x05hello"],
    ],
    fates: "parsed 135",
  },
  {
    name: "what was Redis after all",
    steps: [
      ["client", "GET /key\r\n"],
      ["server", "$3\r\nabc\r\n"],
      ["client", "GET /key\r\n"],
    ],
    fates: "not-understood redis 29",
  },
];

export function lengthOf(steps: readonly Step[]): number {
  return steps.reduce((sum, [, what]) => sum + (typeof what === "number" ? 0 : what.length), 0);
}

import { type Case, GET, OK } from "./http1-cases.js";

/** HTTP behind what comes before it, and what only looks like it. */
export const HAND_OVER_CASES: readonly Case[] = [
  {
    name: "behind a PROXY header",
    steps: [
      ["client", `PROXY TCP4 10.0.0.9 10.0.0.2 40000 80\r\n${GET}`],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "behind a binary PROXY header",
    steps: [
      ["client", `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c${"a".repeat(12)}${GET}`],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "through SOCKS 5 with a password",
    steps: [
      ["client", "\x05\x02\x00\x02"],
      ["server", "\x05\x02"],
      ["client", "\x01\x01u\x06secret"],
      ["server", "\x01\x00"],
      ["client", "\x05\x01\x00\x03\x01h\x00\x50"],
      ["server", "\x05\x00\x00\x01\x0a\x00\x00\x01\x00\x50"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "through SOCKS 4a",
    steps: [
      ["client", "\x04\x01\x00\x50\x00\x00\x00\x01user\0host\0"],
      ["server", "\x00\x5a\x00\x50\x00\x00\x00\x01"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= http1", "1.1 GET /a h 200 0 2"],
  },
  {
    name: "a request within another protocol is none",
    steps: [
      ["server", "220 mail ESMTP\r\n"],
      ["client", "EHLO x\r\n"],
      ["server", "354 go\r\n"],
      ["client", GET],
      ["server", OK],
    ],
    expected: ["= unknown"],
    options: {},
  },
];

import type { ServiceItem } from "../api.js";

type Counted = Pick<
  ServiceItem,
  "parsedBytes" | "encryptedBytes" | "notUnderstood" | "joinedLateBytes" | "missingBytes"
>;

/** What became of some of a service's bytes. */
export interface Share {
  /** Class of its colour. */
  readonly name: string;
  readonly what: string;
  readonly bytes: number;
  readonly why: string;
}

/** What was read first, what was never captured last; kinds that did not occur are left out. */
export function sharesOf(service: Counted): Share[] {
  const shares: Share[] = [
    { name: "parsed", what: "Read", bytes: service.parsedBytes ?? 0, why: "Calls and messages come from these." },
    {
      name: "encrypted",
      what: "Encrypted",
      bytes: service.encryptedBytes ?? 0,
      why: "TLS connections, of which the handshake is read and nothing behind it.",
    },
    ...notUnderstood(service.notUnderstood ?? {}),
    {
      name: "joined-late",
      what: "Joined late",
      bytes: service.joinedLateBytes ?? 0,
      why: "These connections were open before the sensor saw them, and nothing in them was recognised up to there.",
    },
    {
      name: "lost",
      what: "Missing",
      bytes: service.missingBytes ?? 0,
      why: "TCP acknowledged them and they were never captured.",
    },
  ];
  return shares.filter(({ bytes }) => bytes > 0);
}

/** Bytes of which the sensor can't say what was in them. */
export function blindBytes(service: Counted): number {
  return sharesOf(service).reduce((sum, { name, bytes }) => (name === "parsed" ? sum : sum + bytes), 0);
}

/** `Encrypted 71 % · Read 29 %`, the most first. */
export function shareWords(shares: readonly Share[]): string {
  const total = shares.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...shares]
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ what, bytes }) => `${what} ${percent(bytes, total)}`)
    .join(" · ");
}

export function percent(bytes: number, total: number): string {
  const share = (100 * bytes) / total;
  return share > 0 && share < 1 ? "<1 %" : `${Math.floor(share)} %`;
}

const READ: ReadonlySet<string> = new Set(["http1", "http2", "tls", "socks", "proxy-protocol", "websocket"]);

function notUnderstood(protocols: Counted["notUnderstood"]): Share[] {
  return Object.entries(protocols)
    .sort(([, a], [, b]) => b - a)
    .map(([protocol, bytes]) => ({ name: "not-understood", what: wordsOf(protocol), bytes, why: whyOf(protocol) }));
}

function wordsOf(protocol: string): string {
  return protocol === "unknown" ? "Not recognised" : `Not understood: ${protocol}`;
}

function whyOf(protocol: string): string {
  if (protocol === "unknown") return "Their first bytes are of no protocol that the sensor knows.";
  if (READ.has(protocol)) return "It could not be followed: it broke its own rules, or bytes before these were lost.";
  return "Known by its first bytes, and not read.";
}

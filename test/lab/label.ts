import type { Hash, ServerStack, Version } from "./stack.js";

export type Verdict = "presented" | "declined" | "not-requested" | "unknown";

/** What the peers themselves said of one connection. */
export interface Label {
  readonly pcap: string;
  readonly "client.address": string;
  readonly "client.port": number;
  readonly "server.port": number;
  readonly clientStack: string;
  readonly serverStack: string;
  readonly version: Version;
  readonly expected: Verdict;
  readonly resumed: boolean;
  readonly alpn: "h2" | "none";
  readonly variant: string;
  readonly auth: ServerStack["modes"][number];
  /** What the client had to show, whether or not it was asked. */
  readonly certificate: string;
  readonly hash: Hash;
}

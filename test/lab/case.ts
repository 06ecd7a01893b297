import type { Certificates } from "./certificates.js";
import type { Verdict } from "./label.js";
import type { Command, Version } from "./stack.js";

export interface CaseOrder {
  readonly address: string;
  readonly port: number;
  readonly certificates: Certificates;
  /** A folder of its own, empty at the start. */
  readonly folder: string;
}

/** One connection: the command that makes it, and what the peers must say for it to count as what it is meant to be. */
export interface Meeting {
  readonly command: Command;
  readonly proof: RegExp;
  readonly expected: Verdict;
  readonly resumed: boolean;
}

/** A way of shaking hands that no pair of the matrix comes to by itself. */
export interface Case {
  readonly name: string;
  readonly serverStack: string;
  readonly clientStack: string;
  readonly version: Version;
  /** Why this host can't run it; undefined where it can. */
  missing(): string | undefined;
  server(order: CaseOrder): Command;
  meetings(order: CaseOrder): readonly Meeting[];
}

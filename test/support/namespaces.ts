import { spawnSync } from "node:child_process";

/** Whether this process may make network namespaces and capture. */
export const IS_ROOT = process.getuid?.() === 0;

/** Two network namespaces of their own, joined by a veth pair: `client` 10.98.0.1 on ewc, `server` 10.98.0.2 on ews. */
export class Namespaces {
  readonly client: string;
  readonly server: string;

  constructor(name: string) {
    this.client = `ew-${name}-c-${process.pid}`;
    this.server = `ew-${name}-s-${process.pid}`;
    for (const space of [this.client, this.server]) {
      ip("netns", "add", space);
      ip("-n", space, "link", "set", "lo", "up");
    }
    this.join();
  }

  /** Makes the veth pair (anew). */
  join(): void {
    ip("link", "add", "ewc", "netns", this.client, "type", "veth", "peer", "name", "ews", "netns", this.server);
    ip("-n", this.client, "addr", "add", "10.98.0.1/24", "dev", "ewc");
    ip("-n", this.server, "addr", "add", "10.98.0.2/24", "dev", "ews");
    ip("-n", this.client, "link", "set", "ewc", "up");
    ip("-n", this.server, "link", "set", "ews", "up");
  }

  /** Takes the veth pair away. */
  part(): void {
    ip("-n", this.server, "link", "del", "ews");
  }

  remove(): void {
    for (const space of [this.client, this.server]) ip("netns", "del", space);
  }

  /** A command line that runs in a namespace. */
  inside(space: string, command: string, ...parameters: string[]): [string, string[]] {
    return ["ip", ["netns", "exec", space, command, ...parameters]];
  }
}

export function ip(...parameters: string[]): void {
  const { status, stderr } = spawnSync("ip", parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${parameters.join(" ")}: ${stderr}`);
}

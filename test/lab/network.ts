import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";

/** Two network namespaces joined by a veth pair, under names no other run has. */
export class Network {
  readonly #suffix = randomBytes(3).toString("hex");
  readonly client = `ewlab-c-${this.#suffix}`;
  readonly server = `ewlab-s-${this.#suffix}`;
  readonly serverAddress = "10.97.0.2";

  constructor() {
    for (const space of [this.client, this.server]) {
      ip("netns", "add", space);
      ip("-n", space, "link", "set", "lo", "up");
    }
    ip("link", "add", "ewc", "netns", this.client, "type", "veth", "peer", "name", "ews", "netns", this.server);
    ip("-n", this.client, "addr", "add", "10.97.0.1/16", "dev", "ewc");
    ip("-n", this.server, "addr", "add", `${this.serverAddress}/16`, "dev", "ews");
    ip("-n", this.client, "link", "set", "ewc", "up");
    ip("-n", this.server, "link", "set", "ews", "up");
  }

  /** Clients connect from this address and from ports of this window only, until told otherwise. */
  useSource(address: string, firstPort: number, ports: number): void {
    if (address !== "10.97.0.1") ip("-n", this.client, "addr", "replace", `${address}/16`, "dev", "ewc");
    ip(
      "-n",
      this.client,
      "route",
      "replace",
      `${this.serverAddress}/32`,
      "dev",
      "ewc",
      "src",
      address,
      ...this.#segmentWords(),
    );
    const range = `net.ipv4.ip_local_port_range=${firstPort} ${firstPort + ports - 1}`;
    execFileSync("ip", ["netns", "exec", this.client, "sysctl", "-q", "-w", range]);
  }

  #segmentBytes: number | undefined;

  #segmentWords(): string[] {
    return this.#segmentBytes === undefined ? [] : ["advmss", String(this.#segmentBytes)];
  }

  /** Both ends send segments of at most this many bytes, and the kernel hands them to the capture one by one. */
  useSmallSegments(bytes: number): void {
    this.#segmentBytes = bytes;
    const ends = [
      [this.client, "ewc"],
      [this.server, "ews"],
    ];
    for (const [space, device] of ends) {
      ip("-n", space, "link", "set", device, "gso_max_segs", "1");
      ip("-n", space, "route", "change", "10.97.0.0/16", "dev", device, ...this.#segmentWords());
    }
  }

  inside(space: string, argv: readonly string[]): string[] {
    return ["ip", "netns", "exec", space, ...argv];
  }

  isListening(port: number): boolean {
    const { stdout } = spawnSync("ip", ["netns", "exec", this.server, "ss", "-Hltn", `sport = :${port}`], {
      encoding: "utf8",
    });
    return stdout.trim() !== "";
  }

  remove(): void {
    for (const space of [this.client, this.server]) spawnSync("ip", ["netns", "del", space]);
  }
}

function ip(...parameters: string[]): void {
  execFileSync("ip", parameters, { stdio: ["ignore", "ignore", "pipe"] });
}

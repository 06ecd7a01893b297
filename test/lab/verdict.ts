import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Label, Verdict } from "./label.js";

const PROGRAM = fileURLToPath(new URL("../../eastwatch.js", import.meta.url));

/** What the sensor said of one connection. */
export interface Seen {
  readonly verdict: Verdict;
  readonly basis: string;
  readonly confidence: number | undefined;
  readonly reason: string;
}

export interface Judged extends Label {
  /** `absent`: the sensor wrote no line for this connection. */
  readonly seen: Verdict | "absent";
  readonly basis: string;
  readonly reason: string;
}

/** Runs the sensor over one capture; its verdicts by `address:port>port`. */
export async function analyze(folder: string, pcap: string): Promise<ReadonlyMap<string, Seen>> {
  const out = join(folder, "seen", pcap.replace(/\.pcap$/, ""));
  mkdirSync(out, { recursive: true });
  const child = spawn(process.execPath, [PROGRAM, "analyze", join(folder, pcap), "--out", out], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let error = "";
  child.stderr.on("data", (bytes: Buffer) => {
    error += bytes.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  // 3 is "cut short", as captures joined late may be; what could be read is written all the same.
  if (code !== 0 && code !== 3) console.error(`analyze ${pcap} ended with ${code}: ${error.trim().slice(-300)}`);
  return readHandshakes(join(out, "handshakes.ndjson"));
}

export function readHandshakes(file: string): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const line of linesOf(file)) {
    const row = JSON.parse(line) as Record<string, unknown>;
    const key = `${row["client.address"]}:${row["client.port"]}>${row["server.port"]}`;
    seen.set(key, {
      verdict: (row["tls.client_auth.verdict"] ?? "unknown") as Verdict,
      basis: String(row["tls.client_auth.basis"] ?? ""),
      confidence: row["tls.client_auth.confidence"] as number | undefined,
      reason: String(row["tls.client_auth.reason"] ?? row["tls.client_auth.why"] ?? ""),
    });
  }
  return seen;
}

export function judgeLabel(label: Label, seen: ReadonlyMap<string, Seen>): Judged {
  const found = seen.get(`${label["client.address"]}:${label["client.port"]}>${label["server.port"]}`);
  return { ...label, seen: found?.verdict ?? "absent", basis: found?.basis ?? "", reason: found?.reason ?? "" };
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

import { readdirSync, readFileSync } from "node:fs";

const FOLDER = "/sys/class/net";

/** Names of this host's interfaces. */
export function hostInterfaces(): string[] {
  try {
    return readdirSync(FOLDER).sort();
  } catch {
    return [];
  }
}

/** Begins the name of an interface that is a capture file, played again and again at its own pace. */
export const REPLAY = "replay:";

/**
 * What tells one life of an interface from the next: its index and whether it is up. Undefined while there is none of that name.
 * `any` always is.
 */
export function interfaceState(name: string): string | undefined {
  if (name === "any" || name.startsWith(REPLAY)) return "any";
  try {
    const index = readFileSync(`${FOLDER}/${name}/ifindex`, "utf8").trim();
    const flags = Number(readFileSync(`${FOLDER}/${name}/flags`, "utf8"));
    return (flags & 1) === 1 ? `${index} up` : `${index} down`;
  } catch {
    return undefined;
  }
}

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
 * What tells one life of an interface from the next: its index, its hardware type (a capture keeps the link type it began with), and
 * whether it is up. Undefined while there is none of that name.
 * `any` always is.
 */
export function interfaceState(name: string): string | undefined {
  if (name === "any" || name.startsWith(REPLAY)) return "any";
  try {
    const [index, type, flags] = ["ifindex", "type", "flags"].map((file) =>
      Number(readFileSync(`${FOLDER}/${name}/${file}`, "utf8")),
    );
    return `${index} ${type} ${(flags & 1) === 1 ? "up" : "down"}`;
  } catch {
    return undefined;
  }
}

import { readFileSync } from "node:fs";
import { CommandError } from "../../shared/command-error.js";
import type { ServiceRules } from "../inventory/path/path-rule.js";

/** What the file that `inventory.pathRulesFile` names says of paths; nothing where it names none. Throws CommandError. */
export async function loadPathRules(file: string | undefined): Promise<readonly ServiceRules[]> {
  if (file === undefined || file === "") return [];
  // YAML and its checks take most of a start: loaded only where there are rules.
  const { parsePathRules } = await import("./path-rules-file.js");
  return parsePathRules(readText(file), file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = isAbsent ? "there is no such file" : (error as Error).message;
    throw new CommandError(`inventory.pathRulesFile "${file}" can't be read: ${reason}`);
  }
}

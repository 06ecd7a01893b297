import { readNamedFile } from "../../shared/config/named-file.js";
import type { ServiceRules } from "../inventory/path/path-rule.js";

/** What the file that `inventory.pathRulesFile` names says of paths; nothing where it names none. Throws CommandError. */
export async function loadPathRules(file: string | undefined): Promise<readonly ServiceRules[]> {
  if (file === undefined || file === "") return [];
  // YAML and its checks take most of a start: loaded only where there are rules.
  const { parsePathRules } = await import("./path-rules-file.js");
  return parsePathRules(readNamedFile("inventory.pathRulesFile", file), file);
}

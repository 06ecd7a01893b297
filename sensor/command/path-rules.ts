import { statSync } from "node:fs";
import { ofNamedFile, readNamedFile } from "../../shared/config/named-file.js";
import type { Settings } from "../../shared/config/settings.js";
import type { ServiceRules } from "../inventory/path/path-rule.js";
import { FileWatch } from "./file-watch.js";

const SETTING = "inventory.pathRulesFile";

/** What the file that `inventory.pathRulesFile` names says of paths; nothing where it names none. Throws CommandError. */
export async function loadPathRules(file: string | undefined): Promise<readonly ServiceRules[]> {
  if (file === undefined || file === "") return [];
  // YAML and its checks take most of a start: loaded only where there are rules.
  const { parsePathRules } = await import("./path-rules-file.js");
  return parsePathRules(readNamedFile(SETTING, file), file);
}

/** Hands over what the file says whenever it was written; undefined where there is none. */
export function watchPathRules(
  { pathRulesFile: file = "", pathRulesReloadSeconds }: Settings["inventory"],
  broken: (text: string) => void,
  changed: (rules: readonly ServiceRules[]) => void,
): FileWatch | undefined {
  if (file === "") return undefined;
  const signature = (): number => ofNamedFile(SETTING, file, () => statSync(file).mtimeMs);
  let before = signature();
  const reload = async (): Promise<void> => {
    const now = signature();
    if (now === before) return;
    const rules = await loadPathRules(file);
    before = now;
    changed(rules);
  };
  return new FileWatch(pathRulesReloadSeconds, reload, broken);
}

import { environmentName } from "./environment-name.js";
import { allowed } from "./load.js";
import { SETTINGS } from "./setting-list.js";

/** The commented configuration file: every setting with its default, what it does and what it takes. */
export function exampleConfig(): string {
  let text =
    "# Configuration of eastwatch. Every setting stands here with its default; take away the # to change one.\n";
  text +=
    "# Flags go over the environment, the environment over this file. `eastwatch check-config` shows what is in force.\n";
  let section = "";
  for (const setting of SETTINGS) {
    const [group, name] = setting.key.split(".");
    if (group !== section) text += `\n${group}:\n`;
    section = group;
    text += `  # ${setting.help}\n  # Takes ${allowed(setting)}; in the environment ${environmentName(setting.key)}.\n`;
    text += `  # ${name}: ${yamlOf(setting.default)}\n`;
  }
  return text;
}

function yamlOf(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value);
}

import type { Loaded } from "../../shared/config/load.js";
import type { SettingValue } from "../../shared/config/setting.js";
import { SETTINGS } from "../../shared/config/setting-list.js";

/** Every setting with its value and where it came from. */
export function describeSettings({ values, origins }: Loaded): string {
  const rows = SETTINGS.map(({ key, isSecret }) => {
    const value = values.get(key);
    return [key, isSecret === true && value !== undefined ? "(hidden)" : show(value), origins.get(key) ?? ""];
  });
  const widths = [0, 1].map((column) => Math.min(60, Math.max(...rows.map((row) => row[column].length))));
  return rows
    .map(([key, value, origin]) => `${key.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${origin}\n`)
    .join("");
}

function show(value: SettingValue): string {
  if (value === undefined) return "(none)";
  return typeof value === "object" ? `[${value.join(", ")}]` : String(value);
}

import { readFileSync } from "node:fs";

export interface ZeekLog {
  readonly fields: readonly string[];
  readonly rows: readonly ReadonlyMap<string, string>[];
}

/**
 * A Zeek TSV log, whole or cut down to some columns under a line of names. Unset (`-`) fields are left out of a row, `(empty)` is
 * the empty string.
 */
export function readZeekLog(path: string): ZeekLog {
  const rows: Map<string, string>[] = [];
  let fields: string[] = [];
  for (const line of readFileSync(path, "latin1").split("\n")) {
    if (line.startsWith("#fields\t")) fields = line.split("\t").slice(1);
    if (line === "" || line.startsWith("#")) continue;
    const cells = line.split("\t");
    if (fields.length === 0) {
      fields = cells;
      continue;
    }
    const row = new Map<string, string>();
    for (const [index, name] of fields.entries()) {
      if (cells[index] !== "-") row.set(name, unescapeCell(cells[index]));
    }
    rows.push(row);
  }
  return { fields, rows };
}

/** Zeek writes bytes outside printable ASCII as \xNN. */
function unescapeCell(cell: string): string {
  if (cell === "(empty)") return "";
  return cell.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

import { readFileSync } from "node:fs";

/** Rows of a Zeek TSV log by field name; unset (`-`) fields are left out, `(empty)` is the empty string. */
export function readZeekLog(path: string): Map<string, string>[] {
  const rows: Map<string, string>[] = [];
  let fields: string[] = [];
  for (const line of readFileSync(path, "latin1").split("\n")) {
    if (line.startsWith("#fields\t")) fields = line.split("\t").slice(1);
    if (line === "" || line.startsWith("#")) continue;
    const cells = line.split("\t");
    const row = new Map<string, string>();
    for (const [index, name] of fields.entries()) {
      if (cells[index] !== "-") row.set(name, unescapeCell(cells[index]));
    }
    rows.push(row);
  }
  return rows;
}

/** Zeek writes bytes outside printable ASCII as \xNN. */
function unescapeCell(cell: string): string {
  if (cell === "(empty)") return "";
  return cell.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

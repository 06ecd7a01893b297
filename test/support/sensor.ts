import { parsePathRules } from "../../sensor/command/path-rules-file.js";
import type { InventoryRow } from "../../sensor/inventory/row.js";
import type { InventorySettings } from "../../sensor/inventory/settings.js";
import { Scene } from "./scene.js";

/** A sensor with its file, over restarts. */
export class Sensor {
  readonly #rows = new Map<string, InventoryRow>();
  scene: Scene;

  constructor(settings: Partial<InventorySettings>) {
    this.scene = new Scene(settings);
  }

  /** What is taken back, `GET /a → /b`. */
  write(): string[] {
    const { rows, removals } = this.scene.inventory.takeDelta(1_000);
    for (const { method, template } of removals) this.#rows.delete(`endpoint ${method} ${template}`);
    for (const row of rows) {
      const { record } = row;
      this.#rows.set(record.kind === "endpoint" ? `endpoint ${record.method} ${record.template}` : record.kind, row);
    }
    return removals.map(({ method, template, mergedInto }) => `${method} ${template} → ${mergedInto}`).sort();
  }

  restart(settings: Partial<InventorySettings>): string[] {
    this.write();
    this.scene = new Scene(settings);
    this.scene.inventory.restore(JSON.parse(JSON.stringify([...this.#rows.values()])));
    return this.write();
  }
}

/** With rules of paths. */
export function ruled(text: string): Partial<InventorySettings> {
  return { pathRules: parsePathRules(text, "rules.yaml") };
}

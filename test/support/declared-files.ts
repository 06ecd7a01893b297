import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadDeclared, watchDeclared } from "../../sensor/command/declared-files.js";
import type { Declared } from "../../sensor/declared/declared-api.js";
import { defaultSettings } from "../../shared/config/settings.js";
import { temporaryFolder } from "./program.js";
import type { Scene } from "./scene.js";

export const SHOP = `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers:
  - url: http://shop.internal/v1
paths:
  /orders/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string, format: uuid } }
    get:
      responses:
        "200": { description: one order }
        4XX: { description: none }
    delete:
      deprecated: true
      responses: { "204": { description: gone } }
  /orders/{orderId}/items/{name}.json:
    get:
      parameters:
        - { name: orderId, in: path, required: true, schema: { type: string } }
        - { name: name, in: path, required: true, schema: { type: string } }
      responses: { default: { description: anything } }
  /orders/search:
    get:
      responses: { "200": { description: found } }
  /refunds:
    post:
      responses: { "201": { description: made } }
`;

export const PROTO = `syntax = "proto3";
package shop.v1;
// service Cart { rpc Add
service Cart {
  rpc Add (Item) returns (stream Item);
  rpc Old (Item) returns (Item) { option deprecated = true; }
  rpc Unused (Item) returns (Item) {
    option (google.api.http) = { get: "/v1/{name=carts/*}/x" additional_bindings { post: "/v1/carts" } additional_bindings { get: "/v1/{path=files/**}" } additional_bindings { get: "/v1/{path=old/**}:undo" } };
  }
}
message Item { string id = 1; }
`;

/** Reads files given by name and text; what is told of them. */
export async function readDeclared(
  t: { teardown(action: () => void): void },
  files: Readonly<Record<string, string | Buffer>>,
  settings: Partial<Given> = {},
) {
  const folder = temporaryFolder(t);
  const write = (written: typeof files): void => {
    for (const [name, content] of Object.entries(written)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  };
  write(files);
  const broken: string[] = [];
  const notices: string[] = [];
  const given = { ...defaultSettings().declared, files: [folder], ...settings };
  const tell = { broken: (text: string) => broken.push(text), notice: (text: string) => notices.push(text) };
  const loaded = await loadDeclared(given, tell);
  const declared: Declared = loaded?.declared ?? {
    apis: [],
    scope: "service",
    ignore: [],
    windowSeconds: 0,
    filesBroken: 0,
  };
  /** What is declared once there are more files, read as a running sensor does. */
  const reload = async (more: typeof files): Promise<Declared> => {
    write(more);
    if (loaded === undefined) return declared;
    let changed = declared;
    await watchDeclared({ ...given, reloadSeconds: 0 }, loaded, tell, (now) => {
      changed = now;
    }).look();
    return changed;
  };
  return { declared: { ...declared, windowSeconds: settings.windowSeconds ?? 0 }, broken, notices, reload };
}

type Given = ReturnType<typeof defaultSettings>["declared"];

/** `GET /v1/orders/{id} shadow ×3` for each row. */
export function states(scene: Scene): string[] {
  return scene.endpoints().map(({ method, template, state, calls }) => `${method} ${template} ${state} ×${calls}`);
}

/** `shadow-endpoint medium GET /v1/orders/{id} ×3` for each finding that comes of declared files. */
export function declaredFindings(scene: Scene): string[] {
  return scene.detection
    .all()
    .filter(({ rule }) => /^(shadow|zombie|undeclared)/.test(rule))
    .map(({ rule, severity, method, template, count }) => `${rule} ${severity} ${method} ${template} ×${count}`);
}

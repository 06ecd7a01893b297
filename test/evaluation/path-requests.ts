// Requests made of the templates of an API's description, and where the inventory puts them.
import { Inventory } from "../../sensor/inventory/inventory.js";
import { Dispatcher } from "../../sensor/protocol/dispatcher.js";
import type { Call } from "../../sensor/protocol/message.js";
import { defaultSettings } from "../../shared/config/settings.js";
import { PROTOCOL_SETTINGS, TestFlow } from "../support/dialog.js";
import type { Placed } from "./path-score.js";
import { draw, kindOf, makeValues, type ParameterSchema, seedValues, shuffle, type ValueKind } from "./path-values.js";

export interface Description {
  readonly provider: string;
  readonly paths: readonly {
    readonly method: string;
    readonly template: string;
    readonly params: Readonly<Record<string, ParameterSchema>>;
  }[];
}

export interface Way {
  /** Different values a parameter. */
  readonly values: number;
  /** Each template draws values of its own, or those of one resource share them. */
  readonly pools: "own" | "shared";
  /** Paths without parameters are asked for as often as the others, or once. */
  readonly fixed: "often" | "once";
  /** Each value once, or three times as many requests with values drawn by chance. */
  readonly calls: "each once" | "drawn";
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly truth: string;
  readonly spelled: string;
  readonly kinds: readonly string[];
}

const PARAMETER = /\{([^}]+)\}/g;
const ANSWER = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

interface Column {
  readonly kind: ValueKind;
  readonly values: readonly string[];
}

/** How many requests each value stands for where values are drawn. */
const DRAWS = 3;

/** The requests of one API, shuffled. */
export function requestsOf(description: Description, way: Way, seed: number): readonly Request[] {
  seedValues(seed);
  const kinds = new Map<string, ValueKind>();
  const pools = new Map<string, readonly string[]>();
  const requests: Request[] = [];
  const seen = new Set<string>();
  for (const { method, template: written, params } of description.paths) {
    const template = written.replace(/[?#].*$/s, "");
    if (!template.startsWith("/") || seen.has(`${method} ${template}`)) continue;
    seen.add(`${method} ${template}`);
    const columns = [...template.matchAll(PARAMETER)].map(({ 1: name, index }): Column => {
      const kind = kinds.get(name) ?? kindOf(params[name] ?? {});
      kinds.set(name, kind);
      const owner = way.pools === "own" ? `${method} ${template}` : "";
      const place = `${owner} ${template.slice(0, index).replace(PARAMETER, "{}")} ${name}`;
      const pool = pools.get(place) ?? makeValues(kind, params[name] ?? {}, way.values);
      pools.set(place, pool);
      return { kind, values: shuffle(pool) };
    });
    requests.push(...requestsFor(method, template, columns, way));
  }
  return shuffle(requests);
}

function requestsFor(method: string, template: string, columns: readonly Column[], way: Way): Request[] {
  const isDrawn = way.calls === "drawn";
  const count = columns.length === 0 && way.fixed === "once" ? 1 : way.values * (isDrawn ? DRAWS : 1);
  const kinds = columns.length === 0 ? ["none"] : [...new Set(columns.map(({ kind }) => kind))];
  return Array.from({ length: count }, (_, at) => {
    const sent = columns.map(({ values }) => values[isDrawn ? draw(values.length) : at % values.length]);
    const spelled = columns.map(({ kind }, column) => (kind === "enumeration" ? sent[column] : "{}"));
    return {
      method,
      path: fill(template, sent),
      truth: template.replace(PARAMETER, "{}"),
      spelled: fill(template, spelled),
      kinds,
    };
  });
}

function fill(template: string, texts: readonly string[]): string {
  let next = 0;
  return template.replace(PARAMETER, () => texts[next++]);
}

/** Sends them over one connection; where each ended is asked when all were seen. */
export function place(requests: readonly Request[]): readonly Placed[] {
  const calls: Call[] = [];
  const defaults = defaultSettings();
  const inventory = new Inventory(defaults.inventory, {
    call: (call) => void calls.push(call),
    anomaly() {},
    connection() {},
    handshake() {},
    settled() {},
  });
  const flow = new TestFlow({});
  const stream = new Dispatcher(PROTOCOL_SETTINGS, inventory).open(flow, flow);
  let micros = 0;
  for (const { method, path } of requests) {
    const head = Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n`);
    stream.data("client", head, 0, head.length, ++micros);
    stream.data("server", ANSWER, 0, ANSWER.length, ++micros);
  }
  stream.close("fin", ++micros);
  if (calls.length !== requests.length) throw new Error(`${calls.length} calls of ${requests.length}`);
  inventory.settle();
  const rows = new Set([...inventory.endpoints()].map(({ template }) => template));
  const found = calls.map(({ path = "" }) => inventory.templateOf(flow.serverAddress, flow.serverPort, path) ?? "none");
  const lost = requests.find((_request, at) => found[at] === "none");
  if (lost !== undefined) throw new Error(`${lost.method} ${lost.path} of ${lost.truth} is found nowhere`);
  const stray = [...rows].filter((template) => !found.includes(template));
  const absent = found.filter((template) => !rows.has(template));
  if (stray.length > 0 || absent.length > 0) {
    const counted = [...inventory.endpoints()].filter(({ template }) => stray.includes(template));
    const told = counted.slice(0, 3).map(({ method, template, calls }) => `${method} ${template} ×${calls}`);
    throw new Error(
      `no call led to ${told.join(", ") || "none"}; no endpoint is ${absent.slice(0, 3).join(", ") || "none"}`,
    );
  }
  return requests.map(({ truth, spelled, kinds }, at) => ({
    truth: withoutNames(truth),
    spelled: withoutNames(spelled),
    kinds,
    found: withoutNames(found[at]),
  }));
}

function withoutNames(template: string): string {
  return template.replace(PARAMETER, "{}");
}

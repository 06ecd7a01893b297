import { signal } from "@preact/signals";
import type { EndpointItem } from "../api.js";

/** Rules of one service, as `--path-rules` reads them. */
interface ServiceRules {
  readonly service: string;
  readonly pin?: readonly string[];
  readonly merge?: readonly string[];
  readonly split?: Readonly<Record<string, readonly string[]>>;
}

/** What an operator chose since the page was opened, to be taken away as one file: sensors read files, and no page changes them. */
export const pathRules = signal<readonly ServiceRules[]>([]);

const SEGMENT = /^(?:\{[A-Za-z_][\w.-]*\+?\}|[^{}/?#\s]+)$/;

/** The path that rules are made of; undefined where none can be, as of a text behind a parameter. */
export function ruledPath({ template }: EndpointItem): readonly string[] | undefined {
  const [path] = template.split("#", 1);
  const segments = path.slice(1).split("/");
  return path.startsWith("/") && segments.every((segment) => SEGMENT.test(segment)) ? segments : undefined;
}

export function isWord(text: string): boolean {
  return SEGMENT.test(text) && !text.startsWith("{");
}

export function pin(endpoint: EndpointItem, segments: readonly string[]): void {
  const path = pathOf(segments);
  change(endpoint, (rules) => ({ ...rules, pin: [...new Set([...(rules.pin ?? []), path])] }));
}

/** The last segment is a parameter of that name. */
export function merge(endpoint: EndpointItem, segments: readonly string[], name: string): void {
  const path = pathOf([...segments.slice(0, -1), `{${name}}`]);
  change(endpoint, (rules) => ({ ...rules, merge: [...new Set([...(rules.merge ?? []), path])] }));
}

/** These are no values of its last segment. */
export function split(endpoint: EndpointItem, segments: readonly string[], words: readonly string[]): void {
  const path = pathOf(segments.slice(0, -1));
  change(endpoint, (rules) => {
    const all = [...new Set([...(rules.split?.[path] ?? []), ...words])];
    return { ...rules, split: { ...rules.split, [path]: all } };
  });
}

function change(endpoint: EndpointItem, make: (rules: ServiceRules) => ServiceRules): void {
  const service = serviceOf(endpoint);
  const others = pathRules.value.filter((rules) => rules.service !== service);
  const known = pathRules.value.find((rules) => rules.service === service);
  pathRules.value = [...others, make(known ?? { service })];
}

export function ruleCount(): number {
  return pathRules.value.reduce(
    (sum, { pin = [], merge = [], split = {} }) => sum + pin.length + merge.length + Object.keys(split).length,
    0,
  );
}

export function rulesFile(): Blob {
  return new Blob([`${JSON.stringify({ services: pathRules.value }, undefined, 2)}\n`], { type: "application/json" });
}

function pathOf(segments: readonly string[]): string {
  return `/${segments.join("/")}`;
}

/** Its host name with the port where it has one, else its address. */
function serviceOf({ service, serverAddress, serverPort }: EndpointItem): string {
  const host = /^[\w.-]+$/.test(service) ? service : serverAddress.includes(":") ? `[${serverAddress}]` : serverAddress;
  return `${host}:${serverPort}`;
}

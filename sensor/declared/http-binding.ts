import { isMapping } from "./reference.js";

const VERBS: readonly string[] = ["get", "put", "post", "delete", "patch"];
const MAX_BINDINGS = 16;

/** Where else a procedure is served: google/api/http.proto, HttpRule, as gateways in front of gRPC have it. */
export interface HttpBinding {
  readonly verb: string;
  readonly template: string;
}

export function httpBindings(options: unknown): HttpBinding[] {
  if (!Array.isArray(options)) return [];
  return options.flatMap((option: unknown) => {
    const rule = isMapping(option) ? option["(google.api.http)"] : undefined;
    return [rule, ...additional(rule)].flatMap(bindingOf);
  });
}

function additional(rule: unknown): unknown[] {
  if (!isMapping(rule)) return [];
  const more = rule.additional_bindings;
  return Array.isArray(more) ? more.slice(0, MAX_BINDINGS) : [more];
}

function bindingOf(rule: unknown): HttpBinding[] {
  if (!isMapping(rule)) return [];
  return VERBS.flatMap((verb) => {
    const path = rule[verb];
    if (typeof path !== "string" || !path.startsWith("/")) return [];
    const template = templateOf(path);
    // What is left of `**` stands for what no template does, as does a verb behind it.
    return /\*\*|\+\}[^/]/.test(template) ? [] : [{ verb: verb.toUpperCase(), template }];
  });
}

/** `/v1/{name=shelves/*}` → `/v1/shelves/{name}`, and of `**`, all segments that are left, `/v1/shelves/{name+}`. */
function templateOf(path: string): string {
  return path.replace(/\{([\w.]+)=([^}]*)\}/g, (_, name: string, pattern: string) => {
    let count = 0;
    const named = (end: string): string => `{${name}${++count === 1 ? "" : count}${end}}`;
    return pattern.replace(/\*\*$|(?<!\*)\*(?!\*)/g, (stars) => named(stars === "**" ? "+" : ""));
  });
}

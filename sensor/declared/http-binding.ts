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
    // `**` stands for any number of segments, which no template does.
    if (typeof path !== "string" || path.includes("**") || !path.startsWith("/")) return [];
    return [{ verb: verb.toUpperCase(), template: templateOf(path) }];
  });
}

/** `/v1/{name=shelves/*}` → `/v1/shelves/{name}`. */
function templateOf(path: string): string {
  return path.replace(/\{([\w.]+)=([^}]*)\}/g, (_, name: string, pattern: string) => {
    let count = 0;
    return pattern.replace(/\*/g, () => (++count === 1 ? `{${name}}` : `{${name}${count}}`));
  });
}

import type { Service } from "../observation.js";

/** The template of a request whose target is no path; undefined where it is one. */
export function fixedTemplate(method: string, path: string): string | undefined {
  if (path.charCodeAt(0) === 0x2f) return undefined;
  // RFC 8441 §4: a CONNECT that names a protocol has a path.
  if (method === "CONNECT") return "{authority}";
  return path === "*" ? "*" : "{invalid}";
}

export function fixedKey({ place, port }: Service, method: string, template: string): string {
  return `${place} ${port} ${method} ${template}`;
}

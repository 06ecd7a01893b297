/** What is called at a path beyond the bounds, or by no name. */
export const OTHER_OPERATIONS = "*";

/** A template's path. No path on the wire has a `#`: behind it stands what is called there. */
export function pathOf(template: string): string {
  const hash = template.indexOf("#");
  return hash < 0 ? template : template.slice(0, hash);
}

export function operationOf(template: string): string | undefined {
  const hash = template.indexOf("#");
  return hash < 0 ? undefined : template.slice(hash + 1);
}

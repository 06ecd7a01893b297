import { signal } from "@preact/signals";

export type ViewName =
  | "feed"
  | "findings"
  | "services"
  | "endpoints"
  | "edges"
  | "mtls"
  | "map"
  | "certificates"
  | "sensors";

export const view = signal<ViewName>("feed");
/** Key of the row that is to be open when its view comes up. */
export const wantedKey = signal<string | undefined>(undefined);

export function show(name: ViewName, key?: string): void {
  wantedKey.value = key;
  view.value = name;
}

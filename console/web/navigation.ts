import { signal } from "@preact/signals";

const VIEW_NAMES = [
  "feed",
  "findings",
  "services",
  "endpoints",
  "edges",
  "mtls",
  "map",
  "certificates",
  "sensors",
] as const;

export type ViewName = (typeof VIEW_NAMES)[number];

/** Stands in the address too, so that a page that is loaded again, or a link, comes to the same view. */
export const view = signal<ViewName>(addressed());
/** Key of the row that is to be open when its view comes up. */
export const wantedKey = signal<string | undefined>(undefined);

addEventListener("hashchange", () => {
  view.value = addressed();
});

export function show(name: ViewName, key?: string): void {
  wantedKey.value = key;
  view.value = name;
  location.hash = name;
}

function addressed(): ViewName {
  return VIEW_NAMES.find((name) => `#${name}` === location.hash) ?? "feed";
}

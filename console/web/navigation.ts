import { signal } from "@preact/signals";

const VIEW_NAMES = [
  "feed",
  "findings",
  "changes",
  "services",
  "endpoints",
  "edges",
  "mtls",
  "map",
  "certificates",
  "sensors",
  "operators",
] as const;

export type ViewName = (typeof VIEW_NAMES)[number];

/** Stands in the address too, so that a page that is loaded again, or a link, comes to the same view. */
export const view = signal<ViewName>(addressed());
/** Key of the row that is to be open when its view comes up. */
export const wantedKey = signal<string | undefined>(undefined);

/** What of a view stands behind its name in the address: a link to it shows the same. */
export const parameters = signal<string>(addressedParameters());

addEventListener("hashchange", () => {
  view.value = addressed();
  parameters.value = addressedParameters();
});

/** Changes the address of the view that is shown, without a step to go back to for each choice. */
export function setParameters(all: Readonly<Record<string, string>>): void {
  const given = Object.entries(all).filter(([, value]) => value !== "");
  const text = new URLSearchParams(given).toString();
  history.replaceState(null, "", `#${view.peek()}${text === "" ? "" : `?${text}`}`);
  parameters.value = text;
}

export function show(name: ViewName, key?: string): void {
  wantedKey.value = key;
  view.value = name;
  parameters.value = "";
  location.hash = name;
}

function addressed(): ViewName {
  const [address] = location.hash.split("?", 1);
  return VIEW_NAMES.find((name) => `#${name}` === address) ?? "feed";
}

function addressedParameters(): string {
  const at = location.hash.indexOf("?");
  return at < 0 ? "" : location.hash.slice(at + 1);
}

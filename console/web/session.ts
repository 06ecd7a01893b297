import { signal } from "@preact/signals";
import type { SessionState } from "../api.js";
import { readSession, whenRefused } from "./client.js";
import { closeFeed, forget, openFeed } from "./live.js";

/** Undefined until the console has told it. */
export const session = signal<SessionState | undefined>(undefined);
/** What a one-time link in the address says. */
export interface SetupLink {
  readonly token: string;
  /** Whom it is for; undefined of the first operator's. */
  readonly user: string | undefined;
}

export const setupLink = signal<SetupLink | undefined>(linkOf(location.hash));
addEventListener("hashchange", () => {
  setupLink.value = linkOf(location.hash);
});

function linkOf(hash: string): SetupLink | undefined {
  const parameters = new URLSearchParams(hash.slice(1));
  const token = parameters.get("setup");
  return token === null ? undefined : { token, user: parameters.get("user") ?? undefined };
}

/** The link was used, or is not to be. */
export function leaveLink(): void {
  history.replaceState(null, "", "/");
  setupLink.value = undefined;
}

/** The session ended without the operator's doing: said above the login. */
export const isExpired = signal(false);

export async function refresh(): Promise<void> {
  const state = await readSession();
  isExpired.value = false;
  session.value = state;
  if (state.user !== undefined) openFeed();
}

whenRefused(() => {
  const state = session.value;
  if (state?.user === undefined) return;
  closeFeed();
  forget();
  isExpired.value = true;
  session.value = { needsSetup: false, version: state.version };
});

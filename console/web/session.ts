import { signal } from "@preact/signals";
import type { SessionState } from "../api.js";
import { readSession, whenRefused } from "./client.js";
import { closeFeed, forget, openFeed } from "./live.js";

/** Undefined until the console has told it. */
export const session = signal<SessionState | undefined>(undefined);
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

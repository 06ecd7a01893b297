import { signal } from "@preact/signals";
import type { FeedRecord, SensorState, SessionState } from "../api.js";
import { readList, readSession, whenRefused } from "./client.js";
import { timeOf } from "./feed-row.js";
import { closeFeed, forget, openFeed, seed, sensors } from "./live.js";

/** Undefined until the console has told it. */
export const session = signal<SessionState | undefined>(undefined);
/** The session ended without the operator's doing: said above the login. */
export const isExpired = signal(false);

/** Read when the page opens: findings as many as the page holds, or a filter would say that there are none. */
const SEEDED = { calls: 200, handshakes: 200, findings: 2_000 } as const;

export async function refresh(): Promise<void> {
  const state = await readSession();
  isExpired.value = false;
  session.value = state;
  if (state.user === undefined) return;
  const [known, ...kept] = await Promise.all([
    readList<SensorState>("sensors", 1_000),
    ...Object.entries(SEEDED).map(([list, limit]) => readList<FeedRecord>(list, limit)),
  ]);
  sensors.value = known.items;
  seed(kept.flatMap(({ items }) => items).sort((a, b) => timeOf(b) - timeOf(a)));
  openFeed();
}

whenRefused(() => {
  const state = session.value;
  if (state?.user === undefined) return;
  closeFeed();
  forget();
  isExpired.value = true;
  session.value = { needsSetup: false, version: state.version };
});

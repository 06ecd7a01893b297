import "./style/theme.css";
import "./style/page.css";
import "./style/table.css";
import "./style/posture.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import type { FeedRecord, SensorState, SessionState } from "../api.js";
import { readList, readSession } from "./client.js";
import { EntryView } from "./entry-view.js";
import { timeOf } from "./feed-row.js";
import { openFeed, seed, sensors } from "./live.js";
import { Shell } from "./shell.js";

const session = signal<SessionState | undefined>(undefined);
/** Read when the page opens: findings as many as the page holds, or a filter would say that there are none. */
const SEEDED = { calls: 200, handshakes: 200, findings: 2_000 } as const;

async function refresh(): Promise<void> {
  session.value = await readSession();
  if (session.value.user === undefined) return;
  const [known, ...kept] = await Promise.all([
    readList<SensorState>("sensors", 1_000),
    ...Object.entries(SEEDED).map(([list, limit]) => readList<FeedRecord>(list, limit)),
  ]);
  sensors.value = known.items;
  seed(kept.flatMap(({ items }) => items).sort((a, b) => timeOf(b) - timeOf(a)));
  openFeed();
}

function App() {
  const state = session.value;
  if (state === undefined) return null;
  return state.user === undefined ? (
    <EntryView session={state} onEntered={refresh} />
  ) : (
    <Shell session={state} onLeft={refresh} />
  );
}

render(<App />, document.body);
void refresh();

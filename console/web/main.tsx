import "./style/theme.css";
import "./style/page.css";
import "./style/table.css";
import "./style/posture.css";
import "./style/menu.css";
import "./style/visibility.css";
import "./style/review.css";
import "./style/changes.css";
import "./style/narrow.css";
import { render } from "preact";
import { EntryView } from "./entry-view.js";
import { refresh, session, setupLink } from "./session.js";
import { Shell } from "./shell.js";

function App() {
  const state = session.value;
  if (state === undefined) return null;
  // Whoever opens a link that is for somebody uses it, also where another is logged in.
  return state.user === undefined || setupLink.value?.user !== undefined ? (
    <EntryView session={state} onEntered={refresh} />
  ) : (
    <Shell session={state} onLeft={refresh} />
  );
}

render(<App />, document.body);
void refresh();

import { useState } from "preact/hooks";
import type { SessionState } from "../api.js";
import { logIn, setUp } from "./client.js";
import { isExpired } from "./session.js";

interface Props {
  readonly session: SessionState;
  onEntered(): Promise<void>;
}

/** Logging in, or making the first operator by the one-time link. */
export function EntryView({ session, onEntered }: Props) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);
  const token = new URLSearchParams(location.hash.slice(1)).get("setup");
  const isSetup = session.needsSetup;
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setTrouble("");
    try {
      if (isSetup) await setUp(token ?? "", user, password);
      else await logIn(user, password);
      if (isSetup) history.replaceState(null, "", "/");
      await onEntered();
    } catch (error) {
      setTrouble((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="entry">
      <form onSubmit={enter}>
        <h1>eastwatch</h1>
        {isSetup && token === null ? (
          <p class="note">There is no operator yet. Open the one-time link that the console printed when it started.</p>
        ) : (
          <>
            {isExpired.value && <p class="note">Your session has ended.</p>}
            <p class="note">{isSetup ? "Make the first operator of this console." : "Log in to the console."}</p>
            <label>
              User
              <input
                name="user"
                autocomplete="username"
                value={user}
                onInput={(event) => setUser(event.currentTarget.value)}
                required
              />
            </label>
            <label>
              Password
              <input
                name="password"
                type="password"
                autocomplete={isSetup ? "new-password" : "current-password"}
                value={password}
                onInput={(event) => setPassword(event.currentTarget.value)}
                required
              />
            </label>
            {isSetup && <p class="note">At least 12 characters.</p>}
            <button type="submit" disabled={isBusy}>
              {isSetup ? "Make operator" : "Log in"}
            </button>
          </>
        )}
        <p class="trouble" role="alert">
          {trouble}
        </p>
      </form>
    </main>
  );
}

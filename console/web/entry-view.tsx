import { useState } from "preact/hooks";
import type { SessionState } from "../api.js";
import { logIn, setUp } from "./client.js";
import { closeFeed, forget } from "./live.js";
import { isExpired, leaveLink, type SetupLink, setupLink } from "./session.js";

interface Props {
  readonly session: SessionState;
  onEntered(): Promise<void>;
}

/** Logging in, or making the first operator by the one-time link. */
export function EntryView({ session, onEntered }: Props) {
  const link = setupLink.value;
  const [typed, setUser] = useState("");
  const user = link?.user ?? typed;
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);
  const isSetup = session.needsSetup || link?.user !== undefined;
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setTrouble("");
    try {
      if (isSetup) await setUp(link?.token ?? "", user, password);
      else await logIn(user, password);
      if (isSetup) {
        // Another may have been logged in here.
        closeFeed();
        forget();
        leaveLink();
      }
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
        {isSetup && link === undefined ? (
          <p class="note">There is no operator yet. Open the one-time link that the console printed when it started.</p>
        ) : (
          <>
            {isExpired.value && <p class="note">Your session has ended.</p>}
            <p class="note">{purposeOf(session, link)}</p>
            <label>
              User
              <input
                name="user"
                autocomplete="username"
                value={user}
                onInput={(event) => setUser(event.currentTarget.value)}
                readOnly={link?.user !== undefined}
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
              {!isSetup ? "Log in" : link?.user === undefined ? "Make operator" : "Set password"}
            </button>
            {link?.user !== undefined && !session.needsSetup && (
              <button type="button" class="plain" onClick={leaveLink}>
                Go on without the link
              </button>
            )}
          </>
        )}
        <p class="trouble" role="alert">
          {trouble}
        </p>
      </form>
    </main>
  );
}

function purposeOf({ needsSetup }: SessionState, link: SetupLink | undefined): string {
  if (link?.user !== undefined) return `Choose a password for the operator ${link.user}.`;
  return needsSetup ? "Make the first operator of this console." : "Log in to the console.";
}

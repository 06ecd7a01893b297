import { useEffect, useState } from "preact/hooks";
import type { OperatorItem, OperatorListing } from "../api.js";
import { changePassword, inviteOperator, readOperators, removeOperator, withdrawLink } from "./client.js";
import { when } from "./review-words.js";
import { session } from "./session.js";

const LINK_WORDS = { add: "invited", password: "to choose another password" } as const;

/** Who may look and review, since when and by whom; where one is invited and removed. */
export function OperatorsView() {
  const [listing, setListing] = useState<OperatorListing | undefined>(undefined);
  const [trouble, setTrouble] = useState("");
  const read = (): Promise<void> => readOperators().then(setListing, (error: Error) => setTrouble(error.message));
  useEffect(() => void read(), []);
  const act = async (action: () => Promise<void>): Promise<void> => {
    setTrouble("");
    await action().catch((error: Error) => setTrouble(error.message));
    await read();
  };
  const { items = [], links = [] } = listing ?? {};
  return (
    <main class="view operators">
      <Invite act={act} trouble={trouble} />
      <div class="scroll">
        <table aria-label="Operators">
          <thead>
            <tr>
              <th>Operator</th>
              <th>Since</th>
              <th>Added by</th>
              <th>Last login</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Operator key={item.name} item={item} act={act} />
            ))}
          </tbody>
        </table>
        {links.map(({ name, purpose, by, expiresMicros }) => (
          <p key={name} class="link">
            {name}: {LINK_WORDS[purpose]} by {byWords(by)}; the link holds until {when(expiresMicros)}{" "}
            <button type="button" onClick={() => void act(() => withdrawLink(name))}>
              Take back
            </button>
          </p>
        ))}
        <Password />
        <p class="quiet">
          Whoever lost the password gets a link for another by <code>eastwatch operator link NAME</code> on the
          console's host.
        </p>
      </div>
    </main>
  );
}

interface ActProps {
  act(action: () => Promise<void>): Promise<void>;
}

function Invite({ act, trouble }: ActProps & { readonly trouble: string }) {
  const [name, setName] = useState("");
  const [link, setLink] = useState("");
  const invite = async (): Promise<void> => {
    const invited = await inviteOperator(name.trim());
    const hash = new URLSearchParams({ setup: invited.token, user: invited.name });
    setLink(`${location.origin}/#${hash}`);
    setName("");
  };
  return (
    <form
      class="bar"
      onSubmit={(event) => {
        event.preventDefault();
        void act(invite);
      }}
    >
      <input
        placeholder="Name of a new operator"
        aria-label="Name of a new operator"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" disabled={name.trim() === ""}>
        Invite
      </button>
      {link !== "" && <code class="token">{link}</code>}
      {link !== "" && <span class="quiet">shown this once; it holds once, for a day</span>}
      <span class="bad" role="alert">
        {trouble}
      </span>
    </form>
  );
}

/** Another password for whoever is logged in. */
function Password() {
  const [outcome, setOutcome] = useState<{ readonly words: string; readonly isDone: boolean }>({
    words: "",
    isDone: false,
  });
  const change = async (form: HTMLFormElement): Promise<void> => {
    const [old, password, again] = ["old", "password", "again"].map((name) => String(new FormData(form).get(name)));
    if (password !== again) throw new Error("The new password stands there in two ways.");
    await changePassword(old, password);
    form.reset();
  };
  return (
    <form
      class="bar"
      aria-label="Your password"
      onSubmit={(event) => {
        event.preventDefault();
        change(event.currentTarget).then(
          () => setOutcome({ words: "Changed; your other sessions have ended.", isDone: true }),
          (error: Error) => setOutcome({ words: error.message, isDone: false }),
        );
      }}
    >
      <Secret name="old" label="Your password" autocomplete="current-password" />
      <Secret name="password" label="New password" autocomplete="new-password" />
      <Secret name="again" label="New password again" autocomplete="new-password" />
      <button type="submit">Change password</button>
      <span class={outcome.isDone ? "quiet" : "bad"} role="alert">
        {outcome.words}
      </span>
    </form>
  );
}

interface SecretProps {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
}

function Secret({ name, label, autocomplete }: SecretProps) {
  return (
    <input
      type="password"
      name={name}
      placeholder={label}
      aria-label={label}
      autocomplete={autocomplete}
      required
      maxLength={256}
      minLength={name === "old" ? 1 : 12}
    />
  );
}

function Operator({ item, act }: ActProps & { readonly item: OperatorItem }) {
  const [isAsked, setAsked] = useState(false);
  const { name, addedMicros, addedBy, lastLoginMicros, removed } = item;
  return (
    <tr>
      <td>
        {name}
        {name === session.value?.user && <span class="quiet"> (you)</span>}
      </td>
      <td>{when(addedMicros)}</td>
      <td>{byWords(addedBy)}</td>
      <td>{lastLoginMicros === undefined ? "never" : when(lastLoginMicros)}</td>
      <td>
        {removed !== undefined && (
          <span class="quiet">
            removed {when(removed.atMicros)} by {byWords(removed.by)}
          </span>
        )}
        {removed === undefined && !isAsked && (
          <button type="button" onClick={() => setAsked(true)}>
            Remove
          </button>
        )}
        {removed === undefined && isAsked && (
          <>
            <button type="button" onClick={() => void act(() => removeOperator(name)).then(() => setAsked(false))}>
              Yes, remove {name}
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              No
            </button>
          </>
        )}
      </td>
    </tr>
  );
}

function byWords(by: string): string {
  return by === "" ? "whoever was at the console's host" : by;
}

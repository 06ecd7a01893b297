import { useEffect, useState } from "preact/hooks";
import { countWords } from "../../shared/posture.js";
import { type Opinion, type Review, untoldWords } from "../../shared/review.js";
import type { EndpointItem, ReviewHistory } from "../api.js";
import type { ReviewAction } from "../review/review-action.js";
import { Refusal, readHistory, type ShownEndpoint, tellReview } from "./client.js";
import { inventoryVersion } from "./live.js";
import { endOfDay, entryWords, sinceWords, statusWords, when } from "./review-words.js";

/** What people say of an endpoint, apart from what was seen of it; and where an operator says it. */
export function ReviewPanel({ endpoint }: { readonly endpoint: EndpointItem }) {
  const { key, review } = endpoint;
  const { changes, untold } = review;
  const [trouble, setTrouble] = useState<Error | undefined>(undefined);
  const [round, setRound] = useState(0);
  // What this operator said is known here before the endpoint was read again.
  const [made, setMade] = useState(endpoint.version);
  const version = saidOf(made) > saidOf(endpoint.version) ? made : endpoint.version;
  const say: Say = async (shown, ...actions) => {
    const { refusal, version: now } = await tellAll({ key, version: shown }, actions);
    setMade(now);
    setTrouble(refusal);
    inventoryVersion.value++;
    setRound((before) => before + 1);
    return refusal;
  };
  return (
    <section class="review" aria-label="Review">
      <p>
        <span class={`review-status ${review.status}`}>{review.status}</span> {statusWords(review)}
      </p>
      <Differences review={review} />
      <Buttons version={version} opinion={review.opinion} isChanged={changes.length + untold.length > 0} say={say} />
      <Words key={key} version={version} opinion={review.opinion} say={say} />
      {trouble !== undefined && <Trouble trouble={trouble} />}
      <Life endpoint={endpoint} round={round} />
    </section>
  );
}

function Differences({ review }: { readonly review: Review }) {
  const { changes } = review;
  const untold = untoldWords(review);
  return (
    <>
      {changes.length > 0 && (
        <ul class="changes">
          {changes.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {untold.length > 0 && (
        <ul class="untold">
          {untold.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Why it was not said; where that is what happened meanwhile, all of it. */
function Trouble({ trouble }: { readonly trouble: Error }) {
  const since = trouble instanceof Refusal ? trouble.since : undefined;
  if (since === undefined) return <p class="bad">{trouble.message}</p>;
  return (
    <div class="since-shown" role="alert">
      Not saved. Since it was shown:
      <ul>
        {sinceWords(since).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      It is shown as it is now; say it again if it holds still.
    </div>
  );
}

/** The number of the last word that a version holds. */
function saidOf(version: string): number {
  return Number(version.split(".")[1]);
}

interface Told {
  /** What is known of the endpoint then. */
  readonly version: string;
  /** Why one of them was not said; those after it are not either. */
  readonly refusal: Error | undefined;
}

async function tellAll(shown: ShownEndpoint, actions: readonly ReviewAction[]): Promise<Told> {
  let { version } = shown;
  try {
    for (const action of actions) version = await tellReview({ key: shown.key, version }, action);
    return { version, refusal: undefined };
  } catch (error) {
    return { version, refusal: error as Error };
  }
}

/** Resolves with why it was not said. `version`: what was shown to whoever says it. */
type Say = (version: string, ...actions: readonly ReviewAction[]) => Promise<Error | undefined>;

interface SayProps {
  readonly version: string;
  readonly opinion: Opinion;
  readonly say: Say;
}

function Buttons({ version, opinion, isChanged, say: sayOf }: SayProps & { readonly isChanged: boolean }) {
  const say = (action: ReviewAction): void => void sayOf(version, action);
  const [day, setDay] = useState("");
  const untilMicros = endOfDay(day);
  const until = untilMicros === undefined ? {} : { untilMicros };
  return (
    <div class="review-actions">
      {(opinion.approved === undefined || isChanged) && (
        <button type="button" onClick={() => say({ action: "approve" })}>
          {opinion.approved === undefined ? "Approve" : "Approve as it is now"}
        </button>
      )}
      {opinion.approved !== undefined && (
        <button type="button" onClick={() => say({ action: "withdraw" })}>
          Withdraw approval
        </button>
      )}
      <span class="until">
        <button type="button" onClick={() => say({ action: "deprecate", ...until })}>
          Deprecate
        </button>
        <button
          type="button"
          disabled={untilMicros === undefined}
          title={untilMicros === undefined ? "Choose the day first" : undefined}
          onClick={() => say({ action: "ignore", ...until })}
        >
          Ignore until
        </button>
        <input type="date" aria-label="Day" value={day} onInput={(event) => setDay(event.currentTarget.value)} />
      </span>
      {opinion.deprecated !== undefined && (
        <button type="button" onClick={() => say({ action: "keep" })}>
          It stays
        </button>
      )}
      {opinion.ignored !== undefined && (
        <button type="button" onClick={() => say({ action: "heed" })}>
          Stop ignoring
        </button>
      )}
    </div>
  );
}

function wordsOf({ owner, tags, note }: Opinion): readonly [string, string, string] {
  return [owner?.text ?? "", (tags?.texts ?? []).join(", "), note?.text ?? ""];
}

/** What somebody began to write, and the version of the endpoint that was shown when they did. */
interface Draft {
  readonly version: string;
  readonly owner?: string;
  readonly tags?: string;
  readonly note?: string;
}

const NOTHING_WRITTEN: Omit<Draft, "version"> = {};

/** Owner, tags and note: what was changed of them is saved together. What others say meanwhile does not touch what is written here. */
function Words({ version: shown, opinion, say }: SayProps) {
  const [ownerBefore, tagsBefore, noteBefore] = wordsOf(opinion);
  const [draft, setDraft] = useState<Draft | undefined>(undefined);
  const { owner = ownerBefore, tags = tagsBefore, note = noteBefore } = draft ?? NOTHING_WRITTEN;
  const { version } = draft ?? { version: shown };
  const write = (words: Omit<Draft, "version">): void => setDraft({ ...draft, version, ...words });
  const save = async (): Promise<void> => {
    const refusal = await say(version, ...actions);
    if (refusal === undefined) setDraft(undefined);
    else if (refusal instanceof Refusal && refusal.since !== undefined)
      // It is told what was said meanwhile: what is written is said to that, when it is saved again.
      setDraft({ ...draft, version: refusal.since.version });
  };
  const actions: ReviewAction[] = [];
  if (owner.trim() !== ownerBefore) actions.push({ action: "own", text: owner.trim() });
  if (tags.trim() !== tagsBefore)
    actions.push({ action: "tag", tags: tags.split(/[\s,]+/).filter((tag) => tag !== "") });
  if (note.trim() !== noteBefore) actions.push({ action: "note", text: note.trim() });
  return (
    <form
      class="review-words"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label>
        Owner
        <input
          name="owner"
          maxLength={200}
          placeholder="team or person"
          value={owner}
          onInput={(event) => write({ owner: event.currentTarget.value })}
        />
      </label>
      <label>
        Tags
        <input
          name="tags"
          maxLength={500}
          placeholder="payments, internal"
          value={tags}
          onInput={(event) => write({ tags: event.currentTarget.value })}
        />
      </label>
      <label>
        Note
        <textarea
          name="note"
          rows={2}
          maxLength={2_000}
          value={note}
          onInput={(event) => write({ note: event.currentTarget.value })}
        />
      </label>
      {actions.length > 0 && <button type="submit">Save</button>}
    </form>
  );
}

/** Who began to call it and who ceased, and all that was said. */
function Life({ endpoint, round }: { readonly endpoint: EndpointItem; readonly round: number }) {
  const [history, setHistory] = useState<ReviewHistory | undefined>(undefined);
  const { key, version } = endpoint;
  useEffect(() => {
    let isCurrent = true;
    readHistory(key).then(
      (read) => isCurrent && setHistory(read),
      () => isCurrent && setHistory(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, version, round]);
  if (history === undefined) return null;
  const { appeared, gone, entries, way } = history;
  const shown = Object.keys(way.certificates);
  return (
    <>
      {Object.keys(way.counts).length > 0 && (
        <p class="way">
          Connections to {endpoint.serverAddress}:{endpoint.serverPort}: {countWords(way.counts)}
          {shown.length > 0 && `; clients showed certificates of ${shown.join(", ")}`}.
        </p>
      )}
      {appeared.length > 0 && <p>Callers since it was approved: {appeared.join(", ")}.</p>}
      {gone.length > 0 && <p>Not seen at this service for a week: {gone.join(", ")}.</p>}
      {entries.length > 0 && (
        <details>
          <summary>
            {entries.length} {entries.length === 1 ? "entry" : "entries"} in its history
          </summary>
          <ol class="history">
            {entries.map((entry, index) => (
              <li key={entries.length - index}>
                <span class="quiet">{when(entry.atMicros)}</span> {entry.by} {entryWords(entry)}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

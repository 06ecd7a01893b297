import { useEffect, useState } from "preact/hooks";
import { countWords } from "../../shared/posture.js";
import type { Opinion, Review } from "../../shared/review.js";
import type { EndpointItem, ReviewHistory } from "../api.js";
import type { ReviewAction } from "../review/review-action.js";
import { readHistory, tellReview } from "./client.js";
import { inventoryVersion } from "./live.js";
import { endOfDay, entryWords, statusWords, untoldWords, when } from "./review-words.js";

/** What people say of an endpoint, apart from what was seen of it; and where an operator says it. */
export function ReviewPanel({ endpoint }: { readonly endpoint: EndpointItem }) {
  const { key, review } = endpoint;
  const { opinion, changes, untold } = review;
  const [trouble, setTrouble] = useState("");
  const [round, setRound] = useState(0);
  const say = (...actions: readonly ReviewAction[]): void => {
    tellAll(key, actions)
      .then(
        () => setTrouble(""),
        (error: Error) => setTrouble(error.message),
      )
      .finally(() => {
        inventoryVersion.value++;
        setRound((before) => before + 1);
      });
  };
  return (
    <section class="review" aria-label="Review">
      <p>
        <span class={`review-status ${review.status}`}>{review.status}</span> {statusWords(review)}
      </p>
      <Differences review={review} />
      <Buttons opinion={opinion} isChanged={changes.length + untold.length > 0} say={say} />
      <Words key={`${key} ${wordsOf(opinion).join("\n")}`} opinion={opinion} say={say} />
      {trouble !== "" && <p class="bad">{trouble}</p>}
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

async function tellAll(key: string, actions: readonly ReviewAction[]): Promise<void> {
  for (const action of actions) await tellReview(key, action);
}

interface SayProps {
  readonly opinion: Opinion;
  say(...actions: readonly ReviewAction[]): void;
}

function Buttons({ opinion, isChanged, say }: SayProps & { readonly isChanged: boolean }) {
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

/** Owner, tags and note: what was changed of them is saved together. */
function Words({ opinion, say }: SayProps) {
  const [ownerBefore, tagsBefore, noteBefore] = wordsOf(opinion);
  const [owner, setOwner] = useState(ownerBefore);
  const [tags, setTags] = useState(tagsBefore);
  const [note, setNote] = useState(noteBefore);
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
        say(...actions);
      }}
    >
      <label>
        Owner
        <input
          name="owner"
          maxLength={200}
          placeholder="team or person"
          value={owner}
          onInput={(event) => setOwner(event.currentTarget.value)}
        />
      </label>
      <label>
        Tags
        <input
          name="tags"
          maxLength={500}
          placeholder="payments, internal"
          value={tags}
          onInput={(event) => setTags(event.currentTarget.value)}
        />
      </label>
      <label>
        Note
        <textarea
          name="note"
          rows={2}
          maxLength={2_000}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      {actions.length > 0 && <button type="submit">Save</button>}
    </form>
  );
}

/** Who began to call it and who ceased, and all that was said. */
function Life({ endpoint, round }: { readonly endpoint: EndpointItem; readonly round: number }) {
  const [history, setHistory] = useState<ReviewHistory | undefined>(undefined);
  const { key } = endpoint;
  useEffect(() => {
    let isCurrent = true;
    readHistory(key).then(
      (read) => isCurrent && setHistory(read),
      () => isCurrent && setHistory(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, round]);
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

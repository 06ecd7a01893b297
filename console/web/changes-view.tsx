import { useEffect, useRef, useState } from "preact/hooks";
import type { Change } from "../../shared/difference.js";
import { changesAsMarkdown, howInWords, leftOutWords } from "../../shared/difference-words.js";
import type { ChangeListing } from "../api.js";
import { ChangeDetail } from "./change-detail.js";
import { ChangesBar } from "./changes-bar.js";
import { readChanges } from "./client.js";
import { type Compared, comparedOf, comparedWords, queryOf } from "./compared.js";
import { copy } from "./copy.js";
import { FilterInput } from "./filter-input.js";
import { clock } from "./format.js";
import { inventoryVersion } from "./live.js";
import { parameters } from "./navigation.js";
import { focusOpenRow, moveByKeys, useEscape } from "./row-keys.js";
import { type Group, Totals } from "./totals.js";

const SHOWN_ROWS = 500;
const MEANINGS = {
  added: "There now, and not before",
  removed: "There before, and not now",
  changed: "There both times, and not the same",
} as const;

/** What came, went and changed, as `eastwatch diff` tells it. It is compared when one asks: rows that are read do not move. */
export function ChangesView() {
  const compared = comparedOf(parameters.value);
  const { listing, trouble, isReading, isStale, again } = useChanges(compared);
  const [filter, setFilter] = useState("");
  const [group, setGroup] = useState("");
  const [openKey, setOpenKey] = useState<string>();
  const close = (): void => {
    focusOpenRow();
    setOpenKey(undefined);
  };
  useEscape(close);
  const { items = [], leftOut = [], notes = [] } = listing ?? {};
  const passing = items.filter((change) => hasText(change, filter));
  const chosen = passing.filter(({ change }) => group === "" || change === group);
  const opened = items.find((change) => keyOf(change) === openKey);
  const openAt = opened === undefined ? -1 : chosen.indexOf(opened);
  const shown = chosen.slice(0, Math.max(SHOWN_ROWS, openAt + 1));
  const left = leftOut.filter(({ change }) => group === "" || change === group);
  return (
    <main class={opened === undefined ? "view" : "view with-detail"}>
      <div class="bar">
        {listing !== undefined && (
          <Totals groups={groupsOf(filter === "" ? leftOut : [])} items={passing} chosen={group} onChoose={setGroup} />
        )}
        <ChangesBar compared={compared} />
        <FilterInput value={filter} onChange={setFilter} />
        <button type="button" class={isStale ? "active" : ""} disabled={isReading} onClick={again}>
          {isReading ? "Compares …" : "Compare again"}
        </button>
        {listing !== undefined && chosen.length > 0 && (
          <CopyButton text={() => markdownOf(compared, listing, { chosen, left: filter === "" ? left : [] })} />
        )}
        {listing !== undefined && <span class="quiet">{extent(listing, chosen, shown.length, isStale)}</span>}
        <span class="bad" role="alert">
          {trouble}
        </span>
      </div>
      <div class="scroll" aria-busy={isReading}>
        {notes.map((note) => (
          <p class="rest" key={note}>
            {note}.
          </p>
        ))}
        {chosen.length > 0 && (
          <Rows shown={shown} opened={opened} openAt={openAt} onOpen={(change) => setOpenKey(keyOf(change))} />
        )}
        {left.length > 0 && (
          <p class="rest">
            {leftOutWords(left)}. Compare one sensor, or use eastwatch diff, for all of them.
            {filter !== "" && " The filter does not look at these."}
          </p>
        )}
        {chosen.length === 0 && <p class="empty">{emptyWords(listing, trouble)}</p>}
      </div>
      {opened !== undefined && <ChangeDetail change={opened} onClose={close} />}
    </main>
  );
}

interface RowsProps {
  readonly shown: readonly Change[];
  readonly opened: Change | undefined;
  readonly openAt: number;
  onOpen(change: Change): void;
}

function Rows({ shown, opened, openAt, onOpen }: RowsProps) {
  return (
    <table class="changes-table">
      <thead>
        <tr>
          <th class="change">Change</th>
          <th class="what">What</th>
          <th>Which</th>
          {opened === undefined && <th>How</th>}
        </tr>
      </thead>
      <tbody onKeyDown={moveByKeys}>
        {shown.map((change, index) => (
          <tr
            key={keyOf(change)}
            class={change === opened ? "open" : ""}
            tabIndex={index === Math.max(openAt, 0) ? 0 : -1}
            onClick={() => onOpen(change)}
          >
            <td class="whole">
              <span class={`change-tag ${change.change}`}>{change.change}</span>
            </td>
            <td class="whole">{change.kind}</td>
            <td class="subject">{change.subject}</td>
            {opened === undefined && (
              <td>
                <div class="cut two" title={howInWords(change)}>
                  {howInWords(change)}
                </div>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CopyButton({ text }: { text(): string }) {
  const [told, setTold] = useState("");
  const press = async (): Promise<void> => {
    setTold((await copy(text())) ? "Copied." : "The browser does not let this page copy.");
  };
  return (
    <>
      <button type="button" onClick={() => void press()}>
        Copy as Markdown
      </button>
      <span class="quiet" role="status">
        {told}
      </span>
    </>
  );
}

interface Loaded {
  readonly listing?: ChangeListing;
  readonly trouble: string;
  readonly version: number;
}

/** Asked when something else is to be compared, or again; an answer to what is not asked any more is let go. */
function useChanges(compared: Compared) {
  const query = queryOf(compared);
  const [loaded, setLoaded] = useState<Loaded>({ trouble: "", version: 0 });
  const [isReading, setReading] = useState(true);
  const [round, setRound] = useState(0);
  const latest = useRef("");
  const asked = `${query} ${round}`;
  useEffect(() => {
    latest.current = asked;
    setReading(true);
    const version = inventoryVersion.peek();
    void readChanges(query)
      .then(
        (listing): Loaded => ({ listing, trouble: "", version }),
        (error: Error): Loaded => ({ trouble: error.message, version }),
      )
      .then((next) => {
        if (latest.current !== asked) return;
        setLoaded(next);
        setReading(false);
      });
  }, [asked]);
  const isStale = loaded.listing !== undefined && inventoryVersion.value !== loaded.version;
  return { ...loaded, isReading, isStale, again: () => setRound((before) => before + 1) };
}

function groupsOf(leftOut: ChangeListing["leftOut"]): readonly Group<Change>[] {
  return (["added", "removed", "changed"] as const).map((name) => ({
    name,
    title: MEANINGS[name],
    show: name,
    beyond: leftOut.reduce((sum, { change, count }) => sum + (change === name ? count : 0), 0),
    has: ({ change }) => change === name,
  }));
}

function keyOf({ change, kind, subject }: Change): string {
  return `${change} ${kind} ${subject}`;
}

function hasText(change: Change, filter: string): boolean {
  const text = `${change.change} ${change.kind} ${change.subject} ${howInWords(change)}`;
  return text.toLowerCase().includes(filter.toLowerCase());
}

function extent({ atMicros }: ChangeListing, chosen: readonly Change[], shown: number, isStale: boolean): string {
  const parts = [`compared at ${clock(atMicros).slice(0, 8)}${isStale ? ", more was told since" : ""}`];
  if (shown < chosen.length) parts.push(`the first ${shown} of ${chosen.length.toLocaleString("en")} are shown`);
  return parts.join("; ");
}

function emptyWords(listing: ChangeListing | undefined, trouble: string): string {
  if (trouble !== "") return "Nothing could be compared.";
  if (listing === undefined) return "Compares …";
  return listing.items.length === 0 ? "No difference." : "Nothing passes this filter.";
}

interface Copied {
  readonly chosen: readonly Change[];
  readonly left: ChangeListing["leftOut"];
}

/** What the filters leave, and of what. */
function markdownOf(compared: Compared, listing: ChangeListing, { chosen, left }: Copied): string {
  const { length } = listing.items;
  const part = chosen.length < length ? ` (${chosen.length} of ${length}: a filter was set)` : "";
  return `${comparedWords(compared)}${part}; compared ${new Date(listing.atMicros / 1_000).toISOString()}\n\n${changesAsMarkdown(chosen, left, listing.notes)}`;
}

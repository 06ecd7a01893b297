import { useRef, useState } from "preact/hooks";
import type { FeedRecord } from "../api.js";
import { Detail } from "./detail.js";
import { FeedBar } from "./feed-bar.js";
import { type FeedFilter, NO_FILTER, passes } from "./feed-filter.js";
import { FeedRow } from "./feed-row.js";
import { FindingDetail } from "./finding-detail.js";
import { HandshakeDetail } from "./handshake-detail.js";
import { connected, type LiveRow, rows, setPointed } from "./live.js";
import { pointingHandlers, useLeftWithList } from "./pointing.js";
import { focusOpenRow, moveByKeys, useEscape, useKeptFocus } from "./row-keys.js";
import { useIsNarrow } from "./use-is-narrow.js";

const SHOWN_ROWS = 400;

/** Calls and handshakes as sampled and every finding, the newest on top. */
export function FeedView() {
  const [filter, setFilter] = useState<FeedFilter>(NO_FILTER);
  const [opened, setOpened] = useState<LiveRow | undefined>(undefined);
  // A finding counts on while it is open; a row that others pushed out stays as it was.
  const current = rows.value.find(({ id }) => id === opened?.id) ?? opened;
  const shown = rows.value.filter(({ record }) => passes(record, filter)).slice(0, SHOWN_ROWS);
  // Beside the detail there is no room for all columns; what they would show stands in the detail.
  const isNarrow = useIsNarrow() || opened !== undefined;
  const close = (): void => {
    focusOpenRow();
    setOpened(undefined);
  };
  useEscape(close);
  useLeftWithList(setPointed);
  const body = useRef<HTMLTableSectionElement>(null);
  useKeptFocus(body);
  return (
    <main class={opened === undefined ? "view" : "view with-detail"}>
      <FeedBar filter={filter} onChange={setFilter} />
      <div class="scroll">
        <table class="feed">
          <thead>
            <tr>
              <th class="time">Time</th>
              {!isNarrow && <th class="who">Client</th>}
              <th class="service">Service</th>
              <th class="method">Method</th>
              <th>Path</th>
              <th class="status">Status</th>
              {!isNarrow && <th class="number">Took</th>}
              {!isNarrow && <th class="number">Size</th>}
              {!isNarrow && <th class="auth">Credential</th>}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={moveByKeys} {...pointingHandlers(setPointed)}>
            {shown.map((row, index) => (
              <FeedRow
                key={row.id}
                row={row}
                isNarrow={isNarrow}
                isOpen={opened?.id === row.id}
                isReached={index === 0}
                onOpen={() => setOpened(row)}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p class="empty">{rows.value.length === 0 ? nothingWords() : "Nothing passes this filter."}</p>
        )}
      </div>
      {current !== undefined && <RecordDetail record={current.record} onClose={close} />}
    </main>
  );
}

/** Nothing seen is not said where nothing was told yet. */
function nothingWords(): string {
  return connected.value ? "Nothing seen yet." : "Nothing told yet: there is no connection to the console.";
}

function RecordDetail({ record, onClose }: { readonly record: FeedRecord; onClose(): void }) {
  if (record.kind === "handshake") return <HandshakeDetail handshake={record} onClose={onClose} />;
  if (record.kind === "finding") return <FindingDetail finding={record} onClose={onClose} />;
  return <Detail record={record} onClose={onClose} />;
}

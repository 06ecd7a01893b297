import { useState } from "preact/hooks";
import type { FeedRecord } from "../api.js";
import { Detail } from "./detail.js";
import { type FeedFilter, NO_FILTER, passes } from "./feed-filter.js";
import { bytes, clock, millis, span } from "./format.js";
import { type LiveRow, missed, paused, rows, setPaused, waiting } from "./live.js";

const SHOWN_ROWS = 400;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT"];

/** Calls as sampled and every finding, the newest on top. */
export function FeedView() {
  const [filter, setFilter] = useState<FeedFilter>(NO_FILTER);
  const [opened, setOpened] = useState<LiveRow | undefined>(undefined);
  const shown = rows.value.filter(({ record }) => passes(record, filter)).slice(0, SHOWN_ROWS);
  // Beside the detail there is no room for all columns; what they would show stands in the detail.
  const isNarrow = opened !== undefined;
  const change = (part: Partial<FeedFilter>): void => setFilter({ ...filter, ...part });
  return (
    <main class={opened === undefined ? "view" : "view with-detail"}>
      <div class="bar">
        <input
          placeholder="Service"
          aria-label="Service"
          value={filter.service}
          onInput={(event) => change({ service: event.currentTarget.value })}
        />
        <select
          aria-label="Method"
          value={filter.method}
          onChange={(event) => change({ method: event.currentTarget.value })}
        >
          <option value="">Any method</option>
          {METHODS.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
        <input
          class="wide"
          placeholder="Path"
          aria-label="Path"
          value={filter.path}
          onInput={(event) => change({ path: event.currentTarget.value })}
        />
        <input
          class="short"
          placeholder="Status: 404, 5xx"
          aria-label="Status"
          value={filter.status}
          onInput={(event) => change({ status: event.currentTarget.value })}
        />
        <select
          aria-label="Severity"
          value={filter.severity}
          onChange={(event) => change({ severity: event.currentTarget.value })}
        >
          <option value="">Calls and findings</option>
          <option value="calls">Calls only</option>
          <option value="info">Findings only</option>
          <option value="medium">Findings, medium or above</option>
          <option value="high">Findings, high or above</option>
        </select>
        <button type="button" class={paused.value ? "active" : ""} onClick={() => setPaused(!paused.value)}>
          {paused.value ? `Resume (${waiting.value} waiting)` : "Pause"}
        </button>
        <span class={missed.value > 0 ? "missed bad" : "missed quiet"}>
          {missed.value > 0 ? `${missed.value} missed by this page` : "none missed"}
        </span>
      </div>
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
          <tbody>
            {shown.map((row) => (
              <FeedRow
                key={row.id}
                row={row}
                isNarrow={isNarrow}
                isOpen={opened?.id === row.id}
                onOpen={() => setOpened(row)}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p class="empty">{rows.value.length === 0 ? "Nothing seen yet." : "Nothing passes this filter."}</p>
        )}
      </div>
      {opened !== undefined && <Detail record={opened.record} onClose={() => setOpened(undefined)} />}
    </main>
  );
}

interface RowProps {
  readonly row: LiveRow;
  readonly isOpen: boolean;
  readonly isNarrow: boolean;
  onOpen(): void;
}

function FeedRow({ row, isOpen, isNarrow, onOpen }: RowProps) {
  const { record } = row;
  const className = [record.kind, isOpen ? "open" : ""].join(" ");
  return (
    <tr class={className} onClick={onOpen}>
      <td class="time">{clock(timeOf(record))}</td>
      {record.kind === "call" ? (
        <CallCells call={record} isNarrow={isNarrow} />
      ) : (
        <NoteCells record={record} columns={isNarrow ? 4 : 8} />
      )}
    </tr>
  );
}

function timeOf(record: FeedRecord): number {
  if (record.kind === "call") return record.atMicros;
  return record.kind === "finding" ? record.lastMicros : record.fromMicros;
}

interface CallProps {
  readonly call: Extract<FeedRecord, { kind: "call" }>;
  readonly isNarrow: boolean;
}

function CallCells({ call, isNarrow }: CallProps) {
  return (
    <>
      {!isNarrow && <td class="who">{call.clientAddress}</td>}
      <td class="service">{call.service}</td>
      <td class="method">{call.method ?? <em>not seen</em>}</td>
      <td class="path" title={call.template}>
        {call.path ?? ""}
        {!call.complete && <span class="mark">incomplete</span>}
      </td>
      <td class={`status s${String(call.status ?? "").charAt(0)}`}>
        {call.status ?? <em>{call.unpaired === "no-response" ? "no answer" : "not seen"}</em>}
      </td>
      {!isNarrow && <td class="number">{millis(call.durationMillis)}</td>}
      {!isNarrow && <td class="number">{bytes(call.responseBodySize)}</td>}
      {!isNarrow && <td class="auth">{call.credentials.join(" ")}</td>}
    </>
  );
}

interface NoteProps {
  readonly record: Exclude<FeedRecord, { kind: "call" }>;
  readonly columns: number;
}

function NoteCells({ record, columns }: NoteProps) {
  if (record.kind === "blind") {
    return (
      <td colSpan={columns} class="note">
        <span class="severity high">blind</span> {record.sensor} could not see {record.interfaceName}: {record.reason} (
        {span(record.fromMicros, record.untilMicros)})
      </td>
    );
  }
  return (
    <td colSpan={columns} class="note">
      <span class={`severity ${record.severity}`}>{record.severity}</span> {record.title}. {record.summary}
      {record.count > 1 && <span class="quiet"> ×{record.count.toLocaleString("en")}</span>}
    </td>
  );
}

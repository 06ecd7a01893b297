import type { FeedRecord } from "../api.js";
import { bytes, millis, moment, span } from "./format.js";
import { dateAndTime } from "./format-date.js";
import { cipherShort, outcomeWords, verdictClass, verdictWords, versionWords } from "./handshake-words.js";
import type { LiveRow } from "./live.js";
import { kindWords } from "./stream-words.js";

interface RowProps {
  readonly row: LiveRow;
  readonly isOpen: boolean;
  readonly isNarrow: boolean;
  /** The one row that the tabulator key reaches; arrows go on from it. */
  readonly isReached: boolean;
  onOpen(): void;
}

type Of<K extends FeedRecord["kind"]> = Extract<FeedRecord, { kind: K }>;

export function FeedRow({ row, isOpen, isNarrow, isReached, onOpen }: RowProps) {
  const { record, atMicros } = row;
  const className = [record.kind, isOpen ? "open" : ""].join(" ");
  return (
    <tr class={className} tabIndex={isReached ? 0 : -1} onClick={onOpen}>
      <td class="time" title={dateAndTime(atMicros / 1_000)}>
        {moment(atMicros)}
      </td>
      <Cells record={record} isNarrow={isNarrow} />
    </tr>
  );
}

export function timeOf(record: FeedRecord): number {
  if (record.kind === "finding") return record.lastMicros;
  return record.kind === "blind" ? record.fromMicros : record.atMicros;
}

function Cells({ record, isNarrow }: { readonly record: FeedRecord; readonly isNarrow: boolean }) {
  const columns = isNarrow ? 4 : 8;
  if (record.kind === "call") return <CallCells call={record} isNarrow={isNarrow} />;
  if (record.kind === "handshake") return <HandshakeCells handshake={record} isNarrow={isNarrow} />;
  return record.kind === "finding" ? (
    <FindingCell finding={record} columns={columns} />
  ) : (
    <BlindCell blind={record} columns={columns} />
  );
}

function CallCells({ call, isNarrow }: { readonly call: Of<"call">; readonly isNarrow: boolean }) {
  return (
    <>
      {!isNarrow && <td class="who">{call.clientAddress}</td>}
      <td class="service" title={call.service}>
        {call.service}
      </td>
      <td class="method">{call.method ?? <em>not seen</em>}</td>
      <td class="path" title={call.template}>
        {call.path ?? ""}
        <span class="quiet">{operationOf(call.template)}</span>
        {(call.rpcStatus ?? 0) !== 0 && <span class="mark">failed</span>}
        {call.streamKind !== undefined && <span class="mark quiet">{kindWords(call.streamKind)}</span>}
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

/** `#query.GetUser`: what is called at a path where several things are. */
function operationOf(template: string | undefined): string {
  const hash = template?.indexOf("#") ?? -1;
  return hash < 0 ? "" : (template?.slice(hash) ?? "");
}

function HandshakeCells({ handshake, isNarrow }: { readonly handshake: Of<"handshake">; readonly isNarrow: boolean }) {
  const { service, serverName, cipher } = handshake;
  const cipherCell = cipherShort(cipher);
  return (
    <>
      {!isNarrow && <td class="who">{handshake.clientAddress}</td>}
      <td class="service" title={service}>
        {service}
      </td>
      <td class="method">{versionWords(handshake.version)}</td>
      <td class="told" title={serverName}>
        <span class={handshake.established === false ? "verdict" : `verdict ${verdictClass(handshake)}`}>
          {verdictWords(handshake)}
        </span>
        {serverName !== undefined && serverName !== service && (
          <span class="quiet">
            {" "}
            for <bdi>{serverName}</bdi>
          </span>
        )}
      </td>
      {isNarrow ? (
        <td class={outcomeClass(handshake)} title={outcomeWords(handshake)}>
          {outcomeWords(handshake).replace(/:.*/, "")}
        </td>
      ) : (
        <td colSpan={2} class={outcomeClass(handshake)} title={outcomeWords(handshake)}>
          {outcomeWords(handshake)}
        </td>
      )}
      {!isNarrow && (
        <td colSpan={2} class="cipher" title={cipher}>
          {cipherCell}
        </td>
      )}
    </>
  );
}

function outcomeClass({ established }: Of<"handshake">): string {
  if (established === undefined) return "outcome quiet";
  return established ? "outcome good" : "outcome bad";
}

function FindingCell({ finding, columns }: { readonly finding: Of<"finding">; readonly columns: number }) {
  return (
    <td colSpan={columns} class="note">
      <div class="note-text">
        <span class={`severity ${finding.severity}`}>{finding.severity}</span> {finding.title}.{" "}
        <bdi>{finding.summary}</bdi>
        {finding.count > 1 && <span class="quiet"> ×{finding.count.toLocaleString("en")}</span>}
      </div>
    </td>
  );
}

function BlindCell({ blind, columns }: { readonly blind: Of<"blind">; readonly columns: number }) {
  return (
    <td colSpan={columns} class="note">
      <div class="note-text">
        <span class="severity high">blind</span> {blind.sensor} could not see{" "}
        {blind.isPartial === true ? "all of " : ""}
        {blind.interfaceName}: {blind.reason} ({span(blind.fromMicros, blind.untilMicros)})
      </div>
    </td>
  );
}

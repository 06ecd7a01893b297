import type { ComponentChildren } from "preact";
import { clock, millis } from "./format.js";
import { dateAndTime, dayOf } from "./format-date.js";

interface Props {
  readonly record: object;
  /** What is told of it in words, above its fields. */
  readonly children?: ComponentChildren;
  onClose(): void;
}

/** Everything that is known of one row. */
export function Detail({ record, children, onClose }: Props) {
  return (
    <DetailPane onClose={onClose}>
      {children}
      <Fields record={record} />
    </DetailPane>
  );
}

interface PaneProps {
  readonly children: ComponentChildren;
  /** Whether what it shows is still being read. */
  readonly isBusy?: boolean;
  onClose(): void;
}

export function DetailPane({ children, isBusy = false, onClose }: PaneProps) {
  return (
    <aside class="detail" aria-label="Detail" aria-busy={isBusy}>
      <button type="button" class="plain close" onClick={onClose}>
        Close
      </button>
      {children}
    </aside>
  );
}

/** Names and values of a record; what it does not have is left out. */
export function Fields({ record }: { readonly record: object }) {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined && !isEmpty(value));
  return (
    <dl>
      {entries.map(([name, value]) => (
        <>
          <dt>{label(name)}</dt>
          <dd>
            <Value name={name} value={value} />
          </dd>
        </>
      ))}
    </dl>
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function Value({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (value === 0 && name.endsWith("Micros")) return <>never</>;
  if (typeof value === "number" && name.endsWith("Micros"))
    return <>{`${dateAndTime(value / 1_000).slice(0, 10)} ${clock(value)}`}</>;
  if (typeof value === "number" && name.endsWith("Seconds")) return <>{dayOf(value)}</>;
  if (name.endsWith("Millis")) return <Took value={value} />;
  if (name === "streams") return <Fields record={value as object} />;
  if (Array.isArray(value)) {
    return (
      <ul>
        {value.map((item, index) => (
          <li key={index}>{typeof item === "object" ? <Pairs value={item} /> : String(item)}</li>
        ))}
      </ul>
    );
  }
  if (typeof value === "object" && value !== null) return <Pairs value={value} />;
  return <>{String(value)}</>;
}

/** A time that something took, or the quantiles of many. */
function Took({ value }: { readonly value: unknown }) {
  if (typeof value === "number") return <>{millis(value)}</>;
  const quantiles = Object.entries(value as object).map(([name, one]) => [name, name === "count" ? one : millis(one)]);
  return <Pairs value={Object.fromEntries(quantiles)} />;
}

function Pairs({ value }: { readonly value: object }) {
  return (
    <table class="pairs">
      <tbody>
        {Object.entries(value).map(([name, item]) => (
          <tr key={name}>
            <th>{name}</th>
            <td>{typeof item === "object" ? JSON.stringify(item) : String(item)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `firstMicros` → `first seen`. */
function label(name: string): string {
  if (name === "firstMicros") return "first seen";
  if (name === "lastMicros") return "last seen";
  return name
    .replace(/(Micros|Millis|Seconds)$/, "")
    .replace(/([a-z])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);
}

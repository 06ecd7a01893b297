import { clock } from "./format.js";

interface Props {
  readonly record: object;
  onClose(): void;
}

/** Everything that is known of one row. */
export function Detail({ record, onClose }: Props) {
  const entries = Object.entries(record).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return (
    <aside class="detail" aria-label="Detail">
      <button type="button" class="plain close" onClick={onClose}>
        Close
      </button>
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
    </aside>
  );
}

function Value({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (typeof value === "number" && name.endsWith("Micros"))
    return <>{`${new Date(value / 1_000).toLocaleDateString("sv")} ${clock(value)}`}</>;
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
    .replace(/Micros$/, "")
    .replace(/([A-Z])/g, " $1")
    .toLowerCase();
}

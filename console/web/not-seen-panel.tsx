import { amountOf, type NotSeen, notSeenBy } from "../../shared/not-seen.js";
import type { SensorState } from "../api.js";
import { bytes, count, day, span } from "./format.js";
import { missed } from "./live.js";

/** Everything that escaped a sensor, or did not reach this page, and why. */
export function NotSeenPanel({ sensor }: { readonly sensor: SensorState }) {
  const { allRuns } = sensor;
  if (allRuns === undefined) return <p class="quiet">What it does not see is not known: it has told nothing yet.</p>;
  return (
    <table class="not-seen">
      <caption>
        What you are not seeing, of {count(allRuns.runs ?? 1)} {(allRuns.runs ?? 1) === 1 ? "run" : "runs"} since{" "}
        {day(allRuns.startedMicros)}
      </caption>
      <tbody>
        {notSeenBy({ ...sensor, health: allRuns }, missed.value).map((row) => (
          <tr key={row.what}>
            <th scope="row">{row.what}</th>
            <td class={`number ${classOf(row)}`}>{figure(row)}</td>
            <td>
              {row.why} <code>{row.counter}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function figure(one: NotSeen): string {
  const { count: value, unit } = one;
  if (value !== undefined && unit === "millis") return span(0, value * 1_000);
  return value !== undefined && unit === "bytes" ? bytes(value) : amountOf(one);
}

function classOf({ count: value }: NotSeen): string {
  if (value === undefined) return "warn";
  return value === 0 ? "quiet" : "bad";
}

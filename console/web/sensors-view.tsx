import { useState } from "preact/hooks";
import { SACRIFICES } from "../../shared/sacrifices.js";
import type { SensorState } from "../api.js";
import { createSensor, readList } from "./client.js";
import { bytes, count, day, millis, moment, span } from "./format.js";
import { connected, sensors } from "./live.js";
import { NotSeenPanel } from "./not-seen-panel.js";

/** What each sensor sees, what it lost, and what it could not see. */
export function SensorsView() {
  return (
    <main class="view sensors">
      <AddSensor />
      <div class="scroll">
        {sensors.value.length === 0 && connected.value && (
          <p class="empty">No sensor has a token yet. Make one above, then start `eastwatch sensor` with it.</p>
        )}
        {sensors.value.map((sensor) => (
          <Sensor key={sensor.id} sensor={sensor} />
        ))}
      </div>
    </main>
  );
}

function AddSensor() {
  const [name, setName] = useState("");
  const [token, setToken] = useState("");
  const [trouble, setTrouble] = useState("");
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const created = await createSensor(name);
      setToken(`${created.name}: ${created.token}`);
      setTrouble("");
      setName("");
      sensors.value = (await readList<SensorState>("sensors", 1_000)).items;
    } catch (error) {
      setTrouble((error as Error).message);
    }
  };
  return (
    <form class="bar" onSubmit={add}>
      <input
        placeholder="Name of a new sensor"
        aria-label="Name of a new sensor"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" disabled={name === ""}>
        Make token
      </button>
      {token !== "" && <code class="token">{token}</code>}
      {token !== "" && <span class="quiet">shown this once</span>}
      <span class="bad">{trouble}</span>
    </form>
  );
}

function Sensor({ sensor }: { readonly sensor: SensorState }) {
  const { health, allRuns } = sensor;
  const counters = health?.counters ?? {};
  return (
    <section class="sensor">
      <h2>
        {sensor.name}{" "}
        <span class={sensor.connected ? "good" : "bad"}>{sensor.connected ? "connected" : lastSeenWords(sensor)}</span>
      </h2>
      <dl class="figures">
        <Figure name="Version" value={sensor.version ?? "unknown"} />
        <Figure name="Frames" value={count(allRuns?.counters.frames)} />
        <Figure name="Calls" value={count(allRuns?.counters.calls)} />
        <Figure
          name="Waiting in outbox"
          value={count(health === undefined ? undefined : (counters.outbox_events ?? 0))}
        />
        <Figure
          name="Lag"
          value={health === undefined ? "unknown" : millis(health.lagMillis)}
          isBad={(health?.lagMillis ?? 0) > 5_000}
        />
        <Figure name="Memory" value={health === undefined ? "unknown" : bytes(health.rssBytes)} />
        <Figure name="CPU" value={health === undefined ? "unknown" : `${health.cpuPercent} %`} />
      </dl>
      <Overload step={counters.overload_step ?? 0} />
      {allRuns !== undefined && <Interfaces sensor={sensor} />}
      <NotSeenPanel sensor={sensor} />
      {allRuns !== undefined && <BlindIntervals sensor={sensor} />}
    </section>
  );
}

function lastSeenWords({ lastSeenMicros }: SensorState): string {
  if ((lastSeenMicros ?? 0) === 0) return "never connected: start `eastwatch sensor` with its token";
  return `not connected, last seen ${day(lastSeenMicros)}`;
}

function Overload({ step }: { readonly step: number }) {
  if (step === 0) return null;
  return <p class="bad">Overloaded: it gives up {SACRIFICES.slice(0, step).join(", ")}. Findings and counts go on.</p>;
}

function Figure({ name, value, isBad }: { readonly name: string; readonly value: string; readonly isBad?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isBad === true ? "bad" : ""}>{value}</dd>
    </div>
  );
}

function Interfaces({ sensor }: { readonly sensor: SensorState }) {
  const interfaces = sensor.allRuns?.interfaces ?? [];
  const stateOf = (state: string): string => (sensor.connected ? state : "not heard of");
  return (
    <table>
      <thead>
        <tr>
          <th>Interface</th>
          <th>State</th>
          <th class="number">Frames</th>
          <th>Captured by</th>
          <th class="number">Dropped by interface</th>
          <th class="number">Dropped by kernel</th>
          <th class="number">Restarts</th>
        </tr>
      </thead>
      <tbody>
        {interfaces.map((one) => (
          <tr key={one.name}>
            <td>{one.name}</td>
            <td class={stateOf(one.state) === "capturing" ? "good" : "bad"}>{stateOf(one.state)}</td>
            <td class="number">{count(one.frames)}</td>
            <td class={one.implementation === "cap" ? "warn" : ""}>{one.implementation ?? "unknown"}</td>
            <td class="number">{count(one.droppedByInterface)}</td>
            <td class="number">{count(one.droppedByKernel)}</td>
            <td class="number">{count(one.restarts)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BlindIntervals({ sensor }: { readonly sensor: SensorState }) {
  if (sensor.blindIntervals.length === 0) return <p class="quiet">No blind interval on record.</p>;
  return (
    <ul class="blind">
      {sensor.blindIntervals.map((interval) => (
        <li key={`${interval.interfaceName} ${interval.fromMicros}`}>
          {moment(interval.fromMicros)} — {interval.interfaceName}{" "}
          {interval.isPartial === true ? "not wholly seen for" : "not seen for"}{" "}
          {span(interval.fromMicros, interval.untilMicros)}: {interval.reason}
        </li>
      ))}
    </ul>
  );
}

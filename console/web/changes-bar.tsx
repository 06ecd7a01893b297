import { Choice, type Choices } from "./choice.js";
import { addressOf, type Compared, inMode, type Mode, modeOf } from "./compared.js";
import { sensors } from "./live.js";
import { setParameters } from "./navigation.js";

const MODES: Choices = [
  ["review", "since the last approval"],
  ["day", "since a day"],
  ["sensor", "two sensors"],
];
const SAMENESS: Choices = [
  ["address", "same address"],
  ["name", "same name of service"],
];
const GONE: Choices = [
  ["7", "removed: not seen for 7 days"],
  ["1", "removed: not seen for a day"],
  ["30", "removed: not seen for 30 days"],
  ["", "removed: taken out only"],
];

/** What is compared with what. */
export function ChangesBar({ compared }: { readonly compared: Compared }) {
  const mode = modeOf(compared);
  const ask = (part: Partial<Compared>): void => setParameters(addressOf({ ...compared, ...part }));
  // Two sensors are needed to compare two.
  const modes = sensors.value.length > 1 || mode === "sensor" ? MODES : MODES.slice(0, 2);
  return (
    <>
      <Choice
        label="Compare"
        isActive={false}
        value={mode}
        choices={modes}
        onChange={(next) => setParameters(addressOf(inMode(compared, next as Mode, sensors.value)))}
      />
      {mode === "day" && (
        <>
          <Day label="Since the end of" value={compared.from} onChange={(from) => from !== "" && ask({ from })} />
          <Day label="Until the end of" value={compared.until} onChange={(until) => ask({ until })} />
        </>
      )}
      <Choice
        label={mode === "sensor" ? "From sensor" : "Sensor"}
        isActive={mode !== "sensor" && compared.sensor !== ""}
        value={compared.sensor}
        choices={sensorChoices(compared.sensor, mode === "sensor" ? undefined : "all sensors")}
        onChange={(sensor) => ask({ sensor })}
      />
      {mode === "sensor" && (
        <Choice
          label="To sensor"
          isActive={false}
          value={compared.against}
          choices={sensorChoices(compared.against, undefined)}
          onChange={(against) => ask({ against })}
        />
      )}
      <Choice
        label="Same by"
        isActive={compared.by === "name"}
        title="What is the same thing in both"
        value={compared.by}
        choices={SAMENESS}
        onChange={(by) => ask({ by: by as Compared["by"] })}
      />
      <Choice
        label="Removed when"
        isActive={false}
        title="Counted from when its sensor saw anything last: not seen does not say that it is not there"
        value={compared.gone}
        choices={GONE}
        onChange={(gone) => ask({ gone })}
      />
    </>
  );
}

/** A link may name a sensor that is not there any more: the console says so. */
function sensorChoices(chosen: string, all: string | undefined): Choices {
  const names = sensors.value.map(({ name }) => name);
  const known = chosen === "" || names.includes(chosen) ? names : [...names, chosen];
  return [
    ...(all === undefined ? [] : [["", all] as const]),
    ...known.map((name): readonly [string, string] => [name, name]),
  ];
}

interface DayProps {
  readonly label: string;
  readonly value: string;
  onChange(day: string): void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <label class="day">
      {label}{" "}
      <input
        type="date"
        title="A day in UTC; now where there is none"
        value={value}
        max={new Date().toISOString().slice(0, 10)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

import type { SensorState } from "../api.js";

/** What is compared with what, as it stands in the address. */
export interface Compared {
  /** `last-review`, or a day; nothing where another sensor is compared. */
  readonly from: string;
  /** A day; now without it. */
  readonly until: string;
  readonly sensor: string;
  /** Another sensor, which is compared with `sensor`. */
  readonly against: string;
  readonly by: "address" | "name";
  /** Days after which what was not seen counts as removed; nothing where only what was removed does. */
  readonly gone: string;
}

export type Mode = "review" | "day" | "sensor";

const LAST_REVIEW = "last-review";
const GONE_DAYS = "7";

export function comparedOf(parameters: string): Compared {
  const of = (name: string): string => new URLSearchParams(parameters).get(name) ?? "";
  const against = of("against");
  return {
    from: against === "" ? of("from") || LAST_REVIEW : "",
    until: against === "" ? of("until") : "",
    sensor: of("sensor"),
    against,
    by: of("by") === "name" ? "name" : "address",
    gone: of("gone") === "removed" ? "" : of("gone") || GONE_DAYS,
  };
}

export function modeOf({ from, against }: Compared): Mode {
  if (against !== "") return "sensor";
  return from === LAST_REVIEW ? "review" : "day";
}

/** The choices that stand in the address: what is so without being said is left out. */
export function addressOf(compared: Compared): Record<string, string> {
  const { from, until, sensor, against, by, gone } = compared;
  return {
    ...(from === LAST_REVIEW ? {} : { from }),
    ...{ until, sensor, against },
    ...(by === "name" ? { by } : {}),
    ...(gone === GONE_DAYS ? {} : { gone: gone === "" ? "removed" : gone }),
  };
}

/** The question to the console. */
export function queryOf(compared: Compared): string {
  return new URLSearchParams(Object.entries(compared).filter(([, value]) => value !== "")).toString();
}

/** Another way to compare, begun with what is likely to be asked. */
export function inMode(compared: Compared, mode: Mode, sensors: readonly SensorState[]): Compared {
  const others = { ...compared, from: LAST_REVIEW, until: "", against: "" };
  if (mode === "review") return others;
  if (mode === "day") return { ...others, from: yesterday() };
  const sensor = compared.sensor || (sensors[0]?.name ?? "");
  return { ...others, from: "", sensor, against: sensors.find(({ name }) => name !== sensor)?.name ?? "" };
}

/** In UTC, as the console counts days. */
function yesterday(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
}

/** What is told, as a sentence's beginning. */
export function comparedWords({ from, until, sensor, against, by, gone }: Compared): string {
  const names = by === "name" ? ", by names of services" : "";
  const goneWords = gone === "" ? "" : `; removed: not seen for ${gone} ${gone === "1" ? "day" : "days"}`;
  if (against !== "") return `From sensor ${sensor} to sensor ${against}${names}${goneWords}`;
  const since = from === LAST_REVIEW ? "since the last approval" : `since the end of ${from} (UTC)`;
  const end = until === "" ? "" : `, until the end of ${until} (UTC)`;
  return `Changes ${since}${end}, ${sensor === "" ? "all sensors" : `sensor ${sensor}`}${names}${goneWords}`;
}

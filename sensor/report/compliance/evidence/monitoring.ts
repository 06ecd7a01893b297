import { formatTime } from "../../../../shared/time.js";
import { blindWords, type CoverageSummary, coverageSummary, stateOf } from "../../coverage.js";
import { amount, type Evidence, number, when } from "../evidence.js";
import type { Facts } from "../facts.js";

export function monitoring({ coverage }: Facts): Evidence {
  const summaries = coverage.map(coverageSummary);
  const told = summaries.filter(({ health }) => health !== undefined);
  const untoldSensors = summaries.length - told.length;
  const silent = told.filter(({ silence }) => silence !== undefined);
  const watching = told.length - silent.length;
  const interfaces = told.flatMap((summary) =>
    (summary.health?.interfaces ?? []).map((one) => {
      return { ...one, sensor: summary.sensor ?? "this sensor", state: stateOf(one, summary) };
    }),
  );
  const blind = told.reduce((sum, { blindIntervals }) => sum + blindIntervals.length, 0);
  const dropped = interfaces.reduce((sum, one) => sum + (one.dropped ?? 0), 0);
  const untold = interfaces.filter((one) => one.dropped === undefined).length;
  return {
    title: "What was watched",
    seen: told.length,
    unit: "sensor",
    unsure: untoldSensors + silent.length,
    untold: "what was lost, or whether anything is watched at all by now",
    counts: {
      sensors: summaries.length,
      "sensors not heard of": silent.length,
      interfaces: interfaces.length,
      "frames dropped, as far as known": dropped,
      "blind intervals": blind,
    },
    columns: ["sensor", "interface", "state", "frames", "dropped", "restarts"],
    rows: interfaces.map((one) => [
      one.sensor,
      one.name,
      one.state,
      one.frames,
      one.dropped ?? "unknown",
      one.restarts,
    ]),
    // That a sensor was blind is a fault of the sensor: it lowers what may be believed, and says nothing of anybody's monitoring.
    gaps: [],
    questions: when(
      told.length > 0,
      `${amount(watching, "sensor", ["watches", "watch"])} the network${silent.length === 0 ? "" : `, ${number(silent.length)} did and ${silent.length === 1 ? "is" : "are"} not heard of any more`}, which is no audit log of any service: do the services keep their own, and does somebody read both?`,
    ),
    unknowns: [
      ...silent.map(silentSentence),
      ...when(
        blind > 0,
        `${amount(blind, "time", ["an interface was", "an interface was"])} not captured, or not wholly, ${blindWords(told)} together.`,
      ),
      ...when(
        dropped > 0,
        `${amount(dropped, "frame", ["was", "were"])} dropped before anybody looked at ${dropped === 1 ? "it" : "them"}.`,
      ),
      ...when(
        untoldSensors > 0,
        `${amount(untoldSensors, "sensor", ["has", "have"])} told nothing of what was lost: that is not a 0.`,
      ),
      ...when(untold > 0, `On ${amount(untold, "interface", ["nobody", "nobody"])} counts what is dropped.`),
    ],
  };
}

function silentSentence({ sensor, silence }: CoverageSummary): string {
  return `Sensor ${sensor ?? ""} was not heard of since ${formatTime(silence?.fromMicros ?? 0)}: what went by it since is not here.`;
}

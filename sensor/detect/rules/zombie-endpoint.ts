import type { BlindTimes } from "../../../shared/blind-times.js";
import { goneCallers, remainingCallers } from "../../../shared/last-calls.js";
import { formatTime } from "../../../shared/time.js";
import type { Deprecation, Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { FindingDraft, Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

/** Packet time after which it is looked once more who has gone. */
const LOOK_MICROS = 3_600e6;

interface Zombie {
  readonly evidence: { callers: readonly string[]; gone?: readonly string[] };
  version: number | undefined;
  lookedMicros: number;
}

/** A deprecated endpoint that is still called, and by whom. */
export const zombieEndpoint: Rule = {
  id: "zombie-endpoint",
  of: "judged",
  watch: ({ findings, blindTimes }) => {
    const zombies = new WeakMap<object, Zombie>();
    return {
      call({ atMicros }: Call, _: Edge | undefined, endpoint: Endpoint | undefined): void {
        const deprecation = endpoint?.deprecation;
        if (endpoint === undefined || deprecation === undefined || atMicros < deprecation.fromMicros) return;
        if (!findings.again(endpoint, atMicros)) {
          const evidence = findings.first(
            endpoint,
            endpointKey(endpoint),
            atMicros,
            draft(endpoint, deprecation, atMicros),
          ) as Zombie["evidence"] | undefined;
          if (evidence !== undefined) zombies.set(endpoint, { evidence, version: -1, lookedMicros: 0 });
        }
        const zombie = zombies.get(endpoint);
        if (zombie === undefined) return;
        const isDue = zombie.version !== deprecation.callers?.version || atMicros >= zombie.lookedMicros + LOOK_MICROS;
        if (isDue) look(zombie, deprecation, atMicros, blindTimes);
      },
    };
  },
};

/** Who still calls it, and since when others have not. */
function look(zombie: Zombie, { callers: known }: Deprecation, atMicros: number, blindTimes: BlindTimes): void {
  zombie.version = known?.version;
  zombie.lookedMicros = atMicros;
  const lastCalls = known?.record() ?? {};
  const gone = goneCallers(lastCalls, atMicros, blindTimes);
  zombie.evidence.callers = remainingCallers({ lastCalls, gone });
  if (gone.length > 0) zombie.evidence.gone = gone.map((caller) => `${caller} last ${formatTime(lastCalls[caller])}`);
  else delete zombie.evidence.gone;
}

function draft(
  endpoint: Endpoint,
  { marks, sinceMicros = 0, sunsetMicros }: Deprecation,
  atMicros: number,
): FindingDraft {
  const { service, method, template, declaration } = endpoint;
  const isOver = sunsetMicros !== undefined && atMicros >= sunsetMicros;
  const end = sunsetMicros === undefined ? "" : `, ${isOver ? "was" : "is"} to go away on ${day(sunsetMicros)}`;
  return {
    summary: `${method} ${template} of ${service.name} is deprecated${end}, and is still called.`,
    ...(isOver ? { severity: "high" } : {}),
    ...endpointOf(endpoint),
    evidence: {
      callers: [],
      markedBy: marks,
      ...(sinceMicros === 0 ? {} : { since: formatTime(sinceMicros) }),
      ...(sunsetMicros === undefined ? {} : { sunset: formatTime(sunsetMicros) }),
      ...(declaration?.place === undefined ? {} : { declared: declaration.place }),
    },
  };
}

function day(micros: number): string {
  return formatTime(micros).slice(0, 10);
}

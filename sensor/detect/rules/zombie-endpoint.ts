import type { FindingRecord } from "../../../shared/event.js";
import { formatTime } from "../../../shared/time.js";
import type { Deprecation, Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { FindingDraft, Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

const MAX_CALLERS = 64;

interface Zombie {
  readonly evidence: { callers: readonly string[] };
  readonly callers: Set<string>;
}

/** A deprecated endpoint that is still called, and by whom. */
export const zombieEndpoint: Rule = {
  id: "zombie-endpoint",
  of: "judged",
  watch: ({ findings }) => {
    const zombies = new WeakMap<object, Zombie>();
    return {
      call({ atMicros, flow }: Call, _: Edge | undefined, endpoint: Endpoint | undefined): void {
        const deprecation = endpoint?.deprecation;
        if (endpoint === undefined || deprecation === undefined || atMicros < deprecation.fromMicros) return;
        if (!findings.again(endpoint, atMicros)) {
          const evidence = findings.first(
            endpoint,
            endpointKey(endpoint),
            atMicros,
            draft(endpoint, deprecation, atMicros),
          );
          if (evidence !== undefined) zombies.set(endpoint, zombieOf(evidence));
        }
        const zombie = zombies.get(endpoint);
        if (zombie === undefined || zombie.callers.has(flow.clientAddress) || zombie.callers.size >= MAX_CALLERS)
          return;
        zombie.callers.add(flow.clientAddress);
        zombie.evidence.callers = [...zombie.callers].sort();
      },
    };
  },
};

/** Callers of a run before are callers still. */
function zombieOf(evidence: FindingRecord["evidence"]): Zombie {
  const known = evidence as Zombie["evidence"];
  return { evidence: known, callers: new Set(known.callers) };
}

function draft(endpoint: Endpoint, { marks, fromMicros, sunsetMicros }: Deprecation, atMicros: number): FindingDraft {
  const { service, method, template, declaration } = endpoint;
  const isOver = sunsetMicros !== undefined && atMicros >= sunsetMicros;
  const end = sunsetMicros === undefined ? "" : `, to go away on ${day(sunsetMicros)}`;
  return {
    summary: `${method} ${template} of ${service.name} is deprecated${end}, and still called.`,
    ...(isOver ? { severity: "high" } : {}),
    ...endpointOf(endpoint),
    evidence: {
      callers: [],
      markedBy: marks,
      ...(fromMicros === 0 ? {} : { since: formatTime(fromMicros) }),
      ...(sunsetMicros === undefined ? {} : { sunset: formatTime(sunsetMicros) }),
      ...(declaration?.place === undefined ? {} : { declared: declaration.place }),
    },
  };
}

function day(micros: number): string {
  return formatTime(micros).slice(0, 10);
}

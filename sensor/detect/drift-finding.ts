import type { Difference, Edge, Endpoint, ObservationSink } from "../inventory/observation.js";
import type { Call } from "../protocol/message.js";
import type { CallShapes } from "../protocol/shape.js";
import type { RuleContext } from "./finding.js";
import { endpointKey, endpointOf } from "./server-of.js";

const MAX_TOLD = 32;

/** Watches for differences of these kinds from what is declared: a finding for each endpoint, with all of them in its evidence. */
export function watchDrift(
  { findings }: RuleContext,
  kinds: ReadonlySet<Difference["kind"]>,
  summaryOf: (endpoint: Endpoint, differences: readonly Difference[]) => string,
): Partial<ObservationSink> {
  const counted = new WeakMap<object, { differences: readonly string[] }>();
  return {
    call(call: Call, _: Edge | undefined, endpoint: Endpoint | undefined): void {
      // Only calls that were looked at can tell anything new.
      const { shapes } = call;
      if (shapes === undefined || !tells(shapes, kinds) || endpoint?.declaration?.isDeclared !== true) return;
      const differences = endpoint.differences().filter(({ kind }) => kinds.has(kind));
      if (differences.length === 0) return;
      const texts = differences.slice(0, MAX_TOLD).map(({ text }) => text);
      const summary = summaryOf(endpoint, differences);
      if (!findings.again(endpoint, call.atMicros)) {
        const { declaration } = endpoint;
        const evidence = findings.first(endpoint, endpointKey(endpoint), call.atMicros, {
          summary,
          ...endpointOf(endpoint),
          evidence: { differences: texts, declared: declaration.place ?? declaration.file },
        });
        if (evidence !== undefined) counted.set(endpoint, evidence as { differences: readonly string[] });
      }
      // Of what kind they are may change, also since a run before.
      findings.retell(endpoint, summary);
      const evidence = counted.get(endpoint);
      if (evidence !== undefined) evidence.differences = texts;
    },
  };
}

function tells(
  { query, header, request, response, responseHeader }: CallShapes,
  kinds: ReadonlySet<Difference["kind"]>,
): boolean {
  const told = kinds.has("parameter") ? (query ?? header) : (request ?? response ?? responseHeader);
  return told !== undefined;
}

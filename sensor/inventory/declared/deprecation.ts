import type { WireDeprecation } from "../../protocol/message.js";
import type { Declaration, Deprecation } from "../observation.js";

/** The one told last goes before; the same object where nothing changes. */
export function laterWire(known: WireDeprecation | undefined, told: WireDeprecation): WireDeprecation {
  if (known === undefined) return told;
  const { sinceMicros = known.sinceMicros, sunsetMicros = known.sunsetMicros } = told;
  return sinceMicros === known.sinceMicros && sunsetMicros === known.sunsetMicros
    ? known
    : { sinceMicros, sunsetMicros };
}

/** What file and wire say together: from the earliest time on, until the earliest. */
export function combineDeprecation(
  declaration: Declaration | undefined,
  wire: WireDeprecation | undefined,
): Deprecation | undefined {
  const isInFile = declaration?.isDeprecated === true || declaration?.sunsetMicros !== undefined;
  if (!isInFile && wire === undefined) return undefined;
  const sunsetMicros = earliest([declaration?.sunsetMicros, wire?.sunsetMicros]);
  const fromMicros = earliest([declaration?.isDeprecated === true ? 0 : undefined, wire?.sinceMicros, sunsetMicros]);
  return {
    marks: [...(isInFile ? (["file"] as const) : []), ...(wire === undefined ? [] : (["header"] as const))],
    fromMicros: fromMicros ?? 0,
    sunsetMicros,
  };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

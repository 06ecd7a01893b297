import type { DeclarationFacts, DeprecationFacts } from "../../../shared/endpoint-facts.js";
import type { Declaration, Deprecation } from "../observation.js";

export function declarationFacts({ isDeclared, file, title, place }: Declaration): DeclarationFacts {
  return { isDeclared, file, title, ...(place === undefined ? {} : { place }) };
}

export function deprecationFacts(
  { marks, fromMicros, sunsetMicros }: Deprecation,
  lastCalls?: DeprecationFacts["lastCalls"],
): DeprecationFacts {
  return {
    marks,
    ...(fromMicros === 0 ? {} : { fromMicros }),
    ...(sunsetMicros === undefined ? {} : { sunsetMicros }),
    ...(lastCalls === undefined ? {} : { lastCalls }),
  };
}

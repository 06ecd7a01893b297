import type { DeclarationFacts, DeprecationFacts } from "../../../shared/endpoint-facts.js";
import type { Declaration, Deprecation } from "../observation.js";

export function declarationFacts({ isDeclared, file, title, place }: Declaration): DeclarationFacts {
  return { isDeclared, file, title, ...(place === undefined ? {} : { place }) };
}

/** `gone`: who of its callers calls no more. */
export function deprecationFacts(
  { marks, sinceMicros = 0, sunsetMicros, callers }: Deprecation,
  gone: readonly string[] = [],
): DeprecationFacts {
  const lastCalls = callers?.record() ?? {};
  return {
    marks,
    ...(sinceMicros === 0 ? {} : { fromMicros: sinceMicros }),
    ...(sunsetMicros === undefined ? {} : { sunsetMicros }),
    ...(Object.keys(lastCalls).length === 0 ? {} : { lastCalls }),
    ...(gone.length === 0 ? {} : { gone }),
  };
}

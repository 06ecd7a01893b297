import { isRest } from "../../../shared/path-template.js";
import { pathOf } from "../endpoint/operation.js";

/** By which names a service is asked for. */
export interface Named {
  readonly naming: { inUse(): readonly string[] };
}

/** An endpoint and where it stands. */
interface Called {
  readonly service: Named;
  readonly method: string;
  readonly template: string;
  readonly hosts: { readonly hasUnnamed: boolean };
}

/**
 * Endpoints with calls whose host was not read: HTTP/2 that was joined late stands in tables that were filled before, and HTTP/1.0 needs none.
 * Behind one address they may have been for any of its names, also those that another address has as well; where none of its names is known,
 * for any.
 */
export class UnnamedCalls {
  readonly #endpoints: readonly (Called & { readonly segments: readonly string[] })[];

  constructor(endpoints: readonly Called[]) {
    this.#endpoints = endpoints
      .filter(({ hosts }) => hosts.hasUnnamed)
      .map(({ service, method, template, hosts }) => {
        return { service, method, template, hosts, segments: pathOf(template).split("/") };
      });
  }

  /** Whether some of them may have been for what a file declares of a service. */
  mayBe(service: Named, method: string, template: string): boolean {
    if (this.#endpoints.length === 0) return false;
    const segments = template.split("/");
    const names = service.naming.inUse();
    return this.#endpoints.some(
      (one) =>
        one.method === method &&
        (one.service === service || mayBeOneOf(names, one.service)) &&
        areAlike(one.segments, segments),
    );
  }
}

function mayBeOneOf(names: readonly string[], { naming }: Named): boolean {
  const known = naming.inUse();
  return known.length === 0 || known.some((name) => names.includes(name));
}

/** Parameters of either may stand for what the other has; a rest for all that follows. */
function areAlike(one: readonly string[], other: readonly string[]): boolean {
  const rest = Math.max(one.findIndex(isRest), other.findIndex(isRest));
  if (rest >= 0) return Math.min(one.length, other.length) > rest && areAlike(one.slice(0, rest), other.slice(0, rest));
  return (
    one.length === other.length &&
    one.every((segment, at) => segment === other[at] || segment.includes("{") || other[at].includes("{"))
  );
}

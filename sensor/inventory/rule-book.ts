import { hostPattern } from "./declared/declared-index.js";
import { knownRules } from "./path/known-api.js";
import type { PathRule, ServiceRules } from "./path/path-rule.js";
import type { ServiceEntry } from "./service/service-entry.js";

interface Entry extends ServiceRules {
  readonly pattern: RegExp;
}

/** Finds which rules of an operator hold for the paths of a service, and what is known of the API of its product. */
export class RuleBook {
  readonly #entries: readonly Entry[];

  constructor(rules: readonly ServiceRules[]) {
    this.#entries = rules.map((one) => ({ ...one, pattern: hostPattern(one.host) }));
  }

  /** Whether other rules hold for the service than before. */
  rebind(service: ServiceEntry): boolean {
    const known = knownRules(service);
    if (this.#entries.length === 0 && known.length === 0 && service.pathRules.length === 0) return false;
    const hosts = [service.address, ...service.naming.inUse()];
    const given = this.#entries
      .filter(
        ({ port, pattern }) => (port ?? service.port) === service.port && hosts.some((host) => pattern.test(host)),
      )
      .flatMap((entry) => entry.rules);
    const rules = [...known, ...given];
    if (isSame(rules, service.pathRules)) return false;
    service.pathRules = rules;
    return true;
  }
}

function isSame(a: readonly PathRule[], b: readonly PathRule[]): boolean {
  return a.length === b.length && a.every((rule, at) => rule === b[at]);
}

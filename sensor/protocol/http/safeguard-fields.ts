import type { Caching, Safeguards } from "../protection.js";

const NONE: Safeguards = {
  allowsOrigin: undefined,
  allowsCredentials: false,
  caching: undefined,
  hasTransportSecurity: false,
  hasNoSniff: false,
  hasContentPolicy: false,
  hasFrameOptions: false,
  hasReferrerPolicy: false,
  hasPermissionsPolicy: false,
};
const MAX_KNOWN = 1_024;
const MAX_ORIGIN_LENGTH = 255;

/** RFC 9111 §5.2.2, the strictest first: whoever obeys it need not care for the others. */
const DIRECTIVES: readonly (readonly [RegExp, Caching])[] = [
  [/(^|[\s,])no-store([\s,]|$)/i, "no-store"],
  [/(^|[\s,])private([\s,=]|$)/i, "private"],
  [/(^|[\s,])(no-cache|max-age=0)([\s,=]|$)/i, "no-cache"],
  [/(^|[\s,])(public|s-maxage=\d+)([\s,]|$)/i, "public"],
  [/(^|[\s,])max-age=\d+/i, "max-age"],
];

/**
 * Puts together what the fields of one answer say, field by field. The same object comes out for the same words, and it is the object
 * that is compared later on.
 */
export class SafeguardFields {
  readonly #known = new Map<string, Safeguards>();

  allowOrigin(before: Safeguards | undefined, text: string): Safeguards {
    return this.#with(before, { allowsOrigin: text.slice(0, MAX_ORIGIN_LENGTH) });
  }

  /** Fetch Standard §3.2.3: nothing but `true` does, in this case. */
  allowCredentials(before: Safeguards | undefined, text: string): Safeguards | undefined {
    return text === "true" ? this.#with(before, { allowsCredentials: true }) : before;
  }

  cacheControl(before: Safeguards | undefined, text: string): Safeguards {
    const [, caching] = DIRECTIVES.find(([directive]) => directive.test(text)) ?? [undefined, "other" as const];
    return this.#with(before, { caching });
  }

  /** RFC 6797 §6.1.1: `max-age=0` takes it back. */
  transportSecurity(before: Safeguards | undefined, text: string): Safeguards | undefined {
    return /max-age\s*=\s*"?0*[1-9]/i.test(text) ? this.#with(before, { hasTransportSecurity: true }) : before;
  }

  contentTypeOptions(before: Safeguards | undefined, text: string): Safeguards | undefined {
    return /^nosniff$/i.test(text) ? this.#with(before, { hasNoSniff: true }) : before;
  }

  contentPolicy(before: Safeguards | undefined): Safeguards {
    return this.#with(before, { hasContentPolicy: true });
  }

  /** RFC 7034 §2.1. */
  frameOptions(before: Safeguards | undefined, text: string): Safeguards | undefined {
    return /^(deny|sameorigin)$/i.test(text) ? this.#with(before, { hasFrameOptions: true }) : before;
  }

  /** W3C Referrer Policy §3: `unsafe-url` tells everybody all of the address. */
  referrerPolicy(before: Safeguards | undefined, text: string): Safeguards | undefined {
    const isSafe = text !== "" && !/(^|[\s,])unsafe-url$/i.test(text);
    return isSafe ? this.#with(before, { hasReferrerPolicy: true }) : before;
  }

  permissionsPolicy(before: Safeguards | undefined): Safeguards {
    return this.#with(before, { hasPermissionsPolicy: true });
  }

  pragma(before: Safeguards | undefined, text: string): Safeguards | undefined {
    const isSaid = before?.caching === undefined && /(^|[\s,])no-cache([\s,]|$)/i.test(text);
    return isSaid ? this.#with(before, { caching: "pragma" }) : before;
  }

  #with(before: Safeguards | undefined, more: Partial<Safeguards>): Safeguards {
    const made = { ...(before ?? NONE), ...more };
    const key = Object.values(made).join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // Whoever is told the origin that asked may ask by any number of them.
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, made);
    return made;
  }
}

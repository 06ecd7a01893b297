import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { type ComparedFacts, type CountedFacts, compareFacts, withoutSchemas } from "../../shared/reviewed-facts.js";

/** What an operator was shown of an endpoint: its facts, and the last word on it; 0 where nobody said anything. */
export interface ShownVersion {
  readonly facts: string;
  readonly said: number;
}

interface Shown {
  readonly facts: CountedFacts;
  /** A list shows no fields of queries and bodies. */
  readonly hasFields: boolean;
}

export const VERSION_PATTERN = "^[A-Za-z0-9_-]{16}\\.[0-9]{1,15}$";
/** Facts that were shown, so that what changed since can be told: some four lists of a page. */
const MAX_SHOWN = 20_000;

export function versionText({ facts, said }: ShownVersion): string {
  return `${facts}.${said}`;
}

/** The text must be of VERSION_PATTERN. */
export function parseVersion(text: string): ShownVersion {
  const [facts = "", said = ""] = text.split(".");
  return { facts, said: Number(said) };
}

/** `compared`: the digest of what is compared of its record. */
export function factsVersion(compared: string, connections: readonly string[]): string {
  const text = `${compared} ${connections.join(" ")}`;
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Remembers what was shown to operators. Of what was shown before the console started it can tell only whether it is as it was. */
export class ShownFacts {
  readonly #shown = new LRUCache<string, Shown>({ max: MAX_SHOWN });

  /** `facts` is asked only where they are to be remembered: of a list nearly all are already. */
  note(version: string, facts: () => CountedFacts, hasFields: boolean): void {
    if (hasFields || this.#shown.get(version) === undefined) this.#shown.set(version, { facts: facts(), hasFields });
  }

  /** What of an endpoint is other than it was when it was shown as that version. Nothing where all that may be approved is the same. */
  since(version: string, nowVersion: string, now: CountedFacts): ComparedFacts {
    if (version === nowVersion) return { changes: [], untold: [] };
    const shown = this.#shown.get(version);
    if (shown === undefined) return { changes: [], untold: ["what it was when it was shown"] };
    if (shown.hasFields) return compareFacts(shown.facts, now);
    const compared = compareFacts(shown.facts, withoutSchemas(now));
    if (compared.changes.length > 0) return compared;
    return { changes: [], untold: ["whether it has other fields than when it was listed"] };
  }
}

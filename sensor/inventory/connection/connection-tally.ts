import type { EdgeRecord, Posture } from "../../../shared/event.js";
import { Tally } from "../count/tally.js";
import type { ConnectionKind } from "./connection-kind.js";

const MAX_TEXTS = 32;
const MAX_REASONS = 8;
/** Kinds told apart before they are counted text by text. */
const MAX_KINDS = 8;

interface KindCount {
  readonly kind: ConnectionKind;
  times: number;
  next: KindCount | undefined;
}

type Counts = Pick<
  EdgeRecord,
  "posture" | "postureCounts" | "clientAuthReasons" | "keyExchangeGroups" | "handshakeFailures" | "handshakeTraits"
>;
type StoredCounts = Omit<Counts, "posture">;

/**
 * What the connections of an edge were. Counted by kind, of which an edge has one or two, and by each kind's texts only when somebody
 * asks: with thousands of edges their tallies are in no cache of the processor, and each handshake had to fetch five of them.
 */
export class ConnectionTally {
  /** In the order in which they came: so do their texts, where a tally has not room for all. */
  #first: KindCount | undefined = undefined;
  #texts: TextTallies | undefined = undefined;

  add(kind: ConnectionKind): void {
    let last: KindCount | undefined;
    let kinds = 0;
    for (let counted = this.#first; counted !== undefined; counted = counted.next) {
      if (counted.kind === kind) {
        counted.times++;
        return;
      }
      last = counted;
      kinds++;
    }
    const made: KindCount = { kind, times: 1, next: undefined };
    if (last === undefined || kinds >= MAX_KINDS) {
      this.#settle();
      this.#first = made;
    } else last.next = made;
  }

  record(): Counts {
    const { postures, reasons, groups, failures, traits } = this.#settle();
    return {
      posture: sumOf(postures),
      postureCounts: postures.record(),
      clientAuthReasons: reasons.record(),
      keyExchangeGroups: groups.record(),
      handshakeFailures: failures.record(),
      handshakeTraits: traits.record(),
    };
  }

  restore(stored: StoredCounts): void {
    const { postures, reasons, groups, failures, traits } = this.#settle();
    postures.restore(stored.postureCounts);
    reasons.restore(stored.clientAuthReasons);
    groups.restore(stored.keyExchangeGroups);
    failures.restore(stored.handshakeFailures);
    traits.restore(stored.handshakeTraits);
  }

  #settle(): TextTallies {
    this.#texts ??= new TextTallies();
    for (let counted = this.#first; counted !== undefined; counted = counted.next) {
      if (counted.times > 0) this.#texts.add(counted.kind, counted.times);
      counted.times = 0;
    }
    return this.#texts;
  }
}

class TextTallies {
  readonly postures = new Tally(MAX_TEXTS);
  readonly reasons = new Tally(MAX_REASONS);
  readonly groups = new Tally(MAX_TEXTS);
  readonly failures = new Tally(MAX_TEXTS);
  readonly traits = new Tally(MAX_TEXTS);

  add({ posture, reason, group, failure, traits }: ConnectionKind, times: number): void {
    this.postures.add(posture, times);
    if (reason !== undefined) this.reasons.add(reason, times);
    if (group !== undefined) this.groups.add(group, times);
    if (failure !== undefined) this.failures.add(failure, times);
    for (const trait of traits) this.traits.add(trait, times);
  }
}

/**
 * The sum of an edge's connections: partial must not look like full. One that could not be told keeps TLS and mutual TLS from being
 * claimed for all of them; cleartext is no better for what was not seen beside it. Handshakes that failed carried nothing.
 */
function sumOf(postures: Tally): Posture {
  const has = (name: string): boolean => postures.has(name);
  const known = (["cleartext", "tls", "mtls"] as const).filter(has);
  if (known.length === 0) return "unknown";
  if (known.length > 1 || has("tls-unknown")) return "mixed";
  return has("unknown") && known[0] !== "cleartext" ? "mixed" : known[0];
}

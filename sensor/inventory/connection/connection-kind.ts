import type { HandshakeTrait } from "../../../shared/event.js";
import type { Handshake } from "../../protocol/message.js";
import { failureOf, traitsOf } from "./handshake-traits.js";

/** What an edge counts of a connection. Of one without TLS that is its posture alone. */
export interface ConnectionKind {
  readonly posture: string;
  readonly reason: string | undefined;
  readonly group: string | undefined;
  readonly failure: string | undefined;
  readonly traits: readonly HandshakeTrait[];
}

const MOST_KEPT = 32;
/** Kinds met lately, of all edges together: most handshakes are of a few. */
export class ConnectionKinds {
  readonly #kept: ConnectionKind[] = [];

  /** The same object for the same kind, as long as it is remembered. */
  of(handshake: Handshake): ConnectionKind {
    const posture = postureOf(handshake);
    const { reason } = handshake.clientAuth;
    const group = handshake.curve;
    const failure = failureOf(handshake);
    const traits = traitsOf(handshake);
    for (const kind of this.#kept) {
      if (kind.group === group && kind.failure === failure && kind.posture === posture && kind.reason === reason)
        if (isSame(kind.traits, traits)) return kind;
    }
    if (this.#kept.length >= MOST_KEPT) this.#kept.length = 0;
    const made = { posture, reason, group, failure, traits };
    this.#kept.push(made);
    return made;
  }
}

function isSame(a: readonly HandshakeTrait[], b: readonly HandshakeTrait[]): boolean {
  return a === b || (a.length === b.length && a.every((trait, at) => trait === b[at]));
}

function postureOf({ established, clientAuth }: Handshake): string {
  if (established === false) return "failed";
  if (clientAuth.verdict === "presented") return "mtls";
  return clientAuth.verdict === "unknown" ? "tls-unknown" : "tls";
}

export const CLEARTEXT = withoutTls("cleartext");
export const UNTOLD = withoutTls("unknown");

function withoutTls(posture: string): ConnectionKind {
  return { posture, reason: undefined, group: undefined, failure: undefined, traits: [] };
}

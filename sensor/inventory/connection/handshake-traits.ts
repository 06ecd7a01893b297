import type { HandshakeTrait } from "../../../shared/event.js";
import type { Handshake } from "../../protocol/message.js";

const NONE: readonly HandshakeTrait[] = [];

/** What a handshake shows beside its verdict. Most show nothing of it: no list is made for those. */
export function traitsOf(handshake: Handshake): readonly HandshakeTrait[] {
  const { isPostQuantum, offersEncryptedHello, offersEarlyData, offersPostHandshakeAuth, tookEarlyData } = handshake;
  if (!isPostQuantum && !offersEncryptedHello && !offersEarlyData && !offersPostHandshakeAuth) return NONE;
  const traits: HandshakeTrait[] = [];
  if (isPostQuantum) traits.push("post-quantum");
  if (offersEncryptedHello) traits.push("encrypted-hello-offered");
  if (offersEarlyData) traits.push("early-data-offered");
  if (tookEarlyData !== undefined) traits.push(tookEarlyData ? "early-data-taken" : "early-data-refused");
  if (offersPostHandshakeAuth) traits.push("late-auth-offered");
  return traits;
}

/** `unknown_ca from the client`; `closed without an alert` where it failed without one; undefined where it did not fail. */
export function failureOf({ established, alert, alertFrom }: Handshake): string | undefined {
  if (established !== false) return undefined;
  if (alert === undefined) return "closed without an alert";
  return alertFrom === undefined ? alert : `${alert} from the ${alertFrom}`;
}

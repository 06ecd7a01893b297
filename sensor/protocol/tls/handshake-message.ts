import type { Flow, Side } from "../../flow/stream.js";
import type { ClientAuth, Handshake } from "../message.js";
import { cipherName } from "./cipher-suite.js";
import type { ClearHandshake } from "./clear-handshake.js";
import { offers } from "./encrypted-flights.js";
import type { FingerprintCache } from "./fingerprint-cache.js";
import { OFFER, versionName } from "./hello.js";
import { groupName, isPostQuantum } from "./named-group.js";
import type { Session } from "./session-memory.js";

/** How the handshake ended, as far as it is known. */
export interface Ending {
  readonly established: boolean | undefined;
  readonly resumed: boolean | undefined;
  readonly clientAuth: ClientAuth;
  readonly complete: boolean;
  readonly tookEarlyData: boolean | undefined;
}

/** The one message that a TLS connection's handshake becomes. */
export function describeHandshake(
  flow: Flow,
  atMicros: number,
  clear: ClearHandshake,
  recalled: Session | undefined,
  recordVersion: number,
  fingerprints: FingerprintCache,
  alert: { readonly name: string | undefined; readonly from: Side | undefined },
  ending: Ending,
): Handshake {
  const { hello, answer } = clear;
  const client = clear.firstHello && fingerprints.get(clear.firstHello);
  const group = answer?.group ?? clear.exchangeGroup;
  const version = answer?.version ?? (clear.sawOldMessages ? recordVersion : undefined);
  return {
    kind: "handshake",
    flow,
    atMicros,
    version: version === undefined ? undefined : versionName(version),
    cipher: answer && cipherName(answer.cipher),
    curve: group === undefined ? undefined : groupName(group),
    serverName: hello?.serverName,
    nextProtocol: answer?.alpn,
    established: ending.established,
    resumed: ending.resumed,
    ja3: client?.ja3,
    ja3s: answer && fingerprints.server(answer),
    ja4: client?.ja4,
    clientAuth: ending.clientAuth,
    serverChain: clear.serverChain.length > 0 ? clear.serverChain : (recalled?.serverChain ?? []),
    clientChain: clear.clientChain.length > 0 ? clear.clientChain : (recalled?.clientChain ?? []),
    alert: alert.name,
    alertFrom: alert.from,
    offersEncryptedHello: offers(hello, OFFER.encryptedClientHello),
    offersEarlyData: offers(clear.firstHello, OFFER.earlyData),
    tookEarlyData: ending.tookEarlyData,
    offersPostHandshakeAuth: offers(hello, OFFER.postHandshakeAuth),
    isPostQuantum: group !== undefined && isPostQuantum(group),
    complete: ending.complete,
  };
}

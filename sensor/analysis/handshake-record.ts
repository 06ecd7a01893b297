import type { CertificateFacts, HandshakeRecord } from "../../shared/event.js";
import { certificateFacts } from "../inventory/certificate/certificate-facts.js";
import { traitsOf } from "../inventory/connection/handshake-traits.js";
import type { Edge } from "../inventory/observation.js";
import type { Certificate, Handshake } from "../protocol/message.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What the feed and handshakes.ndjson show of a handshake. */
export function handshakeRecord(handshake: Handshake, edge: Edge | undefined): HandshakeRecord {
  const { flow, clientAuth } = handshake;
  const record: Writable<HandshakeRecord> = {
    kind: "handshake",
    atMicros: handshake.atMicros,
    flowId: flow.id,
    clientAddress: flow.clientAddress,
    clientPort: flow.clientPort,
    serverAddress: flow.serverAddress,
    serverPort: flow.serverPort,
    service: edge?.service.name ?? `${flow.serverAddress}:${flow.serverPort}`,
    verdict: clientAuth.verdict,
    basis: clientAuth.basis,
    confidence: clientAuth.confidence,
    reason: clientAuth.reason,
    traits: traitsOf(handshake),
  };
  const { virtualNetwork } = flow;
  if (virtualNetwork !== undefined) record.virtualNetwork = virtualNetwork;
  if (handshake.version !== undefined) record.version = handshake.version;
  if (handshake.cipher !== undefined) record.cipher = handshake.cipher;
  if (handshake.curve !== undefined) record.curve = handshake.curve;
  if (handshake.serverName !== undefined) record.serverName = handshake.serverName;
  if (handshake.nextProtocol !== undefined) record.nextProtocol = handshake.nextProtocol;
  if (handshake.established !== undefined) record.established = handshake.established;
  if (handshake.resumed !== undefined) record.resumed = handshake.resumed;
  if (handshake.ja3 !== undefined) record.ja3 = handshake.ja3;
  if (handshake.ja3s !== undefined) record.ja3s = handshake.ja3s;
  if (handshake.ja4 !== undefined) record.ja4 = handshake.ja4;
  if (handshake.alert !== undefined) record.alert = handshake.alert;
  if (handshake.alertFrom !== undefined) record.alertFrom = handshake.alertFrom;
  const server = chainFacts(handshake.serverChain);
  const client = chainFacts(handshake.clientChain);
  if (server !== undefined) record.serverCertificate = server;
  if (client !== undefined) record.clientCertificate = client;
  return record;
}

function chainFacts(chain: readonly Certificate[]): CertificateFacts | undefined {
  return chain.length === 0 ? undefined : certificateFacts(chain[0], chain.length);
}

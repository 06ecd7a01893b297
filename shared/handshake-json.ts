import type { CertificateFacts, CertificateRecord, HandshakeRecord } from "./event.js";
import { formatSeconds, formatTime } from "./time.js";

/** A record under the names of CONTRACT.md; a key whose value was not seen is left out. */
export function handshakeObject(handshake: HandshakeRecord): Record<string, unknown> {
  return {
    time: formatTime(handshake.atMicros),
    "flow.id": handshake.flowId,
    "client.address": handshake.clientAddress,
    "client.port": handshake.clientPort,
    "server.address": handshake.serverAddress,
    "server.port": handshake.serverPort,
    virtual_network: handshake.virtualNetwork,
    "tls.protocol.version": handshake.version,
    "tls.cipher": handshake.cipher,
    "tls.curve": handshake.curve,
    "tls.server_name": handshake.serverName,
    "tls.next_protocol": handshake.nextProtocol,
    "tls.established": handshake.established,
    "tls.resumed": handshake.resumed,
    "tls.client.ja3": handshake.ja3,
    "tls.server.ja3s": handshake.ja3s,
    "tls.client.ja4": handshake.ja4,
    "tls.client_auth.verdict": handshake.verdict,
    "tls.client_auth.basis": handshake.basis,
    "tls.client_auth.confidence": handshake.confidence,
    "tls.server.certificate": handshake.serverCertificate && certificateObject(handshake.serverCertificate),
    "tls.client.certificate": handshake.clientCertificate && certificateObject(handshake.clientCertificate),
  };
}

export function handshakeLine(handshake: HandshakeRecord): string {
  return JSON.stringify(handshakeObject(handshake));
}

function certificateObject(facts: CertificateFacts): Record<string, unknown> {
  return {
    subject: facts.subject,
    issuer: facts.issuer,
    san: facts.san,
    serial_number: facts.serialNumber,
    not_before: facts.notBeforeSeconds === undefined ? undefined : formatSeconds(facts.notBeforeSeconds),
    not_after: facts.notAfterSeconds === undefined ? undefined : formatSeconds(facts.notAfterSeconds),
    key: facts.key,
    signature_algorithm: facts.signatureAlgorithm,
    fingerprint_sha256: facts.fingerprint,
    chain_length: facts.chainLength,
  };
}

/** A row of the certificate inventory, as it is exported. */
export function certificateRowObject(certificate: CertificateRecord): Record<string, unknown> {
  return {
    ...certificateObject(certificate),
    extended_key_usages: certificate.extendedKeyUsages,
    self_issued: certificate.isSelfIssued,
    services: certificate.services,
    service_count: certificate.serviceCount,
    clients: certificate.clients,
    client_count: certificate.clientCount,
    handshakes: certificate.handshakes,
    first_seen: formatTime(certificate.firstMicros),
    last_seen: formatTime(certificate.lastMicros),
    blind_intervals: certificate.blindIntervals,
    blind_ms: certificate.blindMillis,
  };
}

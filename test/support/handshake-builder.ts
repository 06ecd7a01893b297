import type { Flow } from "../../sensor/flow/stream.js";
import type { Certificate, ClientAuthVerdict, Handshake } from "../../sensor/protocol/message.js";

export const START = 1_700_000_000_000_000;

export function flow(clientAddress = "10.0.0.1", serverAddress = "10.0.0.2"): Flow {
  return {
    id: "00000000000000cc",
    clientAddress,
    clientPort: 40_000,
    serverAddress,
    serverPort: 8_443,
    firstMicros: START,
    virtualNetwork: undefined,
    rolesFrom: "handshake",
    twoSided: true,
    sequences: () => ({}),
    memo: undefined,
  };
}

export const LEAF: Certificate = {
  fingerprint: "ab".repeat(32),
  subject: "CN=pay.example",
  issuer: "CN=Example CA",
  san: ["pay.example", "10.0.0.2"],
  serialNumber: "0A",
  notBeforeSeconds: -62_167_219_200,
  notAfterSeconds: 253_402_300_799,
  key: "EC P-256",
  keyBits: 256,
  signatureAlgorithm: "ecdsa-with-SHA256",
  extendedKeyUsages: ["serverAuth"],
  isAuthority: false,
  isSelfIssued: false,
  isMalformed: false,
};

/** A handshake as the parser tells it, with this verdict and nothing else of note. */
export function handshake(verdict: ClientAuthVerdict, more: Partial<Handshake> = {}): Handshake {
  return {
    kind: "handshake",
    flow: flow(),
    atMicros: START,
    version: "1.3",
    cipher: "TLS_AES_128_GCM_SHA256",
    curve: undefined,
    serverName: undefined,
    nextProtocol: undefined,
    established: true,
    resumed: false,
    ja3: undefined,
    ja3s: undefined,
    ja4: undefined,
    clientAuth: { verdict, basis: "messages", confidence: 1, reason: `because ${verdict}` },
    serverChain: [],
    clientChain: [],
    alert: undefined,
    alertFrom: undefined,
    offersEncryptedHello: false,
    offersEarlyData: false,
    offersPostHandshakeAuth: false,
    tookEarlyData: undefined,
    isPostQuantum: false,
    complete: true,
    ...more,
  };
}

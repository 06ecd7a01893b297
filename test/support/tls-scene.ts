import { Detection, type DetectionSettings } from "../../sensor/detect/detection.js";
import type { Flow } from "../../sensor/flow/stream.js";
import { Inventory } from "../../sensor/inventory/inventory.js";
import type { Call, Certificate, ClientAuth, Handshake } from "../../sensor/protocol/message.js";
import { withToldNames } from "../../sensor/protocol/tls/told-name.js";
import { defaultSettings } from "../../shared/config/settings.js";
import type { CertificateRecord, EndpointRecord, FindingRecord, ServiceRecord } from "../../shared/event.js";
import { handshake } from "./handshake-builder.js";

/** Packet time of a scene, and the same in seconds: 2023-11-14T22:13:20Z. */
export const START_MICROS = 1_700_000_000_000_000;
export const START_SECONDS = 1_700_000_000;
const DAY = 86_400;

export interface Ends {
  readonly client?: string;
  readonly server?: string;
  readonly port?: number;
  readonly atMicros?: number;
}

type Told = Ends & Partial<Omit<Handshake, "clientAuth">> & { readonly clientAuth?: Partial<ClientAuth> };

/** A sound certificate of a year that began a month ago, but for what is given; its names as the reader hands them over. */
export function certificate(fields: Partial<Certificate> = {}): Certificate {
  const read: Certificate = {
    fingerprint: "aa".repeat(32),
    subject: "CN=shop.internal,O=Shop",
    issuer: "CN=Internal Authority,O=Shop",
    san: ["shop.internal"],
    serialNumber: "1A2B3C4D",
    notBeforeSeconds: START_SECONDS - 30 * DAY,
    notAfterSeconds: START_SECONDS + 335 * DAY,
    key: "EC P-256",
    keyBits: 256,
    signatureAlgorithm: "ecdsa-with-SHA256",
    extendedKeyUsages: ["serverAuth", "clientAuth"],
    isAuthority: false,
    isSelfIssued: false,
    isMalformed: false,
    ...fields,
  };
  return withToldNames(read);
}

/** Inventory and rules put together; handshakes and calls go in as the parsers would tell them. */
export class TlsScene {
  readonly detection: Detection;
  readonly #inventory: Inventory;
  #atMicros = START_MICROS;

  constructor(settings: Partial<DetectionSettings> = {}) {
    const defaults = defaultSettings();
    this.detection = new Detection({ ...defaults.detect, ...settings });
    this.#inventory = new Inventory(defaults.inventory, this.detection);
  }

  /** A completed TLS 1.2 handshake with strong parameters in which the server asks for nothing, but for what is given. */
  handshake({ client, server, port, clientAuth, ...fields }: Told = {}): this {
    const atMicros = fields.atMicros ?? this.#atMicros++;
    this.#inventory.message(
      handshake("not-requested", {
        flow: flowOf(client, server, port ?? 443, atMicros),
        atMicros,
        version: "1.2",
        cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        curve: "x25519",
        serverName: "shop.internal",
        ...fields,
        clientAuth: { verdict: "not-requested", basis: "messages", confidence: 1, reason: "read", ...clientAuth },
      }),
    );
    return this;
  }

  services(): ServiceRecord[] {
    return [...this.#inventory.services()];
  }

  endpoints(): EndpointRecord[] {
    return [...this.#inventory.endpoints()];
  }

  /** Certificates as the inventory tells them. */
  certificates(): CertificateRecord[] {
    const { rows } = this.#inventory.takeDelta(1_000);
    return rows.flatMap(({ record }) => (record.kind === "certificate" ? [record] : []));
  }

  /** One HTTP call that could be read. */
  call({ client, server, port, ...fields }: Ends & Partial<Call> = {}): this {
    const atMicros = fields.atMicros ?? this.#atMicros++;
    this.#inventory.message({
      kind: "call",
      flow: flowOf(client, server, port ?? 80, atMicros),
      atMicros,
      version: "1.1",
      method: "GET",
      path: "/a",
      template: undefined,
      rpc: undefined,
      operations: [],
      stream: undefined,
      unread: undefined,
      authority: "shop.internal",
      userAgent: undefined,
      requestClasses: undefined,
      responseClasses: undefined,
      bodiesCut: undefined,
      shapes: undefined,
      requestContentType: undefined,
      credentials: [],
      requestHeaderOrder: 0,
      forwarding: 0,
      carriedId: 0,
      redirectPlace: 0,
      deprecation: undefined,
      safeguards: undefined,
      access: undefined,
      status: 200,
      serverSoftware: undefined,
      poweredBy: undefined,
      framework: undefined,
      responseContentType: undefined,
      responseHeaderOrder: 0,
      requestBodySize: 0,
      responseBodySize: 0,
      durationMicros: 1_000,
      complete: true,
      missingBytes: 0,
      isBodiless: false,
      unpaired: undefined,
      ...fields,
    });
    return this;
  }

  /** A connection whose protocol is told, or that none recognised. */
  connection(protocol: string | undefined, { client, server, port, ...fields }: Ends = {}): this {
    const atMicros = fields.atMicros ?? this.#atMicros++;
    this.#inventory.message({
      kind: "connection",
      flow: flowOf(client, server, port ?? 443, atMicros),
      atMicros,
      protocol,
      isCleartext: protocol === "http1",
    });
    return this;
  }

  /** A connection of the default ends that speaks something. */
  spoken(protocol: string | undefined, isCleartext: boolean, client?: string): this {
    const atMicros = this.#atMicros++;
    const flow = flowOf(client, undefined, 443, atMicros);
    this.#inventory.message({ kind: "connection", flow, atMicros, protocol, isCleartext });
    return this;
  }

  found(rule: string): FindingRecord[] {
    return this.detection.all().filter((finding) => finding.rule === rule);
  }

  /** `rule severity client server:port ×count` for each finding, but for cleartext itself. */
  lines(): string[] {
    return this.detection
      .all()
      .filter(({ rule }) => rule !== "cleartext-http")
      .map(({ rule, severity, clientAddress = "-", serverAddress, serverPort, count }) => {
        const server = serverAddress === undefined ? "-" : `${serverAddress}:${serverPort}`;
        return `${rule} ${severity} ${clientAddress} ${server} ×${count}`;
      });
  }
}

function flowOf(client = "10.0.0.1", server = "10.0.0.2", serverPort: number, firstMicros: number): Flow {
  return {
    id: "00000000000000cc",
    clientAddress: client,
    clientPort: 40_000,
    serverAddress: server,
    serverPort,
    firstMicros,
    virtualNetwork: undefined,
    rolesFrom: "handshake",
    twoSided: true,
    sequences: () => ({}),
    memo: undefined,
  };
}

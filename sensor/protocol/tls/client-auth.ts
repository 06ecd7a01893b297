import type { ClientAuth } from "../message.js";
import {
  fitsUsualBlock,
  isPadded,
  MIN_CERTIFICATE,
  MIN_VERIFY,
  mayBePadded,
  maySignature,
  type RecordSizes,
  recordSizes,
  type ServerAsked,
  USUAL_PADDINGS,
} from "./record-evidence.js";

/** A verdict that can't be given, and why. */
export function untold(reason: string): ClientAuth {
  return { verdict: "unknown", basis: "none", confidence: 0, reason };
}

function read(verdict: "presented" | "declined" | "not-requested", reason: string): ClientAuth {
  return { verdict, basis: "messages", confidence: 1, reason };
}

function inferred(verdict: "presented" | "declined" | "not-requested", confidence: number, ground: string): ClientAuth {
  return { verdict, basis: "record-sizes", confidence, reason: `inferred from record sizes: ${ground}` };
}

const READ = {
  presented: read("presented", "read in the clear: the client sent its certificate"),
  declined: read("declined", "read in the clear: the server asked, the client sent an empty list of certificates"),
  refused: read("declined", "read in the clear: the server asked, the client sent no certificate"),
  notRequested: read("not-requested", "read in the clear: the server asked for no certificate"),
  notAnswered: read(
    "not-requested",
    "read in the clear: the client's first message after the server's was no Certificate, which it must be where asked",
  ),
};

/** Made once: whoever counts verdicts by their reason meets the same text again. */
const INFERRED = {
  finished: inferred("not-requested", 0.99, "the client's first record after ServerHello is Finished alone"),
  joined: inferred("declined", 0.97, "the client's first record is an empty Certificate together with Finished"),
  apart: inferred("declined", 0.99, "the client sent an empty Certificate and Finished, each in a record of its own"),
  one: inferred("presented", 0.97, "the client sent 1 record before Finished"),
  two: inferred("presented", 0.99, "the client sent 2 records before Finished"),
  three: inferred("presented", 0.99, "the client sent 3 records before Finished"),
  four: inferred("presented", 0.99, "the client sent 4 records before Finished"),
  large: inferred("presented", 0.95, "the client's first record holds far more than Finished"),
};
/** By the number of records before Finished. */
const PRESENTED = [undefined, INFERRED.one, INFERRED.two, INFERRED.three, INFERRED.four] as const;
/** The same where the server's flight says so too. */
const AGREED: ReadonlyMap<ClientAuth, ClientAuth> = new Map(
  Object.values(INFERRED).map((told) => [
    told,
    { ...told, confidence: 0.99, reason: `${told.reason}; the server's flight agrees` },
  ]),
);

/** What of a handshake up to TLS 1.2 was read. */
export interface ClearMessages {
  readonly askedByServer: boolean;
  /** Everything from ServerHello to ServerHelloDone was read. */
  readonly serverFlightWhole: boolean;
  /** Certificates in the client's Certificate; undefined where none was read. */
  readonly clientCertificates: number | undefined;
  /** ClientKeyExchange was read, and whether nothing of the client's was lost before it. */
  readonly clientKeyExchange: "seen" | "seen-whole" | undefined;
  /** SSL 3.0's way to say so (RFC 6101 §5.6.6). */
  readonly noCertificateAlert: boolean;
}

/**
 * TLS 1.2 and below, RFC 5246 §7.4.4 and §7.4.6: a client that is asked must send Certificate, if need be an empty one, as the first
 * message after ServerHelloDone, before ClientKeyExchange.
 */
export function judgeMessages(seen: ClearMessages): ClientAuth {
  if (seen.clientCertificates !== undefined && seen.clientCertificates > 0) return READ.presented;
  if (seen.clientCertificates === 0) return READ.declined;
  if (seen.askedByServer) {
    if (seen.noCertificateAlert || seen.clientKeyExchange === "seen-whole") return READ.refused;
    return untold("the server asked for a certificate; the client's answer was not seen");
  }
  if (seen.serverFlightWhole) return READ.notRequested;
  if (seen.clientKeyExchange === "seen-whole") return READ.notAnswered;
  return untold("the part of the handshake in which the server would have asked was not seen whole");
}

/** What of a TLS 1.3 handshake was seen: sizes of encrypted records after ServerHello, in their order. */
export interface EncryptedFlights {
  readonly cipher: number;
  readonly client: readonly number[];
  /** What the server's flight tells, if none of its records was lost. */
  readonly asked: ServerAsked;
  /** No record of the client's was lost up to here. */
  readonly clientWhole: boolean;
  /** ALPS (draft-vvv-tls-alps) was offered: the client may send EncryptedExtensions before its other messages. */
  readonly offersAlps: boolean;
  readonly offersEarlyData: boolean;
  readonly offersPostHandshakeAuth: boolean;
  /** Nothing more of this handshake will come. */
  readonly isOver: boolean;
  /** Nothing more of this connection will come. */
  readonly hasEnded: boolean;
}

/** Longest context of a CertificateRequest after the handshake (RFC 8446 §4.3.2). */
const MAX_CONTEXT = 255;
const CONFLICT = untold("the sizes of the client's and of the server's records contradict each other");
const PADDED = untold("the client may pad its records to blocks: their sizes tell nothing");
const MIN_FLIGHT = MIN_CERTIFICATE + MIN_VERIFY;
/** Records after which a flight is not waited for. */
const MAX_FLIGHT = 4;
/** An EncryptedExtensions message with ALPS and no settings: header, list length, extension header (RFC 8446 §4.3.1). */
const ALPS_MESSAGE = 10;
const SEEN_AFTER_HANDSHAKE = "; the client offers authentication after the handshake, which would be invisible";

/** TLS 1.3 without resumption. Undefined while records still to come may decide. */
export function judgeRecords(flights: EncryptedFlights): ClientAuth | undefined {
  const sizes = recordSizes(flights.cipher);
  const { asked } = flights;
  if (!flights.clientWhole) return withoutClient(asked, "bytes of the client's flight were lost");
  if (flights.offersEarlyData && (asked === "asked" || !isPadded(flights.client[0] ?? 0, sizes.finished))) {
    return afterEarlyData(flights, asked, sizes);
  }
  const told = judgeClient(flights, sizes);
  if (told === undefined || told.verdict === "unknown") return told && withoutClient(asked, told.reason);
  return caveat(together(told, asked), flights.offersPostHandshakeAuth);
}

const EARLY_DATA = "early data can't be told from the client's flight";

/**
 * Early data that the server refused, with the session (RFC 8446 §4.2.10): what of it was still under way comes before the flight.
 * Where the server asked, the flight is found by what stands before its Finished, and by nothing less.
 */
function afterEarlyData(flights: EncryptedFlights, asked: ServerAsked, sizes: RecordSizes): ClientAuth | undefined {
  const { client, isOver } = flights;
  const end = asked === "asked" ? client.findIndex((length, at) => at > 0 && isPadded(length, sizes.finished)) : -1;
  if (end > 0) {
    const padding = client[end] - sizes.finished;
    if (client[end - 1] === sizes.emptyCertificate + padding)
      return inferred("declined", 0.95, "the server asked, and the client sent an empty Certificate before Finished");
    const certificate = client[end - 2] ?? 0;
    if (certificate >= MIN_CERTIFICATE + sizes.overhead && maySignature(client[end - 1], sizes, padding))
      return inferred("presented", 0.95, "the server asked, and the client sent 2 records before Finished");
  }
  return isOver || client.length > MAX_FLIGHT ? withoutClient(asked, EARLY_DATA) : undefined;
}

/** The client's flight alone. */
function judgeClient(flights: EncryptedFlights, sizes: RecordSizes): ClientAuth | undefined {
  const { client, isOver, hasEnded, offersAlps } = flights;
  const first: number | undefined = client[0];
  const second: number | undefined = client[1];
  if (first === undefined)
    return isOver ? untold("the client's answer to the server's flight was not seen") : undefined;
  if (isPadded(first, sizes.alert)) return untold("the client ended the handshake by an alert before it could answer");
  if (isPadded(first, sizes.finished) || (offersAlps && first === sizes.finished + ALPS_MESSAGE)) {
    return INFERRED.finished;
  }
  const joined = sizes.emptyCertificateAndFinished;
  if (isPadded(first, joined) || (offersAlps && first === joined + ALPS_MESSAGE)) {
    return INFERRED.joined;
  }
  if (first < sizes.finished) return judgeSmall(first, second, isOver, sizes);
  return judgeLarge(client, isOver, hasEnded, sizes);
}

/** Smaller than Finished: an empty Certificate, if Finished follows with the same padding. */
function judgeSmall(first: number, second: number | undefined, isOver: boolean, sizes: RecordSizes) {
  const padding = first - sizes.emptyCertificate;
  if (padding < 0) return untold("the client's first encrypted record is no message known to begin its flight");
  if (second === undefined) return isOver ? untold("the client's flight ended after its first record") : undefined;
  if (second === sizes.finished + padding) {
    return INFERRED.apart;
  }
  return untold("the client's records fit no flight without certificate");
}

/** Larger than Finished: a certificate, unless padding may have made it so. */
function judgeLarge(
  client: readonly number[],
  isOver: boolean,
  hasEnded: boolean,
  sizes: RecordSizes,
): ClientAuth | undefined {
  const before = recordsBeforeFinished(client, sizes);
  if (before !== undefined) return PRESENTED[before];
  if (client.length < MAX_FLIGHT && !isOver) return undefined;
  const least = MIN_FLIGHT + sizes.finished;
  if (client[0] < least) return untold("the client's first record fits neither Finished nor a certificate");
  const padded = mayBePadded(client, sizes);
  if (padded === undefined && !hasEnded && client.length < MAX_FLIGHT) return undefined;
  if (padded ?? fitsUsualBlock(client[0], sizes)) return PADDED;
  return INFERRED.large;
}

/**
 * How many records stand before Finished where they can be Certificate and CertificateVerify: one of its own each, or the two
 * together. A certificate beyond 2^14 bytes takes more.
 */
function recordsBeforeFinished(client: readonly number[], sizes: RecordSizes): number | undefined {
  for (const padding of USUAL_PADDINGS) {
    for (let end = 1; end <= 4 && end < client.length; end++) {
      if (client[end] !== sizes.finished + padding) continue;
      const first = client[0] - padding - sizes.overhead;
      if (end === 1 && first >= MIN_FLIGHT) return end;
      if (end > 1 && first >= MIN_CERTIFICATE && maySignature(client[end - 1], sizes, padding)) return end;
    }
  }
  return undefined;
}

function together(told: ClientAuth, asked: ServerAsked): ClientAuth {
  if (asked === undefined) return told;
  const agrees = (asked === "not-asked") === (told.verdict === "not-requested");
  if (agrees) return AGREED.get(told) ?? told;
  // Finished alone, and an empty Certificate before it, can be nothing else; a large record may be padded.
  return told.verdict === "presented" ? CONFLICT : { ...told, confidence: 0.8 };
}

function withoutClient(asked: ServerAsked, reason: string): ClientAuth {
  if (asked === "not-asked") {
    return inferred("not-requested", 0.9, `the server's flight has no record for CertificateRequest (${reason})`);
  }
  return untold(asked === "asked" ? `the server asked for a certificate; ${reason}` : reason);
}

/** RFC 8446 §4.6.2: what was asked and answered after the handshake is encrypted as all else is. */
export const ASKED_LATER = untold(
  "the client's records after the handshake are such as answer a server that asks for a certificate then: what they hold is encrypted",
);

export const LOST_LATER = untold(
  "records of the client's after the handshake were lost, in which it may have answered a server that asks for a certificate then",
);

/**
 * Whether these records, sent upon one of the server's, may be Certificate, CertificateVerify where it is not empty, and Finished
 * (RFC 8446 §4.6.2). Its context makes an empty Certificate longer here than in the handshake (§4.4.2).
 */
export function mayAuthenticate(burst: readonly number[], cipher: number): boolean {
  const sizes = recordSizes(cipher);
  return USUAL_PADDINGS.some((padding) => {
    if (burst[0] <= sizes.emptyCertificate + padding) return false;
    const end = burst.indexOf(sizes.finished + padding, 1);
    if (end === 1) return burst[0] <= sizes.emptyCertificate + MAX_CONTEXT + padding || burst[0] >= MIN_FLIGHT;
    return end > 1 && burst[0] >= MIN_CERTIFICATE && maySignature(burst[end - 1], sizes, padding);
  });
}

function caveat(told: ClientAuth, offersPostHandshakeAuth: boolean): ClientAuth {
  if (!offersPostHandshakeAuth || told.verdict === "presented") return told;
  return { ...told, confidence: Math.min(told.confidence, 0.9), reason: told.reason + SEEN_AFTER_HANDSHAKE };
}

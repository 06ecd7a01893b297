import type { ClientAuth } from "../message.js";
import {
  areInBlocks,
  fitsUsualBlock,
  isFragment,
  isUsualBlock,
  MIN_CERTIFICATE,
  MIN_COMPRESSED_CERTIFICATE,
  MIN_VERIFY,
  MIN_X509_CERTIFICATE,
  mayBe,
  mayBePadded,
  maySignature,
  type RecordSizes,
  recordSizes,
  type ServerAsked,
  withoutFragments,
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
  many: inferred("presented", 0.99, "the client sent its certificate in several records before Finished"),
  large: inferred("presented", 0.95, "the client's first record holds far more than Finished"),
};
/**
 * RFC 8446 §4.3.2: a server that proves itself by a pre-shared key must not ask for a certificate in the handshake. Where the key is a
 * session's, the certificate of that session counts on; one agreed on outside of TLS never had any.
 */
export const EXTERNAL_KEY: ClientAuth = {
  verdict: "not-requested",
  basis: "messages",
  confidence: 0.95,
  reason:
    "read in the clear: both ends prove themselves by a key agreed on outside of TLS, with which no certificate is asked for",
};

export const UNCLEAR_KEY = untold(
  "the key that was taken may be a session's, whose full handshake may have had a certificate, or one agreed on outside of TLS",
);

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
  readonly offersRawKey: boolean;
  readonly offersCompression: boolean;
  readonly offersPostHandshakeAuth: boolean;
  /** How many records the client had sent when the server first answered; 0 where it did not. */
  readonly answeredAfter: number;
  /** Nothing more of this handshake will come. */
  readonly isOver: boolean;
  /** Nothing more of this connection will come. */
  readonly hasEnded: boolean;
}

/** Longest context of a CertificateRequest after the handshake (RFC 8446 §4.3.2). */
const MAX_CONTEXT = 255;
const CONFLICT = untold("the sizes of the client's and of the server's records contradict each other");
const ALIKE = untold("the client's first record may be Finished in a block of 16, but the next fits no such padding");
const PADDED = untold("the client may pad its records to blocks: their sizes tell nothing");
const PADDED_HANDSHAKE = untold("the client may pad its handshake to a block: its size tells nothing");
const MIN_FLIGHT = MIN_CERTIFICATE + MIN_VERIFY;
/** Records after which a flight is not waited for. */
const MAX_FLIGHT = 4;
/** The same, where a message may take many. */
const MAX_FRAGMENTS = 14;
/** Records as long as each other, one behind the other, that a block of padding explains. */
const MOST_ALIKE = 3;
/** An EncryptedExtensions message with ALPS and no settings: header, list length, extension header (RFC 8446 §4.3.1). */
const ALPS_MESSAGE = 10;
/** What settings it may hold at most: those of HTTP/2 are some 60 bytes (RFC 9113 §6.5.2). */
const MAX_ALPS_SETTINGS = 128;
const SEEN_AFTER_HANDSHAKE = "; the client offers authentication after the handshake, which would be invisible";

/** TLS 1.3 without resumption. Undefined while records still to come may decide. */
export function judgeRecords(flights: EncryptedFlights): ClientAuth | undefined {
  const ways = recordSizes(flights.cipher);
  const { asked } = flights;
  if (!flights.clientWhole) return withoutClient(asked, "bytes of the client's flight were lost");
  if (flights.offersEarlyData && !isAloneFinished(flights, ways)) return afterEarlyData(flights, asked, ways);
  const told = judgeClient(flights, ways);
  if (told === undefined || told.verdict === "unknown") return told && withoutClient(asked, told.reason);
  return caveat(together(told, asked), flights.offersPostHandshakeAuth);
}

/** No early data came before it: the server answered it alone, or asked for nothing that could follow. */
function isAloneFinished({ client, answeredAfter, asked }: EncryptedFlights, ways: readonly RecordSizes[]): boolean {
  const [first = 0] = client;
  return mayBe("finished", first, ways) && (asked === "not-asked" || (asked !== "asked" && answeredAfter === 1));
}

const EARLY_DATA = "early data can't be told from the client's flight";

/**
 * Early data that the server refused, with the session (RFC 8446 §4.2.10): what of it was still under way comes before the flight.
 * Where the server asked, the flight is found by what stands before its Finished, and by nothing less.
 */
function afterEarlyData(
  flights: EncryptedFlights,
  asked: ServerAsked,
  ways: readonly RecordSizes[],
): ClientAuth | undefined {
  const { client, isOver } = flights;
  for (const sizes of asked === "asked" ? ways : []) {
    const end = client.indexOf(sizes.finished, 1);
    // Nobody who adds to each record knows early data, and what it adds makes more of that fit.
    if (end < 0 || (sizes.block === 1 && sizes !== ways[0])) continue;
    if (client[end - 1] === sizes.emptyCertificate)
      return inferred("declined", 0.95, "the server asked, and the client sent an empty Certificate before Finished");
    const certificate = client[end - 2] ?? 0;
    if (certificate < leastCertificate(flights) + sizes.overhead || !maySignature(client[end - 1], sizes)) continue;
    if (areInBlocks(client.slice(end - 2, end), sizes))
      return inferred("presented", 0.95, "the server asked, and the client sent 2 records before Finished");
  }
  return isOver || client.length > MAX_FLIGHT ? withoutClient(asked, EARLY_DATA) : undefined;
}

/** The client's flight alone. */
function judgeClient(flights: EncryptedFlights, ways: readonly RecordSizes[]): ClientAuth | undefined {
  const { client, isOver, offersAlps, asked } = flights;
  const [{ finished, emptyCertificateAndFinished: joined }] = ways;
  const first: number | undefined = client[0];
  if (first === undefined)
    return isOver ? untold("the client's answer to the server's flight was not seen") : undefined;
  // Padded to a block the alert is as long as an empty Certificate: then what follows tells.
  if (ways.some(({ alert, block }) => block === 1 && first === alert))
    return untold("the client ended the handshake by an alert before it could answer");
  // With a block's padding the two may be of one length: then the server tells which.
  const isJoined = ways.some((sizes) => first === sizes.emptyCertificateAndFinished);
  if (mayBeInBlocks(first, ways) && asked !== "not-asked") {
    const second: number | undefined = client[1];
    if (second === undefined && !isOver) return undefined;
    const fits = ways.every((sizes) => areInBlocks(client.slice(1, 2), sizes));
    if (second === first || !fits || flights.offersRawKey) return ALIKE;
  }
  if (isJoined && asked === "asked") return INFERRED.joined;
  if (mayBe("finished", first, ways) || (offersAlps && first === finished + ALPS_MESSAGE)) return INFERRED.finished;
  if (isJoined || (offersAlps && first === joined + ALPS_MESSAGE)) return INFERRED.joined;
  if (first < finished) return judgeSmall(client, isOver, ways);
  return judgeLarge(flights, ways);
}

/**
 * Finished filled up to a block of 16 is as long as what larger blocks, or records of the least size that RFC 8449 §4 lets a peer ask
 * for, make of any message: then the next record is as long. It may be another message as it is, too: then the next fits no block.
 */
function mayBeInBlocks(first: number, ways: readonly RecordSizes[]): boolean {
  return ways.some(({ finished, block }) => block > 1 && first === finished);
}

/** Smaller than Finished: an empty Certificate, if Finished follows with the same padding. */
function judgeSmall([first, second]: readonly number[], isOver: boolean, ways: readonly RecordSizes[]) {
  const [{ emptyCertificate, finished }] = ways;
  const padding = first - emptyCertificate;
  if (padding < 0) return untold("the client's first encrypted record is no message known to begin its flight");
  if (second === undefined) return isOver ? untold("the client's flight ended after its first record") : undefined;
  const isEmpty = ways.some((sizes) => first === sizes.emptyCertificate && second === sizes.finished);
  if (isEmpty || second === finished + padding) return INFERRED.apart;
  return untold("the client's records fit no flight without certificate");
}

/** Larger than Finished: a certificate, unless padding may have made it so. */
function judgeLarge(flights: EncryptedFlights, ways: readonly RecordSizes[]): ClientAuth | undefined {
  const { client, isOver, hasEnded } = flights;
  const least = leastCertificate(flights);
  const before = recordsBeforeFinished(client, ways, least);
  if (before !== undefined) return PRESENTED[before] ?? INFERRED.many;
  const [sizes] = ways;
  if (!isOver && client.length < MAX_FRAGMENTS && wholeMessages(client, sizes).length < MAX_FLIGHT) return undefined;
  const leastFlight = (flights.offersRawKey ? MIN_CERTIFICATE : MIN_X509_CERTIFICATE) + MIN_VERIFY + sizes.finished;
  if (client[0] < leastFlight + mostSettings(flights) && !isCut(client, ways))
    return untold("the client's first record fits neither Finished nor a certificate");
  if (isCut(client, ways)) return INFERRED.many;
  const padded = mayBePadded(client, ways);
  if (padded === undefined && !hasEnded && client.length < MAX_FLIGHT) return undefined;
  if (padded ?? fitsUsualBlock(client[0], sizes)) return PADDED;
  // Where all else is in blocks too, and smaller, it is more than one of them.
  const padsAll = client.length > 2 && client.slice(1).every((length) => fitsUsualBlock(length, sizes));
  const isBlock = flights.offersRawKey ? fitsUsualBlock(client[0], sizes) : isUsualBlock(client[0], sizes);
  return isBlock && !padsAll ? PADDED_HANDSHAKE : INFERRED.large;
}

/** Least that a Certificate of this client's takes, or is longer than anything else that may begin its flight. */
function leastCertificate(flights: EncryptedFlights): number {
  const settings = mostSettings(flights);
  if (flights.offersRawKey) return MIN_CERTIFICATE + settings;
  return (flights.offersCompression ? MIN_COMPRESSED_CERTIFICATE : MIN_X509_CERTIFICATE) + settings;
}

function mostSettings({ offersAlps }: EncryptedFlights): number {
  return offersAlps ? MAX_ALPS_SETTINGS : 0;
}

/**
 * Whether records of the same length and one that is no multiple of it are a flight cut into such pieces, as a peer may ask for
 * (RFC 8449 §4). Padded to a block the two messages of a flight without certificate make no more than two such records, and one of data
 * may be as long by chance.
 */
function isCut(client: readonly number[], [{ tag }]: readonly RecordSizes[]): boolean {
  const rest = client.findIndex((length) => length !== client[0]);
  return rest > MOST_ALIKE && (client[rest] - tag) % (client[0] - tag) !== 0;
}

/** How many records stand before Finished where they can be Certificate and CertificateVerify: one each, or the two together. */
function recordsBeforeFinished(
  client: readonly number[],
  ways: readonly RecordSizes[],
  least: number,
): number | undefined {
  for (const sizes of ways) {
    const flight = wholeMessages(client, sizes);
    for (let end = 1; end <= 4 && end < flight.length; end++) {
      const before = client.indexOf(sizes.finished, end);
      if (flight[end] !== sizes.finished || !areInBlocks(client.slice(0, before), sizes)) continue;
      const first = flight[0] - sizes.overhead;
      // One record and what may be data as long as Finished: a block of padding is no certificate.
      const isFlight = first >= least + MIN_VERIFY && (client[0] === client[1] || !isUsualBlock(client[0], sizes));
      const is = end === 1 ? isFlight : first >= least && maySignature(flight[end - 1], sizes);
      if (is) return before;
    }
  }
  return undefined;
}

/** A certificate is what takes more than one record. */
function wholeMessages(client: readonly number[], sizes: RecordSizes): readonly number[] {
  if (isFragment(client[0], sizes)) return withoutFragments(client, sizes);
  return client[0] === client[1] ? withoutFragments(client, sizes, client[0]) : client;
}

function together(told: ClientAuth, asked: ServerAsked): ClientAuth {
  if (asked === undefined) return told;
  const agrees = (asked !== "asked") === (told.verdict === "not-requested");
  if (agrees) return AGREED.get(told) ?? told;
  if (asked === "hardly-asked" && told !== INFERRED.large) return told;
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
  return recordSizes(cipher).some((sizes) => {
    const [first] = burst;
    if (first <= sizes.emptyCertificate - (sizes.block - 1)) return false;
    const end = burst.indexOf(sizes.finished, 1);
    if (end < 0 || !areInBlocks(burst.slice(0, end), sizes)) return false;
    if (end === 1) return first <= sizes.emptyCertificate + MAX_CONTEXT || first >= MIN_FLIGHT;
    return first >= MIN_CERTIFICATE && maySignature(burst[end - 1], sizes);
  });
}

function caveat(told: ClientAuth, offersPostHandshakeAuth: boolean): ClientAuth {
  if (!offersPostHandshakeAuth || told.verdict === "presented") return told;
  return { ...told, confidence: Math.min(told.confidence, 0.9), reason: told.reason + SEEN_AFTER_HANDSHAKE };
}

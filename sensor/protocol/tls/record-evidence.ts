/**
 * What the sizes of encrypted records tell of a TLS 1.3 handshake. All sizes are of TLSCiphertext.encrypted_record, without its
 * five header bytes.
 *
 * RFC 8446 §5.2: a record holds its content, one byte of type, padding and the cipher's tag. RFC 8446 §4: a message has a header of
 * 4 bytes. RFC 8446 §5.1: handshake messages share no record with application data, and §4.4 orders them: the client's flight is
 * Finished, or Certificate and Finished, or Certificate, CertificateVerify and Finished. A stack may put each message in a record of
 * its own or several in one, and may pad all its records by the same number of bytes.
 */
export interface RecordSizes {
  /** Finished alone: 4 bytes of header and the hash's length. */
  readonly finished: number;
  /** A Certificate message without certificates: header, empty context, empty list (RFC 8446 §4.4.2). */
  readonly emptyCertificate: number;
  /** The two together. */
  readonly emptyCertificateAndFinished: number;
  /** An alert: 2 bytes. */
  readonly alert: number;
  /** Bytes that each record adds to its content. */
  readonly overhead: number;
}

const HEADER = 4;
const CONTENT_TYPE = 1;
const EMPTY_CERTIFICATE = HEADER + 1 + 3;
const ALERT = 2;
/** 2^14 bytes of content: a message that goes on in the next record. */
const FULL_CONTENT = 16_384;

/** Of TLS 1.3 suites (RFC 8446 §B.4, RFC 8998, RFC 9150): those with a hash of 48 bytes, and the one with a tag of 8. */
const SHA384: ReadonlySet<number> = new Set([0x1302, 0xc0b5]);
const SHORT_TAG: ReadonlySet<number> = new Set([0x1305]);

export function recordSizes(cipher: number): RecordSizes {
  if (SHORT_TAG.has(cipher)) return SHORT_TAG_SIZES;
  return SHA384.has(cipher) ? SHA384_SIZES : USUAL_SIZES;
}

function sizesOf(hashBytes: number, tagBytes: number): RecordSizes {
  const overhead = CONTENT_TYPE + tagBytes;
  const finished = HEADER + hashBytes;
  return {
    overhead,
    finished: finished + overhead,
    emptyCertificate: EMPTY_CERTIFICATE + overhead,
    emptyCertificateAndFinished: EMPTY_CERTIFICATE + finished + overhead,
    alert: ALERT + overhead,
  };
}

const USUAL_SIZES = sizesOf(32, 16);
const SHA384_SIZES = sizesOf(48, 16);
const SHORT_TAG_SIZES = sizesOf(32, 8);

/** Padding met in the wild: none, and the 16 bytes of Java's. Any other is believed only where two records agree on it. */
export const USUAL_PADDINGS: readonly number[] = [0, 16];

/** Whether a record of this size may be what takes `size` bytes without padding. */
export function isPadded(length: number, size: number): boolean {
  for (const padding of USUAL_PADDINGS) if (length === size + padding) return true;
  return false;
}

/**
 * Signature sizes in CertificateVerify (RFC 8446 §4.4.3: header, algorithm, length, signature): Ed25519, Ed448, RSA of 1024 to
 * 8192 bits, ML-DSA-44, -65, -87 exactly; ECDSA in DER, whose integers lose leading zeros, over 192 to 521 bits.
 */
const EXACT_SIGNATURES: ReadonlySet<number> = new Set([64, 114, 128, 256, 384, 512, 768, 1_024, 2_420, 3_309, 4_627]);
const MIN_ECDSA = 48;
const MAX_ECDSA = 141;

export function maySignature(length: number, sizes: RecordSizes, padding: number): boolean {
  const signature = length - padding - sizes.overhead - HEADER - 4;
  return EXACT_SIGNATURES.has(signature) || (signature >= MIN_ECDSA && signature <= MAX_ECDSA);
}

/** Least a Certificate message with one entry takes: a raw public key of Ed25519 (RFC 7250); an X.509 certificate takes far more. */
export const MIN_CERTIFICATE = EMPTY_CERTIFICATE + 3 + 44 + 2;
/** Least that any signature's CertificateVerify takes. */
export const MIN_VERIFY = HEADER + 4 + MIN_ECDSA;

/** Blocks that people choose: powers of two, and round numbers. */
const USUAL_BLOCKS: readonly number[] = [64, 50];

/**
 * Whether a client's first record, too large for a flight without certificate, may be such a flight padded to a block of any size
 * (RFC 8446 §5.4). Such a flight fits one block, and all else that is padded so is a multiple of it: the record after it shows.
 * Full records are no evidence, nor are alerts: nothing can be added to the former, and a stack may leave the latter as they are.
 * Undefined while there is no other to compare it to.
 */
export function mayBePadded(lengths: readonly number[], sizes: RecordSizes): boolean | undefined {
  const tag = sizes.overhead - CONTENT_TYPE;
  for (let at = 1; at < lengths.length; at++) {
    const length = lengths[at];
    if (isPadded(length, sizes.alert)) continue;
    const isFull = length >= FULL_CONTENT + sizes.overhead;
    if (isFull || (length - tag === FULL_CONTENT && length !== lengths[0])) continue;
    return (length - tag) % (lengths[0] - tag) === 0;
  }
  return undefined;
}

/** What a record alone can be doubted by: one in thirty is so by chance. */
export function fitsUsualBlock(length: number, sizes: RecordSizes): boolean {
  const padded = length - sizes.overhead + CONTENT_TYPE;
  return padded >= FULL_CONTENT || USUAL_BLOCKS.some((block) => padded % block === 0);
}

/** What the server's encrypted flight tells of whether it asked for a certificate. */
export type ServerAsked = "asked" | "not-asked" | undefined;

/**
 * The server's flight is EncryptedExtensions, CertificateRequest where it asks, Certificate, CertificateVerify, Finished
 * (RFC 8446 §4.3, §4.4). Where each has a record of its own, its Finished is told by its size, and how many stand before it.
 */
export function serverAsked(lengths: readonly number[], sizes: RecordSizes): ServerAsked {
  for (const padding of USUAL_PADDINGS) {
    const end = lengths.indexOf(sizes.finished + padding, 1);
    if (end < 0) continue;
    const flight = withoutFragments(lengths.slice(0, end), sizes);
    const verify = flight.at(-1);
    const certificate = flight.at(-2);
    if (verify === undefined || certificate === undefined || !maySignature(verify, sizes, padding)) continue;
    if (certificate < MIN_CERTIFICATE + sizes.overhead) continue;
    if (flight.length === 3) return "not-asked";
    if (flight.length === 4) return "asked";
  }
  return undefined;
}

/** A message beyond one record's content goes on in the next: together they are one. */
function withoutFragments(lengths: readonly number[], sizes: RecordSizes): number[] {
  const whole: number[] = [];
  let carried = 0;
  for (const length of lengths) {
    if (length >= FULL_CONTENT + sizes.overhead) carried += length;
    else {
      whole.push(carried + length);
      carried = 0;
    }
  }
  return whole;
}

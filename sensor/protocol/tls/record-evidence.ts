/**
 * What the sizes of encrypted records tell of a TLS 1.3 handshake. All sizes are of TLSCiphertext.encrypted_record, without its
 * five header bytes.
 *
 * RFC 8446 §5.2: a record holds its content, one byte of type, padding and the cipher's tag. RFC 8446 §4: a message has a header of
 * 4 bytes. RFC 8446 §5.1: handshake messages share no record with application data, and §4.4 orders them: the client's flight is
 * Finished, or Certificate and Finished, or Certificate, CertificateVerify and Finished. A stack may put each message in a record of
 * its own or several in one, and may pad all its records.
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
  /** RFC 8446 §4.5: a header and no body. */
  readonly endOfEarlyData: number;
  /** Bytes that each record adds to its content, and the block that it is filled up to beyond those. */
  readonly overhead: number;
  readonly block: number;
  /** The cipher's tag. */
  readonly tag: number;
}

const HEADER = 4;
const CONTENT_TYPE = 1;
const EMPTY_CERTIFICATE = HEADER + 1 + 3;
const ALERT = 2;
/** What a side may have been asked to keep its content, or content and type, within (RFC 6066 §4, RFC 8449 §4). */
const FRAGMENTS: readonly number[] = [512, 1_024, 2_048, 4_096];
/** 2^14 bytes of content: a message that goes on in the next record. */
const FULL_CONTENT = 16_384;

/** Of TLS 1.3 suites (RFC 8446 §B.4, RFC 8998, RFC 9150), by code: bytes of the hash and of the tag where not 32 and 16. */
const ODD_SUITES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0x1302, [48, 16]],
  [0x1305, [32, 8]],
  // AEGIS-256 with SHA-512 (draft-irtf-cfrg-aegis-aead).
  [0x1306, [64, 16]],
  // Without encryption: the tag is a whole hash (RFC 9150 §5).
  [0xc0b4, [32, 32]],
  [0xc0b5, [48, 48]],
]);

/** The sizes for each way to pad, the one without first. */
export function recordSizes(cipher: number): readonly RecordSizes[] {
  return ODD_SIZES.get(cipher) ?? USUAL_SIZES;
}

/**
 * Ways to pad that are met in the wild: none, 16 bytes for each record as Java has it, and up to a block of 16 as Mbed TLS has it. Any
 * other is believed only where two records agree on it.
 */
const PADDINGS: readonly (readonly [number, number])[] = [
  [0, 1],
  [16, 1],
  [0, 16],
];

function sizesOf(hashBytes: number, tag: number): RecordSizes[] {
  return PADDINGS.map(([padding, block]) => {
    const finished = HEADER + hashBytes;
    const overhead = CONTENT_TYPE + padding + tag;
    // RFC 8446 §5.4: content, type and zeros are what fills blocks; the tag comes on top.
    const size = (content: number): number => Math.ceil((content + CONTENT_TYPE + padding) / block) * block + tag;
    return {
      finished: size(finished),
      emptyCertificate: size(EMPTY_CERTIFICATE),
      emptyCertificateAndFinished: size(EMPTY_CERTIFICATE + finished),
      alert: size(ALERT),
      endOfEarlyData: size(HEADER),
      overhead,
      block,
      tag,
    };
  });
}

const USUAL_SIZES = sizesOf(32, 16);
const ODD_SIZES = new Map([...ODD_SUITES].map(([cipher, [hash, tag]]) => [cipher, sizesOf(hash, tag)]));

/** Whether a record of this size may be such a message, padded in one of the usual ways. */
export function mayBe(message: "finished" | "alert", length: number, ways: readonly RecordSizes[]): boolean {
  for (const sizes of ways) if (length === sizes[message]) return true;
  return false;
}

/** Whether these records are padded to blocks, where such are what is looked for. */
export function areInBlocks(lengths: readonly number[], { block, tag }: RecordSizes): boolean {
  return block === 1 || lengths.every((length) => (length - tag) % block === 0);
}

/**
 * Signature sizes in CertificateVerify (RFC 8446 §4.4.3: header, algorithm, length, signature): Ed25519, Ed448, RSA of 1024 to
 * 8192 bits, ML-DSA-44, -65, -87 exactly; ECDSA in DER over 256, 384, and 512 or 521 bits (§4.2.3, RFC 8734), whose integers lose
 * leading zeros: two bytes each is once in a million.
 */
const EXACT_SIGNATURES: readonly number[] = [64, 114, 128, 256, 384, 512, 768, 1_024, 2_420, 3_309, 4_627];
const ECDSA_SIGNATURES: readonly (readonly [number, number])[] = [
  [66, 72],
  [98, 104],
  [130, 139],
];
const MIN_SIGNATURE = 48;

export function maySignature(length: number, { overhead, block }: RecordSizes): boolean {
  const most = length - overhead - HEADER - 4;
  const least = most - block + 1;
  if (ECDSA_SIGNATURES.some(([from, to]) => most >= from && least <= to)) return true;
  return EXACT_SIGNATURES.some((signature) => signature >= least && signature <= most);
}

/** Least a Certificate message with one entry takes: a raw public key of Ed25519 (RFC 7250); an X.509 certificate takes far more. */
export const MIN_CERTIFICATE = EMPTY_CERTIFICATE + 3 + 44 + 2;
/** One of version 1 (RFC 5280 §4.1) without names, with a serial number of one byte, on Ed25519. */
export const MIN_X509_CERTIFICATE = EMPTY_CERTIFICATE + 3 + 169 + 2;
/** The same compressed (RFC 8879 §4): key, signature and serial number stay as they are. */
export const MIN_COMPRESSED_CERTIFICATE = HEADER + 8 + 110;
/** Least that any signature's CertificateVerify takes. */
export const MIN_VERIFY = HEADER + 4 + MIN_SIGNATURE;

/**
 * Whether a client's first record, too large for a flight without certificate, may be such a flight padded to a block of any size
 * (RFC 8446 §5.4). Such a flight fits one block, and all else that is padded so is a multiple of it: the record after it shows.
 * Full records are no evidence, nor are alerts: nothing can be added to the former, and a stack may leave the latter as they are.
 * Undefined while there is no other to compare it to.
 */
export function mayBePadded(lengths: readonly number[], ways: readonly RecordSizes[]): boolean | undefined {
  const [sizes] = ways;
  const { tag } = sizes;
  // As long as RFC 6066 §4 lets content be, without its type: no block makes that.
  const isFragmented = FRAGMENTS.includes(lengths[0] - sizes.overhead);
  for (let at = 1; at < lengths.length; at++) {
    const length = lengths[at];
    if (mayBe("alert", length, ways) || (isFragmented && length === lengths[0])) continue;
    const isFull = length >= FULL_CONTENT + sizes.overhead;
    if (isFull || (length - tag === FULL_CONTENT && length !== lengths[0])) continue;
    return (length - tag) % (lengths[0] - tag) === 0;
  }
  return undefined;
}

/** Blocks that people choose: powers of two, and round numbers. */
const USUAL_BLOCKS: readonly number[] = [64, 50];
const ROUND_BLOCK = 500;
const SMALL_ROUND_BLOCK = 100;
const MAX_SMALL_ROUND = 1_000;

/** What a record alone can be doubted by: one in thirty is so by chance. */
export function fitsUsualBlock(length: number, { tag }: RecordSizes): boolean {
  const padded = length - tag;
  return padded >= FULL_CONTENT || USUAL_BLOCKS.some((block) => padded % block === 0);
}

/**
 * Whether a record is just one such block: what a client that pads its handshake and not its data makes of any flight. One record in
 * a hundred of up to 1,000 bytes is so by chance, one in three hundred beyond.
 */
export function isUsualBlock(length: number, { tag }: RecordSizes): boolean {
  const padded = length - tag;
  const isRound = padded % (padded > MAX_SMALL_ROUND ? ROUND_BLOCK : SMALL_ROUND_BLOCK) === 0;
  return isRound || (padded & (padded - 1)) === 0;
}

/**
 * What the server's encrypted flight tells of whether it asked for a certificate; `hardly-asked` where a request could hide in its first
 * record.
 */
export type ServerAsked = "asked" | "not-asked" | "hardly-asked" | undefined;

/** EncryptedExtensions without extensions, and CertificateRequest with one signature algorithm (RFC 8446 §4.3). */
const MIN_EXTENSIONS_AND_REQUEST = HEADER + 2 + HEADER + 1 + 2 + 4 + 2 + 2;

/**
 * The server's flight is EncryptedExtensions, CertificateRequest where it asks, Certificate, CertificateVerify, Finished
 * (RFC 8446 §4.3, §4.4). Where each has a record of its own, its Finished is told by its size, and how many stand before it. A second
 * record as long as the third may be the first part of a Certificate that takes both: how long records are at most, a peer chooses
 * (RFC 8449 §4).
 */
export function serverAsked(lengths: readonly number[], ways: readonly RecordSizes[]): ServerAsked {
  for (const sizes of ways) {
    const end = lengths.indexOf(sizes.finished, 1);
    if (end < 0 || !areInBlocks(lengths.slice(0, end), sizes)) continue;
    // Cut to a length no record is longer.
    const longest = Math.max(...lengths.slice(0, end));
    const flight = withoutFragments(lengths.slice(0, end), sizes, isFragment(longest, sizes) ? longest : NOT_CUT);
    const verify = flight.at(-1);
    const certificate = flight.at(-2);
    if (verify === undefined || certificate === undefined || !maySignature(verify, sizes)) continue;
    if (certificate < MIN_CERTIFICATE + sizes.overhead) continue;
    // What was put together may be a request, as long as a fragment by chance, and the certificate.
    const isSure = flight.length === end && flight[0] - sizes.overhead < MIN_EXTENSIONS_AND_REQUEST;
    if (flight.length === 3) return isSure ? "not-asked" : "hardly-asked";
    if (flight.length === 4 && flight[1] < certificate) return "asked";
  }
  return undefined;
}

/** Whether the message in a record of this size may go on in the next. */
export function isFragment(length: number, { overhead }: RecordSizes): boolean {
  const content = length - overhead;
  return content >= FULL_CONTENT || FRAGMENTS.includes(content) || FRAGMENTS.includes(content + CONTENT_TYPE);
}

/** Longer than any record. */
const NOT_CUT = 1 << 16;

/**
 * A message beyond one record's content goes on in the next: together they are one, as long as if there were no bound. `full` is the
 * length of a full record where that is known.
 */
export function withoutFragments(lengths: readonly number[], sizes: RecordSizes, full?: number): number[] {
  const whole: number[] = [];
  let carried = 0;
  for (const length of lengths) {
    if (full === undefined ? isFragment(length, sizes) : length === full) carried += length - sizes.overhead;
    else {
      whole.push(carried + length);
      carried = 0;
    }
  }
  return whole;
}

/** The block that all of a flight's records are filled up to, where there is one and it is none of the usual paddings: 1 is none. */
export function blockOf(flight: readonly number[], { tag, overhead }: RecordSizes): number {
  const block = Math.min(...flight) - tag;
  const isPadded = flight.length > 1 && block > overhead && flight.every((length) => (length - tag) % block === 0);
  return isPadded ? block : 1;
}

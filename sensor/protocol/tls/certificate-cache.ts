import type { Certificate } from "../message.js";
import { readCertificate } from "./x509/certificate-reader.js";

interface Entry {
  readonly der: Buffer;
  readonly certificate: Certificate;
}

const SLOTS = 16_384;
/** Certificates larger than this are read anew each time rather than kept. */
const MAX_KEPT_BYTES = 16_384;

/**
 * Each certificate is parsed and hashed once for as long as it stays in its slot: a direct-mapped cache, bounded, found by the last
 * bytes of the signature, which are random, and held against every byte.
 */
export class CertificateCache {
  readonly #entries: (Entry | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Certificates parsed, which were not found. */
  parsed = 0;

  get(bytes: Buffer, start: number, end: number): Certificate {
    const slot = slotOf(bytes, start, end);
    const known = this.#entries[slot];
    if (known !== undefined && known.der.length === end - start && known.der.compare(bytes, start, end) === 0) {
      return known.certificate;
    }
    this.parsed++;
    const der = Buffer.from(bytes.subarray(start, end));
    const certificate = readCertificate(der);
    if (der.length <= MAX_KEPT_BYTES) this.#entries[slot] = { der, certificate };
    return certificate;
  }
}

function slotOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - 8); at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

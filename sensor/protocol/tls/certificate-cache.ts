import type { NameMask } from "../data/added-mask.js";
import type { Certificate } from "../message.js";
import { withMaskedNames } from "./told-name.js";
import { readCertificate } from "./x509/certificate-reader.js";

interface Entry {
  readonly der: Buffer;
  readonly certificate: Certificate;
}

const NO_CERTIFICATES: readonly Certificate[] = [];
const SLOTS = 16_384;
/** Certificates larger than this are read anew each time rather than kept. */
const MAX_KEPT_BYTES = 16_384;

/**
 * Each certificate is parsed and hashed once for as long as it stays in its slot: a bounded cache, found by the last bytes of the
 * signature, which are random, and held against every byte. Two slots for each: with one, two certificates that meet and take turns
 * are parsed anew each time, and a few hundred are enough for some to meet.
 */
export class CertificateCache {
  readonly #entries: (Entry | undefined)[] = new Array(SLOTS).fill(undefined);
  /** By the leaf, for as long as it is held. */
  readonly #chains = new WeakMap<Certificate, readonly Certificate[]>();
  readonly #maskName: NameMask;
  /** Certificates parsed, which were not found. */
  parsed = 0;

  constructor(maskName: NameMask) {
    this.#maskName = maskName;
  }

  get(bytes: Buffer, start: number, end: number): Certificate {
    const slot = slotOf(bytes, start, end);
    const known = this.#entries[slot];
    if (known !== undefined && isSame(known.der, bytes, start, end)) return known.certificate;
    const neighbour = this.#entries[slot ^ 1];
    if (neighbour !== undefined && isSame(neighbour.der, bytes, start, end)) return neighbour.certificate;
    this.parsed++;
    const der = Buffer.from(bytes.subarray(start, end));
    const certificate = withMaskedNames(readCertificate(der), this.#maskName);
    if (der.length <= MAX_KEPT_BYTES) this.#keep(slot, { der, certificate });
    return certificate;
  }

  /**
   * The list in which these certificates were met before: a leaf comes in the same company each time, and each session that may be
   * resumed keeps its lists.
   */
  chain(certificates: readonly Certificate[]): readonly Certificate[] {
    if (certificates.length === 0) return NO_CERTIFICATES;
    const [leaf] = certificates;
    const known = this.#chains.get(leaf);
    if (known !== undefined && isSameChain(known, certificates)) return known;
    const made = certificates.slice();
    this.#chains.set(leaf, made);
    return made;
  }

  #keep(slot: number, entry: Entry): void {
    if (this.#entries[slot] !== undefined) this.#entries[slot ^ 1] = this.#entries[slot];
    this.#entries[slot] = entry;
  }
}

function isSameChain(a: readonly Certificate[], b: readonly Certificate[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function isSame(der: Buffer, bytes: Buffer, start: number, end: number): boolean {
  return der.length === end - start && der.compare(bytes, start, end) === 0;
}

function slotOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - 8); at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

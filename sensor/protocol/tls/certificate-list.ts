import { Cursor, OutOfBounds } from "../../bytes/cursor.js";
import type { Certificate } from "../message.js";
import type { CertificateCache } from "./certificate-cache.js";

const MAX_CHAIN = 32;

/** Whether a Certificate message up to TLS 1.2 holds none. Throws OutOfBounds where it is too short to say. */
export function isEmptyList({ bytes, at, end }: Cursor): boolean {
  return new Cursor(bytes, at, end).u24() === 0;
}

/** The certificates of a Certificate message up to TLS 1.2 (RFC 5246 §7.4.2), leaf first. A list that breaks off ends there. */
export function readCertificateList(body: Cursor, cache: CertificateCache): readonly Certificate[] {
  const chain: Certificate[] = [];
  try {
    const list = body.sub(Math.min(body.u24(), body.left));
    while (list.left > 0 && chain.length < MAX_CHAIN) {
      const { bytes, at, end } = list.sub(list.u24());
      chain.push(cache.get(bytes, at, end));
    }
  } catch (error) {
    if (!(error instanceof OutOfBounds)) throw error;
  }
  return cache.chain(chain);
}

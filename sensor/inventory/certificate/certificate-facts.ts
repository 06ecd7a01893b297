import type { CertificateFacts } from "../../../shared/event.js";
import type { Certificate } from "../../protocol/message.js";

/** A leaf and how many certificates came with it, itself included. */
export function certificateFacts(leaf: Certificate, chainLength: number): CertificateFacts {
  const {
    fingerprint,
    subject,
    issuer,
    san,
    serialNumber,
    notBeforeSeconds,
    notAfterSeconds,
    key,
    signatureAlgorithm,
  } = leaf;
  return {
    fingerprint,
    subject,
    issuer,
    san,
    serialNumber,
    ...(notBeforeSeconds === undefined ? {} : { notBeforeSeconds }),
    ...(notAfterSeconds === undefined ? {} : { notAfterSeconds }),
    key,
    signatureAlgorithm,
    chainLength,
  };
}

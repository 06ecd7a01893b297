import { draftOf } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";

/** SHA-1 and not SHA-128 or the like. RFC 9155, NIST SP 800-131A rev. 2 §9: collisions let a signature be carried over. */
const WEAK = /md[245]|sha-?1(?!\d)/i;

/** A certificate signed over a broken hash: one finding a certificate. */
export const weakCertificateSignature: Rule = {
  id: "weak-certificate-signature",
  watch: ({ findings }) => ({
    certificate: (certificate, side, handshake, edge, isLeaf) => {
      const { signatureAlgorithm, isSelfIssued } = certificate;
      // A root is trusted for being known: nobody checks what it says of itself.
      if ((!isLeaf && isSelfIssued) || !WEAK.test(signatureAlgorithm)) return "sound";
      if (findings.again(certificate, handshake.atMicros)) return undefined;
      const fault = { says: `is signed with ${signatureAlgorithm}`, evidence: { signatureAlgorithm } };
      const draft = draftOf(fault, certificate, side, handshake, edge);
      findings.first(certificate, certificate.fingerprint, handshake.atMicros, draft);
      return undefined;
    },
  }),
};

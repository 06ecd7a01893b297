import type { Certificate } from "../../protocol/message.js";
import { draftOf, watchChains } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";

/** SHA-1 and not SHA-128 or the like. RFC 9155, NIST SP 800-131A rev. 2 §9: collisions let a signature be carried over. */
const WEAK = /md[245]|sha-?1(?!\d)/i;

/** A certificate signed over a broken hash: one finding a certificate. */
export const weakCertificateSignature: Rule = {
  id: "weak-certificate-signature",
  watch: ({ findings }) => {
    const sound = new WeakSet<Certificate>();
    return watchChains((certificate, side, handshake, edge, isLeaf) => {
      if (sound.has(certificate) || findings.again(certificate, handshake.atMicros)) return;
      const { signatureAlgorithm, isSelfIssued } = certificate;
      // A root is trusted for being known: nobody checks what it says of itself.
      if (!isLeaf && isSelfIssued) return;
      if (!WEAK.test(signatureAlgorithm)) {
        sound.add(certificate);
        return;
      }
      const fault = { says: `is signed with ${signatureAlgorithm}`, evidence: { signatureAlgorithm } };
      const draft = draftOf(fault, certificate, side, handshake, edge);
      findings.first(certificate, certificate.fingerprint, handshake.atMicros, draft);
    });
  },
};

import { draftOf } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";

/** A certificate nobody vouches for, its subject its own issuer and sent alone: one finding a certificate. */
export const selfSignedCertificate: Rule = {
  id: "self-signed-certificate",
  watch: ({ findings }) => ({
    leaf: (leaf, side, handshake, edge) => {
      const chain = side === "server" ? handshake.serverChain : handshake.clientChain;
      // Two empty names are the same too, and no issuer's.
      if (!leaf.isSelfIssued || leaf.issuer === "" || chain.length !== 1) return "sound";
      if (findings.again(leaf, handshake.atMicros)) return undefined;
      const fault = {
        says: "is self-issued and was sent alone: no authority vouches for it",
        evidence: { isAuthority: leaf.isAuthority },
      };
      findings.first(leaf, leaf.fingerprint, handshake.atMicros, draftOf(fault, leaf, side, handshake, edge));
      return undefined;
    },
  }),
};

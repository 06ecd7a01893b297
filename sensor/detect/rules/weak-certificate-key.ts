import type { Certificate } from "../../protocol/message.js";
import { draftOf } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";

/** NIST SP 800-57 part 1 rev. 5, table 2: 112 bits of security, required since 2014. FIPS 186-5 drops DSA. */
const MIN_RSA_BITS = 2_048;
const MIN_EC_BITS = 224;

/** A key too weak for what it vouches for: one finding a certificate, those of authorities too. */
export const weakCertificateKey: Rule = {
  id: "weak-certificate-key",
  watch: ({ findings }) => ({
    certificate: (certificate, side, handshake, edge) => {
      const wanted = wantedInstead(certificate);
      if (wanted === undefined) return "sound";
      if (findings.again(certificate, handshake.atMicros)) return undefined;
      const fault = {
        says: `has the weak key ${certificate.key}: ${wanted}`,
        evidence: { key: certificate.key, isAuthority: certificate.isAuthority },
      };
      const draft = draftOf(fault, certificate, side, handshake, edge);
      findings.first(certificate, certificate.fingerprint, handshake.atMicros, draft);
      return undefined;
    },
  }),
};

function wantedInstead({ key, keyBits }: Certificate): string | undefined {
  if (key.startsWith("DSA")) return "DSA is no longer approved";
  if (keyBits === undefined) return undefined;
  if (key.startsWith("RSA") && keyBits < MIN_RSA_BITS) return `RSA takes at least ${MIN_RSA_BITS} bits`;
  if (key.startsWith("EC ") && keyBits < MIN_EC_BITS) return `a curve takes at least ${MIN_EC_BITS} bits`;
  return undefined;
}

import { draftOf } from "../certificate/leaf.js";
import type { CertificateLook, Rule } from "../finding.js";

/** Two certificates of one issuer with one serial number, which RFC 5280 §4.1.2.2 forbids: one finding an issuer and number. */
export const serialCollision: Rule = {
  id: "serial-collision",
  watch: ({ findings, remember }) => {
    const fingerprints = remember<string>();
    const look: CertificateLook = (certificate, side, handshake, edge) => {
      if (findings.again(certificate, handshake.atMicros)) return undefined;
      const { issuer, serialNumber, fingerprint, isMalformed } = certificate;
      if (issuer === "" || serialNumber === "" || isMalformed) return "sound";
      const key = `${issuer}\n${serialNumber}`;
      const first = fingerprints.get(key);
      if (first === undefined) fingerprints.set(key, fingerprint);
      if (first === undefined || first === fingerprint) return "sound";
      const fault = {
        says: `has the serial number ${serialNumber} that its issuer gave to another certificate too`,
        evidence: { serialNumber, other: first },
      };
      findings.first(certificate, key, handshake.atMicros, draftOf(fault, certificate, side, handshake, edge));
      return undefined;
    };
    return { certificate: look };
  },
};

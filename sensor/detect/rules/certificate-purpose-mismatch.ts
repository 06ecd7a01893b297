import type { Side } from "../../flow/stream.js";
import type { Certificate } from "../../protocol/message.js";
import { draftOf } from "../certificate/leaf.js";
import type { CertificateLook, Rule } from "../finding.js";
import { Subjects } from "../subjects.js";

const ANY = "anyExtendedKeyUsage";
/** RFC 5280 §4.2.1.12; the two SGC purposes stood for serverAuth in old certificates. */
const FITTING: Readonly<Record<Side, readonly string[]>> = {
  server: ["serverAuth", ANY, "nsSGC", "msSGC"],
  client: ["clientAuth", ANY],
};

/** A certificate at an end it was not issued for: one finding a certificate and side. */
export const certificatePurposeMismatch: Rule = {
  id: "certificate-purpose-mismatch",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    const look: CertificateLook = (leaf, side, handshake, edge) => {
      const purposes = leaf.extendedKeyUsages;
      // Without the extension a certificate is good for every purpose.
      if (purposes === undefined || isFitting(leaf, side)) return "sound";
      const subject = subjects.of(leaf, side);
      if (findings.again(subject, handshake.atMicros)) return undefined;
      const fault = {
        says: `is not for a ${side}: its purposes are ${purposes.join(", ") || "none"}`,
        evidence: { extendedKeyUsages: [...purposes] },
      };
      const draft = draftOf(fault, leaf, side, handshake, edge);
      findings.first(subject, `${leaf.fingerprint} ${side}`, handshake.atMicros, draft);
      return undefined;
    };
    return { leaf: look };
  },
};

function isFitting({ extendedKeyUsages }: Certificate, side: Side): boolean {
  for (const purpose of extendedKeyUsages ?? []) if (FITTING[side].includes(purpose)) return true;
  return false;
}

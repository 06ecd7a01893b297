import { dateOf, draftOf } from "../certificate/leaf.js";
import { daysWords, isInverted } from "../certificate/validity.js";
import type { Rule } from "../finding.js";

/** A certificate that had ended when a handshake with it was completed: one finding a certificate. */
export const certificateExpired: Rule = {
  id: "certificate-expired",
  watch: ({ findings }) => ({
    leaf: (leaf, side, handshake, edge) => {
      const { atMicros, established, resumed } = handshake;
      const { notAfterSeconds } = leaf;
      if (notAfterSeconds === undefined || isInverted(leaf)) return "sound";
      if (established !== true || atMicros <= notAfterSeconds * 1e6 || findings.again(leaf, atMicros)) return undefined;
      const days = Math.floor((atMicros / 1e6 - notAfterSeconds) / 86_400);
      const fault = {
        says: `ended on ${dateOf(notAfterSeconds)}, ${daysWords(days)} before a handshake with it was completed`,
        // RFC 8446 §4.6.1: a session may go on beyond the certificate it began with.
        evidence: { notAfter: dateOf(notAfterSeconds), isResumed: resumed === true },
      };
      findings.first(leaf, leaf.fingerprint, atMicros, draftOf(fault, leaf, side, handshake, edge));
      return undefined;
    },
  }),
};

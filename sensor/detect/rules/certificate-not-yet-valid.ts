import { dateOf, draftOf } from "../certificate/leaf.js";
import { isInverted } from "../certificate/validity.js";
import type { Rule } from "../finding.js";

/** A certificate whose time has not begun: one finding a certificate. */
export const certificateNotYetValid: Rule = {
  id: "certificate-not-yet-valid",
  watch: ({ findings }) => ({
    leaf: (leaf, side, handshake, edge) => {
      const { atMicros } = handshake;
      const { notBeforeSeconds } = leaf;
      if (notBeforeSeconds === undefined || isInverted(leaf)) return "sound";
      if (atMicros >= notBeforeSeconds * 1e6 || findings.again(leaf, atMicros)) return undefined;
      const fault = {
        says: `begins on ${dateOf(notBeforeSeconds)}, after it was seen`,
        evidence: { notBefore: dateOf(notBeforeSeconds) },
      };
      findings.first(leaf, leaf.fingerprint, atMicros, draftOf(fault, leaf, side, handshake, edge));
      return undefined;
    },
  }),
};

import type { Certificate } from "../../protocol/message.js";
import { dateOf, draftOf } from "../certificate/leaf.js";
import { daysWords, isInverted } from "../certificate/validity.js";
import type { Rule } from "../finding.js";

const DAY_SECONDS = 86_400;
/**
 * Certificates of a mesh live for hours (SPIRE: 1, Istio and Linkerd: 24, Consul: 72) and are always about to end; one that is
 * replaced in time has more than a third of its life left.
 */
const MACHINE_LIFE_SECONDS = 3 * DAY_SECONDS;

/** A certificate that ends soon: one finding a certificate. */
export const certificateExpiring: Rule = {
  id: "certificate-expiring",
  watch: ({ findings, settings }) => ({
    leaf: (leaf, side, handshake, edge) => {
      const { atMicros } = handshake;
      if (leaf.notAfterSeconds === undefined || isInverted(leaf)) return "sound";
      const leftSeconds = leaf.notAfterSeconds - atMicros / 1e6;
      if (leftSeconds < 0 || leftSeconds > noticeSeconds(leaf, settings.certificateDays)) return undefined;
      if (findings.again(leaf, atMicros)) return undefined;
      const fault = {
        says: `ends on ${dateOf(leaf.notAfterSeconds)}, ${daysWords(Math.floor(leftSeconds / DAY_SECONDS))} from when it was seen`,
        evidence: { notAfter: dateOf(leaf.notAfterSeconds), daysLeft: Math.floor(leftSeconds / DAY_SECONDS) },
      };
      findings.first(leaf, leaf.fingerprint, atMicros, draftOf(fault, leaf, side, handshake, edge));
      return undefined;
    },
  }),
};

function noticeSeconds({ notBeforeSeconds, notAfterSeconds }: Certificate, days: number): number {
  const lifeSeconds = (notAfterSeconds ?? 0) - (notBeforeSeconds ?? Number.NEGATIVE_INFINITY);
  return lifeSeconds <= MACHINE_LIFE_SECONDS ? lifeSeconds / 3 : days * DAY_SECONDS;
}

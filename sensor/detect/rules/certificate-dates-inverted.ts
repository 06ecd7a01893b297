import { dateOf, judgeLeaves } from "../certificate/leaf.js";
import { isInverted } from "../certificate/validity.js";
import type { Rule } from "../finding.js";

/** A certificate that ends before it begins, which no time satisfies: one finding a certificate. */
export const certificateDatesInverted: Rule = {
  id: "certificate-dates-inverted",
  watch: ({ findings }) =>
    judgeLeaves(findings, (leaf) => {
      if (!isInverted(leaf)) return undefined;
      const notBefore = dateOf(leaf.notBeforeSeconds ?? 0);
      const notAfter = dateOf(leaf.notAfterSeconds ?? 0);
      return { says: `ends on ${notAfter}, before it begins on ${notBefore}`, evidence: { notBefore, notAfter } };
    }),
};

import { judgeLeaves } from "../certificate/leaf.js";
import { personalAttributes } from "../certificate/personal-data.js";
import type { Rule } from "../finding.js";

/** A certificate that tells of a person to whoever is on the path: one finding a certificate, without what it tells. */
export const personalDataInCertificate: Rule = {
  id: "personal-data-in-certificate",
  watch: ({ findings }) =>
    judgeLeaves(findings, (leaf) => {
      const attributes = personalAttributes(leaf);
      if (attributes.length === 0) return undefined;
      return { says: `tells of a person in the clear: ${attributes.join(", ")}`, evidence: { attributes } };
    }),
};

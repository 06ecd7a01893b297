import { judgeLeaves } from "../certificate/leaf.js";
import { type PersonalData, personalDataIn } from "../certificate/personal-data.js";
import type { Rule } from "../finding.js";

const SAYS: readonly (readonly [keyof PersonalData, string])[] = [
  ["ofPersons", "tells of a person"],
  ["ofAccounts", "has the number of an account"],
  ["ofCards", "has the number of a payment card"],
];

/** A certificate whose names tell of a person, an account or a card to whoever is on the path: one finding a certificate, without what they tell. */
export const personalDataInCertificate: Rule = {
  id: "personal-data-in-certificate",
  watch: ({ findings }) =>
    judgeLeaves(findings, (leaf) => {
      const found = personalDataIn(leaf);
      const said = SAYS.filter(([kind]) => found[kind].length > 0);
      if (said.length === 0) return undefined;
      const attributes = [...new Set(Object.values(found).flat())].sort();
      const says = said.map(([kind, words]) => `${words} in the clear: ${found[kind].join(", ")}`).join("; it ");
      return { says, evidence: { attributes, ...Object.fromEntries(said.map(([kind]) => [kind, found[kind]])) } };
    }),
};

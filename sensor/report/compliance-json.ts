import { complianceObject } from "./compliance/document.js";
import { complianceView } from "./compliance/view.js";
import type { Report } from "./report.js";

/** What was seen against what frameworks ask, for programs. */
export const complianceJson: Report = {
  name: "compliance-json",
  *write(rows, coverage) {
    yield `${JSON.stringify(complianceObject(complianceView([...rows], coverage)), undefined, 2)}\n`;
  },
};

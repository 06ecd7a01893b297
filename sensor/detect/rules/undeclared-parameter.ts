import { watchDrift } from "../drift-finding.js";
import type { Rule } from "../finding.js";

/** A declared endpoint that is called with parameters its file does not have, or of another type. */
export const undeclaredParameter: Rule = {
  id: "undeclared-parameter",
  of: "judged",
  watch: (context) =>
    watchDrift(
      context,
      "parameter",
      ({ service, method, template, declaration }) =>
        `${method} ${template} of ${service.name} is called with other parameters than ${declaration?.place} declares.`,
    ),
};

import { watchDrift } from "../drift-finding.js";
import type { Rule } from "../finding.js";

/** A declared endpoint that is called with parameters its file does not have, of another type, or without those it requires. */
export const undeclaredParameter: Rule = {
  id: "undeclared-parameter",
  of: "judged",
  watch: (context) =>
    watchDrift(
      context,
      "parameter",
      ({ service, method, template, declaration }) =>
        `Parameters of ${method} ${template} of ${service.name} are other than ${declaration?.place} declares.`,
    ),
};

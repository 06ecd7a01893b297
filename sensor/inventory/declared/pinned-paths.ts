import { isRest } from "../../../shared/path-template.js";
import { newEvidence } from "../path/evidence.js";
import type { PathNode } from "../path/path-node.js";
import type { SegmentType } from "../path/segment.js";
import type { Coverage } from "./coverage.js";
import { declaredParameters } from "./declared-parameter.js";

const FORMS: ReadonlySet<string> = new Set(["uuid", "date", "email", "number"]);

/**
 * Tells a tree of paths where parameters are declared to stand, so that what is called below them and is not declared is one endpoint
 * rather than one for each value. Not at the top, where every name of a resource would be a value, nor what stands for the rest of a path:
 * nothing is called below that.
 */
export function pinParameters(root: PathNode<unknown>, coverage: Coverage): void {
  for (const route of coverage.routes()) {
    const parameters = declaredParameters(route);
    const segments = route.template.slice(1).split("/");
    const last = segments.findLastIndex((segment) => /^\{[^{}]*\}$/.test(segment));
    let node = root;
    for (const segment of segments.slice(0, last + 1)) {
      if (isRest(segment)) break;
      const name = /^\{([^{}]*)\}$/.exec(segment)?.[1];
      if (name === undefined) node = node.addLiteral(segment);
      else if (node === root) break;
      else {
        const { type = "", reason = "" } = parameters.find((one) => one.name === name) ?? {};
        const known = node.parameter("");
        // A text of no form is any word.
        node = known ?? node.addParameter("", newEvidence(FORMS.has(type) ? (type as SegmentType) : "word", reason));
        if (known === undefined) node.setName(name);
      }
    }
  }
}

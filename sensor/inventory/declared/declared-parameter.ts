import type { PathParameter } from "../../../shared/endpoint-facts.js";
import type { DeclaredParameter } from "../../declared/declared-api.js";
import type { DeclaredPath } from "./coverage.js";
import type { Route } from "./route-table.js";

/** The parameters of a declared template, with what its file says of them. */
export function declaredParameters({ parameters, value }: Route<DeclaredPath>): PathParameter[] {
  const operations = [...value.values()];
  const declared = operations.flatMap(({ operation }) => operation.parameters.filter((one) => one.in === "path"));
  const place = operations[0]?.place ?? "";
  return parameters.map((name) => ({
    name,
    type: typeOf(declared.find((one) => one.name === name)),
    reason: `declared in ${place}`,
    distinctValues: 0,
  }));
}

/** In the words of the types of path segments. */
function typeOf(parameter: DeclaredParameter | undefined): string {
  const { types = [], format } = parameter?.schema ?? {};
  if (format === "uuid" || format === "date" || format === "email") return format;
  return types.includes("integer") || types.includes("number") ? "number" : "identifier";
}

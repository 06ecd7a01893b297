import type { DeclaredSchema } from "../../declared/declared-api.js";
import { cheapPattern, MAX_MATCHED } from "./cheap-pattern.js";

/** What may stand under a name; undefined for whatever. */
export type Possible = DeclaredSchema | undefined;

const INDEX = /^\d*$/;

/** By its name, else by each pattern that this fits: one that is not held against names may fit any, and says nothing then: undefined. */
export function propertiesOf({ properties, patterns }: DeclaredSchema, name: string): Possible[] {
  if (Object.hasOwn(properties, name)) return [properties[name]];
  return patterns.flatMap(({ pattern, schema }) => {
    const expression = name.length > MAX_MATCHED ? undefined : cheapPattern(pattern);
    if (expression === undefined) return [undefined];
    return expression.test(name) ? [schema] : [];
  });
}

/**
 * The same of names of forms and queries, which write what lies deeper into the name: `filter[state]`, `lines[0][sku]` and `ids[]` are of
 * the object `filter`, the lists `lines` and `ids`; `filter.state` is, where `filter` is declared as an object. Empty where it is not
 * declared.
 */
export function parametersOf(declared: DeclaredSchema, name: string): Possible[] {
  const own = propertiesOf(declared, name);
  if (own.length > 0) return own;
  const [base, ...steps] = stepsOf(name);
  const within = steps.length > 0 || name !== base ? nearest(declared, [base, ...steps]) : undefined;
  if (within !== undefined) return below(within.schema, within.rest);
  if (steps.length === 0 && Object.hasOwn(declared.properties, `${name}[]`)) return [declared.properties[`${name}[]`]];
  const [object, ...parts] = name.split(".");
  const found = Object.hasOwn(declared.properties, object) ? declared.properties[object] : undefined;
  return parts.length > 0 && found?.types.includes("object") ? below(found, parts) : [];
}

/** Whether the name ends as that of a list's entry does. */
export function isEntryName(name: string): boolean {
  return /\[\d*\]$/.test(name);
}

/** What stands before the first bracket. */
export function baseOf(name: string): string {
  const bracket = name.indexOf("[");
  return bracket < 1 ? name : name.slice(0, bracket);
}

/** `a[b][]` → `a`, `b`, nothing; what is written in no such way stays whole. */
function stepsOf(name: string): string[] {
  const base = baseOf(name);
  const rest = name.slice(base.length);
  if (!/^(\[[^\][]*\])+$/.test(rest)) return [name];
  return [base, ...rest.slice(1, -1).split("][")];
}

/** The declared name that is the longest beginning of the steps; one with an index, as `ids[]`, stands for each entry. */
function nearest(
  { properties }: DeclaredSchema,
  steps: readonly string[],
): { readonly schema: DeclaredSchema; readonly rest: readonly string[] } | undefined {
  let found: { readonly schema: DeclaredSchema; readonly rest: readonly string[] } | undefined;
  for (const [name, schema] of Object.entries(properties)) {
    const own = stepsOf(name);
    while (own.length > 1 && own.at(-1) === "") own.pop();
    const isBeginning =
      own.length <= steps.length && own.every((step, at) => step === steps[at] || areIndexes(step, steps[at]));
    const rest = steps.slice(own.length);
    if (isBeginning && (found === undefined || rest.length < found.rest.length)) found = { schema, rest };
  }
  return found;
}

function areIndexes(one: string, other: string): boolean {
  return INDEX.test(one) && INDEX.test(other);
}

/** Whatever is not said to be an object or a list may be written in any way. */
function below(schema: Possible, steps: readonly string[]): Possible[] {
  if (schema === undefined || steps.length === 0) return [schema];
  const [step, ...rest] = steps;
  if (INDEX.test(step) && (schema.items !== undefined || schema.types.includes("array")))
    return below(schema.items, rest);
  const named = propertiesOf(schema, step);
  if (named.length > 0) return named.flatMap((one) => below(one, rest));
  const isNamed = Object.keys(schema.properties).length > 0 || schema.patterns.length > 0;
  if (!isNamed || schema.isOpen) return below(schema.more, rest);
  // Some write no index between a list and the names of its entries.
  if (schema.items !== undefined) return below(schema.items, steps);
  return [];
}

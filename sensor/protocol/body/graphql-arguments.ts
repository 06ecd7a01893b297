const MAX_TEXT = 4_096;
/** A field and what stands in the parentheses behind it; texts in it may hold some of their own. */
const FIELD = /([A-Za-z_]\w*)\s*\(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\)/g;
/** Not those that declare a variable. What holds others, in braces, has no value of its own. */
const ARGUMENT = /(?<![$\w])([A-Za-z_]\w*)\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,{}")]+)/g;

export interface FieldArguments {
  readonly name: string;
  readonly values: readonly (readonly [name: string, value: string])[];
}

/**
 * The arguments of fields in a GraphQL document as it stands in JSON, escapes included (spec.graphql.org, October 2021, §2.6): those of
 * input objects among them. Of the first 4,096 characters.
 */
export function argumentsOf(document: string): readonly FieldArguments[] {
  const text = document
    .slice(0, MAX_TEXT)
    .replace(/\\[nrt]/g, " ")
    .replaceAll('\\"', '"');
  return [...text.matchAll(FIELD)].map(([, name, inner]) => ({
    name,
    values: [...inner.matchAll(ARGUMENT)].map(([, argument, value]) => [argument, value] as const),
  }));
}

import type { EndpointSchemas, JsonSchema } from "./endpoint-facts.js";

/** Names of all fields of queries and bodies: `query.page`, `request.lines[].price`, `answer 200.id`. */
export function fieldsOf({ schemas }: { readonly schemas?: EndpointSchemas }): string[] {
  if (schemas === undefined) return [];
  const fields: string[] = [];
  const walk = (schema: JsonSchema | undefined, name: string): void => {
    for (const [property, below] of Object.entries(schema?.properties ?? {})) {
      const path = `${name}.${property}`;
      fields.push(path);
      walk(below, path);
    }
    if (schema?.additionalProperties !== undefined) walk(schema.additionalProperties, `${name}.*`);
    if (schema?.items !== undefined) walk(schema.items, `${name}[]`);
  };
  walk(schemas.query, "query");
  walk(schemas.request, "request");
  for (const [status, schema] of Object.entries(schemas.responses)) walk(schema, `answer ${status}`);
  return fields;
}

import type { EndpointSchemas, JsonSchema } from "./endpoint-facts.js";

/** Names of all fields of queries and bodies: `query.page`, `request.lines[].price`, `answer 200.id`. */
export function fieldsOf({ schemas }: { readonly schemas?: EndpointSchemas }): string[] {
  if (schemas === undefined) return [];
  const fields: string[] = [];
  const walk = (schema: JsonSchema | undefined, name: string): void => {
    for (const [property, below] of Object.entries(schema?.properties ?? {})) {
      // A file that names fields of a message adds none to it.
      const path = `${name}.${below["x-protobuf"]?.number ?? property}`;
      fields.push(path);
      walk(below, path);
    }
    if (schema?.additionalProperties !== undefined) walk(schema.additionalProperties, `${name}.*`);
    if (schema?.items !== undefined) walk(schema.items, `${name}[]`);
  };
  walk(schemas.query, "query");
  walk(schemas.request, "request");
  for (const [status, schema] of Object.entries(schemas.responses)) walk(schema, `answer ${status}`);
  walk(schemas.messages?.request, "request message");
  for (const [status, schema] of Object.entries(schemas.messages?.responses ?? {}))
    walk(schema, `answer ${status} message`);
  return fields;
}

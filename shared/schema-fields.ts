import type { EndpointSchemas, JsonSchema } from "./endpoint-facts.js";

type WithSchemas = { readonly schemas?: EndpointSchemas };

/** Names of all fields of queries and bodies: `query.page`, `request.lines[].price`, `answer 200.id`. */
export function fieldsOf(endpoint: WithSchemas): string[] {
  return [...fieldTypesOf(endpoint).keys()];
}

/**
 * Of the same fields, in the same order, what stands there: `integer`, `string uuid or null`, `array of string (not always)` where what
 * it is part of was seen without it too. Of messages of Protocol Buffers it is how they are written, which no file changes.
 */
export function fieldTypesOf({ schemas }: WithSchemas): Map<string, string> {
  const types = new Map<string, string>();
  if (schemas === undefined) return types;
  const walk = (schema: JsonSchema | undefined, name: string): void => {
    const required = new Set(schema?.required);
    for (const [property, below] of Object.entries(schema?.properties ?? {})) {
      // A file that names fields of a message adds none to it.
      const number = below["x-protobuf"]?.number;
      const path = `${name}.${number ?? property}`;
      const isAlways = number !== undefined || required.has(property);
      types.set(path, `${typeWords(below)}${isAlways ? "" : " (not always)"}`);
      walk(below, path);
    }
    if (schema?.additionalProperties !== undefined) walk(schema.additionalProperties, `${name}.*`);
    if (schema?.items !== undefined) walk(schema.items, `${name}[]`);
  };
  walk(schemas.query, "query");
  for (const [name, schema] of bodySchemas(schemas)) walk(schema, name);
  walk(schemas.messages?.request, "request message");
  for (const [status, schema] of Object.entries(schemas.messages?.responses ?? {}))
    walk(schema, `answer ${status} message`);
  return types;
}

/** What whole bodies are: `request object`, `answer 200 array of object`, one for each where they are of several types. */
export function bodiesOf({ schemas }: WithSchemas): string[] {
  if (schemas === undefined) return [];
  return bodySchemas(schemas).flatMap(([name, schema]) => eachType(schema).map((words) => `${name} ${words}`));
}

/** Names of what stands in heads of one kind. */
export function namesOf(schema: JsonSchema | undefined): string[] {
  return Object.keys(schema?.properties ?? {});
}

function bodySchemas({ request, responses }: EndpointSchemas): [string, JsonSchema][] {
  const answers = Object.entries(responses).map(([status, schema]): [string, JsonSchema] => [
    `answer ${status}`,
    schema,
  ]);
  return request === undefined ? answers : [["request", request], ...answers];
}

/** Without commas, which part values of lists. */
function typeWords(schema: JsonSchema): string {
  const wireType = schema["x-protobuf"]?.wireType;
  const words = wireType === undefined ? eachType(schema) : [wireType].flat();
  return words.join(" or ") || "anything";
}

function eachType({ type = [], format, items, additionalProperties }: JsonSchema): string[] {
  return [type].flat().map((name) => {
    if (name === "array" && items?.type !== undefined) return `array of ${typeWords(items)}`;
    if (name === "object" && additionalProperties?.type !== undefined)
      return `map of ${typeWords(additionalProperties)}`;
    return name === "string" && format !== undefined ? `string ${format}` : name;
  });
}

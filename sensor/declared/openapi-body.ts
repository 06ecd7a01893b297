import type { DeclaredBody, DeclaredSchema } from "./declared-api.js";
import type { SchemaReader } from "./openapi-schema.js";
import { child, faultAt, follow, isMapping, type Located, type Mapping, type Opener } from "./reference.js";
import { emptySchema, SchemaAlternatives } from "./schema-alternatives.js";

const NOTHING: DeclaredBody = { contentTypes: [], schema: undefined };
const JSON_TYPE = /[/+]json$|^\*\/\*$|^application\/\*$/;
/** One text of JSON behind another, each on a line of its own, or with a record separator (RFC 7464). */
const LINES_TYPE = /^application\/(x-)?(nd-?json|jsonl|json-?lines|jsonlines|ldjson|json-seq)$/;
const FORM_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data)$/;

/** OpenAPI 2.0 §5.2.9: these two are no parameters but the body. */
export function isFormParameter({ value }: Located): boolean {
  const place = (value as Mapping).in;
  return place === "body" || place === "formData";
}

/** OpenAPI 2.0 §5.2.9: of forms their fields alone are required. */
export function requiresBody(parameters: readonly Located[]): boolean {
  return parameters.some(({ value }) => (value as Mapping).in === "body" && (value as Mapping).required === true);
}

/** Reads what requests and responses hold. */
export class BodyReader {
  readonly #schemas: SchemaReader;
  readonly #open: Opener;
  readonly #root: Mapping;
  readonly #alternatives = new SchemaAlternatives();

  constructor(schemas: SchemaReader, open: Opener, root: Mapping) {
    this.#schemas = schemas;
    this.#open = open;
    this.#root = root;
  }

  request(operation: Located): DeclaredBody | undefined {
    const body = child(operation, "requestBody");
    return body.value === undefined ? undefined : this.response(follow(body, this.#open));
  }

  /** OpenAPI 3.0.3 §4.7.13.1: unless the file says so it is not. */
  isRequired(operation: Located): boolean {
    const body = child(operation, "requestBody");
    return body.value !== undefined && child(follow(body, this.#open), "required").value === true;
  }

  /** OpenAPI 3: a mapping with `content`. */
  response(at: Located): DeclaredBody {
    if (!isMapping(at.value)) throw faultAt(at, "must be a mapping with a description");
    const content = child(at, "content");
    if (content.value === undefined) return NOTHING;
    if (!isMapping(content.value)) throw faultAt(content, `"content" must be a mapping of media types`);
    const types = Object.keys(content.value);
    const bare = types.map(mediaType);
    const compared = types.filter((_, index) =>
      [JSON_TYPE, FORM_TYPE, LINES_TYPE].some((one) => one.test(bare[index])),
    );
    const schemas = compared.map((type) => {
      const isLines = LINES_TYPE.test(mediaType(type));
      return (isLines ? this.#line(content, type) : this.#schema(child(content, type, "schema"))) ?? emptySchema();
    });
    return { contentTypes: bare, schema: this.#alternatives.of(schemas) };
  }

  /**
   * Of each text: OpenAPI 3.2.0 §4.14.3 has `itemSchema` for that, and takes `schema` for the list of all of them; files of before write
   * that of a text there as well.
   */
  #line(content: Located, type: string): DeclaredSchema | undefined {
    const own = this.#schema(child(content, type, "itemSchema"));
    const schema = own ?? this.#schema(child(content, type, "schema"));
    const isList = own === undefined && schema?.types.join() === "array";
    return isList ? (schema?.items ?? emptySchema()) : schema;
  }

  swaggerRequest(operation: Located, parameters: readonly Located[]): DeclaredBody | undefined {
    const parts = parameters.filter(isFormParameter);
    if (parts.length === 0) return undefined;
    const contentTypes = this.#mediaTypes(operation, "consumes");
    const body = parts.find(({ value }) => (value as Mapping).in === "body");
    return { contentTypes, schema: body === undefined ? this.#form(parts) : this.#schema(child(body, "schema")) };
  }

  swaggerResponse(operation: Located, at: Located): DeclaredBody {
    if (!isMapping(at.value)) throw faultAt(at, "must be a mapping with a description");
    const schema = child(at, "schema");
    if (schema.value === undefined) return NOTHING;
    return { contentTypes: this.#mediaTypes(operation, "produces"), schema: this.#schema(schema) };
  }

  #form(parts: readonly Located[]): DeclaredSchema {
    const form = { ...emptySchema(), types: ["object"] };
    for (const part of parts) {
      const { name, required } = part.value as Mapping;
      form.properties[String(name)] = this.#schemas.read(part);
      if (required === true) form.required.push(String(name));
    }
    return form;
  }

  #schema(located: Located | undefined): DeclaredSchema | undefined {
    return located?.value === undefined ? undefined : this.#schemas.read(located);
  }

  /** The operation's own, else the document's. */
  #mediaTypes(operation: Located, key: string): string[] {
    const list = (operation.value as Mapping)[key] ?? this.#root[key];
    return Array.isArray(list) ? list.map((type) => mediaType(String(type))) : [];
  }
}

function mediaType(contentType: string): string {
  return contentType.split(";")[0].trim().toLowerCase();
}

import type { DeclaredParameter, DeclaredRequirement, DeclaredScheme } from "./declared-api.js";
import { DeclaredFault } from "./declared-fault.js";
import { child, faultAt, follow, isMapping, type Located, type Opener } from "./reference.js";

const UNKNOWN: DeclaredScheme = { type: "unknown" };
/** RFC 6750 §2: what both give out is borne. */
const BEARER: DeclaredScheme = { type: "http", scheme: "bearer" };
const TYPES = "apiKey, http (2.0: basic), mutualTLS, oauth2 and openIdConnect";

/**
 * Which credentials operations of a file ask for: OpenAPI 3.1.0 §4.8.27 and §4.8.30, OpenAPI 2.0 §5.2.27 and §5.2.30. What can't be read
 * of them is told once, and breaks nothing else of the file.
 */
export class SecurityReader {
  readonly #root: Located;
  readonly #open: Opener;
  readonly #complaints: string[];
  /** By file and name. */
  readonly #schemes = new Map<string, DeclaredScheme>();
  #ofDocument: readonly DeclaredRequirement[] | undefined = undefined;
  #keyFields: ReadonlySet<string> | undefined = undefined;

  constructor(root: Located, open: Opener, complaints: string[]) {
    this.#root = root;
    this.#open = open;
    this.#complaints = complaints;
  }

  /**
   * What the operation asks for itself, else what its document does; with it the fields of credentials that its parameters require. An
   * Authorization among these says something only where nothing else does: OpenAPI 3.1.0 §4.8.12.2 leaves it out of account.
   */
  of(operation: Located, parameters: readonly DeclaredParameter[]): readonly DeclaredRequirement[] | undefined {
    const own = child(operation, "security");
    const asked = own.value === undefined ? this.#documents() : this.#requirements(own);
    const fields = parameters
      .filter((one) => one.in === "header" && one.isRequired)
      .map(({ name }) => name.toLowerCase())
      .filter((name) => this.#keyNames().has(name) || (name === "authorization" && asked === undefined));
    if (fields.length === 0) return asked;
    const alternatives = asked === undefined || asked.length === 0 ? [[]] : asked;
    return alternatives.map((schemes) => [...schemes, ...fields.filter((name) => !hasField(schemes, name)).map(keyIn)]);
  }

  #documents(): readonly DeclaredRequirement[] | undefined {
    const list = child(this.#root, "security");
    if (list.value !== undefined) this.#ofDocument ??= this.#requirements(list);
    return this.#ofDocument;
  }

  #requirements(list: Located): readonly DeclaredRequirement[] {
    const { value } = list;
    if (!Array.isArray(value)) {
      this.#tell(list, `"security" must be a list such as [{ name: [] }]; correct it`);
      return [[UNKNOWN]];
    }
    return value.map((requirement: unknown, index) => {
      const at = child(list, index);
      if (isMapping(requirement)) return Object.keys(requirement).map((name) => this.#named(child(at, name), name));
      this.#tell(at, `an entry of "security" must be a mapping such as { name: [] }; correct it`);
      return [UNKNOWN];
    });
  }

  /** In a document that another one refers to, names are those of the one that was given, where that has them. */
  #named(at: Located, name: string): DeclaredScheme {
    const key = `${at.document.file} ${name}`;
    const known = this.#schemes.get(key);
    if (known !== undefined) return known;
    const places = [this.#root, { document: at.document, path: [], value: at.document.value }].map(schemesIn);
    const found = places.find(({ value }) => isMapping(value) && Object.hasOwn(value, name));
    if (found === undefined)
      this.#tell(
        at,
        `"security" names "${name}", and no scheme of that name is declared; declare it or correct the name`,
      );
    const scheme = found === undefined ? UNKNOWN : this.#told(child(found, name), name);
    this.#schemes.set(key, scheme);
    return scheme;
  }

  #told(at: Located, name: string): DeclaredScheme {
    try {
      return readScheme(follow(at, this.#open), name);
    } catch (error) {
      if (!(error instanceof DeclaredFault)) throw error;
      this.#complain(error);
      return UNKNOWN;
    }
  }

  #tell(at: Located, what: string): void {
    this.#complain(faultAt(at, what));
  }

  #complain({ message }: DeclaredFault): void {
    const text = `${message}; which credential it asks for is not compared`;
    if (!this.#complaints.includes(text)) this.#complaints.push(text);
  }

  /** Header fields of all keys that the file has a scheme for; those that can't be read are told where they are asked for. */
  #keyNames(): ReadonlySet<string> {
    this.#keyFields ??= new Set(this.#keyFieldsIn(schemesIn(this.#root)));
    return this.#keyFields;
  }

  *#keyFieldsIn(schemes: Located): Iterable<string> {
    for (const name of isMapping(schemes.value) ? Object.keys(schemes.value) : []) {
      try {
        const scheme = readScheme(follow(child(schemes, name), this.#open), name);
        if (scheme.type === "apiKey" && scheme.in === "header") yield scheme.name.toLowerCase();
      } catch (error) {
        if (!(error instanceof DeclaredFault)) throw error;
      }
    }
  }
}

function schemesIn(document: Located): Located {
  const { value } = document;
  const isSwagger = isMapping(value) && "swagger" in value;
  return isSwagger ? child(document, "securityDefinitions") : child(document, "components", "securitySchemes");
}

function readScheme(at: Located, called: string): DeclaredScheme {
  const what = `the security scheme "${called}"`;
  if (!isMapping(at.value)) throw faultAt(at, `${what} must be a mapping with a type; correct it`);
  const { type, scheme, name, in: place } = at.value;
  switch (type) {
    case "basic":
      return { type: "http", scheme: "basic" };
    case "oauth2":
    case "openIdConnect":
      return BEARER;
    case "mutualTLS":
      return { type };
    case "http":
      if (typeof scheme === "string" && scheme !== "") return { type, scheme: scheme.toLowerCase() };
      throw faultAt(at, `${what} has no "scheme"; give it one such as bearer or basic`);
    case "apiKey":
      if (typeof name !== "string" || name === "") throw faultAt(at, `${what} has no "name"; give it one`);
      if (place === "query" || place === "header" || place === "cookie") return { type, in: place, name };
      throw faultAt(at, `"in" of ${what} must be one of query, header, cookie; correct it`);
    default:
      throw faultAt(at, `${what} has the type ${JSON.stringify(type) ?? "of none"}; read are ${TYPES}`);
  }
}

function keyIn(name: string): DeclaredScheme {
  return { type: "apiKey", in: "header", name };
}

/** Whether what stands in that field is asked for already. */
function hasField(schemes: DeclaredRequirement, field: string): boolean {
  return schemes.some((one) => one.type === "apiKey" && one.in === "header" && one.name.toLowerCase() === field);
}

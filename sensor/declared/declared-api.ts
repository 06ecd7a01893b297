/**
 * What files declare of APIs: plain data, as it is handed to the analysis thread. Schemas that are used in several places are one
 * object, and one that holds itself is a circle.
 */
export interface DeclaredApi {
  /** The file, as given or as found below the folder that was given. */
  readonly file: string;
  readonly title: string;
  readonly kind: "openapi" | "protobuf";
  /** Of the format: `2.0`, `3.0.3`, `3.1.0`, `proto3`, `descriptor set`. */
  readonly version: string;
  /** Where it is served; empty where the file does not tell and no setting does. */
  readonly servers: readonly DeclaredServer[];
  readonly operations: readonly DeclaredOperation[];
}

/** Names are in lower case. */
export interface DeclaredServer {
  /** A name or an address; `*` in it stands for any characters. Undefined where only a path is given. */
  readonly host: string | undefined;
  /** Undefined where the URL does not name one: behind a gateway it is another than the scheme's. */
  readonly port: number | undefined;
  /** What stands before every template: `/v1`, or nothing. */
  readonly basePath: string;
}

/** The method of an operation that stands for all that its path does not have besides. */
export const ANY_METHOD = "ANY";

export interface DeclaredOperation {
  /** In upper case. */
  readonly method: string;
  /** With its braces, without the base path; of a procedure `/package.Service/Method`. */
  readonly template: string;
  /** File and line where it stands. */
  readonly place: string;
  /** Only where it has servers of its own. */
  readonly servers: readonly DeclaredServer[] | undefined;
  readonly isDeprecated: boolean;
  /** When it is to go away, microseconds; undefined where the file does not tell. */
  readonly sunsetMicros: number | undefined;
  /** Those of an object that is written as parameters of their own are here instead of it. */
  readonly parameters: readonly DeclaredParameter[];
  /** The query as an object of its parameters; undefined where files have no parameters. */
  readonly query?: DeclaredSchema;
  /** One of these a call has to fulfil; an empty one asks for nothing. Undefined where the file does not tell. */
  readonly security?: readonly DeclaredRequirement[];
  readonly request: DeclaredBody | undefined;
  /** Whether a request must have a body, whatever stands in it. */
  readonly isBodyRequired: boolean;
  /** By status: `200`, `4XX`, `default`. Empty where the file tells of none. */
  readonly responses: Readonly<Record<string, DeclaredResponse>>;
  /** Only of a procedure of Protocol Buffers: what goes into it and comes out, each undefined where the files do not have it. */
  readonly messages?: DeclaredMessages;
}

export interface DeclaredMessages {
  readonly request: DeclaredMessage | undefined;
  readonly response: DeclaredMessage | undefined;
}

/** A message of Protocol Buffers. Filled in while messages that hold themselves are read. */
export interface DeclaredMessage {
  /** With its package. */
  readonly name: string;
  readonly fields: Map<number, DeclaredField>;
  /** Numbers left to extensions, first and last: what stands there may be declared elsewhere. */
  readonly extensions: readonly (readonly [first: number, last: number])[];
}

export interface DeclaredField {
  readonly name: string;
  /** `int32`, or the full name of a message or an enumeration. */
  readonly type: string;
  /** How it is written (protobuf.dev, encoding); a list of numbers may be packed beside that. `any` where its type is in no file. */
  readonly wire: "varint" | "fixed64" | "length" | "fixed32" | "any";
  readonly isRepeated: boolean;
  /** As only proto2 has it. */
  readonly isRequired: boolean;
  /** Undefined where it is none. */
  readonly message: DeclaredMessage | undefined;
}

export interface DeclaredParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly isRequired: boolean;
  readonly schema: DeclaredSchema;
}

/** Credentials that a call has to have together. */
export type DeclaredRequirement = readonly DeclaredScheme[];

/**
 * A kind of credential, OpenAPI 3.1.0 §4.8.27. `http` has its scheme of RFC 9110 §11.1 in lower case: what OAuth 2 and OpenID Connect give out
 * is `bearer`. `unknown` is one that could not be read: of that nobody may say that it was missing.
 */
export type DeclaredScheme =
  | { readonly type: "http"; readonly scheme: string }
  | { readonly type: "apiKey"; readonly in: "query" | "header" | "cookie"; readonly name: string }
  | { readonly type: "mutualTLS" }
  | { readonly type: "unknown" };

export interface DeclaredBody {
  /** Media types in lower case, without parameters; empty where none is told. */
  readonly contentTypes: readonly string[];
  /** Of JSON and of forms, of several whatever one of them has; undefined where none is told. */
  readonly schema: DeclaredSchema | undefined;
}

export interface DeclaredResponse extends DeclaredBody {
  readonly headers: readonly DeclaredParameter[];
}

/** As much of a schema as what is seen can be compared with. Filled in while schemas that hold themselves are read. */
export interface DeclaredSchema {
  /** Types of JSON, `integer` among them; empty where any may be. */
  types: string[];
  format: string | undefined;
  /** All that may stand there, as texts; undefined where the file does not list them. */
  values: readonly string[] | undefined;
  /** All of them hold. What stands at one place of many messages is not kept: they are held against parameters of paths alone. */
  limits: readonly DeclaredLimits[];
  properties: Record<string, DeclaredSchema>;
  /** Of properties whose names fit, JSON Schema 2020-12 §10.3.2.2; regular expressions of ECMA-262 as the file has them. */
  patterns: { readonly pattern: string; readonly schema: DeclaredSchema }[];
  required: string[];
  /** Of its properties those that are sent one way only, though they be required: `readOnly` and `writeOnly`, OpenAPI 3.0.3 §4.7.24.1. */
  onlyInAnswers: string[];
  onlyInRequests: string[];
  /** Of the entries of an array. */
  items: DeclaredSchema | undefined;
  /** Whether an object may have properties beyond those named; a schema of theirs counts as such. */
  isOpen: boolean;
  /** What these are; undefined where the file does not tell. */
  more: DeclaredSchema | undefined;
}

/** JSON Schema 2020-12 §6.2 and §6.3. Those of numbers are undefined, as of texts, where the file sets none. */
export interface DeclaredLimits {
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: number | undefined;
  readonly exclusiveMaximum: number | undefined;
  /** In characters. */
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  /** A regular expression of ECMA-262, as the file has it: nothing says that it is one, or how long it takes. */
  readonly pattern: string | undefined;
}

/** What a file speaks for: all that the service serves, or what lies under its server's path only, as behind gateways. */
export type DeclaredScope = "service" | "base-path";

/** Everything that is declared, and how it is applied. */
export interface Declared {
  readonly apis: readonly DeclaredApi[];
  readonly scope: DeclaredScope;
  /** Endpoints that nothing is said of: `/healthz`, `GET /debug/*`. */
  readonly ignore: readonly string[];
  /** Packet time after which an operation that was never seen is dormant. */
  readonly windowSeconds: number;
  /** Files that could not be used. */
  readonly filesBroken: number;
}

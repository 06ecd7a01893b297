export interface PathParameter {
  /** Name in the template, without braces. */
  readonly name: string;
  readonly type: string;
  /** Words for a person: what evidence made this segment a parameter. */
  readonly reason: string;
  /** So many different values at least; counted up to 64. */
  readonly distinctValues: number;
}

/** What files say of an endpoint. */
export interface DeclarationFacts {
  /** False where files speak of its service, and none has it. */
  readonly isDeclared: boolean;
  /** The file that has it, or those that do not. */
  readonly file: string;
  /** What the file calls its API. */
  readonly title: string;
  /** `file:line`; only where it is declared. */
  readonly place?: string;
}

/** JSON Schema 2020-12, as much of it as is learned. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  /** Words of a program's own, where only a few ever stood there; never anything else. */
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
}

/** What calls are built of, learned from those that were looked at; no values. */
export interface EndpointSchemas {
  /** An object whose properties are the query's parameters. */
  readonly query?: JsonSchema;
  readonly request?: JsonSchema;
  /** By status. */
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

/** That an endpoint is about to go away. */
export interface DeprecationFacts {
  /** Who says so: `file` a declared one, `header` its own answers (RFC 9745, RFC 8594). */
  readonly marks: readonly string[];
  /** Left out where it always was. */
  readonly fromMicros?: number;
  readonly sunsetMicros?: number;
}

import type { Quantiles } from "./event.js";

/** Differences from declared files that are told of an endpoint. */
export const MAX_DRIFT = 32;

export interface PathParameter {
  /** Name in the template, without braces. */
  readonly name: string;
  readonly type: string;
  /** Words for a person: what evidence made this segment a parameter. */
  readonly reason: string;
  /** So many different values at least; counted up to 64. */
  readonly distinctValues: number;
}

/** What answers were, beside their status. */
export interface AnswerFacts {
  readonly responseContentTypes: readonly string[];
  /** gRPC's own status code, which HTTP's says nothing of → calls; left out where none told one. */
  readonly rpcStatuses?: Readonly<Record<string, number>>;
  /** Status code → media types of its answers, bounded; a type that is in none of them was of a status that is not known. Left out where none is. */
  readonly responseContentTypesByStatus?: Readonly<Record<string, readonly string[]>>;
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
  /** Only of messages of Protocol Buffers and their fields: what JSON's types do not say of them. */
  readonly "x-protobuf"?: ProtobufFacts;
}

export interface ProtobufFacts {
  readonly number?: number;
  /** `VARINT` `I64` `LEN` `I32`, as protobuf.dev's encoding calls them; several where it was written in several ways. */
  readonly wireType?: string | readonly string[];
  /** As the file declares it. */
  readonly type?: string;
  /** Types it may be declared as, where no file does. */
  readonly mayBe?: readonly string[];
  /** Declared as what it was not. */
  readonly declared?: string;
  /** Of what is taken for text or for a message by its bytes: from 0 to 1. */
  readonly confidence?: number;
  /** Full name of the message that a file declares. */
  readonly message?: string;
}

/** Messages of Protocol Buffers, as JSON Schema; fields without a known name go by their numbers, `field_1`. */
export interface MessageSchemas {
  readonly request?: JsonSchema;
  /** By status of HTTP: with gRPC 200. */
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

/**
 * Bodies that schemas were learned from. Not every call's is: what came in none of these is in no schema, and what is always there, or one
 * of a few words, is so in these.
 */
export interface BodiesRead {
  readonly request?: number;
  /** By status. */
  readonly responses: Readonly<Record<string, number>>;
}

/** What calls are built of, learned from those that were looked at; no values. */
export interface EndpointSchemas {
  /** An object whose properties are the query's parameters. */
  readonly query?: JsonSchema;
  /** The same of fields of the requests' heads, and of cookies, but for those that HTTP itself has there and those that are credentials. */
  readonly header?: JsonSchema;
  readonly cookie?: JsonSchema;
  readonly request?: JsonSchema;
  /** By status. */
  readonly responses: Readonly<Record<string, JsonSchema>>;
  /** The same of fields of the answers' heads; left out where none had any of their own. */
  readonly responseHeaders?: Readonly<Record<string, JsonSchema>>;
  /** Left out where no message of Protocol Buffers was seen. */
  readonly messages?: MessageSchemas;
  /** Left out where none was, and by versions that did not count them. */
  readonly bodiesRead?: BodiesRead;
}

/** That an endpoint is about to go away. */
export interface DeprecationFacts {
  /** Who says so: `file` a declared one, `header` its own answers (RFC 9745, RFC 8594). */
  readonly marks: readonly string[];
  /** From when on it is deprecated, also a time to come; left out where it always was, and where nothing but its end is told. */
  readonly fromMicros?: number;
  readonly sunsetMicros?: number;
  /** When each of its callers called last since it was marked, bounded; left out where none did. */
  readonly lastCalls?: Readonly<Record<string, number>>;
  /** Of those who did not call for 7 days by its last call, while its sensor watched; left out where none did so. */
  readonly gone?: readonly string[];
}

/**
 * What calls of an endpoint are beyond question and answer. How long these last is no latency, and is none of `durationMillis`. Where
 * bytes were lost, messages were at least so many.
 */
export interface StreamRecord {
  /** `websocket` `event-stream` (server-sent events) `long-poll` → calls. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What both sides agreed on, bounded. */
  readonly subprotocols: readonly string[];
  readonly extensions: readonly string[];
  readonly requestMessages: number;
  readonly responseMessages: number;
  /** Bytes of the messages as sent, without what frames them. */
  readonly requestMessageBytes: number;
  readonly responseMessageBytes: number;
  /**
   * Of both ways: messages that were `fragmented` or `compressed`, `control` frames, `unread bytes` in which no messages could be found
   * after others had been lost.
   */
  readonly frames: Readonly<Record<string, number>>;
  /** Close codes of WebSockets → how many ended so; `none` without one. */
  readonly closes: Readonly<Record<string, number>>;
  /** What stood as its reason: `none` `text` `json` `invalid` → how many. */
  readonly closeReasons: Readonly<Record<string, number>>;
  readonly lastedMillis?: Quantiles;
}

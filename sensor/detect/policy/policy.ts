/** `mtls` both ends prove who they are · `tls` the server does · `any` nothing is expected. */
export type Expected = "mtls" | "tls" | "any";

/** Which servers: all that is given must fit; of each list one entry. Texts are globs. */
export interface ServerMatch {
  /** The inventory's name of the service. */
  readonly service?: readonly string[] | undefined;
  readonly network?: readonly string[] | undefined;
  readonly port?: readonly number[] | undefined;
  /** The name asked for by SNI or Host; where the connection has none, the service's. */
  readonly name?: readonly string[] | undefined;
}

export interface ClientMatch {
  /** Name of the service known at the client's address, where all its ports have one name; a client without one fits no glob. */
  readonly service?: readonly string[] | undefined;
  readonly network?: readonly string[] | undefined;
}

export interface Expectation {
  /** Identifies it in findings. */
  readonly name: string;
  /** One of them must fit. */
  readonly servers: readonly ServerMatch[];
  readonly client: ClientMatch | undefined;
  readonly expect: Expected;
  readonly reason: string | undefined;
}

export interface PolicyException {
  readonly name: string;
  readonly server: ServerMatch;
  readonly client: ClientMatch | undefined;
  readonly reason: string;
  /** As written. */
  readonly until: string;
  /** The last moment in which it holds. */
  readonly untilMicros: number;
}

/** Plain data, so that it can be handed to a thread. The first expectation that fits decides. */
export interface Policy {
  readonly expectations: readonly Expectation[];
  readonly exceptions: readonly PolicyException[];
}

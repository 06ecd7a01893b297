import type { Rpc, RpcKind } from "../message.js";

/** What one message asks for, as its protocol names it. */
export interface Operation {
  readonly system: Rpc["system"];
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  readonly kind?: RpcKind | undefined;
  readonly depth?: number | undefined;
  readonly isDiscovery?: boolean;
  /** What tells it from the others at its path; undefined where nothing does. */
  readonly label: string | undefined;
}

/**
 * One protocol that HTTP carries and that says in its messages what is called: recognised by what it says, not by its path. To add one:
 * a folder with its `dialect.ts`, and a line in `registry.ts`. Whatever is borrowed holds for the length of the call.
 */
export interface Dialect {
  readonly system: Rpc["system"];
  /** Whether bodies of this media type, in lower case and without parameters, may hold it. Asked once for each type. */
  mayHold(mediaType: string): boolean;
  /** Where its requests are JSON: members that the first object may begin with. */
  readonly firstMembers?: readonly Buffer[];
  /** Whether a body that begins like bytes[start, end) may be one; they may break off anywhere. Cheap: asked for most of them. */
  mayBegin(bytes: Buffer, start: number, end: number): boolean;
  /** What a request's body asks for; undefined where it is another's. `isCut`: it goes on beyond `end`. Zero stands for lost bytes. */
  operations(bytes: Buffer, start: number, end: number, isCut: boolean): readonly Operation[] | undefined;
  /** How it went, by the answer's body; undefined where that does not say. */
  outcome?(bytes: Buffer, start: number, end: number, isCut: boolean): number | undefined;
  /** First parameters of a target's query that give it away, and what the query asks for. */
  readonly queryBeginnings?: readonly string[];
  /** A segment of paths that gives it away whatever the query begins with. */
  readonly pathSegment?: string;
  /** `isNamed`: by the path. `isGet`: it asks for what is safe (RFC 9110 §9.2.1). */
  ofQuery?(
    bytes: Buffer,
    start: number,
    end: number,
    isNamed: boolean,
    isGet: boolean,
  ): readonly Operation[] | undefined;
}

export const NO_DIALECTS: readonly Dialect[] = [];

/** Stands for what is called; never 0. */
export function operationHash({ label }: Operation): number {
  let hash = 0;
  if (label !== undefined) for (let at = 0; at < label.length; at++) hash = (hash << 5) - hash + label.charCodeAt(at);
  return hash | 1;
}

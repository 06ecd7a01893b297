/** What an operator says of paths, whatever the evidence is; or what is known of the API of a product. */
export interface PathRule {
  /** Segments of a template, `{name}` where a parameter stands, `{name+}` where one stands for several segments. */
  readonly segments: readonly string[];
  /** Segments below it that are no values. */
  readonly words: readonly string[];
  /** `file:line`; of a product its name. */
  readonly place: string;
  /** It is of a product's API: what an operator says goes over it. */
  readonly isKnown?: boolean;
}

/** Rules of the services that a host name, an address or a pattern with `*` stands for. */
export interface ServiceRules {
  readonly host: string;
  /** Undefined for all of them. */
  readonly port: number | undefined;
  readonly rules: readonly PathRule[];
}

/** Name of the parameter that a segment of a template is, with the plus of a rest; undefined where it is fixed. */
export function parameterOf(segment: string): string | undefined {
  return /^\{([^{}]+)\}$/.exec(segment)?.[1];
}

/**
 * Templates of paths: `/orders/{orderId}`. A parameter whose name ends with a plus, `/files/{path+}`, stands for one segment or more, as
 * Amazon API Gateway writes what it passes on whole (API Gateway Developer Guide, "proxy+").
 */

const EXPRESSION = /\{([^{}]*)\}/g;
const REST = /^\{([^{}]+)\+\}$/;

/** Of its parameters, in its order, without the plus. */
export function parameterNames(template: string): string[] {
  return [...template.matchAll(EXPRESSION)].map(([, name]) => plainName(name));
}

/** What is the same of templates that differ in names of parameters alone. */
export function shapeOf(template: string): string {
  return template.replace(EXPRESSION, (_, name: string) => (name === plainName(name) ? "{}" : "{+}"));
}

/** Whether a segment stands for several. */
export function isRest(segment: string): boolean {
  return REST.test(segment);
}

/** The name of a parameter as it is told, `path` of `path+`. */
export function plainName(name: string): string {
  return name.length > 1 && name.endsWith("+") ? name.slice(0, -1) : name;
}

/** Which segments of a path stand where those of a template do; undefined where there are too few or too many of them. */
export interface Aligned {
  readonly segments: readonly string[];
  /** Of each segment of the template what stands there; behind a rest a path of its own, `a/b`. */
  readonly values: readonly string[];
}

/** A template has one rest at the most; what stands behind that is counted from the end. */
export function aligned(template: string, path: string): Aligned | undefined {
  const segments = template.split("/");
  const values = path.split("/");
  // Cheap, for hardly any template has one.
  const at = template.includes("+}") ? segments.findIndex(isRest) : -1;
  const spare = values.length - segments.length;
  if (at < 0 ? spare !== 0 : spare < 0) return undefined;
  if (spare === 0) return { segments, values };
  const rest = values.slice(at, at + spare + 1).join("/");
  return { segments, values: [...values.slice(0, at), rest, ...values.slice(at + spare + 1)] };
}

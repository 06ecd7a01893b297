import { z } from "zod";

/** Every schema carries, as its error message, what it takes: it stands behind "allowed:". */
export function keys<S extends z.ZodRawShape>(shape: S) {
  const list = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? list : `keys such as ${list}`),
  });
}

export function text(what: string) {
  // Blanks alone say no more than nothing does.
  return z.string(what).regex(/\S/, what);
}

export function list<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, `a list of ${what}`);
}

/** One or a list of them. */
export function some<T extends z.ZodType>(item: T, what: string) {
  const message = `${what}, or a list of them`;
  return z.union([item.transform((one) => [one]), z.array(item).min(1, message)], message);
}

const A_PORT = "a port from 1 to 65535";
export const PORT = z.int(A_PORT).min(1, A_PORT).max(65_535, A_PORT);

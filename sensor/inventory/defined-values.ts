type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** A record has no key for what was not seen. */
export function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

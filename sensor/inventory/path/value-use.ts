/** What one method was called for with one value of a parameter: what makes the endpoint of its own that the value may turn out to be. */
export interface ValueUse {
  readonly method: string;
  calls: number;
  /** Status code → calls; 0 for no answer. */
  readonly statuses: Map<number, number>;
  firstMicros: number;
  lastMicros: number;
}

/** What a call adds. */
export interface UseOfCall {
  readonly method: string;
  readonly status: number;
  readonly atMicros: number;
}

/** Those of a node, made where it has none. */
export function usesAt(node: { uses: ValueUse[] | undefined }): ValueUse[] {
  node.uses ??= [];
  return node.uses;
}

export function addUse(uses: ValueUse[], { method, status, atMicros }: UseOfCall): void {
  const use = useFor(uses, method, atMicros);
  use.calls++;
  use.statuses.set(status, (use.statuses.get(status) ?? 0) + 1);
  if (atMicros > use.lastMicros) use.lastMicros = atMicros;
}

export function addUses(uses: ValueUse[], more: readonly ValueUse[]): void {
  for (const { method, calls, statuses, firstMicros, lastMicros } of more) {
    const use = useFor(uses, method, firstMicros);
    use.calls += calls;
    for (const [status, count] of statuses) use.statuses.set(status, (use.statuses.get(status) ?? 0) + count);
    use.firstMicros = Math.min(use.firstMicros, firstMicros);
    use.lastMicros = Math.max(use.lastMicros, lastMicros);
  }
}

/** What is left without a part of it. */
export function withoutUses(uses: readonly ValueUse[], part: readonly ValueUse[]): ValueUse[] {
  return uses
    .map((use) => {
      const less = part.find(({ method }) => method === use.method);
      return less === undefined ? use : withoutUse(use, less);
    })
    .filter(({ calls }) => calls > 0);
}

function withoutUse(use: ValueUse, less: ValueUse): ValueUse {
  const statuses = [...use.statuses].map(
    ([status, count]) => [status, count - (less.statuses.get(status) ?? 0)] as const,
  );
  return { ...use, calls: use.calls - less.calls, statuses: new Map(statuses.filter(([, count]) => count > 0)) };
}

function useFor(uses: ValueUse[], method: string, atMicros: number): ValueUse {
  for (const use of uses) if (use.method === method) return use;
  const made = { method, calls: 0, statuses: new Map<number, number>(), firstMicros: atMicros, lastMicros: atMicros };
  uses.push(made);
  return made;
}

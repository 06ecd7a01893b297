import type { EndpointRecord } from "../../../shared/event.js";
import type { UnknownPathsRecord } from "../../../shared/unknown-paths-record.js";
import type { Call } from "../../protocol/message.js";
import { CallerSet } from "../count/caller-set.js";
import { StatusCounts } from "../count/status-counts.js";
import { compare } from "../count/tally.js";
import { isAbsent } from "./nothing-there.js";

/** Paths of one service that are remembered with their history, and as many templates. */
const MAX_PATHS = 64;
const MAX_PATH_LENGTH = 512;
/** Paths called more than once that are told. */
const MAX_OFTEN = 8;
const MAX_CALLERS = 16;
const MAX_CALLERS_OF_PATH = 8;

/** What is called. */
export interface Target {
  readonly method: string;
  readonly path: string;
  /** It is no path seen: the protocol gave the template. */
  readonly isFixed: boolean;
}

/** What is known of one path before it is an endpoint. */
export interface PathHistory extends Target {
  calls: number;
  readonly statuses: Record<string, number>;
  /** The first ones. */
  readonly callers: string[];
  firstMicros: number;
  lastMicros: number;
}

/** As a store keeps it. */
export interface UnknownPathsState {
  readonly callers?: string;
  readonly paths: readonly PathHistory[];
  /** Left out where there are none. */
  readonly templates?: readonly PathHistory[];
}

/**
 * Paths of one service that nothing was ever found at. Whoever scans a service calls thousands: they are counted together, and of a
 * bounded number the history is kept, which an endpoint takes over once something answers there.
 */
export class UnknownPaths {
  readonly #statuses = new StatusCounts();
  readonly #callers = new CallerSet(MAX_CALLERS);
  readonly #paths = new Map<string, PathHistory>();
  /** Of endpoints that were taken back, and that paths with other values may bring again. */
  readonly #templates = new Map<string, PathHistory>();
  #calls = 0;
  #firstMicros = Number.POSITIVE_INFINITY;
  #lastMicros = 0;

  /** False where its path is not remembered. */
  add({ atMicros, status = 0, flow }: Pick<Call, "atMicros" | "status" | "flow">, target: Target): boolean {
    this.#calls++;
    this.#statuses.add(status);
    this.#callers.add(flow.clientAddress);
    this.#seen(atMicros, atMicros);
    const history = historyOf(this.#paths, target, atMicros);
    if (history === undefined) return false;
    history.calls++;
    history.statuses[status] = (history.statuses[status] ?? 0) + 1;
    addCaller(history, flow.clientAddress);
    if (atMicros > history.lastMicros) history.lastMicros = atMicros;
    return true;
  }

  /** What was an endpoint before. */
  takeBack(history: PathHistory): void {
    this.#calls += history.calls;
    this.#statuses.merge(Object.entries(history.statuses).map(([status, calls]) => [Number(status), calls]));
    for (const caller of history.callers) this.#callers.add(caller);
    this.#seen(history.firstMicros, history.lastMicros);
    const isTemplate = history.path.includes("{") && !history.isFixed;
    const kept = historyOf(isTemplate ? this.#templates : this.#paths, history, history.firstMicros);
    if (kept !== undefined) addHistory(kept, history);
  }

  #seen(firstMicros: number, lastMicros: number): void {
    this.#firstMicros = Math.min(this.#firstMicros, firstMicros);
    this.#lastMicros = Math.max(this.#lastMicros, lastMicros);
  }

  *histories(): Iterable<PathHistory> {
    yield* this.#paths.values();
    yield* this.#templates.values();
  }

  /** Takes out what `take` says it has taken over. */
  reclaim(take: (history: PathHistory) => boolean): void {
    for (const history of this.histories()) {
      if (!take(history)) continue;
      const key = keyOf(history);
      if (this.#paths.get(key) === history) this.#paths.delete(key);
      else this.#templates.delete(key);
      this.#calls -= history.calls;
      this.#statuses.take(Object.entries(history.statuses).map(([status, calls]) => [Number(status), calls]));
    }
  }

  record(): UnknownPathsRecord | undefined {
    if (this.#calls === 0) return undefined;
    return {
      calls: this.#calls,
      statuses: this.#statuses.record(),
      callers: this.#callers.list(),
      callerCount: this.#callers.size,
      often: this.#often(),
      firstMicros: this.#firstMicros,
      lastMicros: this.#lastMicros,
    };
  }

  /** Those called again and again: a client has a wrong address, or waits for what is to come. */
  #often(): Record<string, number> {
    const often = [...this.#paths].filter(([, { calls }]) => calls > 1);
    often.sort((a, b) => b[1].calls - a[1].calls || compare(a[0], b[0]));
    return Object.fromEntries(often.slice(0, MAX_OFTEN).map(([key, { calls }]) => [key, calls]));
  }

  state(): UnknownPathsState | undefined {
    if (this.#calls === 0) return undefined;
    const callers = this.#callers.state();
    const templates = this.#templates.size === 0 ? {} : { templates: [...this.#templates.values()] };
    return { ...(callers === undefined ? {} : { callers }), paths: [...this.#paths.values()], ...templates };
  }

  restore(record: UnknownPathsRecord, state: UnknownPathsState | undefined): void {
    this.#calls = record.calls;
    this.#statuses.restore(record.statuses);
    this.#callers.restore(record.callers, state?.callers);
    this.#seen(record.firstMicros, record.lastMicros);
    for (const history of state?.paths ?? []) this.#paths.set(keyOf(history), history);
    for (const history of state?.templates ?? []) this.#templates.set(keyOf(history), history);
  }
}

function keyOf({ method, path }: Target): string {
  return `${method} ${path}`;
}

function historyOf(all: Map<string, PathHistory>, target: Target, atMicros: number): PathHistory | undefined {
  const known = all.get(keyOf(target));
  if (known !== undefined) return known;
  if (target.path.length > MAX_PATH_LENGTH || !makeRoom(all)) return undefined;
  const { method, path, isFixed } = target;
  const times = { firstMicros: atMicros, lastMicros: atMicros };
  const made = { method, path, isFixed, calls: 0, statuses: {}, callers: [], ...times };
  all.set(keyOf(target), made);
  return made;
}

/** What was called once gives way: a scanner hardly comes again, a client whose endpoint is yet to be does. */
function makeRoom(all: Map<string, PathHistory>): boolean {
  if (all.size < MAX_PATHS) return true;
  for (const [key, { calls }] of all)
    if (calls === 1) {
      all.delete(key);
      return true;
    }
  return false;
}

function addCaller({ callers }: PathHistory, address: string): void {
  if (callers.length < MAX_CALLERS_OF_PATH && !callers.includes(address)) callers.push(address);
}

function addHistory(kept: PathHistory, { calls, statuses, callers, firstMicros, lastMicros }: PathHistory): void {
  kept.calls += calls;
  for (const [status, some] of Object.entries(statuses)) kept.statuses[status] = (kept.statuses[status] ?? 0) + some;
  for (const caller of callers) addCaller(kept, caller);
  kept.firstMicros = Math.min(kept.firstMicros, firstMicros);
  kept.lastMicros = Math.max(kept.lastMicros, lastMicros);
}

export function answersOf({ statuses }: PathHistory): number {
  let answers = 0;
  for (const [status, calls] of Object.entries(statuses)) if (!isAbsent(Number(status))) answers += calls;
  return answers;
}

/** What answered nothing but that nothing is there was an endpoint in files of before, or while it was declared. */
export function takeBackUnknown(
  { method, template: path, calls, statuses, callers, firstMicros, lastMicros }: EndpointRecord,
  service: { unknownPaths: UnknownPaths | undefined },
  isFixed: boolean,
): void {
  service.unknownPaths ??= new UnknownPaths();
  const times = { calls, firstMicros, lastMicros };
  service.unknownPaths.takeBack({ method, path, isFixed, statuses, callers: callers.slice(), ...times });
}

import { z } from "zod";
import { keys, list, PORT, some, text } from "../../../shared/config/checked-schema.js";
import { isNetwork } from "../../../shared/config/network-text.js";

export const LABELS = z.record(z.string(), z.string("a text"), "labels, each with a text");
/** Labels alone: what matchExpressions pick is not followed. */
export const SELECTOR = keys({ matchLabels: LABELS.optional() });

const glob = some(text("a glob"), 'a name in which "*" stands for any characters and "?" for one');
const NETWORK = "a network such as 10.0.0.0/8 or fd00::/8";
const network = some(z.string(NETWORK).refine(isNetwork, NETWORK), NETWORK);
const port = some(PORT, "a port from 1 to 65535");

export const SERVER = keys({
  service: glob.optional(),
  network: network.optional(),
  port: port.optional(),
  name: glob.optional(),
});
const CLIENT = keys({ service: glob.optional(), network: network.optional() });

const UNTIL = "a day such as 2027-03-31, which is the last, or a time such as 2027-03-31T12:00:00Z";
const until = z.string(UNTIL).refine((day) => untilMicros(day) !== undefined, UNTIL);

const EXPECTATION = keys({
  name: text("a name that findings are known by"),
  server: SERVER,
  client: CLIENT.optional(),
  expect: z.enum(["mtls", "tls", "any"], "mtls, tls, any"),
  reason: text("a reason in words").optional(),
});
const EXCEPTION = keys({
  name: text("a name that findings are known by").optional(),
  server: SERVER,
  client: CLIENT.optional(),
  reason: text("a reason in words: no exception without one"),
  until,
});
const WORKLOAD = keys({
  namespace: text("the namespace of the workload"),
  labels: LABELS.optional(),
  server: SERVER,
});

/** A document of our own; those with `kind` are Kubernetes'. */
export const POLICY = keys({
  expectations: list(EXPECTATION, "expectations").nullish(),
  exceptions: list(EXCEPTION, "exceptions").nullish(),
  workloads: list(WORKLOAD, "workloads").nullish(),
});

export type PolicyInput = z.infer<typeof POLICY>;
export type WorkloadInput = z.infer<typeof WORKLOAD>;

/** Last moment of a day in UTC, or the moment itself; undefined where there is no such day. */
export function untilMicros(day: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))?$/.exec(day);
  if (match === null) return undefined;
  const midnightMillis = Date.parse(`${match[1]}T00:00:00Z`);
  // Some days, such as 30 February, are taken for others.
  if (Number.isNaN(midnightMillis) || !new Date(midnightMillis).toISOString().startsWith(match[1])) return undefined;
  if (match[2] === undefined) return midnightMillis * 1_000 + 86_400e6 - 1;
  const millis = Date.parse(day);
  return Number.isNaN(millis) ? undefined : millis * 1_000;
}

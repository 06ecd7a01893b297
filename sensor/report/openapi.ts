import { pathOfService } from "../../shared/path-of-service.js";
import { shapeOf } from "../../shared/path-template.js";
import { formatTime } from "../../shared/time.js";
import type { StoredRow } from "../store/stored-row.js";
import { COUNTED_ONCE, Repeats } from "./counted-once.js";
import { EdgePostures } from "./edge-postures.js";
import { lastSeen } from "./last-seen.js";
import { observed, operationObject, type Seen } from "./openapi/operation.js";
import { schemesOf } from "./openapi/security.js";
import type { Report } from "./report.js";

/** Methods a path item may have, OpenAPI 3.1.0 §4.8.9; others are told beside them. */
const METHODS: ReadonlySet<string> = new Set("GET PUT POST DELETE OPTIONS HEAD PATCH TRACE".split(" "));

const ABOUT =
  "Made from traffic, and from the files that declare APIs where some were given. What was neither called nor declared is not in it; x-observed tells how much stands behind each entry. An operation's security names what calls carried: where it has no empty entry, no call without was seen to be answered with success, which does not show that one is asked for.";
const OF_SEVERAL =
  " It holds several services, each operation with its servers and its service as tag. Where services have the same path, #service= tells their operations apart and is no part of what is called; a document of one service (eastwatch export --service NAME) has its paths alone.";

/** The same path of one service, whatever its parameters are called. */
interface ServicePath {
  readonly service: string;
  readonly template: string;
  readonly methods: Map<string, Seen[]>;
}

/**
 * OpenAPI 3.1.0 of what was seen. An operation is that of one service, merged from all its addresses and all sensors that saw it, and
 * `x-observed` tells of each what was seen there. It describes traffic, no promise.
 */
export const openapi: Report = {
  name: "openapi",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const postures = new EdgePostures();
    for (const row of list) postures.note(row);
    const asOfMicros = lastSeen(list);
    const endpoints = list.flatMap(({ record, sensor, review }): Seen[] =>
      record.kind === "endpoint" ? [{ ...record, edge: postures.of(record, sensor), review, sensor, asOfMicros }] : [],
    );
    const services = [...new Set(endpoints.map(({ service }) => service))].sort();
    const sensors = new Set(list.map(({ sensor }) => sensor));
    const isOfSeveral = services.length > 1;
    const document = {
      openapi: "3.1.0",
      info: {
        title: "APIs seen by eastwatch",
        version: asOfMicros === 0 ? "nothing seen" : formatTime(asOfMicros).slice(0, 10),
        description: `${ABOUT}${isOfSeveral ? OF_SEVERAL : ""}${sensors.size > 1 ? ` ${COUNTED_ONCE}` : ""}`,
      },
      ...(isOfSeveral ? { tags: services.map((name) => ({ name })) } : {}),
      paths: pathsOf(endpoints, isOfSeveral, new Repeats(list)),
      // Even of nothing: a document needs one of paths and components to have an entry.
      components: { securitySchemes: schemesOf(endpoints) },
    };
    yield `${JSON.stringify(document, undefined, 2)}\n`;
  },
};

function pathsOf(
  endpoints: readonly Seen[],
  isOfSeveral: boolean,
  repeats: Repeats,
): Record<string, Record<string, unknown>> {
  /** OpenAPI takes templates that differ only in their parameters' names for one. */
  const shapes = new Map<string, Map<string, ServicePath>>();
  for (const endpoint of endpoints) {
    const { service, template, method } = endpoint;
    if (!template.startsWith("/")) continue;
    const shape = shapeOf(template);
    const services = shapes.get(shape) ?? new Map<string, ServicePath>();
    shapes.set(shape, services);
    const path = services.get(service) ?? { service, template, methods: new Map<string, Seen[]>() };
    services.set(service, path);
    const known = path.methods.get(method);
    if (known !== undefined) known.push(endpoint);
    else path.methods.set(method, [endpoint]);
  }
  const items = [...shapes.values()].flatMap((services) =>
    [...services.values()].map((path): [string, Record<string, unknown>] => [
      services.size === 1 ? path.template : pathOfService(path.template, path.service),
      pathItem(path, isOfSeveral, repeats),
    ]),
  );
  return Object.fromEntries(items.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pathItem(
  { service, template, methods }: ServicePath,
  isOfSeveral: boolean,
  repeats: Repeats,
): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  const tags = isOfSeveral ? { tags: [service] } : {};
  for (const [method, endpoints] of methods) {
    if (METHODS.has(method)) item[method.toLowerCase()] = { ...tags, ...operationObject(template, endpoints, repeats) };
    else others[method] = endpoints.map(observed);
  }
  if (Object.keys(others).length > 0) item["x-observed-methods"] = others;
  return item;
}

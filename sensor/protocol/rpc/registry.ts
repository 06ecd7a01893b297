import { awsQuery } from "../aws/dialect.js";
import { graphql } from "../graphql/dialect.js";
import { jsonRpc } from "../json-rpc/dialect.js";
import { soap } from "../soap/dialect.js";
import type { Dialect } from "./dialect.js";
import type { OperationNames } from "./operation-names.js";

/** What is looked for in requests, in this order. To add one: a folder with its `dialect.ts`, and a line here. */
export function dialects(names: OperationNames, maxBytes: number): readonly Dialect[] {
  return [graphql(names, maxBytes), jsonRpc(names), soap(names), awsQuery(names)];
}

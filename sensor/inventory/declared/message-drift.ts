import type { DeclaredMessage, DeclaredMessages } from "../../declared/declared-api.js";
import type { Difference } from "../observation.js";
import type { LearnedMessages } from "../schema/learned-messages.js";
import { fieldMismatch } from "../schema/message-field.js";
import { numbersOf } from "../schema/message-schema.js";
import type { SchemaNode } from "../schema/schema-node.js";
import { MIN_SEEN } from "./mismatch.js";
import { Missing } from "./missing.js";

interface Comparison {
  /** Where it stands: `request message`, `response 200 message`. */
  readonly where: string;
  readonly told: Difference[];
}

/** How messages of Protocol Buffers that were seen differ from those declared. */
export function messageDrift(declared: DeclaredMessages, learned: LearnedMessages, told: Difference[]): void {
  const { request, responses } = learned;
  if (request !== undefined && declared.request !== undefined)
    compare(request, declared.request, "", { where: "request message", told });
  if (declared.response === undefined) return;
  for (const [status, node] of responses)
    compare(node, declared.response, "", { where: `response ${status} message`, told });
}

/** Goes as deep as what was learned, which is bounded: declared messages may hold themselves. */
function compare(node: SchemaNode, declared: DeclaredMessage, path: string, comparison: Comparison): void {
  const { where, told } = comparison;
  for (const number of numbersOf(node)) {
    const field = node.properties?.get(String(number));
    const known = declared.fields.get(number);
    if (field === undefined) continue;
    if (known === undefined) {
      if (!declared.extensions.some(([first, last]) => number >= first && number <= last))
        told.push({ kind: "schema", text: `${where}: field ${path}${number} is not declared in ${declared.name}` });
      continue;
    }
    const wrong = fieldMismatch(field, known);
    if (wrong !== undefined) told.push({ kind: "schema", text: `${where}: ${path}${known.name} is ${wrong}` });
    else if (known.message !== undefined) compare(field, known.message, `${path}${known.name}.`, comparison);
  }
  if (node.objects < MIN_SEEN || !node.hasAllNames) return;
  for (const [number, { name, isRequired }] of declared.fields) {
    const present = (): number => node.properties?.get(String(number))?.present ?? 0;
    if (!isRequired || present() >= node.objects) continue;
    const count = () => [node.objects - present(), node.objects] as const;
    told.push(new Missing("schema", `${where}: ${path}${name}`, "messages", count));
  }
}

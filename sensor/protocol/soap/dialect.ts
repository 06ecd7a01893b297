import { type Dialect, FAILED, type Operation, SUCCEEDED } from "../rpc/dialect.js";
import type { OperationNames } from "../rpc/operation-names.js";
import { EnvelopeReader } from "./envelope.js";

const FAULT = Buffer.from("Fault");
/** What parts the words of an action, which is an IRI (SOAP 1.1 §6.1.1, WS-Addressing 1.0 §4.4.4). */
const PARTS = /[/#:]/;
const LAST_PART = /[^/#:]*$/;
const MAX_ACTION_LENGTH = 512;

/**
 * SOAP 1.1 and 1.2: the action is the operation. Where the head names none the envelope's header may (WS-Addressing), and else the first
 * element in its body is it.
 */
export function soap(names: OperationNames): Dialect {
  const envelope = new EnvelopeReader();
  return {
    system: "soap",
    mayHold: isXml,
    mayBegin: (bytes, start, end) => envelope.mayBegin(bytes, start, end),
    operations: (bytes, start, end) => {
      if (!envelope.read(bytes, start, end)) return undefined;
      const { nameStart, nameEnd, actionStart, actionEnd } = envelope;
      const action =
        actionStart === actionEnd ? undefined : actionOperation(bytes.latin1Slice(actionStart, actionEnd), names);
      if (action !== undefined) return [action];
      if (nameStart === nameEnd) return undefined;
      const method = names.get(bytes, nameStart, nameEnd);
      return [{ system: "soap", method, label: method }];
    },
    outcome: (bytes, start, end) => {
      if (!envelope.read(bytes, start, end) || envelope.nameStart === envelope.nameEnd) return undefined;
      return envelope.isNamed(FAULT) ? FAILED : SUCCEEDED;
    },
  };
}

/** What SOAPAction, or the content type's action, names; undefined where it is empty or ends in no name. */
export function actionOperation(action: string, names: OperationNames): Operation | undefined {
  const words = action.replace(/^[\s"]+|[\s"]+$/g, "");
  if (words === "" || words.length > MAX_ACTION_LENGTH) return undefined;
  const method = names.of(words.slice(words.search(LAST_PART)));
  if (method === undefined) return undefined;
  // Before it stand the scheme, the authority or namespace, and only then the service.
  const parts = words.split(PARTS).filter((part) => part !== "");
  const isNested = parts.length > (words.includes("://") ? 3 : 2);
  const service = isNested ? names.of(parts[parts.length - 2]) : undefined;
  const label = service === undefined ? method : names.label(`${service}.`, method);
  return { system: "soap", service, method, label };
}

/** The action parameter of SOAP 1.2's content type (RFC 3902 §3). */
export function actionParameter(contentType: string): string {
  return /;\s*action\s*=\s*("[^"]*"|[^;\s]*)/i.exec(contentType.slice(0, 2 * MAX_ACTION_LENGTH))?.[1] ?? "";
}

function isXml(mediaType: string): boolean {
  // MTOM (W3C, 2005): the envelope is the first of several parts.
  return /^(text\/xml|application\/(xml|soap\+xml)|multipart\/related)$/.test(mediaType);
}

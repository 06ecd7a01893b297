import { FAILED, SUCCEEDED, UNAUTHENTICATED } from "../outcome.js";
import type { Dialect, Operation } from "../rpc/dialect.js";
import type { OperationNames } from "../rpc/operation-names.js";
import { closerOf, refusalOf } from "../rpc/refusal-words.js";
import { EnvelopeReader } from "./envelope.js";

const FAULT = Buffer.from("Fault");
/** What parts the words of an action, which is an IRI (SOAP 1.1 §6.1.1, WS-Addressing 1.0 §4.4.4). */
const PARTS = /[/#:]/;
const LAST_PART = /[^/#:]*$/;
const MAX_ACTION_LENGTH = 512;
/** SOAP 1.1 §4.4 and SOAP 1.2 §5.4: codes, which are qualified names, and the reason in words. */
const FAULT_TEXTS = /<(?:[\w.-]+:)?(?:faultcode|faultstring|Value|Text)(?:\s[^<>]*)?>\s*(?:[\w.-]+:)?([^<>]{1,128})</g;
/** WS-Security 1.1.1 §12: faults over what was to prove who sends it. */
const SECURITY_FAULT =
  /^(InvalidSecurity|InvalidSecurityToken|FailedAuthentication|FailedCheck|SecurityTokenUnavailable|UnsupportedSecurityToken)\s*$/;
const MAX_FAULT_BYTES = 2_048;

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
      return envelope.isNamed(FAULT) ? faultStatus(bytes, envelope.nameEnd, end) : SUCCEEDED;
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

function faultStatus(bytes: Buffer, start: number, end: number): number {
  let status = FAILED;
  for (const [, text] of bytes.latin1Slice(start, Math.min(end, start + MAX_FAULT_BYTES)).matchAll(FAULT_TEXTS))
    status = closerOf(status, SECURITY_FAULT.test(text) ? UNAUTHENTICATED : refusalOf(text));
  return status;
}

function isXml(mediaType: string): boolean {
  // MTOM (W3C, 2005): the envelope is the first of several parts.
  return /^(text\/xml|application\/(xml|soap\+xml)|multipart\/related)$/.test(mediaType);
}

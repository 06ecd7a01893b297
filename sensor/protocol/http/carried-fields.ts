import { BY_ENVOY, BY_FORWARDED, BY_FORWARDED_FOR, BY_VIA } from "../forwarding.js";
import { FORWARDED, FORWARDED_FOR, VIA } from "./field-name.js";

/** Longer ones are no identifiers. */
const MAX_ID_BYTES = 128;
/** W3C Trace Context §3.2: `version-traceid-parentid-flags`; each service on the way writes another parent. */
const TRACE_START = 3;
const TRACE_BYTES = 32;

/** The bit of a field from VIA on, before SOAP_ACTION. */
export function forwardingOf(id: number): number {
  if (id === VIA) return BY_VIA;
  if (id === FORWARDED) return BY_FORWARDED;
  return id === FORWARDED_FOR ? BY_FORWARDED_FOR : BY_ENVOY;
}

/** What stays of a trace as it goes from service to service; 0 where there is nothing. */
export function traceId(bytes: Buffer, start: number, end: number): number {
  const first = start + TRACE_START;
  return end < first + TRACE_BYTES ? 0 : hash(bytes, first, first + TRACE_BYTES);
}

export function requestId(bytes: Buffer, start: number, end: number): number {
  return end === start || end - start > MAX_ID_BYTES ? 0 : hash(bytes, start, end);
}

function hash(bytes: Buffer, start: number, end: number): number {
  let value = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) value = Math.imul(value ^ bytes[at], 0x01000193);
  return value === 0 ? 1 : value;
}

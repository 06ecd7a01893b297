import { viewOf } from "../../bytes/word-view.js";
import { BY_ENVOY, BY_FORWARDED, BY_FORWARDED_FOR, BY_VIA } from "../forwarding.js";
import { FORWARDED, FORWARDED_FOR, TRACE_PARENT, VIA } from "./field-name.js";

const SPACE = 0x20;
/** W3C Trace Context §3.2: `version-traceid-parentid-flags`; each service on the way writes another parent. */
const TRACE_START = 3;
const TRACE_BYTES = 32;
/** What stands at both ends tells one identifier from another. */
const WORD = 4;
const MIN_BYTES = 16;

/** The bit of a field from VIA on, before FIRST_PRODUCT_FIELD. */
export function forwardingOf(id: number): number {
  if (id === VIA) return BY_VIA;
  if (id === FORWARDED) return BY_FORWARDED;
  return id === FORWARDED_FOR ? BY_FORWARDED_FOR : BY_ENVOY;
}

/** What stays of the field as a call goes from service to service, with a space before it or without; 0 where there is nothing. */
export function carriedId(id: number, bytes: Buffer, valueStart: number, valueEnd: number): number {
  let start = bytes[valueStart] === SPACE ? valueStart + 1 : valueStart;
  let end = valueEnd;
  if (id === TRACE_PARENT) {
    start += TRACE_START;
    if (end < start + TRACE_BYTES) return 0;
    end = start + TRACE_BYTES;
  }
  if (end - start < MIN_BYTES) return 0;
  const view = viewOf(bytes);
  const hash = Math.imul(view.getInt32(start, true), 0x9e3779b1) ^ view.getInt32(end - WORD, true);
  return hash === 0 ? 1 : hash;
}

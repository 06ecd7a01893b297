import type { Side } from "../../flow/stream.js";
import type { MessageFacts } from "./body-reader.js";
import { isPlainMessage } from "./content-kind.js";

/**
 * Whether a content of no bytes is a message: one of Protocol Buffers whose fields all are what they are by default (protobuf.dev,
 * encoding). Not where there is no content, whatever its type: in a request without a body that is asked of it (RFC 9110 §9.3), in an
 * answer to HEAD, of a status that has none (§15.3.5, §15.3.6, §15.4.5), or that tells of an error, which few write as that message.
 */
export function isEmptyMessage(
  from: Side,
  { method, status = 0, requestContentType, responseContentType }: MessageFacts,
): boolean {
  const contentType = from === "client" ? requestContentType : responseContentType;
  if (contentType === undefined || !isPlainMessage(contentType)) return false;
  if (from === "client") return method === "POST" || method === "PUT" || method === "PATCH";
  // Of a request that was not seen nobody knows whether it was HEAD.
  return method !== undefined && method !== "HEAD" && status >= 200 && status < 300 && status !== 204 && status !== 205;
}

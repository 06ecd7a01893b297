/**
 * Every way traffic breaks HTTP's framing, by name. A name is part of the finding's identity: add, never rename.
 * Sections are of RFC 9112 unless told otherwise.
 */
export type AnomalyName =
  /** §6.3: Transfer-Encoding and Content-Length in one message: request smuggling until proven otherwise. */
  | "both-lengths"
  /** §6.3: Content-Length repeated with different values. */
  | "conflicting-content-length"
  /** RFC 9110 §8.6: Content-Length repeated with the same value. */
  | "repeated-content-length"
  /** RFC 9110 §8.6: Content-Length that is not 1*DIGIT, or beyond 2^53. */
  | "invalid-content-length"
  /** §6.1: Transfer-Encoding whose last coding is not chunked in a request, or is misspelt, or stands twice. */
  | "invalid-transfer-encoding"
  /** §6.1: Transfer-Encoding in an HTTP/1.0 message. */
  | "transfer-encoding-in-http10"
  /** §7.1: chunk size that is not 1*HEXDIG or is beyond 2^53, or a chunk not ended by CRLF. */
  | "invalid-chunk"
  /** §2.2: CR not followed by LF within a head. */
  | "bare-cr"
  /** §2.2: LF alone as a line end in a message whose other lines end in CRLF. */
  | "bare-lf"
  /** §5.1: white space between field name and colon. */
  | "space-before-colon"
  /** §5.2: obsolete line folding. */
  | "obs-fold"
  /** RFC 9110 §5.1: field name that is no token, or a line without colon. */
  | "invalid-field-name"
  /** RFC 9110 §5.5: NUL within a head. */
  | "nul-in-head"
  /** §3: request line that is not method SP target SP version. */
  | "invalid-request-line"
  /** §4: status line that is not version SP 3DIGIT SP reason. */
  | "invalid-status-line"
  /** §3.2: HTTP/1.1 request without Host. */
  | "missing-host"
  /** §3.2: more than one Host, or one that differs from the absolute form's authority. */
  | "conflicting-host"
  /** Head beyond the bound of what is kept. */
  | "head-too-large"
  /** §9.3: bytes after a response that no request asked for. */
  | "response-without-request"
  /** RFC 9110 §15.2.2: 101 without an Upgrade in the request. */
  | "unasked-upgrade"
  /** RFC 5246 §7.4.1.1: a handshake inside an established connection; what is agreed in it, client authentication included, can't be seen. */
  | "tls-renegotiation";

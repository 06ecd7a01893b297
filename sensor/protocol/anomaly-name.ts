/**
 * Every way traffic breaks the rules of framing, by name. A name is part of the finding's identity: add, never rename.
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
  /** §3.2, RFC 9113 §8.3.1: a Host that is none, or has userinfo: one hop refuses it, the next takes a part of it. */
  | "invalid-host"
  /** Head beyond the bound of what is kept. */
  | "head-too-large"
  /** §9.3: bytes after a response that no request asked for. */
  | "response-without-request"
  /** RFC 9110 §15.2.2: 101 without an Upgrade in the request. */
  | "unasked-upgrade"
  /** RFC 9113 §4.2, §6: a frame whose length, stream or padding its type does not allow. */
  | "invalid-frame"
  /** RFC 9113 §4.2: a frame larger than the other side allows. */
  | "oversized-frame"
  /** RFC 9113 §4.3: a header block that is no HPACK. */
  | "invalid-header-block"
  /** RFC 9113 §6.10: another frame between a header block's. */
  | "interrupted-header-block"
  /** RFC 9113 §5.1.1: a stream that this side may not open. */
  | "invalid-stream-id"
  /** RFC 9113 §8.3: a pseudo-header field that is missing, unknown, doubled or after others. */
  | "invalid-pseudo-header"
  /** RFC 9113 §8.2.1: an upper-case field name. */
  | "upper-case-field-name"
  /** RFC 9113 §8.2.1: CR, LF or NUL in a field: the next hop, speaking HTTP/1.1, would see another message. */
  | "line-break-in-field"
  /** RFC 9113 §8.2.2: a field that speaks of an HTTP/1.1 connection. */
  | "connection-field"
  /** RFC 9113 §8.1.1: content of another length than Content-Length says. */
  | "content-length-mismatch"
  /** CVE-2023-44487: requests taken back as soon as they were made. */
  | "rapid-reset-flood"
  /** RFC 9113 §10.5: frames that cost their receiver more than their sender, in numbers no sound sender has. */
  | "settings-flood"
  | "ping-flood"
  | "continuation-flood"
  | "empty-frame-flood"
  /** RFC 7541 §7.3: a header block that is small on the wire and huge when decoded. */
  | "hpack-bomb"
  /** RFC 6455 §5.2: a reserved bit that no extension gives a meaning to, or where the extension does not (RFC 7692 §6). */
  | "websocket-reserved-bits"
  /** RFC 6455 §5.2: an opcode that means nothing. */
  | "websocket-reserved-opcode"
  /** RFC 6455 §5.1: a client's frame without mask, which proxies may take for HTTP, or a server's with one. */
  | "websocket-masking"
  /** RFC 6455 §5.2: a length in more bytes than it needs, or beyond 2^63. */
  | "websocket-invalid-length"
  /** A frame of a size that no receiver takes. */
  | "websocket-oversized-frame"
  /** RFC 6455 §5.4: a message begun within another, or one that goes on and was not begun. */
  | "websocket-interrupted-message"
  /** RFC 6455 §5.5: a control frame in pieces, or beyond 125 bytes. */
  | "websocket-invalid-control-frame"
  /** RFC 6455 §7.4: a close code that must not be sent, or a reason that is no UTF-8. */
  | "websocket-invalid-close"
  /** RFC 6455 §5.5.1: a message after the sender's own close. */
  | "websocket-message-after-close"
  /** RFC 5246 §7.4.1.1: a handshake inside an established connection; what is agreed in it, client authentication included, can't be seen. */
  | "tls-renegotiation";

/** Names of TLS alerts: RFC 8446 §6, RFC 5246 §7.2, RFC 6101 §5.4 and IANA's registry. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, "close_notify"],
  [10, "unexpected_message"],
  [20, "bad_record_mac"],
  [21, "decryption_failed"],
  [22, "record_overflow"],
  [30, "decompression_failure"],
  [40, "handshake_failure"],
  [41, "no_certificate"],
  [42, "bad_certificate"],
  [43, "unsupported_certificate"],
  [44, "certificate_revoked"],
  [45, "certificate_expired"],
  [46, "certificate_unknown"],
  [47, "illegal_parameter"],
  [48, "unknown_ca"],
  [49, "access_denied"],
  [50, "decode_error"],
  [51, "decrypt_error"],
  [52, "too_many_cids_requested"],
  [60, "export_restriction"],
  [70, "protocol_version"],
  [71, "insufficient_security"],
  [80, "internal_error"],
  [86, "inappropriate_fallback"],
  [90, "user_canceled"],
  [100, "no_renegotiation"],
  [109, "missing_extension"],
  [110, "unsupported_extension"],
  [111, "certificate_unobtainable"],
  [112, "unrecognized_name"],
  [113, "bad_certificate_status_response"],
  [114, "bad_certificate_hash_value"],
  [115, "unknown_psk_identity"],
  [116, "certificate_required"],
  [117, "general_error"],
  [120, "no_application_protocol"],
  [121, "ech_required"],
]);

export const CLOSE_NOTIFY = 0;
/** SSL 3.0 only: how a client answers a CertificateRequest that it has no certificate for (RFC 6101 §5.6.6). */
export const NO_CERTIFICATE = 41;
export const NO_RENEGOTIATION = 100;

/** Alerts that are warnings by nature even where TLS 1.3 calls each alert fatal. */
const HARMLESS: ReadonlySet<number> = new Set([CLOSE_NOTIFY, NO_CERTIFICATE, 90, NO_RENEGOTIATION, 112]);

export function alertName(code: number): string {
  return NAMES.get(code) ?? `alert_${code}`;
}

/** True where an alert ends the handshake it came in. */
export function endsHandshake(level: number, code: number): boolean {
  return level === 2 || !HARMLESS.has(code);
}

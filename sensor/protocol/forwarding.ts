/**
 * What a proxy writes into the head of what it hands on. `via` and `forwarded` are the standards' (RFC 9110 §7.6.3: a gateway must write
 * Via; RFC 7239), `forwarded-for` what most use instead. Envoy's own fields say that one stands there, which a sidecar does as well.
 */
export const FORWARDING_MARKS = ["via", "forwarded", "forwarded-for", "envoy"] as const;

export type ForwardingMark = (typeof FORWARDING_MARKS)[number];

export const BY_VIA = 1;
export const BY_FORWARDED = 2;
export const BY_FORWARDED_FOR = 4;
export const BY_ENVOY = 8;
/** Those that say on whose behalf it is sent, or through whom. */
export const ON_BEHALF = BY_VIA | BY_FORWARDED | BY_FORWARDED_FOR;

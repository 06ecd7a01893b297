/** Exit codes of a capture process that no other try would help: libpcap does not take the filter, or a binding is not there. */
export const FILTER_REFUSED = 2;
export const BINDING_REFUSED = 3;

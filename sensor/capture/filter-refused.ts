/** Exit code of a capture process whose filter libpcap does not take. */
export const FILTER_REFUSED = 2;

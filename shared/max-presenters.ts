/** So many services, and so many clients, are kept with a certificate that they present; the others are only counted. */
export const MAX_PRESENTERS = 100;

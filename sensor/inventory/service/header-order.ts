/** The fingerprint of a header order as records show it. */
export function hexOrder(order: number): string {
  return (order >>> 0).toString(16).padStart(8, "0");
}

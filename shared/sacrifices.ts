/** What a sensor gives up under overload, in this order; `overload_step` says how many of them. Never findings, never counts. */
export const SACRIFICES = [
  "the live feed",
  "bodies of responses",
  "new connections",
  "connections silent longest",
] as const;

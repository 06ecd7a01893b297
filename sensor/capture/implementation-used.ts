/** What captures an interface, as its capture process tells it in the head of its stream: `eastwatch NAME, MORE`. */
export interface ImplementationUsed {
  readonly name: string;
  /** Version of libpcap, or why it is not the binding of our own. */
  readonly more: string;
}

export function implementationOf(application: string): ImplementationUsed {
  const [, name = "unknown", more = ""] = /^eastwatch (\w+)(?:, (.*))?$/s.exec(application) ?? [];
  return { name, more };
}

/** How it captures, and what it costs where that is not the best. */
export function wordsFor(
  { name, more }: ImplementationUsed,
  wantsPromiscuous: boolean,
): { readonly level: "info" | "warn"; readonly words: string } {
  if (name === "replay") return { level: "info", words: "from a file" };
  if (name !== "cap") return { level: "info", words: `with the binding of its own (${more})` };
  const promiscuous = wantsPromiscuous ? "" : ", is promiscuous all the same";
  const words = `with the package cap, not with the binding of its own: ${more}. It does not know what the kernel drops, holds far fewer frames in the same buffer, stamps them when they reach the process, cuts them at 65,535 bytes${promiscuous} and costs many times the CPU for each`;
  return { level: "warn", words };
}

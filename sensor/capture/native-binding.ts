import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Why a capture by the binding of our own is over: asked to end, nobody reads it, its filter or its device refused. */
export interface Ending {
  readonly kind: "asked" | "unread" | "filter" | "device";
  /** libpcap's words for the last two. */
  readonly text: string;
}

/** The binding of our own, see native/addon.cc. */
export interface NativeBinding {
  /**
   * Writes what the interface sees to the descriptor `out`, as pcapng, until `stop` comes to its end. Nothing else runs on this
   * thread meanwhile, and no script for a frame.
   */
  run(
    interfaceName: string,
    filter: string,
    bufferBytes: number,
    snapLength: number,
    promiscuous: boolean,
    out: number,
    stop: number,
  ): Ending;
  /** What libpcap has against a filter; empty where it takes it. Opens nothing, so that no right is needed. */
  checkFilter(filter: string): string;
}

const PATH = fileURLToPath(new URL("./native/eastwatch-capture.node", import.meta.url));

/** The binding, or in words why it is not there. */
export function loadNativeBinding(): NativeBinding | string {
  if (!existsSync(PATH)) return "it is not built, for which libpcap-dev and a C++ compiler must be there";
  try {
    return createRequire(import.meta.url)(PATH) as NativeBinding;
  } catch (error) {
    return `it can't be loaded: ${(error as Error).message.split("\n")[0]}`;
  }
}

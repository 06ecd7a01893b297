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
  /** From now on a crash of this process leaves no core, and none but root may read its memory; false where the system refuses it. */
  leaveNoCore(): boolean;
  /** The process' one window on a file; undefined while it is open, or where the system refuses one. */
  openWindow(): FileWindow | undefined;
}

/** Bytes under which a file is shown piece by piece, without a copy. */
export interface FileWindow {
  readonly bytes: Buffer;
  /**
   * Shows the file from `position`, a multiple of 64 KiB: how many bytes it has there, up to the window's length and 0 at its end;
   * undefined where it can't be shown, as on some file systems.
   */
  show(descriptor: number, position: number): number | undefined;
  /** Whether some of what was shown last was not there: the file has shrunk meanwhile, or its device fails. It holds 0xff there. */
  isBroken(): boolean;
  close(): void;
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

/** A core would hold what the process saw, bodies and credentials: it is to leave none. In words, where it may leave one after all. */
export function leaveNoCore(): readonly string[] {
  const binding = loadNativeBinding();
  if (typeof binding !== "string" && binding.leaveNoCore()) return [];
  const why = typeof binding === "string" ? `of the capture binding, ${binding}` : "the system refuses to be told";
  return [
    `a crash may leave a core with what was seen in it, unless cores are limited to 0 bytes (LimitCORE=0): ${why}`,
  ];
}

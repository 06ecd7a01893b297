import type { Settings } from "../../shared/config/settings.js";
import type { Declared } from "../declared/declared-api.js";
import { type FileNotices, type LoadedDeclared, reloadDeclared } from "./declared-files.js";

/** Looks for changed files now and then, and hands over what they declare. One look at a time. */
export class DeclaredWatch {
  readonly #settings: Settings["declared"];
  readonly #notices: FileNotices;
  readonly #changed: (declared: Declared) => void;
  #loaded: LoadedDeclared;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isLooking = false;
  #lastTrouble = "";

  constructor(
    settings: Settings["declared"],
    loaded: LoadedDeclared,
    notices: FileNotices,
    changed: (declared: Declared) => void,
  ) {
    this.#settings = settings;
    this.#loaded = loaded;
    this.#notices = notices;
    this.#changed = changed;
  }

  start(): void {
    const { reloadSeconds } = this.#settings;
    if (reloadSeconds > 0) this.#timer = setInterval(() => void this.look(), reloadSeconds * 1_000);
    this.#timer?.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const loaded = await reloadDeclared(this.#settings, this.#loaded, this.#notices);
      this.#lastTrouble = "";
      if (loaded === undefined) return;
      this.#loaded = loaded;
      this.#changed(loaded.declared);
    } catch (error) {
      // What is not there just now may be being replaced: what it declared holds until it is back.
      const { message } = error as Error;
      if (message !== this.#lastTrouble) this.#notices.broken(`${message}; what was declared before holds`);
      this.#lastTrouble = message;
    } finally {
      this.#isLooking = false;
    }
  }
}

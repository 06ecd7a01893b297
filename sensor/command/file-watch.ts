/** Looks for changed files now and then. One look at a time. */
export class FileWatch {
  readonly #reloadSeconds: number;
  readonly #reload: () => Promise<void>;
  readonly #broken: (text: string) => void;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isLooking = false;
  #lastTrouble = "";

  /** `reload` does what there is to do where files changed, and throws where they can't be read: told to `broken`, once each. */
  constructor(reloadSeconds: number, reload: () => Promise<void>, broken: (text: string) => void) {
    this.#reloadSeconds = reloadSeconds;
    this.#reload = reload;
    this.#broken = broken;
  }

  start(): void {
    if (this.#reloadSeconds > 0) this.#timer = setInterval(() => void this.look(), this.#reloadSeconds * 1_000);
    this.#timer?.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#reload();
      this.#lastTrouble = "";
    } catch (error) {
      // What is not there just now may be being replaced: what it said holds until it is back.
      const { message } = error as Error;
      if (message !== this.#lastTrouble) this.#broken(`${message}; what was read before holds`);
      this.#lastTrouble = message;
    } finally {
      this.#isLooking = false;
    }
  }
}

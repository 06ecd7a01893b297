import { execFile } from "node:child_process";

/** Tells systemd how this service is (sd_notify); does nothing where systemd did not start it. */
export class ServiceNotify {
  readonly #isWanted = process.env.NOTIFY_SOCKET !== undefined;
  #watchdog: NodeJS.Timeout | undefined = undefined;

  /** Ready to serve. From now on `isWell` is asked in time for the watchdog. */
  ready(isWell: () => boolean): void {
    this.#tell("--ready");
    const watchdogMillis = Number(process.env.WATCHDOG_USEC ?? 0) / 1_000;
    if (!this.#isWanted || !(watchdogMillis > 0)) return;
    this.#watchdog = setInterval(() => {
      if (isWell()) this.#tell("WATCHDOG=1");
    }, watchdogMillis / 3);
    this.#watchdog.unref();
  }

  stopping(): void {
    clearInterval(this.#watchdog);
    this.#tell("STOPPING=1");
  }

  /** By its own tool: the socket is of a kind that Node does not speak. */
  #tell(what: string): void {
    if (this.#isWanted) execFile("systemd-notify", [`--pid=${process.pid}`, what], () => {});
  }
}

import { hostname } from "node:os";
import { listenAddress } from "../../shared/listen-address.js";

/** Where browsers open a console that listens there; `port` where the setting leaves it to the system. */
export function consoleUrl(listen: string, isSecure: boolean, port?: number): string {
  const address = listenAddress(listen) ?? { host: "localhost", port: 0 };
  // An address that stands for all of them leads nowhere.
  const name = address.host === "0.0.0.0" || address.host === "::" ? hostname() : address.host;
  const shown = name.includes(":") ? `[${name}]` : name;
  return `${isSecure ? "https" : "http"}://${shown}:${port ?? address.port}`;
}

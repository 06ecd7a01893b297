import { createServer, type Server } from "node:http";
import { Gauge, Registry } from "prom-client";
import { CommandError } from "../../shared/command-error.js";
import type { HealthRecord } from "../../shared/event.js";
import { listenAddress } from "../../shared/listen-address.js";

/** What /healthz and /metrics tell. */
export interface HealthSource {
  /** Undefined while nothing is known yet. */
  health(): HealthRecord | undefined;
  /** Interfaces that can't be captured now. */
  blind(): readonly string[];
  /** Why the sensor is not well; undefined where it is. */
  trouble(): string | undefined;
}

/** Serves /healthz and /metrics. Undefined for an empty address. */
export async function serveHealth(listen: string, source: HealthSource): Promise<Server | undefined> {
  const address = listenAddress(listen);
  if (address === undefined) return undefined;
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/healthz") {
      const trouble = source.trouble();
      response.writeHead(trouble === undefined ? 200 : 503, { "content-type": "text/plain; charset=utf-8" });
      const blind = source.blind().join(", ");
      response.end(`${trouble ?? "ok"}${blind === "" ? "" : `; blind: ${blind}`}\n`);
    } else if (path === "/metrics") {
      void metrics(source.health()).then((text) => {
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
      });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new CommandError(
          `health.listen "${listen}" can't be used: ${error.message}; name another, or an empty one for none`,
        ),
      );
    });
    server.listen(address.port, address.host, resolve);
  });
  return server;
}

async function metrics(health: HealthRecord | undefined): Promise<string> {
  const registry = new Registry();
  if (health === undefined) return "";
  for (const [name, value] of Object.entries(health.counters)) {
    new Gauge({ name: `eastwatch_${name}`, help: `Total of ${name.replaceAll("_", " ")}`, registers: [registry] }).set(
      value,
    );
  }
  const undecoded = new Gauge({
    name: "eastwatch_undecoded_frames",
    help: "Frames that could not be decoded, by reason",
    labelNames: ["reason"],
    registers: [registry],
  });
  for (const [reason, frames] of Object.entries(health.undecoded)) undecoded.set({ reason }, frames);
  const labelNames = ["interface"];
  const frames = new Gauge({
    name: "eastwatch_interface_frames",
    help: "Frames captured",
    labelNames,
    registers: [registry],
  });
  const blind = new Gauge({
    name: "eastwatch_interface_blind",
    help: "1 while it can't be captured",
    labelNames,
    registers: [registry],
  });
  for (const { name, state, frames: count } of health.interfaces) {
    frames.set({ interface: name }, count);
    blind.set({ interface: name }, state === "blind" ? 1 : 0);
  }
  new Gauge({
    name: "eastwatch_lag_seconds",
    help: "Host clock less the last packet's time",
    registers: [registry],
  }).set(health.lagMillis / 1_000);
  new Gauge({ name: "eastwatch_resident_bytes", help: "Resident memory", registers: [registry] }).set(health.rssBytes);
  return registry.metrics();
}

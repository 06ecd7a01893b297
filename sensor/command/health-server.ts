import { createServer, type Server } from "node:http";
import { Gauge, Registry } from "prom-client";
import { CommandError } from "../../shared/command-error.js";
import type { HealthRecord, InterfaceHealth } from "../../shared/health.js";
import { listenAddress } from "../../shared/listen-address.js";

/** What /healthz and /metrics tell. */
export interface HealthSource {
  /** Undefined while nothing is known yet. */
  health(): HealthRecord | undefined;
  /** Interfaces that can't be captured now. */
  blind(): readonly string[];
  /** What it gives up under overload. */
  givenUp(): readonly string[];
  /** Why the sensor is not well, or not yet; undefined where it is. */
  trouble(): string | undefined;
}

/** Serves /healthz and /metrics. Undefined for an empty address. */
export async function serveHealth(listen: string, source: HealthSource): Promise<Server | undefined> {
  const address = listenAddress(listen);
  if (address === undefined) return undefined;
  const server = createServer((request, response) => {
    // A client that asks again just as an idle connection is given up gets a reset for an answer: each has its own.
    response.setHeader("connection", "close");
    const path = request.url?.split("?")[0];
    if (path === "/healthz") {
      const trouble = source.trouble();
      response.writeHead(trouble === undefined ? 200 : 503, { "content-type": "text/plain; charset=utf-8" });
      response.end(`${[trouble ?? "ok", ...shortcomings(source)].join("; ")}\n`);
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

function shortcomings(source: HealthSource): string[] {
  const [blind, givenUp] = [source.blind(), source.givenUp()];
  return [
    ...(blind.length === 0 ? [] : [`blind: ${blind.join(", ")}`]),
    ...(givenUp.length === 0 ? [] : [`overloaded, gives up ${givenUp.join(", ")}`]),
  ];
}

async function metrics(health: HealthRecord | undefined): Promise<string> {
  const registry = new Registry();
  if (health === undefined) return "";
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `eastwatch_${name}`, help, labelNames, registers: [registry] });
  for (const [name, value] of Object.entries(health.counters))
    gauge(name, `Total of ${name.replaceAll("_", " ")}`).set(value);
  const undecoded = gauge("undecoded_frames", "Frames that could not be decoded, by reason", "reason");
  for (const [reason, frames] of Object.entries(health.undecoded)) undecoded.set({ reason }, frames);
  tellInterfaces(health.interfaces, gauge);
  gauge("lag_seconds", "Host clock less the last packet's time").set(health.lagMillis / 1_000);
  gauge("resident_bytes", "Resident memory").set(health.rssBytes);
  return registry.metrics();
}

function tellInterfaces(
  interfaces: readonly InterfaceHealth[],
  gauge: (name: string, help: string, ...labelNames: string[]) => Gauge,
): void {
  const frames = gauge("interface_frames", "Frames captured", "interface");
  const blind = gauge("interface_blind", "1 while it can't be captured", "interface");
  const unknown = gauge("interface_loss_unknown", "1 where nothing counts what the kernel drops", "interface");
  const dropped = gauge(
    "interface_dropped_frames",
    "Frames dropped; what can't be known is left out",
    "interface",
    "by",
  );
  for (const { name, state, frames: count, ...losses } of interfaces) {
    frames.set({ interface: name }, count);
    blind.set({ interface: name }, state === "blind" ? 1 : 0);
    unknown.set({ interface: name }, losses.droppedByKernel === undefined ? 1 : 0);
    for (const [by, value] of [
      ["interface", losses.droppedByInterface],
      ["kernel", losses.droppedByKernel],
      ["process", losses.droppedByProcess],
    ] as const)
      if (value !== undefined) dropped.set({ interface: name, by }, value);
  }
}

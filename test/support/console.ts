import { join } from "node:path";
import { pino } from "pino";
import { ConsoleServer, type ConsoleSettings } from "../../console/http/server.js";

const QUIET = pino({ level: "silent" });

function consoleSettings(folder: string, port: number, more: Partial<ConsoleSettings> = {}): ConsoleSettings {
  return {
    listen: `127.0.0.1:${port}`,
    database: join(folder, "console.sqlite"),
    certificateFile: undefined,
    keyFile: undefined,
    allowPlainFromNetwork: false,
    maxCalls: 1_000,
    maxFindings: 1_000,
    maxConnections: 1_000,
    sessionHours: 1,
    documents: { keyFile: join(folder, "signing-key.pem"), workloadsFile: undefined },
    ...more,
  };
}

/** A console in this process, listening on loopback. */
export async function startConsole(
  folder: string,
  port: number,
  more: Partial<ConsoleSettings> = {},
): Promise<ConsoleServer> {
  const server = new ConsoleServer(consoleSettings(folder, port, more), QUIET);
  await server.listen();
  return server;
}

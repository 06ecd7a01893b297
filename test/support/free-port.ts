import { createServer, type Server } from "node:net";

// Below what the kernel gives to clients (ip_local_port_range, 32768 on): a client of another test would take one meanwhile.
const FIRST = 10_000;
const LAST = 32_000;
const ATTEMPTS = 100;

/** The first of `count` ports in a row that nobody listens on, on any address. */
export async function freePort(count = 1): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
    const tries = await Promise.all(Array.from({ length: count }, (_, index) => listening(first + index)));
    await Promise.all(tries.map((server) => server && new Promise((resolve) => server.close(resolve))));
    if (tries.every((server) => server !== undefined)) return first;
  }
  throw new Error(`no ${count} free ports in a row between ${FIRST} and ${LAST}`);
}

function listening(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.listen(port, () => resolve(server));
  });
}

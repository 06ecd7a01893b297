import { createServer, request } from "node:https";
import { type Identities, makeIdentities } from "./certificates.js";

interface TlsService {
  readonly name: string;
  readonly address: string;
  readonly version: "TLSv1.2" | "TLSv1.3";
  /** Whether a client certificate is asked for, and whether one that has none is taken all the same. */
  readonly clients: "unasked" | "asked" | "required";
}

/** Who calls whom, and whether it shows its certificate. */
interface Errand {
  readonly client: string;
  readonly clientAddress: string;
  readonly to: TlsService;
  readonly presents: boolean;
}

const PORT = Number(process.env.EASTWATCH_DEMO_TLS_PORT ?? 18443);
const PAUSE_MILLIS = 700;

const ledger: TlsService = {
  name: "ledger.demo.internal",
  address: "127.0.20.7",
  version: "TLSv1.3",
  clients: "required",
};
const archive: TlsService = {
  name: "archive.demo.internal",
  address: "127.0.20.8",
  version: "TLSv1.2",
  clients: "asked",
};
const catalog: TlsService = {
  name: "catalog.demo.internal",
  address: "127.0.20.9",
  version: "TLSv1.3",
  clients: "unasked",
};

const SERVICES = [ledger, archive, catalog];
const ERRANDS: readonly Errand[] = [
  { client: "payments.demo.internal", clientAddress: "127.0.20.5", to: ledger, presents: true },
  { client: "payments.demo.internal", clientAddress: "127.0.20.5", to: archive, presents: true },
  { client: "reports.demo.internal", clientAddress: "127.0.20.6", to: archive, presents: false },
  { client: "gateway.demo.internal", clientAddress: "127.0.20.2", to: catalog, presents: false },
];

/** Services over TLS, and clients of theirs until the process ends. False where openssl is missing, which makes the certificates. */
export async function runTlsServices(): Promise<boolean> {
  const names = [...SERVICES.map(({ name }) => name), ...ERRANDS.map(({ client }) => client)];
  const identities = makeIdentities([...new Set(names)]);
  if (identities === undefined) return false;
  await Promise.all(SERVICES.map((service) => listen(service, identities)));
  let turn = 0;
  setInterval(() => run(ERRANDS[turn++ % ERRANDS.length], identities), PAUSE_MILLIS);
  return true;
}

function listen({ name, address, version, clients }: TlsService, { authority, of }: Identities): Promise<void> {
  const server = createServer(
    {
      ...of.get(name),
      ...{ ca: authority, minVersion: version, maxVersion: version },
      ...{ requestCert: clients !== "unasked", rejectUnauthorized: clients === "required" },
    },
    (incoming, response) => {
      incoming.resume();
      response.end("{}");
    },
  );
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORT, address, resolve);
  });
}

/** A connection of its own each, so that each is a handshake. */
function run({ client, clientAddress, to, presents }: Errand, { authority, of }: Identities): void {
  const outgoing = request({
    ...(presents ? of.get(client) : {}),
    ...{ ca: authority, servername: to.name, host: to.address, port: PORT, localAddress: clientAddress, agent: false },
    ...{ path: "/", headers: { host: to.name } },
  });
  // A service that is busy or ends is part of what a sensor sees.
  outgoing.on("error", () => undefined).on("response", (response) => response.resume());
  outgoing.end();
}

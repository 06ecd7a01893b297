import { Agent, createServer, request } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeIdentities } from "../../demo/certificates.js";
import { PcapOutput } from "../bench/pcap-output.js";
import { TcpDialog } from "../support/frame-builder.js";
import { freePort } from "../support/free-port.js";
import { Running } from "../support/program.js";
import { outer, vxlan } from "../support/tunnel-builder.js";

/** One kind of traffic that goes on beside others. */
export interface Part {
  readonly name: string;
  /** Of its services: what is counted there is held against what was asked. */
  readonly ports: readonly number[];
  /** A capture that is played beside the interface, where it is none of loopback. */
  readonly replay?: string;
  /** What was asked for so far: calls, or handshakes where nothing else can be seen. */
  readonly asked: () => number;
  readonly counts: "calls" | "handshakes";
  run(end: number): Promise<void>;
  stop(): Promise<void>;
}

const PAUSE_MILLIS = 1_000;
const H2_CALLS = 400;
const STREAMS = 5;
/** Of a run of `stream-load`: two over each version for each stream, those of Node itself, events, polls, slow ones. */
const STREAM_CALLS = STREAMS * (globalThis.WebSocket === undefined ? 4 : 5) + 2 + 6 + 5;
const TLS_PAUSE_MILLIS = 50;
const TUNNELED_CONNECTIONS = 300;
const TUNNELED_PORT = 18_099;

interface Rounds {
  readonly origin: string;
  readonly load: string;
  readonly count: number;
  /** That one round of the load makes. */
  readonly calls: number;
  readonly pauseMillis: number;
}

/** HTTP/2 and gRPC, WebSockets and what else streams, TLS, tunnels; `slower` stretches the pauses between them. */
export async function mixedParts(folder: string, slower = 1): Promise<Part[]> {
  const pauseMillis = PAUSE_MILLIS * slower;
  return [
    await rounds("h2", {
      origin: "http2-origin",
      load: "http2-load",
      count: H2_CALLS,
      calls: H2_CALLS * 1.25,
      pauseMillis,
    }),
    await rounds("streams", {
      origin: "stream-origin",
      load: "stream-load",
      count: STREAMS,
      calls: STREAM_CALLS,
      pauseMillis,
    }),
    await tls(TLS_PAUSE_MILLIS * slower),
    tunnels(folder),
  ];
}

/** A program that serves, and one that asks it round after round. */
async function rounds(name: string, { origin, load, count, calls, pauseMillis }: Rounds): Promise<Part> {
  const program = (file: string): string => fileURLToPath(new URL(`../support/${file}.js`, import.meta.url));
  // They serve on the next one too.
  const port = await freePort(2);
  const serving = new Running(process.execPath, [program(origin), String(port), "/dev/null"]);
  await serving.says(/listening/);
  let asked = 0;
  return {
    ...{ name, ports: [port, port + 1], asked: () => asked, counts: "calls" },
    async run(end) {
      while (performance.now() < end) {
        const asking = new Running(process.execPath, [program(load), "127.0.0.1", String(port), String(count)]);
        await asking.says(/done/, 120_000);
        asked += calls;
        await asking.end();
        await new Promise((resolve) => setTimeout(resolve, pauseMillis));
      }
    },
    stop: async () => void (await serving.end()),
  };
}

/** Connections of one call each, of both versions, new sessions and resumed ones. */
async function tls(pauseMillis: number): Promise<Part> {
  const [port, name] = [await freePort(), "soak.test"];
  const identities = makeIdentities([name]);
  if (identities === undefined) throw new Error("openssl is not there, which makes the certificates");
  const server = createServer({ ...identities.of.get(name) }, (incoming, response) => {
    incoming.resume();
    response.setHeader("connection", "close").end("{}");
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  let asked = 0;
  const ask = (agent: Agent, maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { agent, maxVersion, ca: identities.authority, servername: name, host: "127.0.0.1", port };
      request(options, (answer) => answer.resume().on("close", resolve))
        .on("error", reject)
        .end();
    });
  return {
    ...{ name: "TLS", ports: [port], asked: () => asked, counts: "handshakes" },
    async run(end) {
      // An agent keeps sessions: what comes again is resumed.
      let agent = new Agent();
      for (; performance.now() < end; asked++) {
        if (asked % 10 === 0) agent = new Agent();
        await ask(agent, asked % 2 === 0 ? "TLSv1.2" : "TLSv1.3");
        await new Promise((resolve) => setTimeout(resolve, pauseMillis));
      }
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Connections in VXLAN and IP in IP, played again and again. How often is not known, so that nothing is held against it. */
function tunnels(folder: string): Part {
  const path = join(folder, "tunnels.pcap");
  const output = new PcapOutput(path);
  for (let index = 0; index < TUNNELED_CONNECTIONS; index++) {
    const wrap = (frame: Buffer): Buffer => (index % 3 === 0 ? outer(4, frame.subarray(14)) : vxlan(index % 5, frame));
    const server = `10.7.0.${index % 9}`;
    const ends = { clientPort: 20_000 + index, server, serverPort: TUNNELED_PORT };
    const dialog = new TcpDialog(ends, (frame) => output.frame(wrap(frame))).open();
    for (let call = 0; call < 5; call++) {
      dialog.send("client", `GET /tunneled/${index}/items/${call} HTTP/1.1\r\nHost: tunneled.test\r\n\r\n`);
      dialog.send("server", `HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n${"x".repeat(4_000)}`);
    }
    dialog.close();
  }
  output.close();
  return {
    ...{ name: "tunnels", ports: [TUNNELED_PORT], replay: path, asked: () => 0, counts: "calls" },
    run: (end) => new Promise((resolve) => setTimeout(resolve, Math.max(0, end - performance.now()))),
    stop: async () => undefined,
  };
}

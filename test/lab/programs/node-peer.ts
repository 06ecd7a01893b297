// A TLS peer on `node:tls`, run by Node, Bun and Deno alike: `server|client key=value…`.
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import tls from "node:tls";

const [role, ...pairs] = process.argv.slice(2);
const options = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
const option = (name: string): string => options.get(name) ?? "";
const version = `TLSv${option("version")}` as tls.SecureVersion;
const limits = { minVersion: version, maxVersion: version };
const SUITES: Record<string, string> = { sha256: "TLS_AES_128_GCM_SHA256", sha384: "TLS_AES_256_GCM_SHA384" };

if (role === "server") serve();
else void connectAll();

function serve(): void {
  const auth = option("auth");
  const server = tls.createServer({
    ...limits,
    cert: readFileSync(option("cert")),
    key: readFileSync(option("key")),
    ca: readFileSync(option("ca")),
    requestCert: auth !== "none",
    rejectUnauthorized: auth === "require",
    ALPNProtocols: ["h2", "http/1.1"],
  });
  server.on("secureConnection", (socket) => {
    const presented = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
    console.log(JSON.stringify({ port: socket.remotePort, presented, resumed: socket.isSessionReused() }));
    socket.on("error", () => {});
    // An HTTP/2 client may send its request a moment after the preface; an answer before that breaks the protocol.
    socket.once("data", (bytes) => setTimeout(() => socket.end(answerTo(bytes)), bytes[0] === 0x50 ? 30 : 0));
  });
  server.on("tlsClientError", (error) => console.error(String(error)));
  server.listen(Number(option("port")), option("address"));
}

function answerTo(request: Buffer): Buffer {
  const body = randomBytes(randomInt(1, 3_000));
  if (!request.toString("latin1").startsWith("PRI"))
    return Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`),
      body,
    ]);
  return Buffer.concat([frame(4, 0, 0, Buffer.alloc(0)), frame(1, 4, 1, Buffer.from([0x88])), frame(0, 1, 1, body)]);
}

function frame(kind: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

async function connectAll(): Promise<void> {
  let session: Buffer | undefined;
  for (let at = 0; at < Number(option("connections")); at++) {
    session = (await connectOnce(session)) ?? session;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.exit(0);
}

function connectOnce(session: Buffer | undefined): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let given: Buffer | undefined;
    const alpn = option("alpn");
    const socket = tls.connect({
      ...limits,
      host: option("address"),
      port: Number(option("port")),
      servername: option("name"),
      ca: readFileSync(option("ca")),
      ...(options.has("cert") && { cert: readFileSync(option("cert")), key: readFileSync(option("key")) }),
      ...(alpn === "h2" && { ALPNProtocols: ["h2", "http/1.1"] }),
      ...(option("version") === "1.3" && SUITES[option("hash")] && { ciphers: SUITES[option("hash")] }),
      ...(session && { session }),
    });
    socket.on("session", (bytes) => {
      given = bytes;
    });
    socket.once("secureConnect", () => {
      console.log(`CLIENT ${JSON.stringify({ port: socket.localPort, resumed: socket.isSessionReused() })}`);
      socket.write(readFileSync(socket.alpnProtocol === "h2" ? option("http2") : option("http1")));
    });
    let idle: NodeJS.Timeout | undefined;
    socket.on("data", (bytes) => {
      process.stdout.write(bytes);
      clearTimeout(idle);
      idle = setTimeout(() => socket.end(), 60);
    });
    socket.on("error", (error) => console.error(String(error)));
    socket.once("close", () => {
      clearTimeout(idle);
      resolve(given);
    });
    setTimeout(() => socket.destroy(), 4_000).unref();
  });
}

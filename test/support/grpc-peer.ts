// A peer on grpc-js: `server PORT LOG`, or `client HOST:PORT CALLS [pause]`; beside it are peers in Go, Java and Python that do the same.
// A client makes CALLS of each kind on one connection; with `pause` it says "half" after half of them and goes on when it is told to.
// Servers write a line for each call: method, path, status, messages of request and answer, their bytes, and gRPC's status. `Add` and
// `Pack` (compressed by gzip) answer once, or INVALID_ARGUMENT where the message's length is a multiple of ten; `Watch` answers several
// times, `Send` is asked several times, `Talk` both; `Hang` is answered once and then taken back by the client, so that it has no status.
import { createWriteStream } from "node:fs";
import {
  type CallOptions,
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from "@grpc/grpc-js";

const GZIP = 2;
const CONCURRENT = 20;
const NAMES = ["Add", "Pack", "Watch", "Send", "Talk", "Hang"] as const;
const same = (bytes: Buffer): Buffer => bytes;
const [role, first, second, pause] = process.argv.slice(2);

function serve(port: string, path: string): void {
  const log = createWriteStream(path);
  const size = (messages: readonly Buffer[]): number => messages.reduce((sum, { length }) => sum + length, 0);
  const note = (name: string, received: readonly Buffer[], sent: readonly Buffer[], code: number | string): void => {
    const counts = [received.length, sent.length, size(received), size(sent), code];
    log.write(`POST /shop.Cart/${name} 200 ${counts.join(" ")}\n`);
  };
  const answer = (name: string, call: ServerDuplexStream<Buffer, Buffer>): void => {
    const [received, sent]: [Buffer[], Buffer[]] = [[], []];
    const send = (content: Buffer): void => {
      sent.push(content);
      call.write(content);
    };
    call.on("data", (content: Buffer) => {
      received.push(content);
      if (name === "Talk" || name === "Hang") send(content);
    });
    if (name === "Hang") call.on("cancelled", () => note(name, received, sent, "-"));
    else call.on("end", () => end());
    const end = (): void => {
      const last = received[received.length - 1];
      const isWrong = (name === "Add" || name === "Pack") && last.length % 10 === 0;
      if (name === "Watch") for (let at = 0; at <= last.length % 5; at++) send(last);
      else if (name !== "Talk" && !isWrong) send(last);
      note(name, received, sent, isWrong ? status.INVALID_ARGUMENT : status.OK);
      if (isWrong) call.emit("error", { code: status.INVALID_ARGUMENT, details: "not so" });
      else call.end();
    };
  };
  const server = new Server();
  const codecs = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    Object.fromEntries(
      NAMES.map((name) => [name, { path: `/shop.Cart/${name}`, requestStream: true, responseStream: true, ...codecs }]),
    ),
    Object.fromEntries(NAMES.map((name) => [name, (call: ServerDuplexStream<Buffer, Buffer>) => answer(name, call)])),
  );
  server.bindAsync(`0.0.0.0:${port}`, ServerCredentials.createInsecure(), (error) =>
    console.log(error === null ? "listening" : `failed: ${error.message}`),
  );
}

/** 1: a mail address, 2: a number, 3: a text. */
function content(index: number): Buffer {
  const text = "n".repeat(1 + (index % 100));
  return Buffer.concat([
    Buffer.from("\x0a\x0fada@example.com\x10\x2a\x1a"),
    Buffer.from([text.length]),
    Buffer.from(text),
  ]);
}

async function load(target: string, calls: number, pauses: boolean): Promise<void> {
  const plain = new Client(target, credentials.createInsecure());
  const packing = new Client(target, credentials.createInsecure(), { "grpc.default_compression_algorithm": GZIP });
  const ask = (client: Client, name: string, messages: number, message: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const how: CallOptions = name === "Hang" ? {} : { deadline: Date.now() + 60_000 };
      const call = client.makeBidiStreamRequest(`/shop.Cart/${name}`, same, same, how);
      call.on("data", () => name === "Hang" && call.cancel());
      call.on("error", () => {});
      call.on("status", ({ code, details }) => {
        const isRight = code === status.OK || code === status.INVALID_ARGUMENT || name === "Hang";
        if (isRight) resolve();
        else reject(new Error(`${name}: ${code} ${details}`));
      });
      for (let sent = 0; sent < messages; sent++) call.write(message);
      if (name !== "Hang") call.end();
    });
  const everything = async (index: number): Promise<void> => {
    const message = content(index);
    await ask(plain, "Add", 1, message);
    await ask(packing, "Pack", 1, message);
    await ask(plain, "Watch", 1, message);
    await ask(plain, "Send", 1 + (index % 6), message);
    await ask(plain, "Talk", 1 + (index % 4), message);
    if (index % 10 === 0) await ask(plain, "Hang", 1, message);
  };
  const many = async (from: number, until: number): Promise<void> => {
    let next = from;
    const work = async (): Promise<void> => {
      while (next < until) await everything(next++);
    };
    await Promise.all(Array.from({ length: CONCURRENT }, work));
  };
  const half = pauses ? calls >> 1 : calls;
  await many(0, half);
  if (pauses) {
    console.log("half");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    await many(half, calls);
  }
  plain.close();
  packing.close();
  console.log("done");
  process.exit(0);
}

if (role === "server") serve(first, second);
else await load(first, Number(second), pause !== undefined);

// A peer on grpc-js: `PORT LOG` is the server, which says "listening"; `client HOST:PORT CALLS` calls `Add` so many times and `Watch` a
// third as many, every second call compressed, and says "done". What they send is made by protobufjs from the .proto of the scene.
import { Client, credentials, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { coded, order, Receipt } from "./message-scene.js";

const GZIP = 2;
const MESSAGES = 3;
const same = (bytes: Buffer): Buffer => bytes;
const codecs = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
const [first, second, third] = process.argv.slice(2);

function receipt(index: number): Buffer {
  return Buffer.from(coded(Receipt, { text: `receipt of order ${index}` }), "latin1");
}

function serve(port: string): void {
  const server = new Server();
  const method = (name: string) => ({
    path: `/shop.v1.Cart/${name}`,
    requestStream: true,
    responseStream: true,
    ...codecs,
  });
  const answer = (call: ServerDuplexStream<Buffer, Buffer>): void => {
    let received = 0;
    call.on("data", () => call.write(receipt(received++)));
    call.on("end", () => call.end());
  };
  server.addService({ Add: method("Add"), Watch: method("Watch") }, { Add: answer, Watch: answer });
  server.bindAsync(`0.0.0.0:${port}`, ServerCredentials.createInsecure(), (error) =>
    console.log(error === null ? "listening" : `failed: ${error.message}`),
  );
}

async function load(target: string, calls: number): Promise<void> {
  const clients = [{}, { "grpc.default_compression_algorithm": GZIP }].map(
    (options) => new Client(target, credentials.createInsecure(), options),
  );
  const ask = (name: string, index: number, messages: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = clients[index % 2].makeBidiStreamRequest(`/shop.v1.Cart/${name}`, same, same);
      call.on("data", () => {});
      call.on("error", reject);
      call.on("status", () => resolve());
      for (let at = 0; at < messages; at++) call.write(Buffer.from(order(index + at), "latin1"));
      call.end();
    });
  for (let index = 0; index < calls; index++) {
    await ask("Add", index, 1);
    if (index % 3 === 0) await ask("Watch", index, MESSAGES);
  }
  for (const client of clients) client.close();
  console.log("done");
}

if (first === "client") await load(second, Number(third));
else serve(first);

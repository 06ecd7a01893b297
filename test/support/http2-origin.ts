// Servers that speak HTTP/2 in the clear: `http2-origin PORT LOG` answers with node:http2 on PORT and with grpc-js on the port after it,
// and writes a line for each call: method, path, status, bytes of request and answer, and gRPC's status.
import { createWriteStream } from "node:fs";
import { createServer } from "node:http2";
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";

const [port, path] = process.argv.slice(2);
const log = createWriteStream(path);

const server = createServer();
server.on("stream", (stream, headers) => {
  let bytes = 0;
  stream.on("data", (piece: Buffer) => {
    bytes += piece.length;
  });
  stream.on("error", () => {});
  stream.on("end", () => {
    const target = String(headers[":path"]);
    const code = target.includes("missing") ? 404 : 200;
    const content = "x".repeat(20 + ((bytes + target.length * 37) % 3_000));
    stream.respond({
      ":status": code,
      "content-type": "application/json",
      server: "origin/2",
      "x-id": String(Math.random()),
    });
    stream.end(content);
    log.write(`${headers[":method"]} ${target.split("?")[0]} ${code} ${bytes} ${content.length} -\n`);
  });
});

const same = (bytes: Buffer): Buffer => bytes;

function method(name: string, requestStream: boolean, responseStream: boolean) {
  const codecs = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  return { path: `/shop.Cart/${name}`, requestStream, responseStream, ...codecs };
}

/** gRPC's framing of so many messages, or of one answer, is five bytes each. */
function note(name: string, received: readonly Buffer[], sent: readonly Buffer[], code: number): void {
  const size = (messages: readonly Buffer[]): number => messages.reduce((sum, message) => sum + message.length + 5, 0);
  log.write(`POST /shop.Cart/${name} 200 ${size(received)} ${size(sent)} ${code}\n`);
}

const service = {
  Add: method("Add", false, false),
  Watch: method("Watch", false, true),
  Send: method("Send", true, false),
  Talk: method("Talk", true, true),
};

const rpc = new Server();
rpc.addService(service, {
  Add: ({ request }: { request: Buffer }, callback: sendUnaryData<Buffer>) => {
    const isWrong = request.length % 10 === 0;
    note("Add", [request], isWrong ? [] : [request], isWrong ? status.INVALID_ARGUMENT : status.OK);
    if (isWrong) callback({ code: status.INVALID_ARGUMENT });
    else callback(null, request);
  },
  Watch: (call: ServerWritableStream<Buffer, Buffer>) => {
    const answers = Array<Buffer>(1 + (call.request.length % 5)).fill(call.request);
    note("Watch", [call.request], answers, status.OK);
    for (const answer of answers) call.write(answer);
    call.end();
  },
  Send: (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
    const received: Buffer[] = [];
    call.on("data", (message: Buffer) => received.push(message));
    call.on("end", () => {
      note("Send", received, [Buffer.from("ok")], status.OK);
      callback(null, Buffer.from("ok"));
    });
  },
  Talk: (call: ServerDuplexStream<Buffer, Buffer>) => {
    const received: Buffer[] = [];
    call.on("data", (message: Buffer) => {
      received.push(message);
      call.write(message);
    });
    call.on("end", () => {
      note("Talk", received, received, status.OK);
      call.end();
    });
  },
});

server.listen(Number(port), "0.0.0.0", () =>
  rpc.bindAsync(`0.0.0.0:${Number(port) + 1}`, ServerCredentials.createInsecure(), (error) =>
    console.log(error === null ? "listening" : `failed: ${error.message}`),
  ),
);

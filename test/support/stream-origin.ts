// Servers that stream: `stream-origin PORT LOG` answers on PORT with WebSockets (/plain, /deflate), server-sent events (/events), answers
// held back (/poll) and slow ones (/slow); on the port after it with WebSockets over HTTP/2. Writes a line for each WebSocket when it is
// over: path, subprotocol, messages and bytes received, the same sent, close code.
import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { openOver } from "./bare-websocket.js";

const [port, log] = process.argv.slice(2);
const HELD_MILLIS = 1_500;
const EVENTS = 40;

/** Answers each message by itself and by its length; "bye CODE" by leaving. */
function serve(socket: WebSocket, path: string): void {
  let [received, receivedBytes, sent, sentBytes] = [0, 0, 0, 0];
  const send = (content: Buffer | string, isBinary: boolean): void => {
    sent++;
    sentBytes += content.length;
    socket.send(content, { binary: isBinary });
  };
  socket.on("message", (content: Buffer, isBinary: boolean) => {
    received++;
    receivedBytes += content.length;
    const [word, code] = content.length < 16 ? content.toString().split(" ") : [];
    if (word === "bye") socket.close(Number(code), "as you like");
    else if (word === "die") socket.terminate();
    else {
      send(content, isBinary);
      send(`{"length":${content.length}}`, false);
    }
  });
  socket.on("error", () => {});
  socket.on("close", (code) => {
    const words = [path, socket.protocol === "" ? "-" : socket.protocol];
    appendFileSync(log, `${[...words, received, receivedBytes, sent, sentBytes, code].join(" ")}\n`);
  });
}

const handleProtocols = (offered: Set<string>): string | false => (offered.has("chat.v2") ? "chat.v2" : false);
const plain = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols });
const deflate = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 }, handleProtocols });

const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

async function answer({ url = "" }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url.startsWith("/events")) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let at = 0; at < EVENTS; at++) {
      response.write(`event: tick\nid: ${at}\ndata: {"tick":${at}}\n\n`);
      if (at % 10 === 9) await wait(200);
    }
    response.end();
  } else if (url.startsWith("/poll")) {
    const isNews = url.endsWith("news");
    await wait(isNews ? HELD_MILLIS / 2 + 300 : HELD_MILLIS);
    response.writeHead(isNews ? 200 : 204, { "content-type": "application/json" }).end(isNews ? '["news"]' : undefined);
  } else {
    await wait(HELD_MILLIS);
    response.end("slow");
  }
}

createServer((request, response) => void answer(request, response))
  .on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? "").split("?")[0];
    const server = path.startsWith("/deflate") ? deflate : plain;
    server.handleUpgrade(request, socket, head, (open) => serve(open, path));
  })
  .listen(Number(port), "0.0.0.0", () => console.log("listening"));

createHttp2Server({ settings: { enableConnectProtocol: true } })
  .on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":protocol"] !== "websocket") {
      stream.respond({ ":status": 200, "content-type": "text/plain" });
      stream.end("ok");
      return;
    }
    stream.respond({ ":status": 200 });
    openOver(stream, "server", (socket) => serve(socket, String(headers[":path"])));
  })
  .listen(Number(port) + 1, "0.0.0.0");

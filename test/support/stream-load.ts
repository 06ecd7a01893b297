// Clients of `stream-origin`: `stream-load HOST PORT COUNT` opens so many WebSockets of each kind, ten at a time, over the package ws, what
// Node has itself and HTTP/2, listens to events, polls, and calls what is slow.
import { once } from "node:events";
import { request } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { WebSocket } from "ws";
import { openOver } from "./bare-websocket.js";

const [host, port, count] = process.argv.slice(2);
const AT_ONCE = 10;
const MESSAGES = 12;

async function many(times: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** How it ends: by the client's leave, with or without a code, by the server's, or torn off. */
function farewell(socket: WebSocket, index: number): void {
  if (index % 5 === 0) socket.close();
  else if (index % 5 === 1) socket.close(4_000 + (index % 7), "enough");
  else if (index % 5 === 2) socket.send("bye 1001");
  else if (index % 5 === 3) socket.send("die");
  else socket.close(1000);
}

function say(socket: WebSocket, index: number): void {
  for (let at = 0; at < MESSAGES; at++) {
    const content = `${"m".repeat(((index + 1) * (at + 1) * 37) % 3_000)}${at}`;
    if (at % 4 === 0) socket.send(Buffer.from(content));
    else if (at % 4 === 1) {
      socket.send(content.slice(0, 5), { fin: false });
      socket.ping("still there?");
      socket.send(content.slice(5), { fin: true });
    } else socket.send(content);
  }
  if (index % 9 === 0) socket.send("x".repeat(70_000));
}

async function talk(socket: WebSocket, index: number): Promise<void> {
  let answers = 0;
  const expected = 2 * (MESSAGES + (index % 9 === 0 ? 1 : 0));
  socket.on("message", () => {
    if (++answers === expected) farewell(socket, index);
  });
  socket.on("error", () => {});
  if (socket.readyState !== WebSocket.OPEN) await once(socket, "open");
  const closed = once(socket, "close");
  say(socket, index);
  await closed;
}

async function overHttp1(): Promise<void> {
  await many(Number(count) * 2, async (index) => {
    const path = index % 2 === 0 ? "plain" : "deflate";
    const protocols = index % 3 === 0 ? ["chat.v1", "chat.v2"] : [];
    const options = { perMessageDeflate: index % 2 === 0 ? false : { threshold: 0 } };
    await talk(new WebSocket(`ws://${host}:${port}/${path}/${index}/ws`, protocols, options), index >> 1);
  });
}

/** Node's own, where it has one. */
async function ofNode(): Promise<void> {
  const Own = globalThis.WebSocket;
  if (Own === undefined) {
    console.log("this Node has no WebSocket of its own");
    return;
  }
  await many(Number(count), async (index) => {
    const socket = new Own(`ws://${host}:${port}/plain/own/${index}/ws`, "chat.v2");
    let answers = 0;
    const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
    socket.addEventListener("message", () => {
      if (++answers === 2 * MESSAGES) socket.close(3_000, "enough");
    });
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    for (let at = 0; at < MESSAGES; at++) socket.send(`${"n".repeat((index * at * 53) % 2_000)}${at}`);
    await closed;
  });
}

async function overHttp2(): Promise<void> {
  const session = connect(`http://${host}:${Number(port) + 1}`);
  await once(session, "remoteSettings");
  await many(Number(count), (index) => onStream(session, index));
  session.close();
}

async function onStream(session: ClientHttp2Session, index: number): Promise<void> {
  const plain = session.request({ ":path": "/plain" });
  plain.resume();
  const stream = session.request({
    ":method": "CONNECT",
    ":protocol": "websocket",
    ":scheme": "http",
    ":path": `/h2/${index}/ws`,
    ":authority": host,
    "sec-websocket-version": "13",
  });
  stream.on("error", () => {});
  await once(stream, "response");
  let talked: Promise<void> | undefined;
  openOver(stream, "client", (socket) => {
    talked = talk(socket, index);
  });
  await talked;
}

function get(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host, port, path }, (response) => response.resume().on("end", resolve))
      .on("error", reject)
      .end();
  });
}

async function inTurn(paths: readonly string[]): Promise<void> {
  for (const path of paths) await get(path);
}

const POLLS = ["/poll?a=quiet", "/poll?a=news", "/poll?a=quiet", "/poll?a=news", "/poll?a=quiet", "/poll?a=quiet"];
await Promise.all([overHttp1(), ofNode(), overHttp2()]);
// By themselves: whether an answer was held back shows in its time.
await Promise.all([inTurn(["/events", "/events"]), inTurn(POLLS), inTurn(Array(5).fill("/slow"))]);
console.log("done");

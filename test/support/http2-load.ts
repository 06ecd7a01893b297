// Clients of `http2-origin`: `http2-load HOST PORT CALLS` makes so many calls over node:http2 and a quarter as many over grpc-js, up to
// a hundred at a time over one connection each.
import { once } from "node:events";
import { connect } from "node:http2";
import { Client, credentials } from "@grpc/grpc-js";

const [host, port, count] = process.argv.slice(2);
const CONCURRENT = 100;
const same = (bytes: Buffer): Buffer => bytes;

async function many(calls: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
}

async function overHttp2(): Promise<void> {
  const session = connect(`http://${host}:${port}`);
  await many(Number(count), async (index) => {
    const request = session.request({
      ":method": index % 5 === 0 ? "POST" : "GET",
      ":path": index % 7 === 0 ? `/orders/missing?page=${index}` : `/orders/${index}/items`,
      "user-agent": "load/1",
      "x-request-id": String(index),
      authorization: `Bearer s3cr3t${index}`,
    });
    request.end(index % 5 === 0 ? "y".repeat(index % 4_000) : undefined);
    request.resume();
    await once(request, "close");
  });
  session.close();
}

async function overGrpc(): Promise<void> {
  const client = new Client(`${host}:${Number(port) + 1}`, credentials.createInsecure());
  await many(Number(count) / 4, (index) => {
    const content = Buffer.alloc(1 + (index % 400), "z");
    const path = (name: string): string => `/shop.Cart/${name}`;
    return new Promise<void>((resolve) => {
      const done = (): void => resolve();
      if (index % 4 === 0)
        client.makeUnaryRequest(path("Add"), same, same, content, { deadline: Date.now() + 60_000 }, done);
      else if (index % 4 === 1) {
        const call = client.makeServerStreamRequest(path("Watch"), same, same, content);
        call
          .on("data", () => {})
          .on("status", done)
          .on("error", () => {});
      } else if (index % 4 === 2) {
        const call = client.makeClientStreamRequest(path("Send"), same, same, done);
        for (let sent = index % 6; sent >= 0; sent--) call.write(content);
        call.end();
      } else {
        const call = client.makeBidiStreamRequest(path("Talk"), same, same);
        call
          .on("data", () => {})
          .on("status", done)
          .on("error", () => {});
        for (let sent = index % 6; sent >= 0; sent--) call.write(content);
        call.end();
      }
    });
  });
  client.close();
}

await Promise.all([overHttp2(), overGrpc()]);
console.log("done");

// A small origin server: `origin PORT LOG` answers what it is asked in several ways and writes a line for each request.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, log] = process.argv.slice(2);

// A test may be held up for longer between two calls of one connection than Node would wait.
createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  let bytes = 0;
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
  });
  request.on("end", () => {
    const path = (request.url ?? "").split("?")[0];
    const status = path.endsWith("/missing") ? 404 : path.endsWith("/broken") ? 500 : 200;
    response.on("finish", () => appendFileSync(log, `${request.method} ${path} ${status} ${bytes}\n`));
    response.writeHead(status, { server: "origin/1", "content-type": "application/json" });
    // Without a length the answer is chunked; HEAD has none of it.
    if (path.includes("/chunked"))
      for (let piece = 0; piece < 5; piece++) response.write(`${"x".repeat(1_000 * piece)}\n`);
    response.end(path.includes("/empty") ? undefined : JSON.stringify({ path, bytes }));
  });
}).listen(Number(port), "0.0.0.0", () => console.log("listening"));

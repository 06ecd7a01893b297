import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { HELLO, Http2Peers } from "./support/http2-builder.js";
import { temporaryFolder } from "./support/program.js";
import { exportOf, framesOf, keep, tshark } from "./support/ring-scene.js";
import { clientHello, handshake } from "./support/tls-builder.js";

const stars = (count: number): string => "*".repeat(count);

/** Values of a field, as tshark reads them, of all packets in their order. */
function fieldsOf(file: string, field: string): string[] {
  const lines = tshark(file, "-d", "tcp.port==8080,http2", "-e", field);
  return lines.flatMap((line) => (line === "" ? [] : line.split(",")));
}

t.test("what is of the operator's own classes is overwritten wherever an export would show it", async (t) => {
  const config = join(temporaryFolder(t), "sensor.yaml");
  const rules = ["staff personal: emp-[0-9]{4}", "ward health ward: [a-d][0-9]{2}"];
  writeFileSync(config, `data:\n  rules: ${JSON.stringify(rules)}\n`);
  const heads = [
    "GET /staff/emp-4711/ward/b07/plain?emp-4711=1 HTTP/1.1\r\nHost: EMP-4711.shop.test\r\nX-Emp-4711: 1\r\n",
    "User-Agent: agent (emp-4711)\r\nAuthorization: Basic emp-4711\r\nCookie: emp-4711=2; sid=1\r\n\r\n",
  ].join("");
  const plain = temporaryFolder(t);
  await keep(plain, framesOf([["client", heads]]));
  t.match(exportOf(plain).client, /emp-4711/, "without its rules nothing tells what it is");
  t.equal(
    exportOf(plain, "--config", config).client,
    [
      `GET /staff/${stars(8)}/ward/${stars(3)}/plain?${stars(8)}=* HTTP/1.1`,
      `Host: ${stars(8)}.shop.test`,
      `X-${stars(8)}: *`,
      `User-Agent: agent (${stars(8)})`,
      `Authorization: Basic ${stars(8)}`,
      `Cookie: ${stars(8)}=*; sid=*`,
      "",
      "",
    ].join("\r\n"),
  );
  const tls = temporaryFolder(t);
  await keep(tls, framesOf([["client", handshake(clientHello({ serverName: "emp-4711.shop.test" }))]]));
  t.match(exportOf(tls).client, /emp-4711\.shop/);
  t.match(exportOf(tls, "--config", config).client, /\*{8}\.shop\.test/);
  for (const coding of ["plain", "huffman"] as const) {
    const folder = temporaryFolder(t);
    const peers = new Http2Peers(coding);
    const asked = peers.request(1, "/staff/emp-4711", [["user-agent", "emp-4711"]], {});
    await keep(folder, framesOf([["client", Buffer.concat([HELLO, asked])]]));
    const values = (...more: string[]) => fieldsOf(exportOf(folder, ...more).file, "http2.header.value");
    t.equal(values().filter((value) => value.includes("emp-4711")).length, 2, coding);
    t.notMatch(values("--config", config).join(), /emp-4711/, coding);
  }
});

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { settle, storedServices } from "./support/live-capture.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, temporaryFolder } from "./support/program.js";

const ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const CALLS = 20;
/** L2TP's header, every few milliseconds. */
const L2TP = `
  const socket = require("dgram").createSocket("udp4");
  setInterval(() => socket.send(Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(60)]), 1701, "10.98.0.2"), 20);
  console.log("sends");`;

/** A device of the kernel's own at both ends, 10.99.0.1 and 10.99.0.2; whether this kernel has it. */
function overlay(spaces: Namespaces): boolean {
  for (const [space, link, own, other, address] of [
    [spaces.client, "ewc", "10.98.0.1", "10.98.0.2", "10.99.0.1/24"],
    [spaces.server, "ews", "10.98.0.2", "10.98.0.1", "10.99.0.2/24"],
  ]) {
    const words = `link add vx0 type vxlan id 42 local ${own} remote ${other} dstport 4789 dev ${link}`;
    for (const line of [words, `addr add ${address} dev vx0`, "link set vx0 up"])
      if (spawnSync("ip", ["-n", space, ...line.split(" ")]).status !== 0) return false;
  }
  return true;
}

t.test(
  "by default what a tunnel carries is captured, and a tunnel that nobody decodes named",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = new Namespaces("vx");
    t.teardown(() => spaces.remove());
    if (!overlay(spaces)) {
      t.comment("SKIPPED: this kernel has no VXLAN");
      return;
    }
    const inServer = (...words: string[]): Running =>
      new Running(...spaces.inside(spaces.server, process.execPath, ...words));
    const database = join(folder, "s.sqlite");
    const origin = inServer(ORIGIN, "8080", "/dev/null");
    await origin.says(/listening/);
    const sensor = inServer(PROGRAM, "sensor", "-i", "ews", "--database", database, "--listen", "");
    await sensor.says(/captures ews/);
    await settle();
    const curl = ["-s", "-o", "/dev/null", `http://10.99.0.2:8080/orders/[1-${CALLS}]`];
    t.equal(spawnSync(...spaces.inside(spaces.client, "curl", ...curl)).status, 0);
    await settle();
    t.equal(await sensor.end(), 0);
    await origin.end();
    t.match(storedServices(database), [{ address: "10.99.0.2", port: 8080, virtualNetwork: "vxlan 42", calls: CALLS }]);
    const sending = new Running(...spaces.inside(spaces.client, process.execPath, "-e", L2TP));
    await sending.says(/sends/);
    const look = [PROGRAM, "doctor", "--interface", "ews", "--seconds", "2"];
    const { status, stdout } = spawnSync(...spaces.inside(spaces.server, process.execPath, ...look), {
      encoding: "utf8",
    });
    await sending.end();
    t.equal(status, 1);
    t.match(stdout, /problem {2}undecoded tunnels: frames of tunnels that are not decoded.*: \d+ L2TP \(UDP 1701\)/);
  },
);

import { join } from "node:path";
import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { networkName, vxlanNetwork, within } from "../sensor/decode/virtual-network.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { strictSettings } from "./support/analysis-run.js";
import { delta, sensorStore } from "./support/delivery.js";
import { TcpDialog } from "./support/frame-builder.js";
import { enter, NO_BROWSER, shot } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { consoleWithSensor } from "./support/teller.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";
import { vxlan } from "./support/tunnel-builder.js";

type Wrap = (frame: Buffer) => Buffer;

const TENANT_A: Wrap = (frame) => vxlan(7, frame);
const TENANT_B: Wrap = (frame) => vxlan(8, frame);
const OUTSIDE: Wrap = (frame) => frame;

interface Options {
  readonly virtualNetworks?: boolean;
  readonly client?: string;
  readonly path?: string;
  readonly port?: number;
}

/** The same call, address for address, in each of the wrappings. */
class Seen {
  readonly pipeline: Pipeline;
  #atMicros = START_MICROS;

  constructor({ virtualNetworks = true }: Options = {}) {
    const settings = strictSettings();
    this.pipeline = new Pipeline({ ...settings, decode: { ...settings.decode, virtualNetworks } }, {}, 1);
  }

  /** Every packet in all of them, one wrapping after the other. */
  call(wraps: readonly Wrap[], { client = "10.0.0.1", path = "/a", port = 40_000 }: Options = {}): this {
    const emit = (bytes: Buffer): void => {
      for (const wrap of wraps) this.pipeline.frame(frameOf({ bytes: wrap(bytes), atMicros: ++this.#atMicros }));
    };
    new TcpDialog({ client, clientPort: port }, emit)
      .open()
      .send("client", `GET ${path} HTTP/1.1\r\nHost: 10.0.0.2\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\r\n`)
      .send("server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      .close();
    return this;
  }

  get services(): string[] {
    return [...this.pipeline.inventory.services()].map(({ name, calls }) => `${name} ×${calls}`);
  }
}

t.test("networks within networks are told apart, however near their numbers are", (t) => {
  const numbered = (number: number): number => vxlanNetwork(Buffer.from([number >> 16, number >> 8, number]), 0);
  const networks = new Set<number>();
  for (let outer = 100; outer < 116; outer++)
    for (let inner = 5_000; inner < 5_128; inner++) networks.add(within(numbered(outer), numbered(inner)));
  t.equal(networks.size, 16 * 128);
  t.not(within(numbered(1), numbered(2)), within(numbered(2), numbered(1)));
  t.end();
});

t.test("two tenants with the same addresses are two of everything, and what carries them a third", (t) => {
  const seen = new Seen();
  seen.call([TENANT_A], { path: "/a" }).call([TENANT_B], { path: "/b" }).call([TENANT_B], { path: "/b", port: 40_001 });
  seen.call([OUTSIDE], { path: "/c", client: "10.0.0.3" });
  seen.pipeline.finish();
  t.same(seen.services, ["10.0.0.2:8080 ×1", "10.0.0.2:8080 (vxlan 7) ×1", "10.0.0.2:8080 (vxlan 8) ×2"]);
  t.same(
    [...seen.pipeline.inventory.edges()].map((edge) => [edge.clientAddress, edge.virtualNetwork, edge.calls]),
    [
      ["10.0.0.1", "vxlan 7", 1],
      ["10.0.0.1", "vxlan 8", 2],
      ["10.0.0.3", undefined, 1],
    ],
  );
  t.same(
    [...seen.pipeline.inventory.endpoints()].map(({ template, virtualNetwork, calls }) => [
      template,
      virtualNetwork,
      calls,
    ]),
    [
      ["/c", undefined, 1],
      ["/a", "vxlan 7", 1],
      ["/b", "vxlan 8", 2],
    ],
  );
  const basic = seen.pipeline.detection.all().filter(({ rule }) => rule === "basic-credentials-in-cleartext");
  t.same(
    basic.map(({ virtualNetwork, count }) => [virtualNetwork, count]),
    [
      ["vxlan 7", 1],
      ["vxlan 8", 2],
      [undefined, 1],
    ],
  );
  t.equal(new Set(basic.map(({ id }) => id)).size, 3, "each with an identity of its own");
  t.end();
});

t.test("a client is a service of its own network only", (t) => {
  const seen = new Seen();
  seen.call([TENANT_A]);
  const emit = (wrap: Wrap) => (bytes: Buffer) =>
    seen.pipeline.frame(frameOf({ bytes: wrap(bytes), atMicros: START_MICROS + 1_000 }));
  // To the number and the microsecond it would be one connection that two mirror sessions show.
  for (const wrap of [TENANT_A, TENANT_B])
    new TcpDialog(
      { client: "10.0.0.2", server: "10.0.0.9", clientPort: 50_000, clientSequence: wrap === TENANT_A ? 1_000 : 2_000 },
      emit(wrap),
    )
      .open()
      .send("client", "GET /x HTTP/1.1\r\n\r\n")
      .close();
  seen.pipeline.finish();
  t.same(
    [...seen.pipeline.inventory.edges()]
      .filter(({ serverAddress }) => serverAddress === "10.0.0.9")
      .map(({ clientService, virtualNetwork }) => [clientService, virtualNetwork]),
    [
      ["10.0.0.2:8080 (vxlan 7)", "vxlan 7"],
      [undefined, "vxlan 8"],
    ],
  );
  t.end();
});

t.test("a network whose connections are seen outside of its tunnels as well is the host's own", (t) => {
  for (const wraps of [
    [TENANT_A, OUTSIDE],
    [OUTSIDE, TENANT_A],
  ]) {
    const seen = new Seen().call(wraps);
    seen.call([TENANT_A], { port: 40_001 }).call([OUTSIDE], { port: 40_002 }).call([TENANT_B], { port: 40_003 });
    seen.pipeline.finish();
    t.same(seen.services, ["10.0.0.2:8080 ×3", "10.0.0.2:8080 (vxlan 8) ×1"]);
  }
  t.end();
});

t.test(
  "what two mirror sessions show is there once, under the network that was told first, also over a restart",
  (t) => {
    const seen = new Seen().call([TENANT_A, TENANT_B]).call([TENANT_B], { port: 40_001 });
    seen.call([TENANT_B, TENANT_A], { port: 40_002 });
    seen.pipeline.finish();
    t.same(seen.services, ["10.0.0.2:8080 (vxlan 7) ×3"]);
    const rows = seen.pipeline.inventory.takeDelta(100).rows;
    t.same(
      rows.map(({ record }) => [record.kind, record.kind === "certificate" ? undefined : record.virtualNetwork]),
      [
        ["service", "vxlan 7"],
        ["edge", "vxlan 7"],
        ["endpoint", "vxlan 7"],
      ],
    );
    t.end();
  },
);

t.test("tunnels that are mirror sessions may be taken for none", (t) => {
  const seen = new Seen({ virtualNetworks: false }).call([TENANT_A, TENANT_B]).call([TENANT_B], { port: 40_001 });
  seen.pipeline.finish();
  t.same(seen.services, ["10.0.0.2:8080 ×2"], "what two sessions mirror is there once");
  t.end();
});

t.test("virtual networks have names, also one within another", (t) => {
  const names: string[] = [];
  const { pipeline } = new Seen();
  const take = (wrap: Wrap, port: number): void => {
    const emit = (bytes: Buffer): void => pipeline.frame(frameOf({ bytes: wrap(bytes), atMicros: START_MICROS }));
    new TcpDialog({ clientPort: port }, emit).open().send("client", "GET /a HTTP/1.1\r\n\r\n").close();
  };
  take((frame) => TENANT_A(TENANT_B(frame)), 1_001);
  take((frame) => TENANT_B(TENANT_A(frame)), 1_002);
  pipeline.finish();
  for (const { virtualNetwork } of pipeline.inventory.services()) names.push(virtualNetwork ?? "");
  t.equal(new Set(names).size, 2, "which is in which matters");
  for (const name of names) t.match(name, /^nested [0-9a-f]{6}$/);
  t.same([0x01ffffff, 0x02000007, 0x01000000].map(networkName), ["vxlan 16777215", "geneve 7", "vxlan 0"]);
  t.end();
});

t.test(
  "networks are kept apart in the store, over a restart, in what scripts read and on the page",
  { skip: NO_BROWSER },
  async (t) => {
    const folder = temporaryFolder(t);
    const seen = new Seen().call([TENANT_A], { path: "/orders/a" }).call([TENANT_B], { path: "/orders/b" });
    seen.pipeline.finish();
    const store = sensorStore(folder);
    const taken = seen.pipeline.inventory.takeDelta(100);
    store.apply(delta({ inventory: taken, findings: seen.pipeline.detection.takeChanged(100) }));
    const again = new Seen();
    again.pipeline.inventory.restore(store.rows());
    again.call([TENANT_B], { path: "/orders/b", port: 40_009 });
    again.pipeline.finish();
    t.same(again.services, ["10.0.0.2:8080 (vxlan 7) ×1", "10.0.0.2:8080 (vxlan 8) ×2"]);
    store.close();

    const file = join(folder, "sensor.sqlite");
    const lines = run(["export", "--format", "ndjson", "--database", file]).out.trim().split("\n");
    t.same(
      lines
        .map((line) => JSON.parse(line))
        .map((row) => [row.kind, row.virtual_network])
        .sort(),
      ["edge", "endpoint", "finding", "finding", "service"]
        .flatMap((kind) => [
          [kind, "vxlan 7"],
          [kind, "vxlan 8"],
        ])
        .sort(),
    );
    const bom = JSON.parse(run(["export", "--format", "cyclonedx", "--database", file]).out);
    t.same(
      bom.services.map((service: { "bom-ref": string }) => service["bom-ref"]),
      ["service:10.0.0.2:8080:vxlan-7", "service:10.0.0.2:8080:vxlan-8"],
    );

    const capture = join(folder, "a.pcap");
    const pcap = new PcapOutput(capture);
    for (const wrap of [TENANT_A, OUTSIDE])
      new TcpDialog({ clientPort: wrap === OUTSIDE ? 1 : 2 }, (bytes) => pcap.frame(wrap(bytes)))
        .open()
        .send("client", "GET /a HTTP/1.1\r\n\r\n")
        .close();
    pcap.close();
    t.equal(run(["analyze", capture, "--out", join(folder, "out")]).code, 0);
    const calls = run(["diff", file, file]);
    t.equal(calls.code, 0);

    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell([...taken.rows.map(({ record }) => record), ...seen.pipeline.detection.all()]);
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Services")');
    const rows = page.locator("main table tbody tr");
    await rows.nth(1).waitFor();
    t.same((await rows.allTextContents()).map((text) => /10\.0\.0\.2:8080 in vxlan \d/.exec(text)?.[0]).sort(), [
      "10.0.0.2:8080 in vxlan 7",
      "10.0.0.2:8080 in vxlan 8",
    ]);
    await page.click('nav button:text-is("Edges")');
    await rows.nth(1).waitFor();
    t.same((await rows.allTextContents()).map((text) => /^10\.0\.0\.1 \(vxlan \d\)/.exec(text)?.[0]).sort(), [
      "10.0.0.1 (vxlan 7)",
      "10.0.0.1 (vxlan 8)",
    ]);
    await shot(page, "networks");
    t.same(troubles, []);
  },
);

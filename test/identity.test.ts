import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Identities } from "../sensor/identity/identities.js";
import { readIdentities } from "../sensor/identity/read-identities.js";
import type { InventoryRow } from "../sensor/inventory/row.js";
import { ServiceName } from "../sensor/inventory/service/service-name.js";
import type { Certificate } from "../sensor/protocol/message.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { identityOf } from "../shared/record-identity.js";
import { placed } from "./support/placed.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

const SERVICES = `services:
  - { name: billing, address: [10.0.1.0/24, "fd00:0:0::7"], port: 8080 }
  - name: ledger
    address: 10.0.1.9
`;
const LIST = {
  apiVersion: "v1",
  kind: "List",
  items: [
    pod("cart-6d9f7c-x2x", "10.1.0.4", { labels: { app: "cart" } }),
    pod("before", "10.1.0.5", { labels: { app: "before" }, deletionTimestamp: "2026-01-01T00:00:00Z" }),
    pod("failed", "10.1.0.5", { labels: { app: "failed" } }, {}, "Failed"),
    pod("worker-5c8d-abc", "10.1.0.5", { ownerReferences: [{ kind: "ReplicaSet", name: "worker-5c8d" }] }),
    pod("agent", "10.1.0.1", {}, { hostNetwork: true }),
    pod("done", "10.1.0.6", {}, {}, "Succeeded"),
    {
      kind: "Service",
      metadata: { name: "carts", namespace: "shop" },
      spec: { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7", "fd00:96::7"], ports: [{ port: 80 }] },
    },
    { kind: "Service", metadata: { name: "headless", namespace: "shop" }, spec: { clusterIP: "None" } },
    {
      kind: "EndpointSlice",
      metadata: { name: "carts-1", namespace: "shop", labels: { "kubernetes.io/service-name": "carts" } },
      endpoints: [{ addresses: ["10.1.0.4"] }, { addresses: ["10.1.0.5"], conditions: { terminating: true } }],
      ports: [{ port: 8080 }],
    },
    { kind: "ConfigMap", metadata: { name: "other" } },
  ],
};

function pod(name: string, podIP: string, metadata: object, spec: object = {}, phase = "Running") {
  return { kind: "Pod", metadata: { name, namespace: "shop", ...metadata }, spec, status: { podIP, phase } };
}

function read(test: { teardown(action: () => void): void }, files: Readonly<Record<string, string>>): Identities {
  const folder = temporaryFolder(test);
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  try {
    return readIdentities(paths);
  } catch (error) {
    throw new Error((error as Error).message.replaceAll(`${folder}/`, ""));
  }
}

t.test("items of a list that is of one kind, as the API itself answers, need not say which", (t) => {
  const { kind: _, ...bare } = pod("till-0", "10.1.0.9", { labels: { app: "till" } });
  const listOf = (kind: string, ...items: object[]): string => JSON.stringify({ apiVersion: "v1", kind, items });
  const named = (text: string): string | undefined => {
    const scene = new Scene({ identities: read(t, { "cluster.json": text }) });
    scene.get("/x", { server: "10.1.0.9" });
    return [...scene.inventory.services()][0].name;
  };
  t.equal(named(listOf("PodList", bare)), "till.shop");
  t.equal(named(listOf("PodList", { kind: "Pod", ...bare })), "till.shop");
  const slice = {
    metadata: { name: "tills-1", namespace: "shop", labels: { "kubernetes.io/service-name": "tills" } },
    ...{ endpoints: [{ addresses: ["10.1.0.9"] }], ports: [{ port: 80 }] },
  };
  t.equal(named(listOf("EndpointSliceList", slice)), "tills.shop");
  t.not(named(listOf("ConfigMapList", bare)), "till.shop", "another kind is passed over");
  t.throws(
    () => read(t, { "cluster.json": listOf("List", bare) }),
    /cluster\.json.*items\[0\]\.kind is missing/,
    "a list of anything has to say it",
  );
  t.throws(() => read(t, { "cluster.json": listOf("PodList", {}) }), /items\[0\]\.metadata/);
  t.end();
});

t.test("callers that serve nothing are called what files say of their address, and anew where files change", (t) => {
  const files = {
    "services.yaml": SERVICES,
    "cluster.json": JSON.stringify(LIST),
    hosts: "10.1.0.5 old-worker\n10.2.0.2 printer\n",
  };
  const scene = new Scene({ identities: read(t, files) });
  const clients = ["10.1.0.5", "10.2.0.2", "10.0.1.9", "10.0.1.3", "10.1.0.1", "10.7.7.7", "10.9.0.1"];
  for (const client of clients) scene.get("/x", { client, server: "10.9.0.1" });
  const callers = (): string[] =>
    [...scene.inventory.edges()].map(({ clientAddress, clientService }) => `${clientAddress} ${clientService}`);
  t.same(
    new Set(callers()),
    new Set([
      "10.1.0.5 worker.shop",
      "10.2.0.2 printer",
      "10.0.1.9 ledger",
      "10.0.1.3 undefined",
      "10.1.0.1 undefined",
      "10.7.7.7 undefined",
      "10.9.0.1 undefined",
    ]),
    "a name of some ports is of who answers there, and a node's address is nobody's",
  );
  scene.inventory.takeDelta(1_000);
  scene.inventory.identify(read(t, { hosts: "10.2.0.2 printer\n10.7.7.7 late\n" }));
  const { rows } = scene.inventory.takeDelta(1_000);
  const told = rows.flatMap(({ record }) =>
    record.kind === "edge" ? [`${record.clientAddress} ${record.clientService}`] : [],
  );
  t.same(told.filter((one) => !one.startsWith("10.1.0.5")).sort(), ["10.0.1.9 undefined", "10.7.7.7 late"]);
  t.end();
});

/** `10.0.1.3:8080 billing (configured 1)` for each service of a scene. */
function named(scene: Scene): string[] {
  return [...scene.inventory.services()].map(
    ({ address, port, name, nameGround, nameConfidence }) =>
      `${address}:${port} ${name} (${nameGround} ${nameConfidence})`,
  );
}

t.test(
  "services are called what files say, by the surest of them, and else by what their callers ask for",
  async (t) => {
    const identities = read(t, {
      "services.yaml": SERVICES,
      "cluster.json": JSON.stringify(LIST),
      hosts: "127.0.0.1 localhost\n10.1.0.5 old-worker # before\n10.2.0.2 Printer. printer.lan\n10.1.0.1\tnode-1\n",
    });
    const scene = new Scene({ identities });
    const host = "asked.internal";
    for (const [server, port] of [
      ["10.0.1.3", 8080],
      ["10.0.1.3", 9090],
      ["10.0.1.9", 8080],
      ["fd00::7", 8080],
      ["10.1.0.4", 8080],
      ["10.1.0.4", 15_021],
      ["10.1.0.5", 80],
      ["10.1.0.1", 80],
      ["10.1.0.6", 80],
      ["10.96.0.7", 80],
      ["10.96.0.7", 81],
    ] as const)
      scene.get("/x", { server, port, host });
    scene.get("/x", { server: "10.2.0.2", host: "10.2.0.2" });
    scene.get("/x", { server: "10.2.0.3", host: "10.2.0.3" });
    t.strictSame(named(scene), [
      "10.0.1.3:8080 billing (configured 1)",
      "10.0.1.3:9090 asked.internal (host 0.9)",
      // The port is named by the network that billing has.
      "10.0.1.9:8080 billing (configured 1)",
      "10.1.0.1:80 asked.internal (host 0.9)",
      // The slice says which service is in front of the port, the pod what it is itself.
      "10.1.0.4:8080 carts.shop (kubernetes 0.95)",
      "10.1.0.4:15021 cart.shop (kubernetes 0.95)",
      "10.1.0.5:80 worker.shop (kubernetes 0.95)",
      "10.1.0.6:80 asked.internal (host 0.9)",
      "10.2.0.2:80 printer (hosts-file 0.7)",
      "10.2.0.3:80 10.2.0.3:80 (address 1)",
      "10.96.0.7:80 carts.shop (kubernetes 0.95)",
      "10.96.0.7:81 asked.internal (host 0.9)",
      "fd00::7:8080 billing (configured 1)",
    ]);
  },
);

t.test("a service is renamed with all its rows when files change, and keeps what was counted", async (t) => {
  const scene = new Scene().get("/a").get("/a");
  scene.inventory.takeDelta(100);
  scene.inventory.identify(read(t, { "services.yaml": "services: [{ name: shop, address: 10.0.0.2 }]" }));
  const { rows } = scene.inventory.takeDelta(100);
  t.strictSame(
    rows.map(({ record }) => [record.kind, "calls" in record ? record.calls : undefined]),
    [
      ["service", 2],
      ["edge", 2],
      ["endpoint", 2],
    ],
  );
  t.strictSame(named(scene), ["10.0.0.2:80 shop (configured 1)"]);
  for (const name of ["Shop.Internal.", "Our Shop.", "shop"]) {
    scene.inventory.identify(read(t, { "services.yaml": `services: [{ name: ${name}, address: 10.0.0.2 }]` }));
    const shown = name.includes(" ") ? name : name.toLowerCase().replace(/\.$/, "");
    t.strictSame(named(scene), [`10.0.0.2:80 ${shown} (configured 1)`]);
  }
  const again = new Scene();
  again.inventory.restore(rows);
  t.strictSame(named(again), ["10.0.0.2:80 shop.internal (host 0.9)"], "without the files it is what callers ask for");
  scene.inventory.identify({ named: [] });
  t.strictSame(named(scene), ["10.0.0.2:80 shop.internal (host 0.9)"]);
});

t.test("a file that can't be used is told with its place and the remedy", async (t) => {
  const refused = (name: string, text: string, expected: string): void => {
    t.throws(() => read(t, { [name]: text }), { message: expected }, expected);
  };
  refused(
    "services.yaml",
    "services:\n  - name: a\n    address: 10.0.0.300\n",
    'services.yaml:3:14: services[0].address is "10.0.0.300"; allowed: an address such as 10.0.3.7, or a network such as ' +
      "10.0.3.0/24, or a list of them",
  );
  refused(
    "services.json",
    '{\n "services": [\n  { "name": "a", "addres": "10.0.0.3" } ] }',
    "services.json:3:3: services[0].address is missing; allowed: an address such as 10.0.3.7, or a network such as " +
      "10.0.3.0/24, or a list of them",
  );
  refused(
    "hosts",
    "10.0.0.1 a\nshop 10.0.0.2\n",
    'hosts:2:1: "shop" is no address; allowed: lines of an address and its name',
  );
  refused("hosts", "10.0.0.1\n", "hosts:1:1: 10.0.0.1 has no name; allowed: lines of an address and its name");
  t.end();
});

t.test("a certificate names a service nobody asks for by name, and says how sure that is", async (t) => {
  const nameBy = (san: readonly string[], subject = ""): string => {
    const name = new ServiceName("10.0.0.2", 443);
    name.greetedBy(undefined, { san, subject } as unknown as Certificate, 0);
    const { name: text, ground, confidence } = name.resolve();
    return `${text} (${ground} ${confidence})`;
  };
  const nobody = "10.0.0.2:443 (address 1)";
  t.equal(nameBy(["spiffe://mesh.example/ns/shop/sa/cart", "a.example", "b.example"]), "cart.shop (certificate 0.8)");
  t.equal(nameBy(["www.pay.example", "Pay.example.", "10.0.0.2", "ops@pay.example"]), "pay.example (certificate 0.8)");
  t.equal(nameBy(["*.pay.example", "pay.example"]), "pay.example (certificate 0.5)", "the site, or something of it");
  t.equal(nameBy(["a.example", "b.example"]), "a.example (certificate 0.5)", "the one that stands first");
  t.equal(nameBy(["a.example", "b.example"], "O=Shop,CN=b.example"), "b.example (certificate 0.5)", "the common name");
  t.equal(nameBy(["a.example", "b.example"], "CN=Shop Inc."), "a.example (certificate 0.5)", "that is none of them");
  const inCluster = ["cart", "cart.shop", "cart.shop.svc", "cart.shop.svc.cluster.local"];
  t.equal(nameBy(inCluster), "cart.shop.svc.cluster.local (certificate 0.8)", "one name with its abbreviations");
  t.equal(nameBy(["*.example"]), nobody);
  t.equal(nameBy(["localhost"]), nobody);
  t.equal(nameBy([]), nobody);
  const asked = new ServiceName("10.0.0.2", 443);
  asked.greetedBy("shop.example", { san: ["pay.example"] } as unknown as Certificate, 0);
  t.strictSame(asked.resolve(), { name: "shop.example", ground: "server-name", confidence: 0.95 });
  const again = new ServiceName("10.0.0.2", 443);
  again.restore(asked.state());
  t.strictSame(again.resolve(), asked.resolve());
});

const pods = (names: Readonly<Record<string, string>>): Identities => ({
  named: Object.entries(names).map(([at, name]) => ({ name, ground: "kubernetes" as const, at, ports: undefined })),
});

t.test("endpoints go with a pod that got another address, and who took over the old one begins anew", async (t) => {
  const scene = new Scene({ identities: pods({ "10.1.0.4": "cart.shop", "10.1.0.5": "pay.shop" }) });
  for (const id of [1, 2, 3]) scene.get(`/carts/${id}`, { server: "10.1.0.4" }).get("/pay", { server: "10.1.0.5" });
  scene.get("/stock", { server: "10.1.0.4" }).get("/stock", { server: "10.1.0.9" });
  scene.inventory.takeDelta(100);
  scene.inventory.identify(pods({ "10.1.0.9": "cart.shop", "10.1.0.4": "pay.shop" }));
  t.strictSame(placed(scene), {
    endpoints: [
      "10.1.0.4 pay.shop /pay ×3",
      "10.1.0.9 cart.shop /carts/{cartId} ×3",
      // What it was asked before the file said who it is, and what it was asked at its old address.
      "10.1.0.9 cart.shop /stock ×2",
    ],
    moves: [
      "10.1.0.4 to 10.1.0.9 (kubernetes 0.95)",
      "10.1.0.4 from 10.1.0.5 (files have pay.shop there now)",
      "10.1.0.5 to 10.1.0.4 (kubernetes 0.95)",
      "10.1.0.9 from 10.1.0.4 (files have cart.shop there now)",
    ],
  });
  const { rows, removals } = scene.inventory.takeDelta(100);
  t.match(
    removals.map(({ serverAddress, template, mergedInto, mergedIntoAddress }) => [
      serverAddress,
      template,
      mergedInto,
      mergedIntoAddress,
    ]),
    [
      ["10.1.0.4", /carts/, /carts/, "10.1.0.9"],
      ["10.1.0.4", "/stock", "/stock", "10.1.0.9"],
      ["10.1.0.5", "/pay", "/pay", "10.1.0.4"],
    ],
  );
  for (const event of [...rows.map(({ record }) => record), ...removals])
    t.strictSame(decodeEvent(encodeEvent(event)), event, "they cross the wire as they are");
  scene.get("/carts/9", { server: "10.1.0.9" }).get("/pay", { server: "10.1.0.4" });
  t.strictSame(
    scene.endpoints().map(({ calls }) => calls),
    [4, 4, 2],
    "counts go on",
  );
  const again = new Scene({ identities: pods({ "10.1.0.9": "cart.shop", "10.1.0.4": "pay.shop" }) });
  again.inventory.restore([
    ...scene.inventory.takeDelta(100).rows,
    ...rows.filter(({ record }) => record.kind !== "endpoint"),
  ]);
  t.strictSame(placed(again).moves, placed(scene).moves, "and the moves are known after a restart");
});

/** A sensor that begins again, with other files, on what it kept. */
function restarted(scene: Scene, names: Readonly<Record<string, string>>, kept: Map<string, InventoryRow>): Scene {
  const again = new Scene({ identities: pods(names) });
  const tell = (from: Scene): void => {
    const { rows, removals } = from.inventory.takeDelta(1_000);
    for (const one of removals) kept.delete(identityOf(one));
    for (const row of rows) kept.set(identityOf(row.record), row);
  };
  tell(scene);
  again.inventory.restore(JSON.parse(JSON.stringify([...kept.values()])));
  return again;
}

t.test("a service that moved while the sensor was down is found where it is, and where it is back again", async (t) => {
  const kept = new Map<string, InventoryRow>();
  const scene = new Scene({ identities: pods({ "10.1.0.4": "cart.shop" }) });
  for (const id of [1, 2, 3]) scene.get(`/carts/${id}`, { server: "10.1.0.4" });
  const moved = restarted(scene, { "10.1.0.9": "cart.shop" }, kept);
  t.strictSame(placed(moved), {
    endpoints: ["10.1.0.9 cart.shop /carts/{cartId} ×3"],
    moves: ["10.1.0.4 to 10.1.0.9 (kubernetes 0.95)", "10.1.0.9 from 10.1.0.4 (files have cart.shop there now)"],
  });
  moved.get("/carts/4", { server: "10.1.0.9" });
  const same = restarted(moved, { "10.1.0.9": "cart.shop" }, kept);
  t.strictSame(placed(same).moves, placed(moved).moves, "the same files move nothing");
  const back = restarted(same, { "10.1.0.4": "cart.shop" }, kept);
  t.strictSame(placed(back), {
    endpoints: ["10.1.0.4 cart.shop /carts/{cartId} ×4"],
    moves: [
      "10.1.0.4 from 10.1.0.9 (files have cart.shop there now)",
      "10.1.0.9 to 10.1.0.4 (kubernetes 0.95)",
      "10.1.0.9 from 10.1.0.4 (files have cart.shop there now)",
    ],
  });
});

t.test("over a restart as well a replica that went moves nothing, nor does a name that is nowhere else", async (t) => {
  const kept = new Map<string, InventoryRow>();
  const scene = new Scene({ identities: pods({ "10.1.0.4": "cart.shop" }) });
  scene.get("/carts", { server: "10.1.0.4" });
  for (const row of scene.inventory.takeDelta(1_000).rows) kept.set(identityOf(row.record), row);
  // The other one is in the file alone: nobody called it so far.
  scene.inventory.identify(pods({ "10.1.0.4": "cart.shop", "10.1.0.5": "cart.shop" }));
  const one = restarted(scene, { "10.1.0.5": "cart.shop" }, kept);
  t.strictSame(placed(one), { endpoints: ["10.1.0.4 shop.internal /carts ×1"], moves: [] });
  const other = restarted(scene, { "10.1.0.4": "basket.shop", "10.1.0.6": "basket.shop" }, kept);
  t.strictSame(placed(other).moves, []);
  const none = new Scene();
  none.inventory.restore([...kept.values()]);
  t.strictSame(placed(none).moves, [], "without files nothing is told of places");
});

t.test("a name changed by whoever wrote the file moves nothing, nor does a replica that came or went", async (t) => {
  const scene = new Scene({ identities: pods({ "10.1.0.4": "cart.shop", "10.1.0.5": "cart.shop" }) });
  for (const server of ["10.1.0.4", "10.1.0.5"]) scene.get("/carts", { server });
  const before = ["10.1.0.4 basket.shop /carts ×1", "10.1.0.5 basket.shop /carts ×1"];
  scene.inventory.identify(pods({ "10.1.0.4": "basket.shop", "10.1.0.5": "basket.shop", "10.1.0.6": "basket.shop" }));
  t.strictSame(placed(scene), { endpoints: before, moves: [] });
  scene.inventory.identify(pods({ "10.1.0.4": "basket.shop" }));
  t.strictSame(placed(scene).moves, []);
});

t.test("without files a service that is called by the same name goes on for one that ended before", async (t) => {
  const scene = new Scene();
  const AT = 1_700_000_000_000_000;
  const call = (server: string, second: number, more = {}) =>
    scene.get("/carts", {
      server,
      host: "cart.internal",
      answerFields: "Server: jetty\r\n",
      atMicros: AT + second * 1e6,
      ...more,
    });
  for (let second = 0; second < 10; second++) call("10.1.0.4", second);
  for (let second = 12; second < 30; second++) call("10.1.0.7", second);
  t.strictSame(placed(scene).moves, [], "so short a silence says nothing");
  for (let second = 60; second < 80; second++) call("10.1.0.7", second);
  t.strictSame(placed(scene), {
    endpoints: ["10.1.0.7 cart.internal /carts ×48"],
    moves: [
      "10.1.0.4 to 10.1.0.7 (host 0.7)",
      "10.1.0.7 from 10.1.0.4 (called by the same name there, and silent for 61 seconds before, same software)",
    ],
  });
  const both = new Scene();
  for (let second = 0; second < 200; second++)
    both.get("/carts", {
      server: second % 2 ? "10.1.0.4" : "10.1.0.7",
      host: "cart.internal",
      atMicros: AT + second * 1e6,
    });
  t.strictSame(placed(both).moves, [], "two that are called by turns are two");
});

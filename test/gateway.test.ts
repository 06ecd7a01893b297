import t from "tap";
import { gateways } from "../sensor/report/compliance/evidence/landscape.js";
import { amount } from "../sensor/report/compliance/evidence.js";
import { factsOf } from "../sensor/report/compliance/facts.js";
import { cyclonedx } from "../sensor/report/cyclonedx.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import type { ReachedFacts } from "../shared/gateway.js";
import { exported, inventoryFile } from "./support/inventory-file.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { temporaryFolder } from "./support/program.js";
import { type Exchanged, Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";

const GATEWAY = "10.0.0.5";
const SHOP = "10.0.0.9";
const START = 1_700_000_000_000_000;

/** A call to the gateway that it carries on, 100 µs later, and answers when it has the answer; the inner one ends first. */
function carry(
  scene: Scene,
  path: string,
  second: number,
  inner: Partial<Exchanged> = {},
  outer: Partial<Exchanged> = {},
) {
  const atMicros = START + second * 1e6;
  scene.exchange({ client: GATEWAY, server: SHOP, path, atMicros: atMicros + 100, tookMicros: 400, ...inner });
  scene.exchange({ client: "10.0.7.7", server: GATEWAY, port: 8080, path, atMicros, tookMicros: 900, ...outer });
}

function direct(scene: Scene, path: string, second: number, client = "10.0.0.7"): void {
  scene.exchange({ client, server: SHOP, path, atMicros: START + second * 1e6 });
}

function reached(scene: Scene, template: string, server = SHOP): ReachedFacts | undefined {
  return scene.endpoints().find((endpoint) => endpoint.template === template && endpoint.serverAddress === server)
    ?.reached;
}

function bypassed(scene: Scene) {
  return scene.detection
    .all()
    .filter(({ rule }) => rule === "gateway-bypassed")
    .map(({ severity, template, clientAddress, count, evidence }) => ({
      severity,
      template,
      clientAddress,
      count,
      evidence,
    }));
}

t.test(
  "a host that issues what it receives while that waits is a gateway, and who calls past it is told",
  async (t) => {
    const scene = new Scene();
    direct(scene, "/orders", 0);
    for (let second = 1; second <= 4; second++) {
      carry(scene, "/orders", second);
      carry(scene, "/stock", second + 10, { path: "/stock" }, { path: "/api/stock" });
    }
    direct(scene, "/orders", 30);
    const facts = {
      ground: "carried-on",
      confidence: 0.79,
      reason: "issues calls that it received while they wait for their answer: 4 of 4, on several paths",
    };
    t.strictSame(reached(scene, "/orders"), {
      gateways: [{ address: GATEWAY, service: "shop.internal", ...facts }],
      around: ["10.0.0.7"],
      untoldCallers: 0,
    });
    t.strictSame(reached(scene, "/stock")?.around, [], "nobody goes around it there");
    t.equal(reached(scene, "/orders", GATEWAY), undefined, "of its own endpoints nothing is said");
    t.strictSame(
      [...scene.inventory.services()].map(({ address, gateway }) => [address, gateway]),
      [
        [GATEWAY, facts],
        [SHOP, undefined],
      ],
    );
    t.strictSame(
      [...scene.inventory.edges()].map(({ clientAddress, clientGateway }) => [clientAddress, clientGateway?.ground]),
      [
        [GATEWAY, "carried-on"],
        ["10.0.0.7", undefined],
        ["10.0.7.7", undefined],
      ],
    );
    t.match(bypassed(scene), [
      {
        severity: "low",
        template: "/orders",
        clientAddress: "10.0.0.7",
        count: 2,
        evidence: { around: ["10.0.0.7"] },
      },
    ]);
  },
);

t.test("what else a host does makes no gateway of it", async (t) => {
  const sharing = new Scene();
  for (let second = 0; second < 20; second++)
    sharing.exchange({
      client: "127.0.0.1",
      server: "127.0.0.1",
      path: second % 2 === 0 ? "/a" : "/b",
      fields: "X-Forwarded-For: 10.0.0.1\r\nVia: 1.1 x\r\n",
      atMicros: START + second * 1e6,
      tookMicros: 900,
    });
  t.equal(reached(sharing, "/a", "127.0.0.1"), undefined, "programs that share an address ask each other");
  const asking = new Scene();
  for (let second = 0; second < 20; second++) carry(asking, `/orders/${second}`, second, { path: `/stock/${second}` });
  t.equal(reached(asking, "/stock/{stockId}"), undefined, "a service that asks another for something else");
  const later = new Scene();
  for (let second = 0; second < 20; second++)
    carry(later, `/jobs/${second % 3}`, second, { atMicros: START + second * 1e6 + 5_000 });
  t.strictSame(
    [...later.inventory.services()].flatMap(({ gateway }) => gateway ?? []),
    [],
    "the same, after the answer",
  );
  const once = new Scene();
  for (let second = 0; second < 20; second++) carry(once, "/health", second);
  t.strictSame(
    [...once.inventory.services()].flatMap(({ gateway }) => gateway ?? []),
    [],
    "one path alone, and nothing more",
  );
});

t.test("identifiers and fields that go on with a call make it surer", async (t) => {
  const trace = (parent: string) => `traceparent: 00-0af7651916cd43dd8448eb211c80319c-${parent}-01\r\n`;
  const scene = new Scene();
  for (let second = 0; second < 4; second++)
    carry(
      scene,
      "/orders",
      second,
      { fields: `${trace("b7ad6b7169203331")}X-Forwarded-For: 10.0.7.7\r\nVia: 1.1 edge\r\n` },
      { fields: trace("00f067aa0ba902b7") },
    );
  t.strictSame(reached(scene, "/orders")?.gateways, [
    {
      address: GATEWAY,
      service: "shop.internal",
      ground: "carried-on",
      confidence: 0.88,
      reason:
        "issues calls that it received while they wait for their answer: 3 of 3, with the same identifier, and writes Via, X-Forwarded-For",
    },
  ]);
  t.notMatch(
    JSON.stringify([scene.endpoints(), ...scene.inventory.services()]),
    "0af7651916cd43dd",
    "no identifier is kept",
  );
});

t.test(
  "calls on behalf of others make a gateway of a host that nobody is seen to call, unless it hands on what it got",
  async (t) => {
    const scene = new Scene();
    const fields = "X-Forwarded-For: 192.0.2.1\r\n";
    for (let second = 0; second < 3; second++)
      scene.exchange({ client: "10.0.0.6", server: SHOP, path: "/orders", fields, atMicros: START + second * 1e6 });
    t.strictSame(reached(scene, "/orders")?.gateways, [
      {
        address: "10.0.0.6",
        ground: "forwarding-fields",
        confidence: 0.6,
        reason: "its calls are made on behalf of others: 3 of 3 have X-Forwarded-For, which any caller may write",
      },
    ]);
    const handing = new Scene();
    for (let second = 0; second < 8; second++) {
      handing.exchange({
        client: "10.0.0.6",
        server: GATEWAY,
        path: "/orders",
        fields,
        atMicros: START + second * 1e6,
      });
      handing.exchange({
        client: GATEWAY,
        server: SHOP,
        path: "/stock",
        fields,
        atMicros: START + second * 1e6 + 9_000,
      });
    }
    t.equal(reached(handing, "/stock"), undefined);
    const sidecar = new Scene();
    for (let second = 0; second < 8; second++)
      sidecar.exchange({ client: "10.0.0.6", server: SHOP, path: "/orders", fields: "X-Envoy-Attempt-Count: 1\r\n" });
    t.equal(reached(sidecar, "/orders"), undefined, "an Envoy beside a service is none");
  },
);

t.test("gateways are named by address, network or service, and files may rename them", async (t) => {
  const gatewaysOf = (scene: Scene) =>
    reached(scene, "/orders")?.gateways.map(({ address, ground }) => `${address} ${ground}`);
  for (const gateways of [[GATEWAY], ["10.0.0.4/31"], ["edge.internal"]]) {
    const scene = new Scene({ identities: { named: [], gateways } });
    direct(scene, "/orders", 0);
    carry(scene, "/orders", 1, {}, { host: "Edge.Internal" });
    carry(scene, "/orders", 2, {}, { host: "Edge.Internal" });
    t.strictSame(gatewaysOf(scene), [`${GATEWAY} configured`], gateways[0]);
    t.match(bypassed(scene), [{ severity: "medium", template: "/orders", clientAddress: "10.0.0.7" }], gateways[0]);
  }
  const scene = new Scene();
  direct(scene, "/orders", 0, GATEWAY);
  direct(scene, "/orders", 1);
  t.equal(gatewaysOf(scene), undefined);
  scene.inventory.takeDelta(100);
  const named = [{ name: "edge", ground: "configured" as const, at: "10.0.0.4/31", ports: undefined }];
  scene.inventory.identify({ named, gateways: ["edge"] });
  t.strictSame(gatewaysOf(scene), [`${GATEWAY} configured`]);
  const { rows } = scene.inventory.takeDelta(100);
  t.strictSame(
    rows.map(({ record }) => record.kind),
    ["edge", "endpoint"],
    "their rows are told again",
  );
  scene.inventory.identify({ named: [] });
  t.equal(gatewaysOf(scene), undefined, "and a name taken away is taken away");
});

t.test(
  "a gateway that listens on several ports by one name is called so where it calls, and depends on whom it calls",
  (t) => {
    const named = [{ name: "edge", ground: "configured" as const, at: GATEWAY, ports: [80, 8443] }];
    const clientsOf = (scene: Scene) => {
      const edges = [...scene.inventory.edges()].filter(({ clientAddress }) => clientAddress === GATEWAY);
      return edges.map(({ clientService, serverService }) => `${clientService} > ${serverService}`);
    };
    const scene = new Scene({ identities: { named, gateways: ["edge"] } });
    for (const port of [80, 8443]) scene.get("/a", { client: "10.0.0.1", server: GATEWAY, port, host: "a.test" });
    scene.get("/a", { client: GATEWAY, server: SHOP, host: "shop.test" });
    scene.get("/b", { client: GATEWAY, server: GATEWAY, host: "a.test" });
    t.strictSame(clientsOf(scene), ["undefined > edge", "edge > shop.test"], "but where it calls itself");
    const [endpoint] = scene
      .endpoints()
      .filter(({ serverAddress, template }) => serverAddress === SHOP && template === "/a");
    t.match(endpoint.reached?.gateways, [{ address: GATEWAY, service: "edge" }]);
    const rows = [...scene.inventory.services(), ...scene.inventory.edges(), ...scene.endpoints()];
    const stored = rows.map((record) => ({ record, sensor: undefined }));
    const bom = JSON.parse([...cyclonedx.write(stored, [])].join(""));
    const shop = `service:${SHOP}:80`;
    t.match(bom.dependencies, [
      { ref: `service:${GATEWAY}:80`, dependsOn: [shop] },
      { ref: `service:${GATEWAY}:8443`, dependsOn: [shop] },
      { ref: shop, dependsOn: [] },
    ]);
    const { rows: gatewayList, questions } = gateways(factsOf(stored, []));
    t.strictSame(gatewayList, [["edge", GATEWAY, "100 %", "named by identity.gateways"]], "it is one, on two ports");
    t.match(questions, [/^1 gateway was seen: /]);
    t.strictSame(amount(2, "gateway", ["was", "were"]), "2 gateways were");
    t.strictSame(amount(2, "body", ["was", "were"]), "2 bodies were");
    scene.get("/c", { client: "10.0.0.1", server: GATEWAY, port: 9000, host: "else.test" });
    t.strictSame(
      clientsOf(scene),
      ["undefined > edge", "undefined > shop.test"],
      "of several names nobody knows which",
    );
    t.end();
  },
);

t.test("what was recognised is known after a restart and crosses the wire as it is", async (t) => {
  const scene = new Scene();
  for (let second = 0; second < 4; second++) {
    carry(scene, "/orders", second);
    carry(scene, "/stock", second + 10);
  }
  direct(scene, "/orders", 20);
  const { rows } = scene.inventory.takeDelta(1_000);
  const again = new Scene();
  again.inventory.restore(rows);
  t.strictSame(again.endpoints(), scene.endpoints());
  direct(again, "/orders", 30, "10.0.0.8");
  t.match(bypassed(again), [{ clientAddress: "10.0.0.8" }]);
  for (const { record } of rows) t.strictSame(decodeEvent(encodeEvent(record)), record);
});

/** Two services behind a gateway, one of them called around it. */
function passed(): Scene {
  const scene = new Scene();
  for (let second = 0; second < 4; second++) {
    carry(scene, "/orders", second, { host: "orders.internal" }, { host: "edge.internal" });
    carry(scene, "/stock", second + 10, { host: "orders.internal" }, { host: "edge.internal" });
  }
  scene.exchange({
    client: "10.0.0.7",
    server: SHOP,
    path: "/orders",
    host: "orders.internal",
    atMicros: START + 20e6,
  });
  return scene;
}

t.test("documents say through which gateway an endpoint is called, and who calls it around that", async (t) => {
  const scene = passed();
  const rows = [...scene.inventory.takeDelta(1_000).rows.map(({ record }) => record), ...scene.detection.all()];
  const file = inventoryFile(temporaryFolder(t), rows);
  const line = exported(file, "ndjson")
    .split("\n")
    .find((text) => text.includes('"endpoint"') && text.includes('"/orders"') && text.includes("around"));
  t.match(JSON.parse(line ?? "{}"), {
    "server.address": SHOP,
    "callers.gateways": [{ address: GATEWAY, service: "edge.internal", ground: "carried-on", confidence: 0.79 }],
    "callers.around_gateway": ["10.0.0.7"],
  });
  const html = exported(file, "html");
  t.match(html, /<h2 id="gateways">Gateways<\/h2>[\s\S]*edge\.internal<\/td><td>10\.0\.0\.5<\/td><td>79 %/);
  t.match(html, /edge\.internal \(10\.0\.0\.5\), 79 % sure: issues calls[^<]*<\/td><td>10\.0\.0\.7<\/td>/);
  t.match(html, /An endpoint is reached around its gateway/);
  t.match(exported(file, "csv"), /,callers\.gateways,callers\.around_gateway,/);
});

t.test(
  "the endpoints' page has a gateway's column, a choice of what goes around it, and why",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(
      passed()
        .inventory.takeDelta(1_000)
        .rows.map(({ record }) => record),
    );
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Endpoints")');
    const rows = page.locator("main tbody tr");
    await rows.first().waitFor();
    t.match(await page.locator("main tbody tr", { hasText: "/stock" }).allTextContents(), [
      /\/stock4/,
      /\/stock41through/,
    ]);
    await shot(page, "gateway-endpoints");
    await page.selectOption("select[aria-label=State]", "around");
    t.match(await rows.allTextContents(), [/orders\.internalGET\/orders.*1 through, 1 around/]);
    await rows.first().click();
    const detail = page.locator(DETAIL);
    t.match(
      await detail.textContent(),
      /Reached.*edge\.internal \(10\.0\.0\.5\), 79 % sure: issues calls.*10\.0\.0\.7/,
    );
    await shot(page, "gateway-endpoint");
    await page.click('nav button:text-is("Services")');
    await page.locator("main tbody tr", { hasText: "edge.internal" }).click();
    t.match(await detail.textContent(), /A gateway, 79 % sure: issues calls that it received/);
    t.strictSame(troubles, []);
  },
);

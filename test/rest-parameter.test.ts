import t from "tap";
import { Scene } from "./support/scene.js";
import { ruled, Sensor } from "./support/sensor.js";

t.test("one parameter may stand for several segments, up to a word behind it", (t) => {
  const stores = ruled(`services:
  - service: shop.internal
    pin: ["/v2/{name+}/manifests/{reference}"]
    merge: ["/v1/kv/{key+}"]
    split: { "/v2/{name+}": [blobs, tags], "/v1/kv": [status] }
`);
  const call = (scene: Scene): void => {
    for (const key of ["app", "app/db/host", "app/db/port", "app/17/flags/a.json", "app/db/"])
      scene.get(`/v1/kv/${key}`);
    scene.get("/v1/kv/status").get("/v1/kv/");
    for (const name of ["nginx", "acme/api", "acme/teams/billing/api"])
      scene
        .get(`/v2/${name}/manifests/latest`)
        .get(`/v2/${name}/tags/list`)
        .get(`/v2/${name}/blobs/sha256:${"4f1b".repeat(16)}`);
    scene.get("/v1/kv/none/of/it", { status: 404 });
  };
  const templates = [
    ...["GET /v1/kv/ ×1", "GET /v1/kv/status ×1", "GET /v1/kv/{key+} ×6", "GET /v2/{name+}/blobs/{token} ×3"],
    ...["GET /v2/{name+}/manifests/{reference} ×3", "GET /v2/{name+}/tags/list ×3"],
  ];
  const first = new Scene(stores);
  call(first);
  t.same(first.templates(), templates);
  t.match(first.endpoints()[2].parameters, [{ name: "key", reason: "pinned in rules.yaml:4", distinctValues: 5 }]);
  t.match(first.endpoints()[4].parameters, [{ name: "name", distinctValues: 3 }, { name: "reference" }]);
  t.equal(first.inventory.templateOf("10.0.0.2", 80, "/v2/a/b/c/d/tags/list"), "/v2/{name+}/tags/list");

  const sensor = new Sensor({});
  call(sensor.scene);
  const total = (): number => sensor.scene.endpoints().reduce((sum, { calls }) => sum + calls, 0);
  const before = total();
  const moved = sensor.restart(stores);
  t.ok(moved.includes("GET /v1/kv/app/db/host → /v1/kv/{key+}"), moved.join());
  t.same(
    sensor.scene.templates().map((one) => one.replace(/ ×.*/, "")),
    templates.map((one) => one.replace(/ ×.*/, "")),
  );
  t.equal(
    total(),
    before + 1,
    "what was counted goes on under the templates that now hold, and what was unknown is known",
  );
  t.same(sensor.restart(stores), []);
  call(sensor.scene);
  t.same(sensor.restart(stores), []);
  t.equal(sensor.scene.endpoints().length, templates.length);
  const all = total();
  t.match(sensor.restart({}), ["GET /v1/kv/{key+} → /v1/kv/{key}"], "without the rule it is a parameter as others are");
  t.equal(total(), all);
  t.end();
});

/** Names of some depth, each other than those before. */
function names(count: number): string[] {
  const words = "billing db host port orders flags prod staging".split(" ");
  return Array.from({ length: count }, (_, at) =>
    Array.from(
      { length: 1 + (at % 4) },
      (_, depth) => words[(at * 3 + depth * 5) % words.length] + (depth === 0 ? at : ""),
    ).join("/"),
  );
}

const PRODUCTS: readonly (readonly [
  product: string,
  shown: { fields?: string; answerFields?: string },
  path: (name: string) => string,
  template: string,
])[] = [
  ["Consul", { answerFields: "X-Consul-Index: 4711\r\n" }, (name) => `/v1/kv/${name}`, "/v1/kv/{key+}"],
  ["etcd", { answerFields: "X-Etcd-Index: 35\r\n" }, (name) => `/v2/keys/${name}`, "/v2/keys/{key+}"],
  ["S3", { answerFields: "x-amz-request-id: 17\r\nServer: MinIO\r\n" }, (name) => `/media/${name}`, "/{name}/{key+}"],
  ["Vault", { fields: "X-Vault-Token: hvs.a\r\n" }, (name) => `/v1/secret/data/${name}`, "/v1/secret/data/{path+}"],
  [
    "OCI registry",
    { answerFields: "Docker-Distribution-Api-Version: registry/2.0\r\n" },
    (name) => `/v2/${name}/tags/list`,
    "/v2/{name+}/tags/list",
  ],
];

t.test("names with slashes in the paths of a known product are one parameter, over a restart as well", (t) => {
  for (const [product, shown, path, template] of PRODUCTS) {
    const sensor = new Sensor({});
    for (const name of names(40)) sensor.scene.get(path(name), shown);
    t.same(sensor.scene.templates(), [`GET ${template} ×40`], product);
    const [{ parameters }] = sensor.scene.endpoints();
    t.equal(parameters.at(-1)?.reason, `as the API of ${product} has it`);
    t.same(sensor.restart({}), [], `${product}, after a restart`);
    sensor.scene.get(path("once/more/of/it"), shown);
    t.same(sensor.scene.templates(), [`GET ${template} ×41`]);
    const other = new Scene();
    for (const name of names(40)) other.get(path(name));
    t.notMatch(other.templates().join(), /\+\}/, `${product}: nothing shows it`);
  }
  const registry = new Scene();
  const [, shown] = PRODUCTS[4];
  for (const name of ["nginx", "acme/api", "acme/teams/billing/api"]) {
    const digest = `sha256:${"4f1b".repeat(16)}`;
    for (const what of ["manifests/latest", `manifests/${digest}`, `blobs/${digest}`, "blobs/uploads/"])
      registry.get(`/v2/${name}/${what}`, shown);
  }
  registry.get("/v2/", shown).get("/v2/_catalog", shown);
  t.same(registry.templates(), [
    ...["GET /v2/ ×1", "GET /v2/_catalog ×1", "GET /v2/{name+}/blobs/uploads/ ×3", "GET /v2/{name+}/blobs/{digest} ×3"],
    "GET /v2/{name+}/manifests/{reference} ×6",
  ]);
  const ruledFirst = new Scene(
    ruled(`services: [{ service: shop.internal, merge: ["/v1/kv/{first}"], split: { "/v1/kv": [app] } }]`),
  );
  for (const path of ["app", "a/b", "c/b", "d"]) ruledFirst.get(`/v1/kv/${path}`, PRODUCTS[0][1]);
  t.same(
    ruledFirst.templates(),
    ["GET /v1/kv/app ×1", "GET /v1/kv/{first} ×1", "GET /v1/kv/{first}/b ×2"],
    "an operator's word goes over it",
  );
  t.end();
});

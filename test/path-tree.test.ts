import t from "tap";
import { generatorOfRun } from "./fuzz/mutate.js";
import { astray, tangled } from "./fuzz/paths.js";
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
  const [, , [, s3, objectPath]] = PRODUCTS;
  const store = new Sensor({});
  const probe = (scene: Scene): void => {
    scene.get("/minio/health/live").get(objectPath("a/b/c"), s3).get(objectPath("d"), s3);
  };
  probe(store.scene);
  store.restart({});
  probe(store.scene);
  t.same(store.scene.templates(), ["GET /minio/health/live ×2", "GET /{name}/{key+} ×4"]);
  const edge = new Scene();
  for (const name of names(8)) edge.get(`/assets/${name}`, s3).get("/api/orders").get("/api/me/settings");
  t.match(edge.templates().slice(0, 2), ["GET /api/me/settings ×8", "GET /api/orders ×8"], "a proxy before a store");
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

t.test("whatever paths come in whatever order, each leads to what was counted of it", (t) => {
  const named: Readonly<Record<string, string>> = {
    "a file's name in two formats of which one is a language": `/c/page-0.atom/b-281.jpg /c/2024-02-12.gz /c/2a7f51d13f26eb0d
      /c/cbd570b3c0bad679 /c/de-DE.parquet`,
    "a folder that was one of the files' names for a while": `/backups/cache.parquet /backups/invoices/2024-08-12.gz /backups/db.parquet /backups/staging.parquet /backups/alpha/avatars/report/alpha-220.jpg
      /backups/staging/avatars/8588663fa112e350 /backups/thumb/data/eb90f653.json /backups/users/data/events/prod/0e99db59d67eacf9
      /backups/3fb7774d.json /backups/c77abea0.json /backups/exports/exports/c173e871.json /backups/images/d87c9234.json /backups/cache-351.jpg
      /backups/invoices/exports/archive/c0b9dd4b.json /backups/staging/users.parquet /backups/images-621.jpg /backups/raw/staging/a64d0988.json
      /backups/bravo/avatars/config/4a355d72f20b3b0f /backups/2024-04-12.gz /backups/models/weekly.parquet /backups/bravo-726.jpg
      /backups/data/logs/backup-298.jpg /backups/users/processed/thumb/backup.parquet /backups/events/2024-06-12.gz /backups/tmp.parquet
      /backups/events/exports/daily/raw/6bb69ce6c150277f /backups/db/b834386b.json /backups/daily/thumb/invoices/raw/aad4353e.json
      /backups/archive-655.jpg /backups/avatars/backup/804c0dc9c99917c5 /backups/db/thumb/thumb/fa6d004ef39a5542 /backups/logs/prod-596.jpg
      /backups/invoices-672.jpg /backups/staging/data/807841f2.json /backups/raw/prod.parquet /backups/weekly/daily/staging/config-285.jpg
      /backups/customers/09b4ddcb.json /backups/images/d87c9234.json /backups/events-224.jpg /backups/thumb-311.jpg`,
    "the name of a file that is a folder as well": `/a/Users(4) /a/a/raw@x.example /a/db/6869 /a/page-4.atom /a/2024-05-12.gz
      /a/v1.json/Users(68) /a/ /a/staging-640.jpg/staging/7810 /a/images/prod/Users(66) /a/2024-05-12.gz/images/orders-226.jpg`,
    "a folder that has a language's name with an extension": `/i/customers.json /i/0ea64fcf.json/Ada_Lovelace/weekly/page-0.atom
      /i/weekly/de-DE.json/weekly/archive:cancel /i/weekly/de-DE.json /i/2024-06-12.gz/page-1.atom /i/jane.doe.parquet/raw/page-6.atom
      /i/3928b61a.json/thumb/ /i/1591d126.json/ /i/report.json/weekly/en/doc:prod /i/thumb/raw/Users(94) /i/raw/bravo/settings/9793`,
    "names that are values as a whole by now, in a folder that becomes a value": `/settings/daily/c6dfc48aa7.json /settings/prod/tmp.parquet
      /settings/jane.doe-116.jpg/Users(36) /settings/report-758.jpg /settings/Ada_Lovelace.json/archive/de-DE/processed.parquet
      /settings/c8cbf69ea7.json/items%20jane.doe /settings/daily/842:cancel/daily/ /settings/daily/processed.json/prod/
      /settings/raw/exports/2024-08-12.gz /settings/c6930fdaa7.json/exports/Users(291) /settings/processed.parquet/avatars.parquet/archive/list@x.example
      /settings/db.json/bravo/weekly%20Ada_Lovelace /settings/events/2024-03-12.gz/513:cancel /settings/exports/users/page-8.atom`,
  };
  for (const [name, text] of Object.entries(named)) t.same(astray(text.split(/\s+/)), [], name);
  for (let run = 0; run < 30; run++) t.same(astray(tangled(generatorOfRun(1, run), 250)), [], `run ${run}`);
  t.end();
});

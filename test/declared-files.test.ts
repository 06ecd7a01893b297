import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import t from "tap";
import type { DeclaredApi } from "../sensor/declared/declared-api.js";
import { PROTO, readDeclared, SHOP } from "./support/declared-files.js";

function outline({ file, kind, version, servers, operations }: DeclaredApi): string[] {
  const places = servers.map(({ host, port, basePath }) => `${host ?? "-"}:${port ?? "-"}${basePath}`);
  return [
    `${file} ${kind} ${version} at ${places.join(" ")}`,
    ...operations.map(
      ({ method, template, place, isDeprecated, responses }) =>
        `${method} ${template} ${place}${isDeprecated ? " deprecated" : ""} ${Object.keys(responses).join()}`,
    ),
  ];
}

const SWAGGER = JSON.stringify(
  {
    swagger: "2.0",
    info: { title: "Old", version: "1" },
    host: "Old.Internal:8080",
    basePath: "/api/",
    schemes: ["http"],
    parameters: { Page: { name: "page", in: "query", type: "integer" } },
    paths: {
      "/people": {
        get: { parameters: [{ $ref: "#/parameters/Page" }], responses: { 200: { description: "all" } } },
        post: { deprecated: true, responses: { 201: { description: "made" } } },
      },
    },
  },
  undefined,
  1,
);

const MODERN = `openapi: 3.1.0
info: { title: Modern, version: "1" }
servers:
  - url: https://{region}.example.com:{port}/{base}
    variables:
      region: { default: eu, enum: [eu, us] }
      port: { default: "8443" }
      base: { default: v2 }
paths:
  /things: { $ref: "parts/things.yaml#/item" }
  /own:
    servers: [{ url: "//other.example.com" }]
    get: { responses: { default: { description: any } } }
webhooks: {}
`;

t.test("OpenAPI 2.0, 3.0 and 3.1 in YAML and JSON, .proto and descriptor sets are read, from one folder", async (t) => {
  const { root } = protobuf.parse(PROTO, { keepCase: true });
  root.resolveAll();
  const set = (root as unknown as { toDescriptor(syntax: string): protobuf.Message }).toDescriptor("proto3");
  const { FileDescriptorSet } = descriptor as unknown as { FileDescriptorSet: protobuf.Type };
  const { declared, broken, notices } = await readDeclared(t, {
    "a/old.json": SWAGGER,
    "b/modern.yml": MODERN,
    "b/parts/things.yaml": "item:\n  get:\n    responses:\n      '200': { description: all }\n",
    "cart.proto": PROTO,
    "cart.binpb": Buffer.from(FileDescriptorSet.encode(set).finish()),
    "deployment.yaml": "kind: Deployment\n---\nkind: Service\n",
    "notes.txt": "openapi: no",
  });
  t.same(broken, []);
  t.match(notices, [/^deployment\.yaml: left out, having neither "openapi" nor "swagger"; /]);
  t.equal(notices.length, 1);
  t.same(declared.apis.map(outline), [
    [
      "a/old.json openapi 2.0 at old.internal:8080/api",
      "GET /people a/old.json:21 200",
      "POST /people a/old.json:33 deprecated 201",
    ],
    [
      "b/modern.yml openapi 3.1.0 at eu.example.com:8443/v2 us.example.com:8443/v2",
      "GET /things b/parts/things.yaml:2 200",
      "GET /own b/modern.yml:13 default",
    ],
    [
      "cart.binpb protobuf descriptor set at ",
      "POST /shop.v1.Cart/Add cart.binpb (shop_v1.proto) ",
      "POST /shop.v1.Cart/Old cart.binpb (shop_v1.proto) deprecated ",
      "POST /shop.v1.Cart/Unused cart.binpb (shop_v1.proto) ",
    ],
    [
      "cart.proto protobuf proto at ",
      "POST /shop.v1.Cart/Add cart.proto:5 ",
      "POST /shop.v1.Cart/Old cart.proto:6 deprecated ",
      "POST /shop.v1.Cart/Unused cart.proto:7 ",
      "GET /v1/carts/{name}/x cart.proto:7 ",
      "POST /v1/carts cart.proto:7 ",
    ],
  ]);
  t.same(declared.apis[1].operations[1].servers, [{ host: "other.example.com", port: undefined, basePath: "" }]);
});

t.test("a broken file is told with file, line and remedy, and the others go on", async (t) => {
  const valid = 'openapi: 3.0.3\ninfo: { title: A, version: "1" }\nservers: [{ url: "http://a" }]\n';
  const { declared, broken, notices } = await readDeclared(t, {
    "circle.yaml": `${valid}paths:\n  /a: { $ref: "#/paths/~1b" }\n  /b: { $ref: "#/paths/~1a" }\n`,
    "fetched.yaml": `${valid}paths:\n  /a:\n    get:\n      responses:\n        200: { $ref: "https://x.example/r.yaml" }\n`,
    "good.yaml": SHOP,
    "hash.json": '{ "openapi": "3.0.3",\n  "paths": { "/a": } }',
    "lost.yaml": `${valid}paths:\n  /a:\n    get:\n      responses:\n        200: { $ref: "#/components/responses/X" }\n`,
    "list.yaml": `${valid}paths:\n  - /a\n`,
    "new.yaml": "openapi: 4.0.0\npaths: {}\n",
    "noise.binpb": Buffer.from("hello world, this is no descriptor"),
    "other.proto": 'syntax = "proto3";\nservice Cart {\n  rpc Add (Item) returns\n}\n',
    "outside.yaml": `${valid}paths:\n  /a: { $ref: "../../../etc/hostname" }\n`,
    "relative.yaml": `openapi: 3.0.3\ninfo: { title: R, version: "1" }\npaths: {}\n`,
    "slash.yaml": `${valid}paths:\n  a:\n    get: {}\n`,
    "status.yaml": `${valid}paths:\n  /a:\n    get:\n      responses:\n        OK: { description: x }\n`,
    "strng.yaml": `${valid}paths:\n  /a:\n    get:\n      parameters:\n        - { name: q, in: query, schema: { type: strng } }\n      responses: { 200: { description: x } }\n`,
    "tab.yaml": "openapi: 3.0.3\npaths:\n\t/a: {}\n",
    "unnamed.yaml": `${valid}paths:\n  /a/{id}:\n    get:\n      responses: { 200: { description: x } }\n`,
  });
  t.same(
    declared.apis.map(({ file }) => file),
    ["good.yaml", "relative.yaml", "strng.yaml", "unnamed.yaml"],
  );
  t.equal(declared.filesBroken, broken.length);
  t.same(
    broken.map((text) => text.replace(/outside of \S+;/, "outside of FOLDER;")),
    [
      'circle.yaml:5:3: "$ref" leads in a circle; let it end at what it stands for',
      'fetched.yaml:8:16: "$ref" is "https://x.example/r.yaml": nothing is fetched; save it beside this file and name that',
      'hash.json:2:14: the path "/a" must be a mapping of methods',
      'list.yaml:4:1: "paths" must be a mapping such as { /orders: { get: … } }',
      'lost.yaml:8:16: "$ref" is "#/components/responses/X", and there is no "components"; correct one of them',
      'new.yaml:1:1: "openapi" is "4.0.0"; read are swagger 2.0 and openapi 3.0.x and 3.1.x',
      "noise.binpb:1: is no descriptor set (invalid wire type 4 at offset 3); make one with protoc --descriptor_set_out=FILE or buf build -o FILE.binpb",
      "other.proto:4: illegal token '}', '(' expected; mend the .proto there",
      'outside.yaml:5:9: "$ref" names "../../../etc/hostname", which is outside of FOLDER; give the folder that holds both',
      'slash.yaml:5:3: the path "a" must begin with a slash; write "/a"',
      'status.yaml:8:9: "OK" is no status; write one such as 200, 4XX or default',
      "tab.yaml:3:1: Tabs are not allowed as indentation; mend the YAML there",
    ],
  );
  const end = "; correct it, the file is read as far as it goes";
  t.same(notices, [
    `strng.yaml:8:43: paths./a.get.parameters.0.schema.type must be equal to one of the allowed values (array, boolean, integer, number, object, string): Did you mean string here?${end}`,
    `unnamed.yaml:6:5: \`/paths/a/{id}/get\` is missing path parameter(s) for \`{id}\`${end}`,
    'relative.yaml:1: names no server by its host, so that it is of no service; name one in the file, or set declared.services: ["relative.yaml=NAME"]',
  ]);
});

t.test("what stands in a folder and declares nothing is named once, and what files refer to is not", async (t) => {
  const files = {
    "shop.yaml": SHOP.replace(
      "{ description: made }",
      '{ description: made, content: { application/json: { schema: { $ref: "parts/refund.yaml" } } } }',
    ),
    "parts/refund.yaml": "type: object\nproperties: { id: { type: string } }\n",
    "broken.json": '{ "opnapi": "3.0.3", ',
    "chart/values.yaml": "replicas: {{ .n }}\n",
    "misspelt.yaml": SHOP.replace("openapi", "opneapi"),
    "notes.txt": "no file of a kind that is read",
  };
  const { declared, broken, notices, reload } = await readDeclared(t, files);
  t.strictSame(
    declared.apis.map(({ file }) => file),
    ["shop.yaml"],
  );
  t.strictSame(broken, []);
  const remedy = "begin a description of an API with one of them, move what is none out of the folder";
  const said = (names: string) => `${names}: left out, having neither "openapi" nor "swagger"; ${remedy}`;
  t.strictSame(notices, [said("broken.json, chart/values.yaml, misspelt.yaml")]);
  const later = await reload({ "another.json": "{}" });
  t.strictSame(later.apis.length, 1, "it goes on");
  t.strictSame(notices.slice(1), [said("another.json")], "of the others it was said");
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`x${at + 10}.json`, "[]"]));
  t.match((await readDeclared(t, many)).notices, [/^x10\.json, .*, x17\.json and 4 more: left out/]);
});

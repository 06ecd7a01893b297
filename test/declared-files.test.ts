import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import t from "tap";
import type { DeclaredApi } from "../sensor/declared/declared-api.js";
import { jsonFault } from "../sensor/declared/json-fault.js";
import { findFiles, readFiles } from "../sensor/declared/read-files.js";
import { PROTO, readDeclared, SHOP } from "./support/declared-files.js";
import { temporaryFolder } from "./support/program.js";

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
      "GET /v1/files/{path+} cart.proto:7 ",
    ],
  ]);
  t.same(declared.apis[1].operations[1].servers, [{ host: "other.example.com", port: undefined, basePath: "" }]);
});

t.test("a broken file is told with file, line and remedy, and the others go on", async (t) => {
  const valid = 'openapi: 3.0.3\ninfo: { title: A, version: "1" }\nservers: [{ url: "http://a" }]\n';
  const { declared, broken, notices } = await readDeclared(t, {
    "absent.yaml": `${valid}paths:\n  /a: { $ref: "./none.yaml" }\n`,
    "circle.yaml": `${valid}paths:\n  /a: { $ref: "#/paths/~1b" }\n  /b: { $ref: "#/paths/~1a" }\n`,
    "fetched.yaml": `${valid}paths:\n  /a:\n    get:\n      responses:\n        200: { $ref: "https://x.example/r.yaml" }\n`,
    "good.yaml": SHOP,
    "hash.json": '{ "openapi": "3.0.3",\n  "paths": { "/a": null } }',
    "lost.yaml": `${valid}paths:\n  /a:\n    get:\n      responses:\n        200: { $ref: "#/components/responses/X" }\n`,
    "list.yaml": `${valid}paths:\n  - /a\n`,
    "new.yaml": "openapi: 4.0.0\npaths: {}\n",
    "noise.binpb": Buffer.from("hello world, this is no descriptor"),
    "other.proto": 'syntax = "proto3";\nservice Cart {\n  rpc Add (Item) returns\n}\n',
    "outside.yaml": `${valid}paths:\n  /a: { $ref: "../../../etc/hostname" }\n`,
    "relative.yaml": `openapi: 3.0.3\ninfo: { title: R, version: "1" }\npaths: {}\n`,
    "short.yaml": "openapi: 3.0\ninfo: { title: a, version: 1 }\npaths: {}\n",
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
      'absent.yaml:5:9: "$ref" names "./none.yaml", which can\'t be read: there is no such file',
      'circle.yaml:5:3: "$ref" leads in a circle; let it end at what it stands for',
      'fetched.yaml:8:16: "$ref" is "https://x.example/r.yaml": nothing is fetched; save it beside this file and name that',
      'hash.json:2:14: the path "/a" must be a mapping of methods',
      'list.yaml:4:1: "paths" must be a mapping such as { /orders: { get: … } }',
      'lost.yaml:8:16: "$ref" is "#/components/responses/X", and there is no "components"; correct one of them',
      'new.yaml:1:1: "openapi" is "4.0.0"; read are swagger 2.0 and openapi 3.0.x and 3.1.x',
      "noise.binpb:1: is no descriptor set (invalid wire type 4 at offset 3); make one with protoc --descriptor_set_out=FILE or buf build -o FILE.binpb",
      "other.proto:4: illegal token '}', '(' expected; mend the .proto there",
      'outside.yaml:5:9: "$ref" names "../../../etc/hostname", which is outside of FOLDER; give the folder that holds both',
      'short.yaml:1:1: "openapi" is "3"; read are swagger 2.0 and openapi 3.0.x and 3.1.x; write "3.0.3"',
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

t.test("what is called as a description and is no file is told, and UTF-16 is read by its mark", async (t) => {
  const folder = temporaryFolder(t);
  const shop = SHOP.replace("{ description: one order }", '{ $ref: "part.yaml" }');
  writeFileSync(join(folder, "little.yaml"), Buffer.from(`\ufeff${shop}`, "utf16le"));
  writeFileSync(join(folder, "big.yaml"), Buffer.from(`\ufeff${SHOP}`, "utf16le").swap16());
  writeFileSync(join(folder, "part.yaml"), Buffer.from("\ufeffdescription: one order\n", "utf16le"));
  execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
  symlinkSync(join(folder, "gone"), join(folder, "link.json"));
  mkdirSync(join(folder, "folder.yaml"));
  const { apis, faults, leftOut } = await readFiles(findFiles([folder]));
  t.same(
    apis.map(({ file, operations }) => [file, operations.length]),
    [
      ["big.yaml", 5],
      ["little.yaml", 5],
    ],
  );
  t.same(
    faults.map(({ text }) => text),
    [
      "link.json:1: is a link that leads nowhere; put the file itself there",
      "pipe.yaml:1: is a pipe, a socket or a device; put the file itself there",
    ],
  );
  t.same(leftOut, []);
});

t.test("a .json file that is no JSON is told with the place, and nothing of it is used", async (t) => {
  const { value, told } = await jsonCases(t);
  t.strictSame(value, ["api.yaml", "bom.json", "good.json"], "of those that are told nothing is used");
  const end = "; mend it there, or name the file .yaml if it is YAML";
  t.strictSame(told, [
    `bare.json:2:1: is no JSON: a name in double quotes must stand here${end}`,
    `comma.json:4:21: is no JSON: a comma stands before "}", where nothing follows${end}`,
    `cut.json:1:19: is no JSON: ends before it is whole${end}`,
    `list.json:1:26: is no JSON: a comma stands before "]", where nothing follows${end}`,
    'method.json:1:124: "get" stands here for the second time; join it with the first',
    `part.json:1:18: is no JSON: a comma stands before "}", where nothing follows${end}`,
    'path.json:3:2: "/a" stands here for the second time; join it with the first',
    `tail.json:2:1: is no JSON: more follows what is one value already${end}`,
    `yaml.json:1:1: is no JSON: this is no value of JSON${end}`,
  ]);
});

async function jsonCases(t: Parameters<typeof readDeclared>[0]) {
  const good = '{"openapi":"3.0.3","info":{"title":"A","version":"1"},"servers":[{"url":"http://a"}],"paths":{}}';
  const { declared, broken } = await readDeclared(t, {
    "api.yaml": good.replace("{}}", "{},}"),
    "bare.json": '{"openapi":"3.0.3",\npaths: {}}',
    "bom.json": `\ufeff${good.replace('"paths":{}', '"paths":{"/a":{"$ref":"sub/a.json"}}')}`,
    "comma.json":
      '{"openapi":"3.0.3",\n"info":{"title":"A","version":"1"},\n"paths":{"/a":{"get":{"responses":{"200":\n{"description":"x"}},}}}}',
    "cut.json": '{"openapi":"3.0.3"',
    "good.json": good,
    "list.json": '{"openapi":"3.0.3","a":[1,]}',
    "path.json": good.replace("{}}", '{"/a":{"get":{"responses":{}}},\n"/b":{},\n "/a":{"put":{"responses":{}}}}}'),
    "method.json": good.replace("{}}", '{"/a":{"get":{"responses":{}},"get":{"responses":{}}}}}'),
    "part.yaml": 'openapi: 3.0.3\npaths: { /a: { $ref: "part.json" } }\n',
    "part.json": '{"description":"",}',
    "sub/a.json": '\ufeff{"get":{"responses":{"200":{"description":"x"}}}}',
    "tail.json": '{"openapi":"3.0.3"}\n{}',
    "yaml.json": "openapi: 3.0.3\npaths: {}\n",
  });
  return { value: declared.apis.map(({ file }) => file), told: broken };
}

t.test("JSON is told to be none just where JSON.parse refuses it", (t) => {
  const seed = '{"a":[1,-2.5e3,true,null,"x\\u00e9\\n"],"b":{"c":"","d":[]},"e":0}';
  const other = [
    "",
    ",",
    "}",
    "]",
    "{",
    "[",
    '"',
    ":",
    "0",
    "-",
    ".",
    "\\",
    "\n",
    "\t",
    "\u0001",
    "t",
    " ",
    "\u2028",
    "e",
  ];
  for (let at = 0; at <= seed.length; at++)
    for (const put of other)
      for (const skipped of [0, 1]) {
        const text = seed.slice(0, at) + put + seed.slice(at + skipped);
        const fault = jsonFault(text);
        if ((fault === undefined) !== parses(text)) t.fail(JSON.stringify({ text, fault }));
      }
  t.equal(jsonFault("[".repeat(200_000))?.offset, 200_000);
  t.end();
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

t.test("a .proto whose import or types are not there is told by name and line, and used all the same", async (t) => {
  const head = 'syntax = "proto3";\npackage shop.v1;\n';
  const { declared, broken, notices } = await readDeclared(t, {
    "all.proto": `${head}import "google/api/annotations.proto";\nimport "google/protobuf/empty.proto";\nimport public "parts/item.proto";\nservice S {\n  rpc A (Item) returns (google.protobuf.Empty);\n  rpc B (.shop.v1.Item.Line) returns (shop.v1.Deep);\n}\nmessage Own { enum Kind { NONE = 0; } Kind kind = 1; map<string, Item> items = 2; repeated v1.Item more = 3; oneof x { Own own = 4; } }\n`,
    "lost.proto": `${head}// import "b.proto"; rpc Get (A) returns (B)\nimport "b.proto";\nservice S {\n  rpc Get (A)\n    returns (B);\n  rpc Put (B) returns (A);\n}\nmessage A {\n  string id = 1;\n  map<string, Missing> by = 2;\n  other.Thing thing = 3;\n}\n`,
    "many.proto": `${head}message M { ${Array.from({ length: 7 }, (_, at) => `T${at} t${at} = ${at + 1};`).join(" ")} }\n`,
    "parts/deep.proto": `${head}import "parts/item.proto";\nmessage Deep {}\n`,
    "parts/item.proto": `${head}import "deep.proto";\nmessage Item { message Line {} }\n`,
    "use.proto": `${head}import "bad.proto";\nimport "../../../../../../etc/hostname";\n`,
    "bad.proto": "message {",
  });
  t.match(broken, [/^bad\.proto:1: illegal type name/]);
  t.equal(broken.length, 1);
  const end = "; the file is read as far as it goes";
  const lost = "is in neither this file nor what it imports; declare it, or import its file";
  const gone = "which is not in the folder given; put it there, at the path that the import names";
  t.strictSame(
    notices.filter((text) => !text.includes("names no server")),
    [
      `lost.proto:4: imports "b.proto", ${gone}${end}`,
      `lost.proto:6: the type "B" ${lost}${end}`,
      `lost.proto:12: the type "Missing" ${lost}${end}`,
      `lost.proto:13: the type "other.Thing" ${lost}${end}`,
      ...[0, 1, 2, 3, 4].map((at) => `many.proto:3: the type "T${at}" ${lost}${end}`),
      "many.proto: 2 more faults of this kind",
      `use.proto:3: imports "bad.proto", which can't be read (illegal type name '{' (line 1)); mend it${end}`,
      `use.proto:4: imports "../../../../../../etc/hostname", ${gone}${end}`,
    ],
  );
  t.strictSame(
    declared.apis.find(({ file }) => file === "lost.proto")?.operations.map(({ template }) => template),
    ["/shop.v1.S/Get", "/shop.v1.S/Put"],
  );
});

t.test("what is wrong with schemes and with who asks for them is told once, and the rest is used", async (t) => {
  const more = (path: string, security: string): string =>
    `  ${path}: { get: { security: ${security}, responses: { "200": { description: x } } } }\n`;
  const { declared, broken, notices } = await readDeclared(t, {
    "a.yaml": `openapi: 3.0.3
info: { title: A, version: "1" }
servers: [{ url: "http://a.internal" }]
security: [{ absent: [] }]
components:
  securitySchemes:
    odd: { type: magic }
    body: { type: apiKey, in: body, name: x }
    bare: { type: http }
    lost: { $ref: "#/components/securitySchemes/gone" }
    good: { type: http, scheme: basic }
paths:
${more("/1", "[{ odd: [] }, { bare: [] }]")}${more("/2", "{ odd: [] }")}${more("/3", "[good]")}${more("/4", "[{ body: [], good: [] }]")}${more("/5", "[{ lost: [] }, { good: [] }]")}  /6: { get: { responses: {} } }
  /7: { get: { responses: {} } }
`,
    "b.json": JSON.stringify({
      swagger: "2.0",
      info: { title: "B", version: "1" },
      host: "b.internal",
      securityDefinitions: { odd: { type: "magic" } },
      security: [{ odd: [] }],
      paths: { "/b": { get: { responses: { 200: { description: "x" } } } } },
    }),
  });
  t.same(broken, []);
  const end = "; which credential it asks for is not compared";
  const types = "read are apiKey, http (2.0: basic), mutualTLS, oauth2 and openIdConnect";
  t.same(
    notices.filter((text) => text.includes(end)),
    [
      `a.yaml:7:5: the security scheme "odd" has the type "magic"; ${types}${end}`,
      `a.yaml:9:5: the security scheme "bare" has no "scheme"; give it one such as bearer or basic${end}`,
      `a.yaml:14:16: "security" must be a list such as [{ name: [] }]; correct it${end}`,
      `a.yaml:15:27: an entry of "security" must be a mapping such as { name: [] }; correct it${end}`,
      `a.yaml:8:5: "in" of the security scheme "body" must be one of query, header, cookie; correct it${end}`,
      `a.yaml:10:13: "$ref" is "#/components/securitySchemes/gone", and there is no "gone"; correct one of them${end}`,
      `a.yaml:4:14: "security" names "absent", and no scheme of that name is declared; declare it or correct the name${end}`,
      `b.json:1:96: the security scheme "odd" has the type "magic"; ${types}${end}`,
    ],
  );
  t.equal(notices.filter((text) => text.startsWith("b.json")).length, 1, "not by the validator as well");
  t.equal(notices.filter((text) => text.includes("gone")).length, 1, "nor what a reference lost");
  const [unknown, basic] = [{ type: "unknown" }, { type: "http", scheme: "basic" }];
  t.same(
    declared.apis.map(({ operations }) => operations.map(({ security }) => security)),
    [
      [
        [[unknown], [unknown]],
        [[unknown]],
        [[unknown]],
        [[unknown, basic]],
        [[unknown], [basic]],
        [[unknown]],
        [[unknown]],
      ],
      [[[unknown]]],
    ],
  );
});

export const NAMES = "alice bob carol dave erin frank grace heidi ivan judy".split(" ");

/** Names that are words of APIs as well. */
const THINGS = ["page", "note", "story"];

export interface TemplateCase {
  readonly name: string;
  readonly paths: readonly string[];
  readonly expected: readonly string[];
}

const DOTTED =
  "channels.info channels.list chat.delete chat.update files.info files.list pins.add pins.list team.info users.info users.list"
    .split(" ")
    .map((name) => `/api/${name}`);

const SCANS = [
  "20231.pdf",
  "99812.png",
  "5f0c8e21-7d3a-4c1b-9a44-0242ac120002.jpg",
  "88123.gif",
  "77123.docx",
  "d41d8cd98f00b204e9800998ecf8427e.zip",
].map((name) => `/scans/${name}`);

/** Paths a service is asked for, and the templates with counts that must come of them. */
export const TEMPLATES: readonly TemplateCase[] = [
  { name: "numbers", paths: ["/orders/17", "/orders/18"], expected: ["/orders/{orderId} ×2"] },
  { name: "one UUID", paths: ["/users/5f0c8e21-7d3a-4c1b-9a44-0242ac120002"], expected: ["/users/{userId} ×1"] },
  { name: "hashes", paths: ["/blobs/d41d8cd98f00b204e9800998ecf8427e"], expected: ["/blobs/{blobId} ×1"] },
  { name: "dates", paths: ["/reports/2026-07-01", "/reports/2026-08"], expected: ["/reports/{date} ×2"] },
  { name: "mail addresses", paths: ["/people/ada@example.com"], expected: ["/people/{email} ×1"] },
  { name: "tokens", paths: ["/invites/cus_9s6XKzkNRiz8i3"], expected: ["/invites/{token} ×1"] },
  {
    name: "words put together that are as long as tokens beside them",
    paths: ["DSGi9OkGPNoh", "Kt2XCEXmdADp", "npbZjK4JXQZJ", "Wk3FB8cHGrJV", "Tj92jRDemTaQ", "9od2LIXKRAje"]
      .concat("pushToMobile")
      .map((last) => `/checks/${last}`),
    expected: ["/checks/pushToMobile ×1", "/checks/{token} ×6"],
  },
  {
    name: "nested, with names that stay apart",
    paths: ["/shops/3/orders/9/items/2", "/shops/3/orders"],
    expected: ["/shops/{shopId}/orders ×1", "/shops/{shopId}/orders/{orderId}/items/{itemId} ×1"],
  },
  {
    name: "distinct words are not collapsed",
    paths: ["/orders/export", "/orders/import", "/orders/7", "/orders/search", "/orders/8", "/orders/summary"],
    expected: [
      "/orders/export ×1",
      "/orders/import ×1",
      "/orders/search ×1",
      "/orders/summary ×1",
      "/orders/{orderId} ×2",
    ],
  },
  {
    name: "many names behind a collection",
    paths: NAMES.map((name) => `/users/${name}`),
    expected: ["/users/{userId} ×10"],
  },
  {
    name: "few words behind a collection stay",
    paths: NAMES.slice(0, 4).map((name) => `/users/${name}`),
    expected: NAMES.slice(0, 4).map((name) => `/users/${name} ×1`),
  },
  {
    name: "resources behind a version stay, however many",
    paths: "orders users carts bills parts shops notes plans rates taxes tills loads"
      .split(" ")
      .map((name) => `/v1/${name}`),
    expected: "bills carts loads notes orders parts plans rates shops taxes tills users"
      .split(" ")
      .map((name) => `/v1/${name} ×1`),
  },
  {
    name: "slugs",
    paths: ["a-b-c-d", "how-to-bake-bread", "ten-ways-to-win", "red-green-blue-sky", "one-two-three-four"].map(
      (slug) => `/posts/${slug}`,
    ),
    expected: ["/posts/{slug} ×5"],
  },
  {
    name: "the same form three times",
    paths: ["/boxes/box-1", "/boxes/box-2", "/boxes/box-3"],
    expected: ["/boxes/{boxId} ×3"],
  },
  {
    name: "versions are not numbers",
    paths: ["/v2/ping", "/1.1/ping", "/2/ping"],
    expected: ["/1.1/ping ×1", "/2/ping ×1", "/v2/ping ×1"],
  },
  {
    name: "extensions and verbs behind a value",
    paths: ["/files/12.json", "/files/13.json", "/jobs/12:cancel"],
    expected: ["/files/{fileId}.json ×2", "/jobs/{jobId}:cancel ×1"],
  },
  {
    name: "procedures with dotted names are neither hosts nor files",
    paths: ["users.info", "files.info", "team.info", "users.list", "files.remote.info"].map((name) => `/api/${name}`),
    expected: ["files.info", "files.remote.info", "team.info", "users.info", "users.list"].map(
      (name) => `/api/${name} ×1`,
    ),
  },
  {
    name: "hosts and files are still values",
    paths: ["/sites/a-b.info", "/sites/big-dog.info", "/v1beta:estimateCostScenario"],
    expected: ["/sites/{host} ×2", "/v1beta:estimateCostScenario ×1"],
  },
  { name: "matrix parameters go", paths: ["/map;v=1/tile/3", "/map;v=2/tile/4"], expected: ["/map/tile/{tileId} ×2"] },
  { name: "trailing slash and root", paths: ["/", "/users/", "/users"], expected: ["/ ×1", "/users ×1", "/users/ ×1"] },
  { name: "braces of the wire are no parameter", paths: ["/a/{id}"], expected: ["/a/{aId} ×1"] },
  {
    name: "a word with digits beside a percent-encoded value",
    paths: ["/black%20cat", "/live-request-1"],
    expected: ["/live-request-1 ×1", "/{id} ×1"],
  },
  {
    name: "many of one form beside a percent-encoded value",
    paths: ["/black%20cat", "/live-request-1", "/live-request-2", "/live-request-3"],
    expected: ["/{id} ×4"],
  },
  {
    name: "procedures named with dots are words",
    paths: DOTTED,
    expected: DOTTED.map((path) => `${path} ×1`),
  },
  { name: "percent-encoded values", paths: ["/search/black%20cat"], expected: ["/search/{searchId} ×1"] },
  {
    name: "a word that a URL must encode is a word",
    paths: ["/de/%C3%BCbersicht", "/de/%C3%A4nderungen", "/caf%C3%A9/7", "/de/%FF", "/de/b%C3%BCro%20frei"],
    expected: ["/caf%C3%A9/{id} ×1", "/de/%C3%A4nderungen ×1", "/de/%C3%BCbersicht ×1", "/de/{deId} ×2"],
  },
  {
    name: "files that a number tells apart, beside one of another name",
    paths: [..."12345678"].map((digit) => `/files/report_${digit}.pdf`).concat("/files/export.csv"),
    expected: ["/files/export.csv ×1", "/files/{file} ×8"],
  },
  {
    name: "names of files in one folder are values, whatever they end in",
    paths: [
      "tablet.pdf",
      "IMG_9811.png",
      "scan%2039.pdf",
      "curlew.jpg",
      "report-37.pdf",
      "wombat.gif",
      "stool.docx",
    ].map((name) => `/documents/${name}`),
    expected: ["/documents/{file} ×7"],
  },
  {
    name: "formats behind the same values stay",
    paths: [12, 13, 14].flatMap((id) => [`/record/${id}.rdf`, `/record/${id}.ttl`, `/tiles/${id}.pbf`]),
    expected: ["/record/{recordId}.rdf ×3", "/record/{recordId}.ttl ×3", "/tiles/{tileId}.pbf ×3"],
  },
  {
    name: "a verb behind words",
    paths: ["acme", "globex", "umbrella", "initech"].map((name) => `/v1/${name}:undelete`),
    expected: ["/v1/{id}:undelete ×4"],
  },
  {
    name: "names put together of words of their own",
    paths: "tealHorse rubyCrane oliveBat amberGull indigoClam coralEland slateGoose rustHeron"
      .split(" ")
      .map((name) => `/hooks/${name}`),
    expected: ["/hooks/{hookId} ×8"],
  },
  {
    name: "resources with their version behind them are not of one form",
    paths: ["reviews-v1", "repositories-v1", "search-v2"].map((name) => `/rest/${name}`),
    expected: ["/rest/repositories-v1 ×1", "/rest/reviews-v1 ×1", "/rest/search-v2 ×1"],
  },
  {
    name: "words of few vowels beside numbers",
    paths: ["7/equitypct", "8/equitypctsm", "9/byyears"].map((rest) => `/tasks/${rest}`),
    expected: ["/tasks/{taskId}/byyears ×1", "/tasks/{taskId}/equitypct ×1", "/tasks/{taskId}/equitypctsm ×1"],
  },
  {
    name: "words of few vowels are no tokens, alone or beside numbers",
    paths: ["vmknics", "7", "8"].map((name) => `/tasks/${name}`),
    expected: ["/tasks/vmknics ×1", "/tasks/{taskId} ×2"],
  },
  {
    name: "words of APIs that a number tells apart, in a format",
    paths: [..."12345678"].map((digit) => `/files/report_${digit}.html`),
    expected: ["/files/{fileId}.html ×8"],
  },
  {
    name: "values of several forms with an extension each are names of files, and so is what joins them",
    paths: [...SCANS, "/scans/7.json"],
    expected: ["/scans/{file} ×7"],
  },
  {
    name: "a format behind values stays beside names of files",
    paths: ["/docs/1.json", "/docs/2.json", ...NAMES.slice(0, 4).map((name) => `/docs/${name}.pdf`)],
    expected: ["/docs/{docId}.json ×2", "/docs/{file} ×4"],
  },
  {
    name: "where something is below a file, its siblings are files",
    paths: ["/src/main.js/blame", "/src/7.txt", "/src/8.html"],
    expected: ["/src/{file} ×2", "/src/{file}/blame ×1"],
  },
  {
    name: "a format before the end of a path is part of a name",
    paths: ["/files/12.json/lines", "/files/13.json/lines"],
    expected: ["/files/12.json/lines ×1", "/files/13.json/lines ×1"],
  },
  {
    name: "a format behind a value that is encoded",
    paths: ["/docs/annual%20report.pdf"],
    expected: ["/docs/{docId}.pdf ×1"],
  },
  {
    name: "words in a format, and two of those in another",
    paths: [...NAMES.map((name) => `/maps/${name}`), "/maps/alice.json", "/maps/bob.json"],
    expected: ["/maps/{mapId} ×10", "/maps/{mapId}.json ×2"],
  },
  {
    name: "many words in one format",
    paths: NAMES.map((name) => `/countries/${name}.json`),
    expected: ["/countries/{file}.json ×10"],
  },
  {
    name: "a few words before a verb stay",
    paths: NAMES.slice(0, 3).map((name) => `/v1/${name}:undelete`),
    expected: NAMES.slice(0, 3).map((name) => `/v1/${name}:undelete ×1`),
  },
  {
    name: "letters behind the last colon of an address are no verb",
    paths: ["/hosts/fe80::a", "/hosts/fe80::b", "/hosts/00:1b:44:11:3a:bc"],
    expected: ["/hosts/{address} ×3"],
  },
  {
    name: "prepositions say how a thing is asked for",
    paths: [...NAMES.map((name) => `/users/${name}`), "/users/by/7", "/users/by/8", "/users/with/9"],
    expected: ["/users/by/{byId} ×2", "/users/with/{withId} ×1", "/users/{userId} ×10"],
  },
  {
    name: "decimal numbers of more than two digits are no versions",
    paths: ["52.70", "52.71", "61.3", "7.123", "8.991"].map((number) => `/builds/${number}`),
    expected: ["/builds/{buildId} ×5"],
  },
  {
    name: "nor is a short one beside those",
    paths: ["52.70.1234", "52.71.882", "61.3.1111", "52.70", "7.1"].map((number) => `/builds/${number}`),
    expected: ["/builds/{buildId} ×5"],
  },
  {
    name: "what could be a word has the length of random identifiers",
    paths: ["x7Kq2B", "b4Wc8M", "k2Vn5D", "p8Rt3Q", "m5Zx9L", "jbOwpT"].map((code) => `/r/${code}`),
    expected: ["/r/{token} ×6"],
  },
  {
    name: "a code in capitals is one among codes, though it is a word of APIs",
    paths: ["NY", "LA", "SF", "DC", "BO", "ME"].map((code) => `/cities/${code}`),
    expected: ["/cities/{code} ×6"],
  },
  {
    name: "two that may be procedures are no hosts",
    paths: ["/sites/alpha.info", "/sites/beta.info"],
    expected: ["/sites/alpha.info ×1", "/sites/beta.info ×1"],
  },
  {
    name: "many hosts beside a procedure",
    paths: "alpha beta gamma delta epsilon omega sigma users".split(" ").map((name) => `/sites/${name}.info`),
    expected: ["/sites/users.info ×1", "/sites/{host} ×7"],
  },
  {
    name: "names at the root, as few as are values elsewhere",
    paths: [...NAMES.slice(0, 8).map((name) => `/${name}`), ...NAMES.slice(0, 8).map((name) => `/zoo/${name}`)],
    expected: [...NAMES.slice(0, 8).map((name) => `/${name} ×1`), "/zoo/{zooId} ×8"],
  },
  {
    name: "languages with a script, and regions by number",
    paths: ["pt-BR", "zh-Hant-TW", "sr-Cyrl-ME", "es-419"].map((tag) => `/pages/${tag}`),
    expected: ["/pages/{locale} ×4"],
  },
  {
    name: "a key of several parts keeps their names, whatever form their values have",
    paths: ["order=7,line=2", "order=A%2F9,line=3"].map((key) => `/Lines(${key})`),
    expected: ["/Lines(order={order},line={line}) ×2"],
  },
  {
    name: "short words of APIs are no codes beside codes",
    paths: ["me", "by", "AOA-ZAR", "UAH-JMD", "KPW-BBD", "RON-DJF", "SVC-RSD"].map((code) => `/users/${code}`),
    expected: ["/users/by ×1", "/users/me ×1", "/users/{code} ×5"],
  },
  {
    name: "a word written as the phrases beside it is one of them",
    paths: ["Boba%20Fett", "Watto", "Jango%20Fett", "Leia%20Organa", "Han%20Solo", "Greedo"].map(
      (name) => `/figures/${name}`,
    ),
    expected: ["/figures/{figureId} ×6"],
  },
  {
    name: "a verb behind words beside values without one",
    paths: [
      ..."flamingo ostrich fish hamster whale bat gorilla crocodile".split(" ").map((name) => `/v1/${name}:estimate`),
      ...NAMES.map((name) => `/v1/${name}/prices`),
      ...NAMES.map((name) => `/v1/${name}`),
    ],
    expected: ["/v1/{id} ×10", "/v1/{id}/prices ×10", "/v1/{id}:estimate ×8"],
  },
  {
    name: "OData's operations among names",
    paths: [...NAMES.map((name) => `/members/${name}`), "/members/$count"],
    expected: ["/members/$count ×1", "/members/{memberId} ×10"],
  },
  {
    name: "words of APIs that nothing parts, among names",
    paths: [...NAMES.map((name) => `/members/${name}`), "/members/bookingfields", "/members/by-square"],
    expected: ["/members/bookingfields ×1", "/members/by-square ×1", "/members/{memberId} ×10"],
  },
  {
    name: "a format behind a value is none of the files beside it, however late it comes",
    paths: ["/docs/1.json", "/docs/2.json", ...NAMES.slice(0, 4).map((name) => `/docs/${name}.pdf`), "/docs/3.json"],
    expected: ["/docs/{docId}.json ×3", "/docs/{file} ×4"],
  },
  {
    name: "versions behind any name, however many",
    paths: NAMES.flatMap((name) => ["a", "i", "o"].map((end) => `/users/${name}${end}-v1`)),
    expected: NAMES.flatMap((name) => ["a", "i", "o"].map((end) => `/users/${name}${end}-v1 ×1`)),
  },
  {
    name: "a preposition among names with values below some of them",
    paths: [
      ...["/users/with/7", "/users/with/8", ...[...NAMES, ...THINGS].map((name) => `/users/${name}/repos`)],
      ...NAMES.slice(0, 3).map((name) => `/users/${name}/9`),
      ...["kenzo", "luis", "mona"].map((name) => `/users/${name}/repos`),
    ],
    expected: ["/users/with/{withId} ×2", "/users/{userId}/repos ×16", "/users/{userId}/{id} ×3"],
  },
  {
    name: "prepositions among words that all have values below",
    paths: ["with", "from", "into", ...NAMES, ...THINGS, "kenzo", "luis", "mona"].map((word) => `/words/${word}/7`),
    expected: ["/words/{wordId}/{id} ×19"],
  },
  {
    name: "several words of which the first is a preposition",
    paths: [...NAMES.slice(0, 6), "red-fox", "old-bear", "blue-crane", "tiny-wren", "slow-heron", "by-square"].map(
      (name) => `/members/${name}`,
    ),
    expected: ["/members/by-square ×1", "/members/{memberId} ×11"],
  },
  {
    name: "decimal numbers that might be versions each",
    paths: ["1.1", "1.2", "2.0", "3.4"].map((number) => `/builds/${number}`),
    expected: ["/builds/{buildId} ×4"],
  },
  {
    name: "many hosts where resources stand",
    paths: ["alpha", "beta", "gamma", "delta", "epsilon", "omega"].map((name) => `/api/${name}.info`),
    expected: ["/api/{host} ×6"],
  },
  {
    name: "what has values below beside words that have none",
    paths: ["/users/item/17", "/users/item/18", ...[...NAMES, ...THINGS].map((name) => `/users/${name}`)],
    expected: ["/users/item/{itemId} ×2", "/users/{userId} ×13"],
  },
  {
    name: "a plural beside words of which none is one",
    paths: ["invoices", ...NAMES, ...THINGS].map((name) => `/users/${name}`),
    expected: ["/users/invoices ×1", "/users/{userId} ×13"],
  },
  {
    name: "many values stand below some words, and none below others",
    paths: NAMES.flatMap((name, at) =>
      at % 3 === 0 ? [..."123456789"].map((digit) => `/users/${name}/10${digit}`) : [`/users/${name}`],
    ),
    expected: NAMES.map((name, at) => (at % 3 === 0 ? `/users/${name}/{${name}Id} ×9` : `/users/${name} ×1`)),
  },
  {
    name: "what is called itself among words of which only what is below is called",
    paths: ["/cards/basic", ...[...NAMES, ...THINGS].map((name) => `/cards/${name}/limits`), "/cards/basic"],
    expected: ["/cards/basic ×2", "/cards/{cardId}/limits ×13"],
  },
  {
    name: "the same, first called among them",
    paths: [...NAMES, ...THINGS, "basic", "kenzo", "luis", "mona"].map((name) =>
      name === "basic" ? "/cards/basic" : `/cards/${name}/limits`,
    ),
    expected: ["/cards/basic ×1", "/cards/{cardId}/limits ×16"],
  },
  {
    name: "words of APIs with digits in them are not of one form, though letters look random",
    paths: ["json2map5k", "csv2config4", "config3vcsv", "export7qxml"].map((name) => `/tools/${name}`),
    expected: ["config3vcsv", "csv2config4", "export7qxml", "json2map5k"].map((name) => `/tools/${name} ×1`),
  },
  {
    name: "nor are they values beside random ones",
    paths: "x7Kq2Bz0 b4Wc8Mv1 k2Vn5Dx2 p8Rt3Qz3 csv2config4".split(" ").map((name) => `/tools/${name}`),
    expected: ["/tools/csv2config4 ×1", "/tools/{token} ×4"],
  },
];

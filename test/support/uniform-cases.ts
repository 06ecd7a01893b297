import type { TemplateCase } from "./template-cases.js";

/** Names of services, most of which are words of APIs as well. */
const SERVICES =
  "alpha checkout payments ledger frontend catalog orders gateway identity media worker cache proxy storage blog android warehouse fraud".split(
    " ",
  );
const LETTERS = "abcdefghijklmno".split("");
const KEYS = [
  ...SERVICES,
  ..."router shipping scheduler desktop ios landing mirror pipeline inventory profile".split(" "),
];
/** Two of seven are no words of APIs. */
const RESOURCES = "users orders invoices widgets gizmos shipments refunds".split(" ");
const AREAS = "account airspace obstacles restrictions ssa uoa venue wx-forecast".split(" ");
const QUERIES = ["distance-query", "polygon-query", "route-query"];
const HAD =
  "owner balance history account profile settings invoices orders members payments catalog gateway identity media worker cache proxy storage blog warehouse".split(
    " ",
  );
const CARRIERS = "dhl ups fedex gls dpd hermes royal".split(" ").map((name) => `carrier-${name}`);
const ACCOUNTS = CARRIERS.flatMap((carrier, at) =>
  [`north-${at}`, `south-${at}`].flatMap((account) =>
    ["labels", "pickups", "rates"].map((end) => `/${carrier}/${account}/${end}`),
  ),
);

const each = (names: readonly string[], paths: (name: string, at: number) => readonly string[]): readonly string[] =>
  names.flatMap(paths);

const inIndex = (index: string, at: number): readonly string[] => [
  `/${index}/_search`,
  `/${index}/_doc/${at + 10}`,
  `/${index}/_count`,
  `/${index}/_update/${at + 10}`,
];

/** The pages of a site, in one language. */
const inLanguage = (language: string, at: number): readonly string[] => [
  `/${language}/about`,
  `/${language}/pricing`,
  `/${language}/blog/${at + 10}`,
];
const PAGES = ["about", "blog/{blogId}", "pricing"];

/** Words of which only what is below is called, and others that are only called themselves. */
const SECTIONS = "arr both cap dash grow late nested num people rare state".split(" ");
const ACTS = "chg dup err hal multi ndjson notjson obj patch postxml sse wrongtype".split(" ");
const times = (count: number, paths: readonly string[]): readonly string[] =>
  Array.from({ length: count }, () => paths).flat();

const LOCALES = "en de fr pt-BR zh-CN ja es it nl sv pl cs da fi ko".split(" ");
const TENANTS = "acme globex initech umbrella hooli stark wayne tyrell cyberdyne soylent oscorp wonka".split(" ");
const inShop = (name: string): readonly string[] => [`/${name}/products`, `/${name}/cart`];
/** What stands at the root of a site, and no language has. */
const AT_ROOT =
  "/datenschutz /favicon.ico /impressum /karriere /kontakt /manifest.json /openapi.json /robots.txt /sitemap.xml".split(
    " ",
  );

const WORKING =
  "alpha bravo checkout payments billing ledger frontend backend catalog search shipping orders inventory gateway reports auth identity profile media images metrics logging alerts scheduler".split(
    " ",
  );

const GOODS =
  "shoes shirts hats jackets jeans socks belts watches scarves gloves dresses skirts suits ties boots sandals coats sweaters apples bananas oranges lemons grapes cherries plums pears peaches melons carrots potatoes".split(
    " ",
  );

const OWNERS = "atmos hornbeck mojombo nitay pjhyett roland vanpelt".split(" ");
const PAIRS = OWNERS.flatMap((owner, at) =>
  [`queue-inventory-${at % 3}`, `website-storage-${at}`].map((name) => `/api/v3/repos/${owner}/${name}`),
);

/** Siblings that are values, or are none, by what stands below them or by where they stand. */
export const UNIFORM: readonly TemplateCase[] = [
  {
    name: "three slugs of two words, none of which APIs are made of",
    paths: ["/posts/tender-walrus", "/posts/amber-kettle", "/posts/rugged-violin"],
    expected: ["/posts/{slug} ×3"],
  },
  {
    name: "slugs of two words that begin alike, or stand among others, stay",
    paths: [
      ..."/gins/sloe-dry /gins/sloe-wet /gins/old-tom".split(" "),
      ..."/rums/orders /rums/search /rums/amber-kettle /rums/rugged-violin /rums/tender-walrus".split(" "),
    ],
    expected: [
      ..."/gins/old-tom /gins/sloe-dry /gins/sloe-wet".split(" "),
      ..."/rums/amber-kettle /rums/orders /rums/rugged-violin /rums/search /rums/tender-walrus".split(" "),
    ].map((path) => `${path} ×1`),
  },
  {
    name: "three names in capitals, where nothing else stands",
    paths: ["/clerks/Hartmann", "/clerks/Spinka", "/clerks/Gerhold"],
    expected: ["/clerks/{clerkId} ×3"],
  },
  {
    name: "three names in capitals beside what is fixed stay",
    paths: ["/clerks/search", "/clerks/Hartmann", "/clerks/Spinka", "/clerks/Gerhold"],
    expected: ["/clerks/Gerhold ×1", "/clerks/Hartmann ×1", "/clerks/Spinka ×1", "/clerks/search ×1"],
  },
  {
    name: "names of indices are words of APIs, and have the same below them",
    paths: each(SERVICES, inIndex),
    expected: ["/{id}/_count ×18", "/{id}/_doc/{docId} ×18", "/{id}/_search ×18", "/{id}/_update/{updateId} ×18"],
  },
  {
    name: "a framework gives all resources the same operations",
    paths: each(RESOURCES, (name, at) => [`/${name}/search`, `/${name}/count`, `/${name}/history/${at + 10}`]),
    expected: RESOURCES.flatMap((name) => [
      `/${name}/count ×1`,
      `/${name}/history/{historyId} ×1`,
      `/${name}/search ×1`,
    ]).sort(),
  },
  {
    name: "where operations alone stand below, it is a part of an API",
    paths: each(AREAS, (name) => QUERIES.map((query) => `/us/v1/${name}/${query}`)),
    expected: AREAS.flatMap((name) => QUERIES.map((query) => `/us/v1/${name}/${query} ×1`)).sort(),
  },
  {
    name: "owners and repositories: the same stands two levels below",
    paths: PAIRS.flatMap((pair, at) =>
      ["/issues", "/pulls", "/branches", `/issues/${at + 20}`].map((end) => pair + end),
    ),
    expected: ["/branches", "/issues", "/issues/{issueId}", "/pulls"].map(
      (end) => `/api/v3/repos/{repoId}/{id}${end} ×14`,
    ),
  },
  {
    name: "carriers are parts of an API, for they are named alike, though accounts stand below them",
    paths: ACCOUNTS,
    expected: ACCOUNTS.map((path) => `${path} ×1`).sort(),
  },
  {
    name: "names of services behind a resource called service",
    paths: SERVICES.map((name) => `/v1/catalog/service/${name}`),
    expected: ["/v1/catalog/service/{serviceId} ×18"],
  },
  {
    name: "names of services behind a value's services",
    paths: SERVICES.flatMap((name, at) => [
      `/api/v1/namespaces/team-${at}/services/${name}`,
      `/api/v1/namespaces/team-${at}/pods`,
    ]),
    expected: [
      "/api/v1/namespaces/{namespaceId}/pods ×18",
      "/api/v1/namespaces/{namespaceId}/services/{serviceId} ×18",
    ],
  },
  {
    name: "a namespace is called default",
    paths: ["default", ...SERVICES].flatMap((name) => [
      `/api/v1/namespaces/${name}/pods`,
      `/api/v1/namespaces/${name}/secrets`,
      `/api/v1/namespaces/${name}/jobs`,
    ]),
    expected: ["jobs", "pods", "secrets"].map((end) => `/api/v1/namespaces/{namespaceId}/${end} ×19`),
  },
  {
    name: "a slash at the end is nothing below",
    paths: KEYS.map((name) => `/category/${name}/`),
    expected: ["/category/{categoryId}/ ×28"],
  },
  {
    name: "keys behind an operation are many",
    paths: KEYS.map((name) => `/v1/transit/encrypt/${name}`),
    expected: ["/v1/transit/encrypt/{encryptId} ×28"],
  },
  {
    name: "three languages have the same below them, beside what has none",
    paths: [...each(["en", "de", "fr"], inLanguage), "/about", "/pricing", "/ui/login", "/qa/login"],
    expected: ["/about ×1", "/pricing ×1", "/qa/login ×1", "/ui/login ×1"].concat(
      PAGES.map((page) => `/{locale}/${page} ×3`),
    ),
  },
  {
    name: "a language joins others that are told with their regions, where it has the same below it",
    paths: each(["de-CH", "en", "pt_BR", "os"], inLanguage)
      .filter((path) => path !== "/os/about")
      .concat("/id/tokens"),
    expected: ["/id/tokens ×1", "/{locale}/about ×3", "/{locale}/blog/{blogId} ×4", "/{locale}/pricing ×4"],
  },
  {
    name: "names of files and words at the root of a site are no languages",
    paths: times(3, [...LOCALES.map((one) => `/${one}`), ...each(LOCALES, inShop), ...AT_ROOT]),
    expected: [...AT_ROOT.map((path) => `${path} ×3`), "/{locale} ×45", "/{locale}/cart ×45", "/{locale}/products ×45"],
  },
  {
    name: "the name of a file is no tenant",
    paths: times(3, ["/sitemap.xml", ...each(TENANTS, inShop)]),
    expected: ["/sitemap.xml ×3", "/{id}/cart ×36", "/{id}/products ×36"],
  },
  {
    name: "parts of an API called by two letters, each with words of its own below it",
    paths: times(3, ["/fx/rates", "/dl/files", "/od/orders", "/cn/clusters", "/qa/tests"]),
    expected: ["/cn/clusters ×3", "/dl/files ×3", "/fx/rates ×3", "/od/orders ×3", "/qa/tests ×3"],
  },
  {
    name: "plurals behind a collection are its values where they are many",
    paths: times(
      5,
      GOODS.flatMap((name) => [`/categories/${name}`, `/c/${name}/products`]),
    ),
    expected: ["/c/{cId}/products ×150", "/categories/{categoryId} ×150"],
  },
  {
    name: "resources called by plurals are none",
    paths: times(
      5,
      GOODS.map((name) => `/api/v1/${name}`),
    ),
    expected: GOODS.map((name) => `/api/v1/${name} ×5`).sort(),
  },
  {
    name: "two departments called as languages are",
    paths: each(["it", "hr"], inLanguage),
    expected: ["hr", "it"].flatMap((name) => PAGES.map((page) => `/${name}/${page} ×1`)),
  },
  {
    name: "words called as often as the values, which are words of APIs as well",
    paths: times(
      10,
      WORKING.map((name) => `/catalog/service/${name}`),
    ),
    expected: ["/catalog/service/{serviceId} ×240"],
  },
  {
    name: "words called as often as values that are none of APIs",
    paths: times(
      10,
      [...OWNERS, "search", "reports", "metrics"].map((name) => `/users/${name}`),
    ),
    expected: ["metrics", "reports", "search"]
      .map((name) => `/users/${name} ×10`)
      .concat(`/users/{userId} ×${10 * OWNERS.length}`),
  },
  {
    name: "of some only what is below is called, and others only themselves",
    paths: [
      ...times(
        40,
        SECTIONS.map((name) => `/${name}/list`),
      ),
      ...times(
        20,
        ACTS.map((name) => `/${name}`),
      ),
    ],
    expected: [...SECTIONS.map((name) => `/${name}/list ×40`), ...ACTS.map((name) => `/${name} ×20`)].sort(),
  },
  {
    name: "what is to be had is fixed, though it is much",
    paths: HAD.map((name) => `/get/${name}`),
    expected: [...HAD].sort().map((name) => `/get/${name} ×1`),
  },
  {
    name: "what has names that are agreed on below it is no value, at the root or of a realm",
    paths: times(3, [
      ...LETTERS.map((one) => `/${one}/jwks.json`),
      "/.well-known/jwks.json",
      ...SERVICES.map((one) => `/realms/${one}/jwks.json`),
      "/realms/.well-known/jwks.json",
    ]),
    expected: [
      "/.well-known/jwks.json ×3",
      "/realms/.well-known/jwks.json ×3",
      `/realms/{realmId}/jwks.json ×${3 * SERVICES.length}`,
      `/{id}/jwks.json ×${3 * LETTERS.length}`,
    ],
  },
];

/** In this order the first segments are taken for values for a while: what is behind one of them must come back as it is called. */
export const KEYS_THAT_CAME_BACK: readonly string[] = `
  /@KirinDave/posts/528 /@railsjitsu/posts/535 /@vanpelt/posts/301 /cn/%E6%8A%A5%E5%91%8A51 /od/Products(655)/Name /@jwhitmire/posts/739
  /dl/images-images-84.pdf /fx/EUR/CHF /od/Products(334)/Name /cn/%E5%95%86%E5%93%8152 /@octocat/posts/451 /dl/identity-metrics-7.pdf
  /od/Products(66)/Name /site/en-US/home /od/Products(564)/Name /@roland/posts/811 /cn/%E5%95%86%E5%93%8154 /dl/inventory-storage-67.pdf
  /fx/GBP/CHF /fx/USD/JPY /@pjhyett/posts/112 /@hornbeck/posts/240 /archive/2021/08/11/posts /@bmizerany/posts/397 /od/Products(879)/Name
  /@anotherjesse/posts/521`
  .trim()
  .split(/\s+/);

import { NAMES, type TemplateCase } from "./template-cases.js";

const ARCHIVE = "5f0c8e21-7d3a-4c1b-9a44-0242ac120002.pdf";

const ANIMALS = "otter lynx raven heron whale badger weasel ferret stoat marten bison".split(" ");

const PARTS: Readonly<Record<string, string>> = {
  pts: "payments refunds captures credits voids",
  bavs: "account-validations bank-accounts",
  flex: "sessions keys tokens",
  icc: "merchants agents",
  kms: "egress ingress key-status",
  rbs: "plans subscriptions",
  ums: "users roles",
  dms: "documents disputes evidence",
  vas: "tax addresses currency",
  accts: "conversions details net-fundings",
  risk: "decisions lists authentications",
  tms: "customers instruments",
};

export const SINKS =
  "kafka splunk loggly honeycomb papertrail scalyr sumologic datadog firehose openstack newrelic heroku bigquery azureblob rackspace elastic".split(
    " ",
  );
const twice = (texts: readonly string[]): readonly string[] => [...texts, ...texts];

/** Values of different kinds. */
const IDS: readonly (readonly string[])[] = [
  ["4711", "8150", "9322", "17"],
  ["1", "2", "3", "4"].map((digit) => `5f0c8e2${digit}-7d3a-4c1b-9a44-0242ac120002`),
  ["1", "2", "3", "4"].map((digit) => `9f86d081884c7d659a2feaa${digit}`),
];

const SLUGS = [
  "supplanto-careo-territo-novus",
  "quia-virga-tremo-alius",
  "alius-arcesso-tergum-quia",
  "sum-dens-tamdiu-careo",
];

/** Operations of some resources alone, three of each. */
const OPERATIONS = [
  ["export", "audit", "sync"],
  ["report", "usage", "health"],
  ["status", "limits", "quota"],
  ["billing", "history", "events"],
];

/** Names of seventy services, none of which is a word of APIs. */
const SERVICES = Array.from({ length: 72 }, (_, at) =>
  ["bcdfghklmnprst"[at % 14], "aeiou"[at % 5], "lnrst"[(at * 3) % 5], "bdgkmp"[Math.floor(at / 5) % 6]]
    .concat("aeo"[at % 3], "rnl"[at % 3])
    .join(""),
);

const AGENTS: readonly string[] = ["desktop", "mobile", "tablet"].flatMap((device) =>
  ["spider", "human", "robot"].map((agent) => `${device}/${agent}`),
);

/** Three values below each cell of a grid, of which each stands below that cell alone. */
const CELLS = AGENTS.slice(0, 8).flatMap((cell, at) =>
  SERVICES.slice(at * 3, at * 3 + 3).map((name) => `/views/${cell}/${name}`),
);

/** Twelve, of which each stands below all cells, with the same below it. */
const PAYMENTS = AGENTS.flatMap((cell) =>
  [...ANIMALS, "ocelot"].flatMap((animal) => [`/flows/${cell}/${animal}`, `/flows/${cell}/${animal}/status`]),
);

/** Names of things that APIs are about, as tenants and workloads are called. */
const WORKLOADS =
  "payment cart orders catalogue currency advertisement account invoice basket wallet ledger customer".split(" ");

const TABLES = ["rosterboard", "seasontable", "venueledger", "coachcorner"].flatMap((table) =>
  "depth pace margins bench lineups shooting".split(" ").map((word) => table + word),
);

const TOKENS = ["cus_9s6XKzk1", "cus_4fT0qWe7", "cus_7hB2mNv9", "cus_2kL5pRx8"];

/** Segments judged by those they stand among and by what stands below them. */
export const SIBLINGS: readonly TemplateCase[] = [
  {
    name: "a value with an extension that was a folder as well",
    paths: [`/packages/7/${ARCHIVE}`, `/packages/8/${ARCHIVE}/owner`, `/packages/7/${ARCHIVE}`],
    expected: [`/packages/{packageId}/${ARCHIVE}/owner ×1`, "/packages/{packageId}/{id}.pdf ×2"],
  },
  {
    name: "a folder first, then a value with an extension",
    paths: [`/packages/8/${ARCHIVE}/owner`, `/packages/7/${ARCHIVE}`],
    expected: [`/packages/{packageId}/${ARCHIVE}/owner ×1`, "/packages/{packageId}/{id}.pdf ×1"],
  },
  {
    name: "what an API sets apart by its first character is none of its values",
    paths: [
      ...[...NAMES, ...ANIMALS].map((name) => `/${name}/_doc/7`),
      ...["_async_search", "_forcemerge", "_recovery", "_segments", "_shard_stores"].map((word) => `/${word}`),
    ],
    expected: [
      ...["_async_search", "_forcemerge", "_recovery", "_segments", "_shard_stores"].map((word) => `/${word} ×1`),
      "/{id}/_doc/{docId} ×21",
    ],
  },
  {
    name: "kinds of things, each with many calls two levels below, beside values called once",
    paths: [
      ...[...NAMES, ...ANIMALS].map((name) => `/bio/${name}/7/parents`),
      ...["pathway", "genotype", "phenotype"].flatMap((kind) =>
        Array.from({ length: 40 }, (_, at) => `/bio/${kind}/${at + 100}/parents`),
      ),
    ],
    expected: [
      ...["genotype", "pathway", "phenotype"].map((kind) => `/bio/${kind}/{${kind}Id}/parents ×40`),
      "/bio/{bioId}/{id}/parents ×21",
    ],
  },
  {
    name: "parts of an API before the version, each with paths of its own, are no values for being no words of APIs",
    paths: Object.entries(PARTS).flatMap(([part, words]) => words.split(" ").map((word) => `/${part}/v1/${word}`)),
    expected: Object.entries(PARTS)
      .flatMap(([part, words]) => words.split(" ").map((word) => `/${part}/v1/${word} ×1`))
      .sort(),
  },
  {
    name: "words below which values of different kinds stand are taken apart again, and take no other word in",
    paths: [
      ...SINKS.map((sink) => `/logging/${sink}`),
      ...SINKS.flatMap((sink, at) => twice(IDS[at % IDS.length]).map((id) => `/logging/${sink}/${id}`)),
      "/logging/zipkin",
    ],
    expected: [
      ...[...SINKS].sort().flatMap((sink) => [`/logging/${sink} ×1`, `/logging/${sink}/{${sink}Id} ×8`]),
      "/logging/zipkin ×1",
    ],
  },
  {
    name: "of one kind they stay values",
    paths: [
      ...SINKS.map((sink) => `/logging/${sink}`),
      ...SINKS.flatMap((sink) => twice(IDS[0]).map((id) => `/logging/${sink}/${id}`)),
    ],
    expected: ["/logging/{loggingId} ×16", "/logging/{loggingId}/{id} ×128"],
  },
  {
    name: "where each has values of all kinds below it they stay values",
    paths: [
      ...SINKS.map((sink) => `/logging/${sink}`),
      ...Array.from({ length: 12 }, (_, turn) =>
        SINKS.map((sink, at) => `/logging/${sink}/${IDS[(at + turn) % IDS.length][turn % 4]}`),
      ).flat(),
    ],
    expected: ["/logging/{loggingId} ×16", "/logging/{loggingId}/{id} ×192"],
  },
  {
    name: "groups of an API called by one domain are no hosts, those of several are",
    paths: [
      ...["storage", "events-2", "policy"].map((group) => `/apis/${group}.k9s.io/v1/pods`),
      ...["north-1.example.org", "south-2.example.net"].map((host) => `/peers/${host}`),
    ],
    expected: [
      ...["events-2", "policy", "storage"].map((group) => `/apis/${group}.k9s.io/v1/pods ×1`),
      "/peers/{host} ×2",
    ],
  },
  {
    name: "words of APIs around a number are fixed where the words differ, values where only the number does",
    paths: [
      ...["users-28-day", "users-1-day", "enterprise-1-day"].map((report) => `/reports/${report}`),
      ...["node-3-day", "node-17-day", "node-240-day"].map((node) => `/nodes/${node}`),
    ],
    expected: [
      "/nodes/{nodeId} ×3",
      ...["enterprise-1-day", "users-1-day", "users-28-day"].map((report) => `/reports/${report} ×1`),
    ],
  },
  {
    name: "what code puts together is no id for its length and a digit",
    paths: ["disconnectP2sVpnConnections", "hl7V2Stores", "dicomStores"].map((word) => `/gateways/7/${word}`),
    expected: ["dicomStores", "disconnectP2sVpnConnections", "hl7V2Stores"].map(
      (word) => `/gateways/{gatewayId}/${word} ×1`,
    ),
  },
  {
    name: "a word as long as random ids is none of them for being a rare one",
    paths: ["0n8sATvu", "3ycweHbo", "fLPX0exR", "shutdown", "download"].map((id) => `/nodes/${id}`),
    expected: ["/nodes/download ×1", "/nodes/shutdown ×1", "/nodes/{token} ×3"],
  },
  {
    name: "long names of operations are no slugs",
    paths: ["get-list-of-orders", "add-item-to-basket", "find-orders-by-user", "export-all-user-reports"].map(
      (name) => `/rpc/${name}`,
    ),
    expected: ["add-item-to-basket", "export-all-user-reports", "find-orders-by-user", "get-list-of-orders"].map(
      (name) => `/rpc/${name} ×1`,
    ),
  },
  {
    name: "a verb makes no value of a long slug, nor does a number in it hide the verb",
    paths: [
      ...SLUGS.map((slug) => `/v1/stores/${slug}`),
      ...SLUGS.map((slug) => `/v1/stores/${slug}-362:completeRotation`),
      ...SLUGS.map((slug) => `/v1/stores/${slug}:getS3Metrics`),
    ],
    expected: [
      "/v1/stores/{slug} ×4",
      "/v1/stores/{storeId}:completeRotation ×4",
      "/v1/stores/{storeId}:getS3Metrics ×4",
    ],
  },
  {
    name: "a few with paths of their own besides what all have are values as the others are",
    paths: [
      ...OPERATIONS.flatMap((own, at) => own.map((word) => `/teams/${NAMES[at]}/${word}`)),
      ...[...NAMES, ...ANIMALS].flatMap((name) => [`/teams/${name}/issues`, `/teams/${name}/pulls`]),
    ],
    expected: [
      ...OPERATIONS.flat().map((word) => `/teams/{teamId}/${word} ×1`),
      ...["issues", "pulls"].map((word) => `/teams/{teamId}/${word} ×21`),
    ].sort(),
  },
  {
    name: "what differs below each only by what may be a value is no path of its own",
    paths: [...NAMES, ...ANIMALS].flatMap((name, at) =>
      ["atlas", "kernel"].flatMap((repo) => ["", "/issues"].map((below) => `/repos/${name}/${repo}${at}${below}`)),
    ),
    expected: ["/repos/{repoId}/{id} ×42", "/repos/{repoId}/{id}/issues ×42"],
  },
  {
    name: "a word that is taken apart again knows what the values below it look like",
    paths: [
      ...SINKS.map((sink) => `/logging/${sink}`),
      ...SINKS.flatMap((sink, at) => twice(at % 2 === 0 ? IDS[0] : TOKENS).map((id) => `/logging/${sink}/${id}`)),
      "/logging/splunk/cus_tamworth",
    ],
    expected: [...SINKS]
      .sort()
      .flatMap((sink) => [
        `/logging/${sink} ×1`,
        `/logging/${sink}/{${SINKS.indexOf(sink) % 2 === 0 ? `${sink}Id` : "token"}} ×${sink === "splunk" ? 9 : 8}`,
      ]),
  },
  {
    name: "where all values that are remembered leave, those counted without being remembered stay",
    paths: [
      ...SERVICES.map((service) => `/logging/${service}`),
      ...SERVICES.slice(0, 64).flatMap((service, at) => twice(IDS[at % 2]).map((id) => `/logging/${service}/${id}`)),
    ],
    expected: [
      ...SERVICES.slice(0, 64)
        .sort()
        .flatMap((service) => [`/logging/${service} ×1`, `/logging/${service}/{${service}Id} ×8`]),
      "/logging/{loggingId} ×8",
    ],
  },
  {
    name: "words of APIs as long as random ids are none of them, however rare their letters",
    paths: ["x7Kq2Bd", "aQ9fBzM", "T3mLw8p", "graphql", "objects", "subject"].map((id) => `/nodes/${id}`),
    expected: ["/nodes/graphql ×1", "/nodes/objects ×1", "/nodes/subject ×1", "/nodes/{token} ×3"],
  },
  {
    name: "an operation among names, called more often than they are though not much",
    paths: [
      ...["merge", "dave", "publish", "ivan", "erin", "bob", "publish", "grace", "publish"],
      ...["heidi", "judy", "frank", "otter", "heron", "alice", "lynx", "raven", "carol"],
    ].map((name) => `/epics/${name}/issue`),
    expected: ["/epics/publish/issue ×3", "/epics/{epicId}/issue ×15"],
  },
  {
    name: "operations of words that nothing parts begin alike, and are no values however many",
    paths: TABLES.map((table) => `/stats/${table}`),
    expected: [...TABLES].sort().map((table) => `/stats/${table} ×1`),
  },
  {
    name: "one version behind words that nothing parts numbers none of them",
    paths: ["homepagev2", "venueledgerv2", "coachcornerv2", "rosterboardv2"].map((table) => `/stats/${table}`),
    expected: ["coachcornerv2", "homepagev2", "rosterboardv2", "venueledgerv2"].map((table) => `/stats/${table} ×1`),
  },
  {
    name: "values below words of enumerations, few below each",
    paths: CELLS,
    expected: [...AGENTS.slice(0, 8)].sort().map((cell) => `/views/${cell}/{${cell.split("/")[1]}Id} ×3`),
  },
  {
    name: "values below words of enumerations, the same below each",
    paths: PAYMENTS,
    expected: [...AGENTS].sort().flatMap((cell) => {
      const template = `/flows/${cell}/{${cell.split("/")[1]}Id}`;
      return [`${template} ×12`, `${template}/status ×12`];
    }),
  },
  {
    name: "fixed words below each of several collections are no grid of values",
    paths: ["cats", "dogs", "birds"].flatMap((kind) =>
      ["chart", "sheet"].flatMap((view) => [`/${kind}/${view}/wide`, `/${kind}/${view}/flat`]),
    ),
    expected: ["birds", "cats", "dogs"].flatMap((kind) =>
      ["chart/flat", "chart/wide", "sheet/flat", "sheet/wide"].map((view) => `/${kind}/${view} ×1`),
    ),
  },
  {
    name: "names of things behind a collection, as many as no collection has operations",
    paths: WORKLOADS.map((name) => `/tenants/${name}`),
    expected: ["/tenants/{tenantId} ×12"],
  },
  {
    name: "and such of words that nothing parts among them",
    paths: [...WORKLOADS, "checkoutservice", "shippingservice"].map((name) => `/coupons/${name}`),
    expected: ["/coupons/{couponId} ×14"],
  },
  {
    name: "names of things beside numbers are fixed",
    paths: [...["17", "4711", "99", "1234"], ...WORKLOADS].map((name) => `/tenants/${name}`),
    expected: [...[...WORKLOADS].sort().map((name) => `/tenants/${name} ×1`), "/tenants/{tenantId} ×4"],
  },
  {
    name: "words before a format, some of them words that APIs are made of",
    paths: [...ANIMALS, "private", "handle", "signature"].map((name) => `/templates/${name}.json`),
    expected: ["/templates/{file}.json ×14"],
  },
];

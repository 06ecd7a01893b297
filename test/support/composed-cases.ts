import { NAMES, type TemplateCase } from "./template-cases.js";

const USERS =
  "Ada_Kemp Bo.Lindqvist Cy-Marsh Dee.Novak21 Eli_Ortega7 Fay.Quist Gil_Rowe Hal.Stone4 Ivy_Thorne Jo.Underhill Kit_Vance8 Lou.Winters".split(
    " ",
  );

/** Several APIs of one address: Lambda, Route 53, EFS. */
const AWS = [
  ...["2013-04-01/hostedzone", "2014-11-13/functions/pay/invoke-async", "2015-02-01/mount-targets"],
  ...["2015-03-31/functions", "2015-03-31/functions/pay/invocations", "2016-08-19/account-settings", "2017-03-31/tags"],
  ...["2019-09-25/functions/pay/event-invoke-config", "2019-09-30/functions/pay/provisioned-concurrency"],
];
const QUARTERS = ["2023-04", "2023-07", "2023-10", "2024-01", "2024-04"];

/** Segments that are put together of a name and a value. */
export const COMPOSED: readonly TemplateCase[] = [
  {
    name: "pages are counted, whatever format they are told in",
    paths: ["/feed/page-1.atom", "/feed/page-2.atom", "/feed/page-3"],
    expected: ["/feed/page-{number} ×1", "/feed/page-{number}.atom ×2"],
  },
  {
    name: "a name with an id behind a dot stays a name, and what is an extension, a version or a word there is none",
    paths: [
      ...["/session.9f3KxQ2vLm", "/session.b81Tz0WqYe", "/session.YAMeUR1", "/invoice.20931", "/invoice.20932"],
      ...["/session.json", "/session.owner", "/users.info", "/invoice.1.2", "/x9.20931"],
    ],
    expected: [
      ...[
        "/invoice.1.2 ×1",
        "/invoice.{id} ×2",
        "/session.json ×1",
        "/session.owner ×1",
        "/session.{id} ×3",
        "/users.info ×1",
        "/{id} ×1",
      ],
    ],
  },
  {
    name: "places by their coordinates, beside numbers",
    paths: ["/weather/52.37,4.89", "/weather/-33.86,151.2", "/weather/17"],
    expected: ["/weather/{latitude},{longitude} ×2", "/weather/{weatherId} ×1"],
  },
  {
    name: "a name of a user with a dot is found where it was counted, though an id stands behind the same word later",
    paths: [
      ...USERS.map((user) => `/org/${user}/webhooks`),
      "/org/Trace.Fisher80/webhooks",
      "/org/Trace.9f3KxQ2vLm/members",
    ],
    expected: ["/org/Trace.{id}/members ×1", "/org/{orgId}/webhooks ×13"],
  },
  {
    name: "a date behind a service's name, and a number behind /v/: versions until there are others",
    paths: [
      ...["tags", "typedlink/attach", "object/indices"].map((path) => `/directory/2017-01-11/${path}`),
      ...["1/user", "2/devices", "3/code", "4/code"].map((path) => `/api/v/${path}`),
      ...["2024-01-05", "2024-01-06", "2024-01-07"].map((date) => `/reports/${date}/lines`),
    ],
    expected: [
      "/api/v/1/user ×1",
      "/api/v/2/devices ×1",
      "/api/v/3/code ×1",
      "/api/v/4/code ×1",
      "/directory/2017-01-11/object/indices ×1",
      "/directory/2017-01-11/tags ×1",
      "/directory/2017-01-11/typedlink/attach ×1",
      "/reports/{date}/lines ×3",
    ],
  },
  {
    name: "versions that are dates: of several APIs, each with words of its own, and of one with the same below each",
    paths: [
      ...AWS.map((path) => `/${path}`),
      ...QUARTERS.flatMap((date) => ["products.json", "shop.json"].map((path) => `/admin/api/${date}/${path}`)),
    ],
    expected: [
      ...AWS.map((path) => `/${path} ×1`),
      ...QUARTERS.flatMap((date) => ["products.json", "shop.json"].map((path) => `/admin/api/${date}/${path} ×1`)),
    ].sort(),
  },
  {
    name: "a report of each day, and of each month behind api",
    paths: [
      ...["05", "06", "09", "17"].map((day) => `/2024-01-${day}/report`),
      ...["01", "02", "03", "04"].map((month) => `/api/2024-${month}/report`),
    ],
    expected: ["/api/{date}/report ×4", "/{date}/report ×4"],
  },
  {
    name: "what is asked of each day by name, and of quarters behind a word, is of no version",
    paths: [
      ...["05", "06", "09", "17", "21", "28"].map((day, at) => `/2024-01-${day}/flights/LH${100 + at * 37}`),
      ...QUARTERS.flatMap((date) => ["balance", "cashflow"].map((path) => `/reports/${date}/${path}`)),
    ],
    expected: ["/reports/{date}/balance ×5", "/reports/{date}/cashflow ×5", "/{date}/flights/{flightId} ×6"],
  },
  {
    name: "names behind what tells their kind, and what is done to a thing",
    paths: [
      ...NAMES.map((name) => `/_users/org.couchdb.user:${name}`),
      ...["admins", "staff", "engineering", "sales"].map((name) => `/stores/8/group:${name}/members`),
      ...["commit", "runQuery", "batchGet", "rollback", "listen"].map((verb) => `/v1/db/documents:${verb}`),
      ...["7:publish", "8:publish"].map((name) => `/v1/topics/${name}`),
    ],
    expected: [
      `/_users/org.couchdb.user:{name} ×10`,
      "/stores/{storeId}/group:{name}/members ×4",
      ...["batchGet", "commit", "listen", "rollback", "runQuery"].map((verb) => `/v1/db/documents:${verb} ×1`),
      "/v1/topics/{topicId}:publish ×2",
    ],
  },
  {
    name: "uniform names are one value, whatever they end with",
    paths: [
      "/v2/entities/urn:ngsi-ld:Room:kitchen",
      "/v2/entities/urn:ngsi-ld:Store:001",
      "/subscriptions/arn:aws:sns:eu-west-1:123456789012:orders",
      "/1.0/identifiers/did:web:a.example",
    ],
    expected: [
      "/1.0/identifiers/{identifierId} ×1",
      "/subscriptions/{subscriptionId} ×1",
      "/v2/entities/{entityId} ×2",
    ],
  },
  {
    name: "a version of an API beside what a scanner asks for",
    paths: [
      ...Array.from({ length: 5 }, (_none, at) => `/v1/users/${at * 7}`),
      ...["/phpmyadmin-8084/shell-6799/x/y", "/slqvegedv/229487/admin", "/o6/shell"],
      "/v2beta1/users/8",
    ],
    expected: [
      "/v1/users/{userId} ×5",
      "/v2beta1/users/{userId} ×1",
      "/{id}/shell ×1",
      "/{id}/{id2}/admin ×1",
      "/{id}/{id2}/x/y ×1",
    ],
  },
];

import type { TemplateCase } from "./template-cases.js";

const USERS =
  "Ada_Kemp Bo.Lindqvist Cy-Marsh Dee.Novak21 Eli_Ortega7 Fay.Quist Gil_Rowe Hal.Stone4 Ivy_Thorne Jo.Underhill Kit_Vance8 Lou.Winters".split(
    " ",
  );

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

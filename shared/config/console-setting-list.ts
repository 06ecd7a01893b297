import { flag, integer, type Setting, text } from "./setting.js";

/** What only the console reads. */
export const CONSOLE_SETTINGS: readonly Setting[] = [
  {
    key: "console.listen",
    kind: "listen",
    default: "127.0.0.1:8470",
    help: "Where the console takes sensors and browsers.",
  },
  text("console.database", "/var/lib/eastwatch-console/console.sqlite", "The console's SQLite file."),
  text("console.certificateFile", undefined, "Certificate chain for TLS, in PEM."),
  text("console.keyFile", undefined, "Its key, in PEM."),
  flag("console.allowPlainFromNetwork", false, "Take sensors and browsers without TLS from beyond loopback."),
  integer("console.maxCalls", 200_000, 100, 100_000_000, "Sampled calls kept; the oldest go first."),
  integer("console.maxFindings", 200_000, 100, 100_000_000, "Findings kept; those seen longest ago go first."),
  integer(
    "console.maxConnections",
    200_000,
    100,
    100_000_000,
    "Connections kept to find those that another sensor tells of as well; the oldest go first.",
  ),
  integer("console.sessionHours", 12, 1, 720, "How long an operator stays logged in."),
];

import { COUNT_DATA_CLASSES } from "../../shared/sqlite/data-class-migration.js";
import { COUNT_HANDSHAKES } from "../../shared/sqlite/handshake-count-migration.js";
import { COUNT_POSTURES } from "../../shared/sqlite/posture-migration.js";
import { COUNT_BYTES } from "../../shared/sqlite/visibility-migration.js";

/** Versions of the console's file. Inventory tables hold what each sensor told last. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sensor (
    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, token_hash TEXT NOT NULL UNIQUE, created_micros INTEGER NOT NULL,
    host TEXT, version TEXT, last_seen_micros INTEGER, last_sequence INTEGER NOT NULL DEFAULT 0,
    events_kept INTEGER NOT NULL DEFAULT 0, events_dropped INTEGER NOT NULL DEFAULT 0,
    calls_not_sampled INTEGER NOT NULL DEFAULT 0, health TEXT
  ) STRICT;
  CREATE TABLE service (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE INDEX service_last ON service (last_micros);
  CREATE TABLE edge (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE INDEX edge_last ON edge (last_micros);
  CREATE TABLE endpoint (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE INDEX endpoint_last ON endpoint (last_micros);
  CREATE TABLE finding (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE INDEX finding_last ON finding (last_micros);
  CREATE TABLE call (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sensor TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE blind (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE TABLE operator (
    name TEXT NOT NULL PRIMARY KEY, password TEXT NOT NULL, created_micros INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY, operator TEXT NOT NULL, expires_micros INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE certificate (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE INDEX certificate_last ON certificate (last_micros);
  CREATE TABLE handshake (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sensor TEXT NOT NULL, last_micros INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  `,
  COUNT_POSTURES,
  COUNT_HANDSHAKES,
  COUNT_DATA_CLASSES,
  COUNT_BYTES,
  // What people say stands apart from what sensors tell, and nothing that was said is ever changed or taken away.
  `
  CREATE TABLE review (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sensor TEXT NOT NULL, identity TEXT NOT NULL, operator TEXT NOT NULL,
    at_micros INTEGER NOT NULL, action TEXT NOT NULL, said TEXT NOT NULL
  ) STRICT;
  CREATE INDEX review_of ON review (sensor, identity);
  CREATE TRIGGER review_stays BEFORE UPDATE ON review BEGIN SELECT RAISE(ABORT, 'what was said is never changed'); END;
  CREATE TRIGGER review_is_kept BEFORE DELETE ON review BEGIN SELECT RAISE(ABORT, 'what was said is never taken away'); END;
  CREATE TABLE opinion (
    sensor TEXT NOT NULL, identity TEXT NOT NULL, service TEXT NOT NULL, approved_micros INTEGER, opinion TEXT NOT NULL,
    PRIMARY KEY (sensor, identity)
  ) STRICT;
  CREATE INDEX opinion_of_service ON opinion (sensor, service, approved_micros);
  `,
  `
  CREATE TABLE told_connection (
    id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, ends TEXT NOT NULL, client_first INTEGER, client_next INTEGER,
    server_first INTEGER, server_next INTEGER, is_opening_seen INTEGER NOT NULL, calls INTEGER NOT NULL,
    first_micros INTEGER NOT NULL, last_micros INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX told_connection_ends ON told_connection (ends);
  CREATE INDEX told_connection_last ON told_connection (last_micros);
  CREATE TABLE joined (
    edge TEXT NOT NULL, sensor TEXT NOT NULL, calls INTEGER NOT NULL, connections INTEGER NOT NULL,
    PRIMARY KEY (edge, sensor)
  ) STRICT;
  `,
  // What was known before, for comparisons. Rows of before this version are taken to have been so all along: their `compared` is not known yet.
  `
  ${["service", "edge", "endpoint", "certificate", "finding"]
    .map(
      (table) => `ALTER TABLE ${table} ADD COLUMN since_micros INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE ${table} ADD COLUMN compared TEXT NOT NULL DEFAULT '';`,
    )
    .join("\n  ")}
  CREATE TABLE past (
    kind TEXT NOT NULL, sensor TEXT NOT NULL, identity TEXT NOT NULL, since_micros INTEGER NOT NULL,
    until_micros INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX past_until ON past (until_micros);
  CREATE TABLE history (began_micros INTEGER NOT NULL) STRICT;
  INSERT INTO history VALUES (CAST(strftime('%s', 'now') AS INTEGER) * 1000000);
  `,
  // In which order they were told last, for pages that were away: calls and handshakes have their ids for it.
  `
  ALTER TABLE finding ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE blind ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX finding_told ON finding (told);
  CREATE INDEX blind_told ON blind (told);
  `,
  // Each list of endpoints asks when the first of a sensor was approved.
  `
  CREATE INDEX review_approvals ON review (sensor, at_micros) WHERE action = 'approve';
  `,
  // Whoever was removed keeps the name: it is in the history of reviews.
  `
  ALTER TABLE operator ADD COLUMN added_by TEXT NOT NULL DEFAULT '';
  ALTER TABLE operator ADD COLUMN last_login_micros INTEGER;
  ALTER TABLE operator ADD COLUMN removed_micros INTEGER;
  ALTER TABLE operator ADD COLUMN removed_by TEXT;
  CREATE TABLE operator_link (
    token_hash TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL, made_by TEXT NOT NULL,
    made_micros INTEGER NOT NULL, expires_micros INTEGER NOT NULL
  ) STRICT;
  `,
  // What was seen again is as it was in all that is compared: without these nobody could tell later that it had been gone for days.
  `
  CREATE TABLE silence (
    kind TEXT NOT NULL, sensor TEXT NOT NULL, identity TEXT NOT NULL, from_micros INTEGER NOT NULL,
    until_micros INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX silence_until ON silence (until_micros);
  ${["service", "edge", "endpoint", "certificate", "finding"]
    .map(
      (table) => `CREATE TRIGGER ${table}_seen_again AFTER UPDATE OF last_micros ON ${table}
  WHEN old.last_micros > 0 AND new.last_micros - old.last_micros > 86400000000
  BEGIN INSERT INTO silence VALUES ('${table}', old.sensor, old.identity, old.last_micros, new.last_micros); END;`,
    )
    .join("\n  ")}
  ALTER TABLE history ADD COLUMN silences_micros INTEGER NOT NULL DEFAULT 0;
  UPDATE history SET silences_micros = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
  `,
  // What a run lost stays lost when the sensor is started again. And when this console last ran: until then it would have heard of a sensor.
  `
  CREATE TABLE run (
    sensor TEXT NOT NULL, started_micros INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (sensor, started_micros)
  ) STRICT;
  INSERT INTO run SELECT id, CAST(json_extract(health, '$.startedMicros') AS INTEGER), health FROM sensor
  WHERE health IS NOT NULL;
  ALTER TABLE sensor DROP COLUMN health;
  CREATE TABLE alive (at_micros INTEGER NOT NULL) STRICT;
  `,
];

import { COUNT_DATA_CLASSES } from "../../shared/sqlite/data-class-migration.js";
import { COUNT_HANDSHAKES } from "../../shared/sqlite/handshake-count-migration.js";
import { COUNT_POSTURES } from "../../shared/sqlite/posture-migration.js";
import { COUNT_BYTES } from "../../shared/sqlite/visibility-migration.js";

/** Versions of the sensor's file. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE service (
    address TEXT NOT NULL, port INTEGER NOT NULL, record TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (address, port)
  ) STRICT;
  CREATE TABLE edge (
    client_address TEXT NOT NULL, server_address TEXT NOT NULL, server_port INTEGER NOT NULL,
    record TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (client_address, server_address, server_port)
  ) STRICT;
  CREATE TABLE endpoint (
    server_address TEXT NOT NULL, server_port INTEGER NOT NULL, method TEXT NOT NULL, template TEXT NOT NULL,
    record TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (server_address, server_port, method, template)
  ) STRICT;
  CREATE TABLE finding (id TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE blind (
    interface TEXT NOT NULL, from_micros INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (interface, from_micros)
  ) STRICT;
  CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, identity TEXT, event BLOB NOT NULL
  ) STRICT;
  CREATE INDEX outbox_identity ON outbox (kind, identity) WHERE identity IS NOT NULL;
  CREATE INDEX outbox_kind ON outbox (kind, sequence);
  CREATE TABLE total (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `,
  `
  CREATE TABLE certificate (fingerprint TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL, state TEXT NOT NULL) STRICT;
  `,
  COUNT_POSTURES,
  `
  CREATE TABLE alive (interface TEXT NOT NULL PRIMARY KEY, at_micros INTEGER NOT NULL) STRICT;
  `,
  COUNT_HANDSHAKES,
  COUNT_DATA_CLASSES,
  `
  CREATE TABLE run (started_micros INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
  `,
  COUNT_BYTES,
  // As in a console's file, which has runs of several sensors: what keeps them is the same.
  `
  ALTER TABLE run RENAME TO run_before;
  CREATE TABLE run (
    sensor TEXT NOT NULL, started_micros INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (sensor, started_micros)
  ) STRICT;
  INSERT INTO run SELECT '', started_micros, record FROM run_before;
  DROP TABLE run_before;
  `,
];

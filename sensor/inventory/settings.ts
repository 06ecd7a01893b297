import type { PacketClock } from "../bytes/packet-clock.js";
import type { Declared } from "../declared/declared-api.js";
import type { Identities } from "../identity/identities.js";
import type { ServiceRules } from "./path/path-rule.js";

export interface InventorySettings {
  /** Networks in CIDR form within which traffic is east-west. */
  readonly eastWestNetworks: readonly string[];
  readonly maxServices: number;
  readonly maxEdges: number;
  readonly maxEndpoints: number;
  readonly maxOperationsPerService: number;
  readonly maxCallersPerEndpoint: number;
  /** Fields of all schemas together. */
  readonly maxSchemaPlaces: number;
  readonly maxCertificates: number;
  /** Packet time without a call after which an endpoint is dormant. */
  readonly dormantSeconds: number;
  /** How long an endpoint first seen after the inventory was learned counts as new; also the time of learning. */
  readonly learningSeconds: number;
  /** Path segments that are never made into a parameter. */
  readonly literalSegments: readonly string[];
  /** Classes of data that the operator added, as the setting says them; none without. */
  readonly dataRules?: readonly string[];
  /** What an operator says of the paths of services; undefined without any. */
  readonly pathRules?: readonly ServiceRules[];
  /** Connections with calls that wait to be told to a console; none without it. */
  readonly maxToldConnections?: number;
  /** What files declare; undefined without any. */
  readonly declared?: Declared;
  /** Who is where by what files say; undefined without any. */
  readonly identities?: Identities;
  /** Says which times are believed; without it all of them are. */
  readonly clock?: PacketClock;
}

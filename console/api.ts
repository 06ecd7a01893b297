/**
 * What the page and the console's server say to each other. Everything under /api needs the session cookie, but for `session`,
 * `login` and `setup`. Errors are `{ error: string }` with a sentence for a person.
 *
 * POST /api/setup    SetupRequest   → 204, session cookie set; with the token of a one-time link: the first operator's while there is none,
 *                                   that of one who was invited, or of one who is to choose another password
 * POST /api/login    LoginRequest   → 204, session cookie set
 * POST /api/logout                  → 204
 * POST /api/password PasswordRequest → 204, and all other sessions of that operator are over; 403 where the old one is wrong
 * GET  /api/session                 → SessionState
 * GET  /api/operators               → OperatorListing
 * POST /api/operators  { name }     → OperatorInvited (the token is shown once, and holds for a day)
 * DELETE /api/operators  ?name=     → 204, and all sessions of that operator are over; 409 for the last one
 * DELETE /api/operators/link  ?name=  → 204, the link for that name holds no more
 * GET  /api/services  /api/edges  /api/endpoints  /api/findings  /api/calls  /api/handshakes  /api/certificates   ?limit=  → Listing of the record
 *                                   endpoints as EndpointRow, with what operators say of them
 * GET  /api/endpoint ?endpoint=     → EndpointItem, all that is known of it
 * POST /api/reviews  ReviewAction with the endpoint's `key` and the `version` that was shown → Review with the `version` it made; 409
 *                                   ReviewRefusal where something was said of it since, or what is to be approved is other than what was shown
 * POST /api/reviews/approvals  { endpoints: [{ key, version }] } → Approvals
 * GET  /api/reviews  ?endpoint=     → ReviewHistory
 * GET  /api/fleet                   ?limit=  → FleetListing: edges of all sensors, what several of them saw counted once
 * GET  /api/changes  ?from=&until=&sensor=&against=&by=&gone=  → ChangeListing, as `eastwatch diff` tells it of the console's own file.
 *                                   from, until: a day (its end in UTC) or `last-review`, now without it; against: another sensor than
 *                                   `sensor`, which is the old one then; gone: days after which what was not seen counts as removed
 * GET  /api/sensors                 → Listing of SensorState
 * POST /api/sensors  { name }       → SensorCreated (the token is shown once)
 * GET  /api/documents/FORMAT  ?sensor=NAME&service=NAME → the document as a download, as `eastwatch export --format FORMAT` writes it
 * GET  /api/feed     (WebSocket)  ?calls=&handshakes=&told=  → FeedMessage, one JSON object a message; the FeedPosition of the message
 *                                   before, of a page that comes back
 * GET  /metrics, GET /healthz       → from loopback or with a session
 *
 * The one-time link is `/#setup=TOKEN`, or `/#setup=TOKEN&user=NAME` of all but the first operator. Requests that change state must carry `X-Requested-With: eastwatch`.
 */
import type { BoundedChanges } from "../shared/difference-words.js";
import type { StreamRecord } from "../shared/endpoint-facts.js";
import type {
  CallRecord,
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  FindingRecord,
  HandshakeRecord,
  Quantiles,
  ServiceRecord,
} from "../shared/event.js";
import type { CallingGateway } from "../shared/gateway.js";
import type { BlindInterval, HealthRecord } from "../shared/health.js";
import type { Review, Said } from "../shared/review.js";
import type { ReviewAction, ReviewActionName } from "./review/review-action.js";
import type { OperatorLink } from "./store/operator-links.js";

export interface SetupRequest {
  readonly token: string;
  readonly user: string;
  readonly password: string;
}

export interface LoginRequest {
  readonly user: string;
  readonly password: string;
}

export interface PasswordRequest {
  readonly old: string;
  readonly password: string;
}

export interface SessionState {
  /** No operator exists yet: the one-time link is needed. */
  readonly needsSetup: boolean;
  readonly user?: string;
  readonly version: string;
}

/** An operator, or one who was. Whoever did something is named; empty for whoever was at the console's host. */
export interface OperatorItem {
  readonly name: string;
  readonly addedMicros: number;
  readonly addedBy: string;
  readonly lastLoginMicros?: number;
  readonly removed?: Said;
}

export interface OperatorListing {
  readonly items: readonly OperatorItem[];
  /** One-time links that hold, the latest first. */
  readonly links: readonly (OperatorLink & { readonly expiresMicros: number })[];
}

export interface OperatorInvited {
  readonly name: string;
  readonly token: string;
}

/** `total` counts what matches; `items` is bounded by the limit, latest seen first. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** `leftOut`: those that are too many to be shown. */
export interface ChangeListing extends BoundedChanges {
  /** What can't be told, in sentences: what was not watched between, and callers without a name. */
  readonly notes: readonly string[];
  /** When it was compared. */
  readonly atMicros: number;
}

/** A record together with the sensor that told it. */
export type FromSensor<T> = T & { readonly sensor: string };

export interface SensorState {
  readonly id: string;
  readonly name: string;
  readonly host?: string;
  readonly version?: string;
  readonly connected: boolean;
  readonly lastSeenMicros?: number;
  readonly eventsKept: number;
  /** Events the sensor's outbox dropped because this console could not be reached for too long. */
  readonly eventsDropped: number;
  readonly callsNotSampled: number;
  /** The last word of its latest run: counters since that began. */
  readonly health?: HealthRecord;
  /** All its runs that this console heard of put together. */
  readonly allRuns?: HealthRecord;
  /** Of all that are kept. */
  readonly blindCount: number;
  /** Latest first, bounded. */
  readonly blindIntervals: readonly BlindInterval[];
}

export interface SensorCreated {
  readonly id: string;
  readonly name: string;
  readonly token: string;
}

/** One word in an endpoint's history. `join`: the endpoint named in `text` became part of this one, which nobody said. */
export interface ReviewEntry extends Said, Omit<ReviewAction, "action"> {
  readonly action: ReviewActionName | "join";
  /** The endpoint of which it was said, where that became part of this one later. */
  readonly of?: string;
}

export interface ReviewHistory {
  /** Latest first, bounded. */
  readonly entries: readonly ReviewEntry[];
  /** Callers since it was approved; and those that its service has not seen for a week. */
  readonly appeared: readonly string[];
  readonly gone: readonly string[];
  /** What the connections to its address and port were, by posture, and the certificates that clients showed in them. */
  readonly way: {
    readonly counts: Readonly<Record<string, number>>;
    readonly certificates: Readonly<Record<string, number>>;
  };
}

export type FeedRecord =
  | FromSensor<CallRecord>
  | FromSensor<HandshakeRecord>
  | FromSensor<FindingRecord>
  | FromSensor<BlindInterval>;

/** How far a page of the feed was told: ids of the last call and handshake, and the number of what else was told last. */
export interface FeedPosition {
  readonly calls: number;
  readonly handshakes: number;
  readonly told: number;
}

/**
 * `catch-up` comes first, and once: what there is since the position that was asked for, all that is told later follows in `records`.
 * `missed`: feed records that this browser was not given since the message before: it was too slow or away too long.
 */
export type FeedMessage =
  | {
      readonly type: "catch-up";
      readonly sensors: readonly SensorState[];
      readonly records: readonly FeedRecord[];
      readonly missed: number;
      readonly position: FeedPosition;
    }
  | {
      readonly type: "records";
      readonly records: readonly FeedRecord[];
      readonly missed: number;
      readonly position: FeedPosition;
    }
  | { readonly type: "inventory-changed" }
  | { readonly type: "sensor"; readonly sensor: SensorState };

export type ServiceItem = FromSensor<ServiceRecord>;
export type EdgeItem = FromSensor<EdgeRecord> & { readonly joined?: JoinedItem };

/** Of a sensor's view of an edge: calls and connections that other sensors saw as well, and which these are. */
export interface JoinedItem {
  readonly calls: number;
  readonly connections: number;
  readonly sensors: readonly string[];
  /** What all sensors' views of the edge count more than once. */
  readonly repeatedCalls: number;
}

/** An edge as all sensors together saw it: what several of them saw counts once, as far as it could be joined. */
export interface FleetEdge {
  readonly clientAddress: string;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly virtualNetwork?: string;
  readonly serverService: string;
  readonly calls: number;
  readonly connections: number;
  readonly repeatedCalls: number;
  readonly sensors: readonly {
    readonly name: string;
    readonly calls: number;
    readonly connections: number;
    readonly callsSeenByOthers: number;
  }[];
}

export interface FleetListing extends Listing<FleetEdge> {
  readonly calls: number;
  readonly repeatedCalls: number;
}
/** What the list of endpoints shows, filters and sorts by; all else is read of the one that is opened. */
export type EndpointRow = FromSensor<
  Pick<
    EndpointRecord,
    | "serverAddress"
    | "serverPort"
    | "virtualNetwork"
    | "service"
    | "method"
    | "template"
    | "calls"
    | "callerCount"
    | "hosts"
    | "moreHosts"
    | "statuses"
    | "credentials"
    | "state"
    | "drift"
    | "missingBytes"
    | "blindMillis"
    | "lastMicros"
  >
> & {
  readonly key: string;
  readonly version: string;
  readonly review: ListedReview;
  readonly durationMillis?: Pick<Quantiles, "p50" | "p99">;
  readonly streams?: ListedStreams;
  /** Where it is declared. */
  readonly place?: string;
  /** Gateways it is called through, and how many of its callers go around them. */
  readonly reached?: { readonly gateways: readonly ListedGateway[]; readonly around: number };
};

export type ListedStreams = Pick<
  StreamRecord,
  "kinds" | "requestMessages" | "requestMessageBytes" | "responseMessages" | "responseMessageBytes"
>;
export type ListedGateway = Pick<CallingGateway, "address" | "service">;
/** Without what was known of it when it was approved. */
export type ListedReview = Pick<Review, "status" | "changes" | "untold"> & {
  readonly opinion: Omit<Review["opinion"], "approved"> & { readonly approved?: Said };
};

/** `key` names it to the routes of reviews, `version` what is shown of it; what people say is in `review`, and nowhere else. */
export type EndpointItem = FromSensor<EndpointRecord> & {
  readonly key: string;
  readonly version: string;
  readonly review: Review;
};
export type CertificateItem = FromSensor<CertificateRecord>;
export type FindingItem = FromSensor<FindingRecord>;

/** What became of the endpoints that were to be approved together. */
export interface Approvals {
  readonly approved: number;
  /** There no more: each may have become part of another. */
  readonly gone: number;
  /** With as many entries in their history as it takes. */
  readonly full: number;
  /** Those of which something is other than when they were shown. */
  readonly refused: readonly RefusedApproval[];
}

/** Why something was not said of an endpoint: what happened since it was shown. */
export interface SinceShown {
  /** What of it is other than it was then, and of what that could not be told, in words. */
  readonly changes: readonly string[];
  readonly untold: readonly string[];
  /** What was said of it meanwhile, latest first, bounded. */
  readonly said: readonly ReviewEntry[];
  /** What it is now. */
  readonly version: string;
}

export type ReviewRefusal = SinceShown & { readonly error: string };
export type RefusedApproval = SinceShown &
  Pick<EndpointRecord, "service" | "method" | "template"> & { readonly key: string };

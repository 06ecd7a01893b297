export type Unit = "frames" | "bytes" | "packets" | "records" | "connections" | "times" | "millis";

/** A counter of what was left out, and why. */
export interface Bound {
  readonly counter: string;
  readonly what: string;
  readonly unit: Unit;
  readonly why: string;
}

export const FLOWS: readonly Bound[] = [
  {
    counter: "flows_refused",
    what: "Connections refused",
    unit: "connections",
    why: "As many as flow.maxFlows were open, or it was overloaded: new ones are not followed, so that those known lose nothing.",
  },
  {
    counter: "gap_bytes",
    what: "Bytes missing in connections",
    unit: "bytes",
    why: "TCP acknowledged them and they were never captured: the loss that no counter of the capture can hide.",
  },
];

/** Bytes that were captured and of which nothing is known. */
export const UNREAD: readonly Bound[] = [
  {
    counter: "bytes_encrypted",
    what: "Bytes encrypted",
    unit: "bytes",
    why: "TLS: the handshake is read and nothing behind it. Services has them for each service.",
  },
  {
    counter: "bytes_not_understood",
    what: "Bytes not understood",
    unit: "bytes",
    why: "Other protocols, told by their names where their first bytes tell, and what could not be followed.",
  },
  {
    counter: "bytes_joined_late",
    what: "Bytes of connections joined late",
    unit: "bytes",
    why: "They were open before the sensor saw them, and nothing in them was recognised up to there.",
  },
];

/** Bounds that are rarely met: shown once they were. */
export const BOUNDS: readonly Bound[] = [
  {
    counter: "frames_cut",
    what: "Frames cut",
    unit: "frames",
    why: "They were longer than capture.snapLength; what was cut off counts as missing bytes.",
  },
  {
    counter: "overlap_conflicts",
    what: "Bytes sent twice that differ",
    unit: "times",
    why: "The same place in a connection had other bytes the second time: which ones its end took can't be known.",
  },
  {
    counter: "stray_segments",
    what: "Segments far ahead",
    unit: "packets",
    why: "So far ahead of their connection, and acknowledged by nobody, that they are no part of it: they are not read.",
  },
  {
    counter: "bytes_after_close",
    what: "Bytes after a connection's end",
    unit: "bytes",
    why: "Late copies mostly: what comes within flow.closedSeconds of the end is not read.",
  },
  {
    counter: "flows_broken",
    what: "Connections that could not be followed",
    unit: "connections",
    why: "What was sent breaks its protocol: the rest counts as not understood.",
  },
  {
    counter: "parser_faults",
    what: "Faults of the sensor's own",
    unit: "times",
    why: "The connection they happened in is not read to its end. Please report them.",
  },
  {
    counter: "flows_own",
    what: "The sensor's own connections",
    unit: "connections",
    why: "What it sends to its console is left out: told as traffic it would beget more of itself.",
  },
  {
    counter: "packets_refused",
    what: "Packets of connections refused",
    unit: "packets",
    why: "They belong to connections that there was no room for.",
  },
  {
    counter: "datagram_flows_refused",
    what: "QUIC connections refused",
    unit: "times",
    why: "Too many were open, or it was overloaded: what they carry is not counted at their services.",
  },
  {
    counter: "bytes_refused",
    what: "Bytes of connections refused",
    unit: "bytes",
    why: "What those packets carried.",
  },
  {
    counter: "pending_overflows",
    what: "Holes given up early",
    unit: "times",
    why: "More waited behind a hole than flow.maxPendingBytes or flow.maxPendingBytesPerSide allows.",
  },
  {
    counter: "handshakes_cut",
    what: "TLS handshakes cut",
    unit: "times",
    why: "More handshakes waited for their rest than protocol.maxHandshakeBytes allows.",
  },
  {
    counter: "http2_streams_evicted",
    what: "HTTP/2 calls told before their end",
    unit: "times",
    why: "More streams were open than protocol.maxStreams allows.",
  },
  {
    counter: "http2_paths_lost",
    what: "HTTP/2 paths lost",
    unit: "times",
    why: "The bytes that said them were lost: their calls count at <unknown-path>.",
  },
  {
    counter: "http2_paths_joined_late",
    what: "HTTP/2 paths said earlier",
    unit: "times",
    why: "They were said before the sensor saw the connection: their calls count at <unknown-path>.",
  },
  {
    counter: "http2_answers_pushed",
    what: "HTTP/2 answers pushed",
    unit: "times",
    why: "Servers sent them unasked (RFC 9113 §8.4): they count as no calls, their bytes as their connection's.",
  },
  {
    counter: "websocket_given_up",
    what: "WebSockets not followed",
    unit: "times",
    why: "After lost bytes their frames were not found again: messages were at least as many as told.",
  },
  {
    counter: "bodies_not_sampled",
    what: "Bodies not sampled",
    unit: "times",
    why: "Enough of the same operation were looked at: data.firstBodies, a third of eight times as many, ever fewer behind them, and then one in data.oneIn.",
  },
  {
    counter: "bodies_not_decoded",
    what: "Bodies not decoded",
    unit: "times",
    why: "They were compressed or encoded in a way that could not be undone.",
  },
  {
    counter: "bodies_refused",
    what: "Bodies not held",
    unit: "times",
    why: "More bytes of them were held at a time than data.maxHeldBytes allows.",
  },
  {
    counter: "bodies_cut",
    what: "Bodies looked at in part",
    unit: "times",
    why: "Only their first data.maxBodyBytes were looked at, or what was not lost: endpoints have theirs as bodies_cut.",
  },
  {
    counter: "bodies_exhausting",
    what: "Bodies that took too long",
    unit: "times",
    why: "Comparing them with patterns was ended before their end.",
  },
  {
    counter: "operations_without_name",
    what: "Operations without a name",
    unit: "times",
    why: "What they were called looked like no name, and is not kept.",
  },
  {
    counter: "services_refused",
    what: "Services not kept",
    unit: "times",
    why: "The inventory was full: inventory.maxServices.",
  },
  {
    counter: "edges_refused",
    what: "Edges not kept",
    unit: "times",
    why: "The inventory was full: inventory.maxEdges.",
  },
  {
    counter: "endpoints_refused",
    what: "Endpoints not kept",
    unit: "times",
    why: "The inventory was full: inventory.maxEndpoints.",
  },
  {
    counter: "unknown_paths_not_kept",
    what: "Unknown paths not kept",
    unit: "times",
    why: "More answered that nothing is there than are remembered: they are counted together.",
  },
  {
    counter: "moves_not_followed",
    what: "Services at another address not followed",
    unit: "times",
    why: "Too many at once: what both have of two that changed places is counted for one of them, or one that moved starts anew.",
  },
  {
    counter: "schema_places_refused",
    what: "Places in bodies not kept",
    unit: "times",
    why: "The schemas of all endpoints were full: inventory.maxSchemaPlaces.",
  },
  {
    counter: "calls_of_other_operations",
    what: "Calls whose operation is not kept",
    unit: "times",
    why: "Their service had as many as inventory.maxOperationsPerService, or they name none: they are counted together as #*.",
  },
  {
    counter: "certificates_refused",
    what: "Certificates not kept",
    unit: "times",
    why: "The inventory was full: inventory.maxCertificates.",
  },
  {
    counter: "remembered_refused",
    what: "Not remembered by a rule",
    unit: "times",
    why: "A rule remembers detect.maxRemembered things: what comes later it can't compare.",
  },
  {
    counter: "overload_millis",
    what: "Overload",
    unit: "millis",
    why: "For so long it gave something up: the live feed, bodies of responses, new connections, those silent longest.",
  },
  {
    counter: "flows_given_up",
    what: "Connections given up",
    unit: "connections",
    why: "Those silent longest, when overload.memoryBytes was reached and refusing new ones did not help.",
  },
  {
    counter: "bodies_spared",
    what: "Bodies of responses not looked at",
    unit: "times",
    why: "Under overload they are left out; classes of data in them are not known.",
  },
  {
    counter: "connections_not_told",
    what: "Connections told late for joining",
    unit: "times",
    why: "More than sample.connectionsPerSecond had calls in a second: what another sensor saw of them as well may count twice.",
  },
  {
    counter: "ring_frames_dropped",
    what: "Frames not kept in the packet ring",
    unit: "frames",
    why: "Its disk was full, failed or was too slow (ring.maxWaitingBytes). They were analysed all the same.",
  },
];

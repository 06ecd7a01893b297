export type SettingValue = string | number | boolean | readonly string[] | undefined;

/** One setting: everything that configuration, its errors, its documentation and `check-config` need to know of it. */
export interface Setting {
  /** `section.name`, as in the file. */
  readonly key: string;
  readonly kind: "integer" | "boolean" | "text" | "texts" | "networks" | "listen" | "choice";
  readonly default: SettingValue;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** Never shown. */
  readonly isSecret?: true;
  readonly help: string;
}

const MEBIBYTE = 1024 * 1024;

function integer(key: string, value: number, min: number, max: number, help: string): Setting {
  return { key, kind: "integer", default: value, min, max, help };
}

function text(key: string, value: string | undefined, help: string): Setting {
  return { key, kind: "text", default: value, help };
}

function texts(key: string, value: readonly string[], help: string): Setting {
  return { key, kind: "texts", default: value, help };
}

/** Every setting, in the order of the example file. */
export const SETTINGS: readonly Setting[] = [
  texts("capture.interface", [], "Interfaces to capture on; `any` for all of them."),
  text(
    "capture.filter",
    "tcp or (ip[6:2] & 0x1fff != 0) or ip6[6] == 44",
    "BPF filter, by default TCP and IP fragments; what it rejects costs nothing and is not counted. Empty for everything.",
  ),
  integer("capture.bufferBytes", 32 * MEBIBYTE, 1 * MEBIBYTE, 1_024 * MEBIBYTE, "Kernel buffer of each interface."),
  integer(
    "capture.snapLength",
    262_144,
    64,
    262_144,
    "Bytes captured of a frame; what it cuts is counted as missing. The default holds super-packets from offloading. `cap` has 65,535.",
  ),
  {
    key: "capture.promiscuous",
    kind: "boolean",
    default: true,
    help: "Capture what is addressed to other hosts as well, as a tap needs it. `cap` always does.",
  },
  {
    key: "capture.implementation",
    kind: "choice",
    default: "auto",
    choices: ["auto", "native", "cap"],
    help: "What captures: `native`, the binding of its own, counts what was lost; `auto` takes `cap` where that is not built.",
  },
  integer(
    "capture.restartMinMillis",
    500,
    10,
    60_000,
    "First wait before an interface that was lost is tried again; doubles.",
  ),
  integer("capture.restartMaxMillis", 10_000, 100, 600_000, "Longest such wait."),
  integer("decode.maxFragmentedDatagrams", 1_024, 1, 1_000_000, "IP datagrams being put together at one time."),
  integer(
    "decode.maxFragmentBytes",
    8 * MEBIBYTE,
    65_536,
    1_024 * MEBIBYTE,
    "Memory held for them; each fragment counts its bytes and 256.",
  ),
  integer("decode.fragmentSeconds", 30, 1, 3_600, "How long a fragment waits for the others."),
  {
    key: "decode.virtualNetworks",
    kind: "boolean",
    default: true,
    help: "Keep the addresses of each VXLAN, GENEVE and NVGRE network and of each GRE key apart: two tenants may have the same. `false` where the tunnels are mirror sessions and carry one network.",
  },
  {
    key: "decode.vlanNetworks",
    kind: "boolean",
    default: false,
    help: "The same for VLANs, where they are tenants of their own. Not where one connection is routed from one VLAN to another and both are captured: it would count twice.",
  },
  integer(
    "flow.maxFlows",
    200_000,
    16,
    10_000_000,
    "TCP connections followed at one time; beyond it new ones are refused and counted.",
  ),
  integer(
    "flow.maxPendingBytesPerSide",
    MEBIBYTE,
    4_096,
    1_024 * MEBIBYTE,
    "Memory held behind a hole in one direction; each piece counts its bytes and 256.",
  ),
  integer("flow.maxPendingBytes", 64 * MEBIBYTE, 65_536, 16_384 * MEBIBYTE, "The same for all connections."),
  integer("flow.gapMillis", 1_000, 1, 60_000, "How long a hole may wait where acknowledgments are not seen."),
  integer("flow.idleSeconds", 300, 1, 86_400, "Silence after which a connection is over."),
  integer("flow.halfOpenSeconds", 30, 1, 86_400, "The same before its first byte of data."),
  integer("flow.closedSeconds", 10, 1, 3_600, "How long a closed connection is remembered for late packets."),
  integer(
    "protocol.maxHeldBytesPerSide",
    4_096,
    64,
    MEBIBYTE,
    "First bytes of a connection held until its protocol is known.",
  ),
  integer("protocol.maxHeadBytes", 65_536, 1_024, 16 * MEBIBYTE, "Largest HTTP head."),
  integer("protocol.maxPipelined", 1_000, 1, 100_000, "Requests of one connection that wait for their answers."),
  integer("protocol.maxStreams", 200_000, 16, 10_000_000, "HTTP/2 streams that are open, of all connections together."),
  integer(
    "protocol.maxHandshakeBytes",
    64 * MEBIBYTE,
    65_536,
    4_096 * MEBIBYTE,
    "Bytes of TLS handshakes that wait for their rest, of all connections together.",
  ),
  {
    key: "protocol.faults",
    kind: "choice",
    default: "survive",
    choices: ["survive", "throw"],
    help: "What a fault of our own does; `throw` is for tests.",
  },
  {
    key: "data.bodies",
    kind: "boolean",
    default: true,
    help: "Look into bodies for classes of data: personal, financial, health, secrets. Values are never kept.",
  },
  integer("data.maxBodyBytes", 16_384, 512, MEBIBYTE, "First bytes of a body that are looked at."),
  integer(
    "data.maxHeldBytes",
    16 * MEBIBYTE,
    65_536,
    4_096 * MEBIBYTE,
    "Bytes of bodies that wait for their rest, of all connections together.",
  ),
  integer(
    "data.firstBodies",
    8,
    1,
    65_535,
    "Bodies of each operation and side that are looked at first; 4 KiB of a larger one count as one more.",
  ),
  integer("data.oneIn", 64, 1, 1_000_000, "After those one in so many is looked at; 1 for all."),
  texts(
    "data.kinds",
    ["json", "form", "multipart", "markup", "text", "protobuf"],
    "Kinds of bodies that are looked at; markup is XML, SOAP and HTML, protobuf the messages of gRPC and its like.",
  ),
  texts(
    "data.rules",
    [],
    "Your own classes: `CLASS GROUP: PATTERN` or `CLASS GROUP FIELD,FIELD: PATTERN`; see the README.",
  ),
  texts("data.mute", [], "Classes that are not told: `CLASS`, or `CLASS=FIELD` for fields of that name."),
  {
    key: "inventory.eastWestNetworks",
    kind: "networks",
    default: [
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
      "100.64.0.0/10",
      "169.254.0.0/16",
      "127.0.0.0/8",
      "fc00::/7",
      "fe80::/10",
      "::1/128",
    ],
    help: "Networks of yours: traffic between two of their addresses is east-west.",
  },
  integer("inventory.maxServices", 5_000, 1, 1_000_000, "Services kept."),
  integer("inventory.maxEdges", 20_000, 1, 10_000_000, "Pairs of client and service kept."),
  integer("inventory.maxEndpoints", 20_000, 1, 10_000_000, "Endpoints kept."),
  integer(
    "inventory.maxOperationsPerService",
    2_000,
    1,
    1_000_000,
    "Operations of GraphQL, JSON-RPC, SOAP and AWS kept of a service; what else it is asked for is counted together.",
  ),
  integer(
    "inventory.maxCallersPerEndpoint",
    64,
    1,
    10_000,
    "Callers of an endpoint kept by address; further ones are only counted.",
  ),
  integer(
    "inventory.maxSchemaPlaces",
    200_000,
    0,
    10_000_000,
    "Fields of all learned schemas together; further ones are counted.",
  ),
  integer("inventory.maxCertificates", 20_000, 1, 10_000_000, "Certificates kept."),
  integer(
    "inventory.dormantSeconds",
    30 * 86_400,
    60,
    10 * 365 * 86_400,
    "Time without a call after which an endpoint is dormant.",
  ),
  texts("inventory.literalSegments", [], "Path segments that are never made into a parameter."),
  text(
    "inventory.pathRulesFile",
    undefined,
    "File that pins, splits and merges path templates of services; see the README. None by default.",
  ),
  texts(
    "declared.files",
    [],
    "Files, or folders of them, that declare APIs: OpenAPI 2.0, 3.0 and 3.1 in YAML or JSON, .proto, descriptor sets; see the README.",
  ),
  texts(
    "declared.services",
    [],
    "Services that files are of, where their server's URL does not tell: `FILE=NAME`, `FILE=ADDRESS:PORT`; `*` stands for any characters.",
  ),
  {
    key: "declared.scope",
    kind: "choice",
    default: "service",
    choices: ["service", "base-path"],
    help: "What a file speaks for: all that its service serves, or, as behind gateways, what lies under its server's path.",
  },
  texts("declared.ignore", [], "Endpoints that may stay undeclared: `/healthz`, `GET /debug/*`."),
  integer(
    "declared.windowSeconds",
    7 * 86_400,
    0,
    10 * 365 * 86_400,
    "Time after which a declared operation that was never seen is dormant; `analyze` takes the captures for it.",
  ),
  integer("declared.reloadSeconds", 30, 0, 86_400, "How often a running sensor looks for changed files; 0 for never."),
  texts(
    "identity.files",
    [],
    "Files that say who is where: services in YAML, what kubectl lists of pods, services and endpoint slices, hosts files; see the README.",
  ),
  integer("identity.reloadSeconds", 30, 0, 86_400, "How often a running sensor looks for changed files; 0 for never."),
  integer(
    "detect.learningSeconds",
    86_400,
    0,
    365 * 86_400,
    "Time after the first packet in which every endpoint counts as known.",
  ),
  integer("detect.maxFindings", 10_000, 1, 1_000_000, "Findings kept."),
  texts("detect.disabledRules", [], "Rules that are not run."),
  integer(
    "detect.maxRemembered",
    20_000,
    16,
    10_000_000,
    "Certificates, issuers and addresses that each rule remembers; further ones are counted.",
  ),
  integer("detect.certificateDays", 30, 1, 3_650, "A certificate that ends within so many days is about to expire."),
  integer(
    "detect.sharedCertificateHosts",
    2,
    2,
    1_000,
    "Hosts at which one client certificate is called shared. An IPv4 and an IPv6 address may be one host and count as one.",
  ),
  integer("detect.failedHandshakes", 5, 2, 100, "TLS handshakes of one client with one service that fail in a burst."),
  integer("detect.failedHandshakeSeconds", 60, 1, 86_400, "Time within which they do."),
  integer("detect.tokenHours", 24, 1, 87_600, "A JSON Web Token that is good for longer is told as long-lived."),
  text(
    "policy.file",
    undefined,
    "File that says which connections must be mutual TLS; see the README. None by default.",
  ),
  integer(
    "sample.callsPerSecond",
    50,
    0,
    10_000,
    "Calls, and as many TLS handshakes, sent to the console's live feed each second; the others are counted.",
  ),
  integer(
    "sample.connectionsPerSecond",
    1_000,
    0,
    100_000,
    "Connections with calls told to the console each second, so that a call that two sensors see counts once there; 0 for none.",
  ),
  integer(
    "overload.memoryBytes",
    512 * MEBIBYTE,
    192 * MEBIBYTE,
    1_048_576 * MEBIBYTE,
    "Memory the sensor keeps to by giving up, one after the other, the live feed, bodies of responses, new connections, and those silent longest. Captures hold `capture.bufferBytes` besides.",
  ),
  text(
    "ring.folder",
    undefined,
    "Folder for a bounded ring of captured packets, from which those of a finding can be written by `eastwatch packets`. None by default: it holds bodies and secrets as they were sent.",
  ),
  integer(
    "ring.maxBytes",
    256 * MEBIBYTE,
    4 * MEBIBYTE,
    1_048_576 * MEBIBYTE,
    "Disk the ring takes at most; the oldest packets go first.",
  ),
  integer(
    "ring.segmentBytes",
    16 * MEBIBYTE,
    MEBIBYTE,
    4_096 * MEBIBYTE,
    "Largest of its files; a whole file goes at a time, so that it must be at most a quarter of the ring.",
  ),
  integer(
    "ring.maxWaitingBytes",
    16 * MEBIBYTE,
    MEBIBYTE,
    1_024 * MEBIBYTE,
    "Packets held in memory for a disk that is slow; further ones are not kept, and counted.",
  ),
  {
    key: "ring.allowSecrets",
    kind: "boolean",
    default: false,
    help: "Whether `eastwatch packets --with-secrets` may write packets as they were sent, bodies and credentials included.",
  },
  text("store.database", "/var/lib/eastwatch/sensor.sqlite", "The sensor's SQLite file."),
  integer(
    "store.maxOutboxEvents",
    200_000,
    100,
    100_000_000,
    "Events kept for a console that can't be reached; the oldest calls go first.",
  ),
  integer("store.maxOutboxBytes", 256 * MEBIBYTE, MEBIBYTE, 65_536 * MEBIBYTE, "The same in bytes."),
  text(
    "deliver.console",
    undefined,
    "Address of the console: wss://console.example:8470 (ws:// from loopback only). Without it nothing is sent.",
  ),
  { ...text("deliver.token", undefined, "Token the console gave this sensor; better in a file."), isSecret: true },
  text("deliver.tokenFile", undefined, "File that holds the token."),
  text("deliver.caFile", undefined, "Certificates the console's is checked against, in PEM; the system's by default."),
  { key: "deliver.allowPlaintext", kind: "boolean", default: false, help: "Allow ws:// beyond loopback." },
  integer("deliver.retryMinMillis", 500, 10, 60_000, "First wait before the console is called again; doubles."),
  integer("deliver.retryMaxMillis", 30_000, 100, 3_600_000, "Longest such wait."),
  text("deliver.name", undefined, "Name this sensor gives itself; the host's by default."),
  text(
    "report.workloadsFile",
    undefined,
    "Pods and services of the cluster for policy suggestions, as `kubectl get pods,services -A -o json` prints them.",
  ),
  text(
    "evidence.keyFile",
    undefined,
    "Private key that evidence packs are signed with, Ed25519 in PEM; by default signing-key.pem beside the database.",
  ),
  {
    key: "health.listen",
    kind: "listen",
    default: "127.0.0.1:9464",
    help: "Where the sensor tells /healthz and /metrics; empty for nowhere.",
  },
  {
    key: "console.listen",
    kind: "listen",
    default: "127.0.0.1:8470",
    help: "Where the console takes sensors and browsers.",
  },
  text("console.database", "/var/lib/eastwatch-console/console.sqlite", "The console's SQLite file."),
  text("console.certificateFile", undefined, "Certificate chain for TLS, in PEM."),
  text("console.keyFile", undefined, "Its key, in PEM."),
  {
    key: "console.allowPlainFromNetwork",
    kind: "boolean",
    default: false,
    help: "Take sensors and browsers without TLS from beyond loopback.",
  },
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
  {
    key: "log.level",
    kind: "choice",
    default: "info",
    choices: ["debug", "info", "warn", "error"],
    help: "What is logged.",
  },
];

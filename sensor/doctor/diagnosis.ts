import type { LinkFacts } from "./link-look.js";
import { count, counted, countedBe } from "./words.js";

/** `problem`: something is not seen, and can be mended; `note`: good to know; `ok`: looked at and right. */
export interface Check {
  readonly level: "problem" | "note" | "ok";
  readonly subject: string;
  readonly text: string;
  readonly remedy?: string;
}

/** All that is known of one interface after looking at it. */
export interface Examination {
  readonly interfaceName: string;
  readonly seconds: number;
  readonly link: LinkFacts;
  /** Why it could not be captured at all. */
  readonly blindReason: string | undefined;
  /** What to do about it, where whoever found the reason knows. */
  readonly blindRemedy?: string | undefined;
  /** No later try helps: a setting is wrong. */
  readonly isRefused?: boolean;
  /** Whether the interface is no device but stands on another, or is one end of a pair. */
  readonly isVirtual?: boolean;
  /** Packets other interfaces of this host carried meanwhile. */
  readonly carried: ReadonlyMap<string, number>;
  /** The bridge of each interface of this host that is a port of one. */
  readonly bridges: ReadonlyMap<string, string>;
  /** How far the host's clock moved against the time that really passed, milliseconds. */
  readonly clockStepMillis: number;
  readonly bufferBytes: number;
}

/** Fewer packets than this between containers are their housekeeping. */
const MIN_CONTAINER_PACKETS = 20;
/** A smaller part of what containers carried is the time between looking at one counter and the next. */
const MIN_CONTAINER_SHARE = 0.02;
/** Names container runtimes and overlays give to their ends of a link. */
const CONTAINER_LINK = /^(veth|cni|cali|lxc|cilium|docker|br-|flannel|weave|virbr|vnet|tap|podman|nodelocaldns|kube)/;
const ONE_SIDED_SHARE = 0.5;
const MIN_CONVERSATIONS = 5;
const UNDECODED_SHARE = 0.2;
const MIN_FRAMES = 20;
/** How many times as much passes where the traffic is: the other end of a veth carries as much as its peer. */
const ELSEWHERE = 2;
const MIN_TUNNEL_FRAMES = 5;
const CLOCK_STEP_MILLIS = 200;

type Rule = (examination: Examination) => Check | undefined;

/** Every check, in the order in which they are told. */
const RULES: readonly Rule[] = [
  rights,
  silence,
  containers,
  drops,
  cuts,
  direction,
  undecoded,
  quic,
  unreadTunnels,
  encryptedTunnels,
  gaps,
  clock,
  superPackets,
  checksums,
  readable,
];

/** What is wrong with a capture and what to do about it; problems first. */
export function diagnose(examination: Examination): Check[] {
  const rules = examination.blindReason === undefined ? RULES : [rights];
  const checks = rules.map((rule) => rule(examination)).filter((check) => check !== undefined);
  const weight = { problem: 0, note: 1, ok: 2 };
  return checks.sort((a, b) => weight[a.level] - weight[b.level]);
}

function rights({ interfaceName, blindReason, blindRemedy }: Examination): Check {
  if (blindReason === undefined) return { level: "ok", subject: "rights", text: "this process may capture" };
  const mayNot = blindRemedy === undefined && /permi|CAP_NET_RAW|root/i.test(blindReason);
  if (!mayNot) {
    const text = `${interfaceName} can't be captured: ${blindReason}`;
    const remedy = blindRemedy ?? `bring it up (ip link set ${interfaceName} up) or name another interface`;
    return { level: "problem", subject: "interface", text, remedy };
  }
  const remedy = `run as root, under the systemd unit, or once: sudo setcap cap_net_raw=ep "${process.execPath}"`;
  return { level: "problem", subject: "rights", text: `this process may not capture: ${blindReason}`, remedy };
}

/** A wrong interface is seldom quite still: ARP and announcements pass everywhere, and are as good as nothing. */
function silence({ interfaceName, link, seconds, carried }: Examination): Check | undefined {
  const busy = busiest(carried, interfaceName);
  const most = Math.max(0, ...[...carried].filter(([name]) => name !== interfaceName).map(([, packets]) => packets));
  const isElsewhere = link.conversations === 0 && most >= MIN_FRAMES && most > ELSEWHERE * link.frames;
  const isStill = framesOf(link, "link") === link.frames;
  if (!isStill && !isElsewhere) return undefined;
  const what = isStill
    ? "nothing but the link's own chatter"
    : `${counted(link.frames, "frame")}, no TCP connection among ${link.frames === 1 ? "it" : "them"},`;
  return {
    level: "problem",
    subject: "traffic",
    text: `${what} passed ${interfaceName} in ${seconds} s${busy === "" ? "" : `; meanwhile ${busy}`}`,
    remedy:
      busy === ""
        ? "look again while services talk to each other"
        : "name the interface that carries the traffic, or any",
  };
}

/** What containers have with others passes the interface as well, what they have with each other does not. */
function containers({ interfaceName, carried, bridges }: Examination): Check | undefined {
  if (interfaceName === "any" || CONTAINER_LINK.test(interfaceName)) return undefined;
  const areBridges = new Set(bridges.values());
  const links = new Map([...carried].filter(([name]) => CONTAINER_LINK.test(name) && !areBridges.has(name)));
  const busy = busiest(new Map([...links].filter(([, packets]) => packets >= MIN_CONTAINER_PACKETS)), interfaceName);
  if (busy === "") return undefined;
  const all = sum(links.values());
  const elsewhere = all - Math.min(leftAtMost(links, carried, bridges), carried.get(interfaceName) ?? 0);
  const isElsewhere = elsewhere >= Math.max(MIN_CONTAINER_PACKETS, all * MIN_CONTAINER_SHARE);
  return {
    level: isElsewhere ? "problem" : "note",
    subject: "containers",
    text: isElsewhere
      ? `traffic of containers of this host does not pass ${interfaceName}: ${busy}`
      : `what containers of this host have with each other does not pass ${interfaceName}; ${busy}, all of which may have passed`,
    remedy: "capture on any, or name the containers' interfaces too",
  };
}

/** Packets of the containers' links that can have gone further: of those on a bridge as many as the bridge itself and its other ports carried. */
function leftAtMost(
  links: ReadonlyMap<string, number>,
  carried: Examination["carried"],
  bridges: Examination["bridges"],
): number {
  const withoutBridge = [...links].filter(([name]) => !bridges.has(name)).map(([, packets]) => packets);
  const used = new Set([...links.keys()].map((name) => bridges.get(name)).filter((name) => name !== undefined));
  const isWayOut = (name: string): boolean => used.has(name) || (!links.has(name) && used.has(bridges.get(name) ?? ""));
  return sum(withoutBridge) + sum([...carried].filter(([name]) => isWayOut(name)).map(([, packets]) => packets));
}

/** Where no frame came it is not said that all were there, whole and in time. */
function drops({ link, bufferBytes }: Examination): Check | undefined {
  const { dropped, frames } = link;
  const subject = "drops";
  if (dropped === undefined)
    return {
      level: "note",
      subject,
      text: "the capture binding in use can't tell what the kernel dropped",
      remedy: "build the sensor's own: apt-get install libpcap-dev g++ make, then npm run native",
    };
  if (dropped === 0 && frames === 0) return undefined;
  if (dropped === 0) return { level: "ok", subject, text: `none of ${counted(frames, "frame")} was dropped` };
  return {
    level: "problem",
    subject,
    text: `${countedBe(dropped, "frame")} dropped before ${dropped === 1 ? "it" : "they"} could be read, ${count(frames)} ${frames === 1 ? "was" : "were"} read`,
    remedy: `raise capture.bufferBytes above ${bufferBytes}, narrow capture.filter, or give the sensor more CPU`,
  };
}

function cuts(examination: Examination): Check | undefined {
  const { link } = examination;
  if (link.frames === 0) return undefined;
  const subject = "snap length";
  if (link.cutFrames === 0) return { level: "ok", subject, text: "every frame was captured whole" };
  return {
    level: "problem",
    subject,
    text: `${countedBe(link.cutFrames, "frame")} cut; the longest had ${count(link.longestCutBytes)} bytes`,
    remedy: `raise capture.snapLength above ${link.longestCutBytes}, or turn ${offloadOff(examination)}`,
  };
}

const RECEIVE_OFF = "gro off lro off";
const SEND_OFF = "tso off gso off";

/** What puts frames together depends on their way: what this host sends is long before it is cut into the link's own frames. */
function offloadOff({ link, interfaceName, isVirtual }: Examination): string {
  const { cutFrames, cutReceived, cutSent } = link;
  const name = interfaceName === "any" ? "INTERFACE" : interfaceName;
  const which = interfaceName === "any" ? " of each interface that carries them" : "";
  if (cutSent === cutFrames) return `send offload off${which}: ethtool -K ${name} ${SEND_OFF}`;
  const elsewhere = isVirtual ? `, and ${SEND_OFF} at the other end of its pair or on what it stands on` : "";
  if (cutReceived === cutFrames) return `receive offload off${which}: ethtool -K ${name} ${RECEIVE_OFF}${elsewhere}`;
  return `offload off${which}: ethtool -K ${name} ${RECEIVE_OFF} ${SEND_OFF}${elsewhere}`;
}

function direction({ link }: Examination): Check | undefined {
  const { conversations, oneSided, oneSidedSegments } = link;
  // A few may be one that nobody answers; one that goes on and on is answered.
  if (conversations < MIN_CONVERSATIONS && oneSidedSegments < MIN_FRAMES) return undefined;
  const subject = "direction";
  if (oneSided / conversations < ONE_SIDED_SHARE)
    return { level: "ok", subject, text: `both directions are seen (${counted(conversations, "connection")})` };
  return {
    level: "problem",
    subject,
    text: `of ${count(oneSided)} of ${counted(conversations, "connection")} only one direction is seen`,
    remedy: "mirror both directions to this interface, or capture where both pass: answers and statuses are missing",
  };
}

const REASONS: Readonly<Record<string, string>> = {
  "link-type-unknown": "the interface's link layer is not known",
  "ethertype-not-ip": "not IP",
  "ip-protocol-not-tcp": "not TCP",
};
/** Told by name of what is neither IP nor TCP. */
const MAX_NAMED = 6;

function undecoded({ link }: Examination): Check | undefined {
  const entries = Object.entries(link.undecoded).sort((a, b) => b[1] - a[1]);
  const total = sum(entries.map(([, frames]) => frames));
  if (link.frames < MIN_FRAMES || entries.length === 0) return undefined;
  const reasons = entries.map(([reason, frames]) => `${count(frames)} ${REASONS[reason] ?? reason}`).join("; ");
  const chatter = framesOf(link, "nothing", "link");
  const datagrams = framesOf(link, "datagrams", "quic");
  // Beside connections that were read they are an application's; alone they are a tunnel's, more likely than not.
  const expected = link.conversations > 0 ? datagrams : 0;
  const isMuch = (total - chatter - expected) / link.frames > UNDECODED_SHARE;
  const isMuchUdp = framesOf(link, "datagrams") / link.frames > UNDECODED_SHARE;
  return {
    level: isMuch ? "problem" : "note",
    subject: "undecoded",
    text: `${count(total)} of ${counted(link.frames, "frame")} ${total === 1 ? "holds" : "hold"} no TCP that could be read: ${reasons}${namesOf(link.left)}`,
    ...(isMuch
      ? { remedy: "where this is services' traffic, capture inside of the tunnel or behind what encrypts it" }
      : isMuchUdp
        ? {
            remedy:
              "none where the UDP is an application's; where it is a tunnel that is not known, capture where that ends",
          }
        : {}),
  };
}

/** Only what opens a connection is told from other UDP. */
function quic({ link }: Examination): Check | undefined {
  const frames = framesOf(link, "quic");
  if (frames === 0) return undefined;
  const text = `${countedBe(frames, "frame")} QUIC's (HTTP/3), which is encrypted: calls in it can't be read; its later frames count as other UDP`;
  return { level: "note", subject: "QUIC", text };
}

function framesOf({ left }: LinkFacts, ...kinds: LinkFacts["left"][number]["carries"][]): number {
  return sum(left.filter(({ carries }) => kinds.includes(carries)).map(({ frames }) => frames));
}

function namesOf(left: LinkFacts["left"]): string {
  if (left.length === 0) return "";
  const rest = left.length > MAX_NAMED ? ", and others" : "";
  return `; they are ${list(left.slice(0, MAX_NAMED))}${rest}`;
}

function list(left: readonly { readonly name: string; readonly frames: number }[]): string {
  return left.map(({ name, frames }) => `${count(frames)} ${name}`).join(", ");
}

/** Most are told by a port, which a few packets may have by chance. */
function unreadTunnels({ link }: Examination): Check | undefined {
  const tunnels = link.left.filter(({ carries, frames }) => carries === "tunnel" && frames >= MIN_TUNNEL_FRAMES);
  if (tunnels.length === 0) return undefined;
  return {
    level: "problem",
    subject: "undecoded tunnels",
    text: `frames of tunnels that are not decoded, so that what is inside is not seen: ${list(tunnels)}`,
    remedy: `capture on the interface where ${tunnels.map(({ name }) => name).join(", ")} ends, or send the mirror in VXLAN, GENEVE, GRE or ERSPAN`,
  };
}

function encryptedTunnels({ link }: Examination): Check | undefined {
  const { esp = 0, wireguard = 0 } = link.tunneled;
  const decoded = [
    { name: "ESP", frames: esp },
    { name: "WireGuard", frames: wireguard },
  ].filter(({ frames }) => frames > 0);
  const named = link.left.filter(({ carries, frames }) => carries === "encrypted" && frames >= MIN_TUNNEL_FRAMES);
  if (decoded.length + named.length === 0) return undefined;
  return {
    level: "problem",
    subject: "encrypted tunnels",
    text: `frames of encrypted tunnels, so that what is inside can't be seen here: ${list([...decoded, ...named])}`,
    remedy: "capture on the tunnel's own interface (such as wg0, tun0 or ipsec0), or on the services' side of it",
  };
}

function gaps({ link }: Examination): Check | undefined {
  if (link.gapBytes === 0) return undefined;
  return {
    level: "note",
    subject: "gaps",
    text: `${countedBe(link.gapBytes, "byte")} sent that ${link.gapBytes === 1 ? "was" : "were"} not seen: lost before they reached this interface, or by the capture`,
  };
}

function clock({ clockStepMillis, link }: Examination): Check {
  const subject = "clock";
  const faults: string[] = [];
  const { backwardSteps, clockSteps, clockStepMicros, misdatedFrames } = link;
  if (Math.abs(clockStepMillis) >= CLOCK_STEP_MILLIS)
    faults.push(`the host's clock was moved by ${Math.round(clockStepMillis)} ms meanwhile`);
  if (clockSteps > 0)
    faults.push(`the clock of packet times was stepped, by ${(clockStepMicros / 1e6).toFixed(1)} s in all`);
  if (misdatedFrames > 0)
    faults.push(
      `${counted(misdatedFrames, "frame")} ${misdatedFrames === 1 ? "is" : "are"} stamped over 10 s off those around them`,
    );
  // A step and a wrong stamp go back, too.
  else if (backwardSteps > 0 && clockSteps === 0)
    faults.push(`packet times went back by more than a second ${counted(backwardSteps, "time")}`);
  const clocks = link.frames === 0 ? "the host's clock runs" : "packet times and the host's clock run";
  if (faults.length === 0) return { level: "ok", subject, text: `${clocks} evenly` };
  return {
    level: "problem",
    subject,
    text: faults.join("; "),
    remedy:
      misdatedFrames > 0
        ? "see which capture device or mirror stamps them; what they carry is read, their time is not relied on"
        : "let one time service (chrony, ntpd) slew the clock instead of stepping it",
  };
}

function superPackets({ link }: Examination): Check | undefined {
  if (link.superFrames === 0) return undefined;
  return {
    level: "note",
    subject: "offloading",
    text: `${counted(link.superFrames, "frame")} ${link.superFrames === 1 ? "is" : "are"} larger than the link's own: offloading puts packets together, which is read as it is`,
  };
}

function checksums({ link }: Examination): Check | undefined {
  const { checked, wrong } = link.checksums;
  if (wrong === 0) return undefined;
  return {
    level: "note",
    subject: "checksums",
    text: `${count(wrong)} of ${counted(checked, "TCP checksum")} ${wrong === 1 ? "is" : "are"} wrong: the network card fills them in later; they are not relied on`,
  };
}

function readable({ link }: Examination): Check | undefined {
  if (link.frames === 0) return undefined;
  const text = `${counted(link.calls, "HTTP call")} and ${counted(link.handshakes, "TLS handshake")} were read`;
  return { level: link.calls + link.handshakes > 0 ? "ok" : "note", subject: "services", text };
}

function busiest(carried: ReadonlyMap<string, number>, except: string): string {
  const others = [...carried].filter(([name]) => name !== except).sort((a, b) => b[1] - a[1]);
  return others
    .slice(0, 4)
    .map(([name, packets]) => `${name} carried ${counted(packets, "packet")}`)
    .join(", ");
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const one of counts) total += one;
  return total;
}

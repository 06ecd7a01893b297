import { spawnSync } from "node:child_process";
import t from "tap";
import { type Check, diagnose, type Examination } from "../sensor/doctor/diagnosis.js";
import { LinkLook } from "../sensor/doctor/link-look.js";
import { defaultSettings } from "../shared/config/settings.js";
import { ethernet, ipv4, ipv6, TcpDialog } from "./support/frame-builder.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, run } from "./support/program.js";
import { slowCapture } from "./support/slow-capture.js";
import { frameOf, START_MICROS, type TimedFrame } from "./support/timed-frame.js";
import { bytesOf, outer, udp, vxlan } from "./support/tunnel-builder.js";

const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";

/** Frames of so many HTTP connections, a millisecond apart. */
function connections(count: number): Buffer[] {
  const frames: Buffer[] = [];
  for (let made = 0; made < count; made++) {
    new TcpDialog({ clientPort: 40_000 + made }, (frame) => frames.push(frame))
      .open()
      .send("client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      .send("server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      .close();
  }
  return frames;
}

function examine(frames: readonly (Buffer | TimedFrame)[], more: Partial<Examination> = {}): Check[] {
  const look = new LinkLook(defaultSettings(), 1_500);
  frames.forEach((frame, at) => {
    look.frame(frameOf(Buffer.isBuffer(frame) ? { bytes: frame, atMicros: START_MICROS + at * 1_000 } : frame));
  });
  return diagnose({
    interfaceName: "eth0",
    seconds: 5,
    link: look.facts(),
    blindReason: undefined,
    carried: new Map(),
    bridges: new Map(),
    clockStepMillis: 0,
    bufferBytes: 1_000,
    ...more,
  });
}

/** Subjects of what is wrong, and of what is worth knowing. */
function subjects(checks: readonly Check[], level: Check["level"]): string[] {
  return checks.filter((check) => check.level === level).map(({ subject }) => subject);
}

t.test("a sound capture has no problem", async (t) => {
  const checks = examine(connections(10));
  t.same(subjects(checks, "problem"), []);
  t.same(subjects(checks, "ok"), ["rights", "snap length", "direction", "clock", "services"]);
});

t.test("each thing that is wrong is named with its remedy", async (t) => {
  const sound = connections(10);
  const filter = `capture.filter "host root" can't be used: unknown host 'root'`;
  const refused = examine([], { blindReason: filter, blindRemedy: "write it as for tcpdump" });
  const cut = sound.map((bytes, at) => ({
    bytes: bytes.subarray(0, 60),
    originalLength: bytes.length,
    atMicros: START_MICROS + at,
  }));
  const backward = sound.map((bytes, at) => ({ bytes, atMicros: START_MICROS - at * 2e6 }));
  const misdated = sound.map((bytes, at) => ({
    bytes,
    atMicros: START_MICROS + at * 1_000 + (at === 30 ? 3_600e6 : 0),
  }));
  const oneWay = sound.filter((bytes) => bytes.subarray(26, 30).equals(Buffer.from([10, 0, 0, 1])));
  const long: Buffer[] = [];
  new TcpDialog({}, (frame) => long.push(frame)).open().send("client", "x".repeat(80_000));
  const oneLong = long.filter((bytes) => bytes.subarray(26, 30).equals(Buffer.from([10, 0, 0, 1])));
  const unanswered = Array.from({ length: 6 }, () => long[0]);
  const udp = Array.from({ length: 30 }, () => ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.alloc(20))));
  const secret = Array.from({ length: 30 }, () => outer(50, Buffer.alloc(64)));
  const chatter = Array.from({ length: 10 }, () => ethernet(0x0806, Buffer.alloc(28)));
  const cases: [string, Check[], string[]][] = [
    ["frames cut", examine(cut), ["snap length"]],
    ["a clock that jumps", examine(sound, { clockStepMillis: -900 }), ["clock"]],
    ["times that go back", examine(backward), ["clock"]],
    ["one stamped an hour ahead", examine(misdated), ["clock"]],
    ["one direction", examine(oneWay), ["direction"]],
    ["one direction of one connection", examine(oneLong), ["direction"]],
    ["nobody answers", examine(unanswered), []],
    ["nothing decoded", examine(udp), ["undecoded"]],
    ["the other end of its own link", examine(udp, { carried: new Map([["eth1", 34]]) }), ["undecoded"]],
    ["encrypted tunnel", examine(secret), ["undecoded", "encrypted tunnels"]],
    ["wrong interface", examine([], { carried: new Map([["eth1", 900]]) }), ["traffic"]],
    ["one frame of the link's own", examine(chatter.slice(0, 1)), ["traffic"]],
    ["wrong interface with chatter", examine(chatter, { carried: new Map([["eth1", 900]]) }), ["traffic"]],
    ["chatter everywhere", examine(chatter, { carried: new Map([["eth1", 9]]) }), ["traffic"]],
    ["containers' housekeeping", examine(sound, { carried: new Map([["cni0", 9]]) }), []],
    ["containers elsewhere", examine(sound, { carried: new Map([["cni0", 900]]) }), ["containers"]],
    ["no rights", examine([], { blindReason: "socket: Operation not permitted" }), ["rights"]],
    ["link down", examine([], { blindReason: "the interface is down" }), ["interface"]],
    ["filter refused", refused, ["interface"]],
  ];
  t.equal(refused[0].remedy, "write it as for tcpdump", "not to bring up what is up, nor to get rights");
  for (const [name, checks, expected] of cases) {
    t.same(subjects(checks, "problem"), expected, name);
    for (const { level, subject, remedy } of checks)
      if (level === "problem") t.type(remedy, "string", `${name}: ${subject} has a remedy`);
  }
  const drops = new LinkLook(defaultSettings(), 1_500);
  drops.statistics({ interfaceId: 0, droppedByKernel: 7 });
  t.match(
    examine(sound, { link: { ...drops.facts(), frames: 10 } }).find(({ subject }) => subject === "drops"),
    { level: "problem", text: "7 frames were dropped before they could be read, 10 were read" },
  );
});

t.test("cut frames are made short where their way says that they were put together", async (t) => {
  const sound = connections(2);
  const [one, other] = [sound[0].subarray(6, 12), Buffer.from("0200000000ff", "hex")];
  const told = (
    frames: readonly Buffer[],
    own: Buffer | undefined,
    more: Partial<Examination> & { linkType?: number } = {},
  ) => {
    const look = new LinkLook(defaultSettings(), 1_500, own);
    for (const bytes of frames) {
      const cut = { bytes: bytes.subarray(0, 50), originalLength: 3_000, atMicros: START_MICROS };
      look.frame({ ...frameOf(cut), linkType: more.linkType ?? 1 });
    }
    const checks = examine([], { link: look.facts(), ...more });
    return checks.find(({ subject }) => subject === "snap length")?.remedy?.split("3000, ")[1];
  };
  /** Each of these with addresses of its own. */
  const between = (destination: Buffer, source: Buffer): Buffer[] =>
    sound.map((bytes) => Buffer.concat([destination, source, bytes.subarray(12)]));
  const [sent, received] = [between(other, one), between(one, other)];
  const elsewhere = ", and tso off gso off at the other end of its pair or on what it stands on";
  const all = "or turn offload off: ethtool -K eth0 gro off lro off tso off gso off";
  t.equal(told(sent, one), "or turn send offload off: ethtool -K eth0 tso off gso off");
  t.equal(told(between(one, one), one), "or turn send offload off: ethtool -K eth0 tso off gso off", "on loopback");
  t.equal(told(received, one), "or turn receive offload off: ethtool -K eth0 gro off lro off");
  t.equal(
    told(received, one, { isVirtual: true }),
    `or turn receive offload off: ethtool -K eth0 gro off lro off${elsewhere}`,
  );
  t.equal(told([...sent, ...received], one), all);
  t.equal(told(sent, Buffer.alloc(6, 9)), all, "a mirror's");
  t.equal(told(sent, undefined), all);
  const cooked = (type: number): Buffer[] =>
    sound.map((bytes) => Buffer.concat([Buffer.from([0, type]), Buffer.alloc(12), bytes.subarray(12)]));
  const any = { interfaceName: "any", linkType: 113 };
  const ofEach = "offload off of each interface that carries them: ethtool -K INTERFACE";
  t.equal(told(cooked(4), undefined, any), `or turn send ${ofEach} tso off gso off`);
  t.equal(told(cooked(0), undefined, any), `or turn receive ${ofEach} gro off lro off`);
});

t.test("one is told as one, and a link with nothing but its own chatter as one with nothing", async (t) => {
  const [arp] = [ethernet(0x0806, Buffer.alloc(28))];
  const still = {
    level: "problem",
    subject: "traffic",
    text: "nothing but the link's own chatter passed eth0 in 5 s",
    remedy: "look again while services talk to each other",
  } as const;
  const solicitation = ethernet(0x86dd, ipv6("fe80::1", "ff02::2", 58, Buffer.alloc(8)));
  for (const frames of [[], [arp], [solicitation]])
    t.same(
      examine(frames).find(({ subject }) => subject === "traffic"),
      still,
      `${frames.length}`,
    );
  t.equal(
    examine([arp], { carried: new Map([["eth1", 900]]) })[0].text,
    "nothing but the link's own chatter passed eth0 in 5 s; meanwhile eth1 carried 900 packets",
  );
  const dns = ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 17, udp(40_000, 53, Buffer.alloc(20))));
  t.equal(
    examine([dns], { carried: new Map([["eth1", 900]]) })[0].text,
    "1 frame, no TCP connection among it, passed eth0 in 5 s; meanwhile eth1 carried 900 packets",
    "services' chatter is something",
  );
  const look = new LinkLook(defaultSettings(), 1_500);
  look.statistics({ interfaceId: 0, droppedByKernel: 0 });
  t.same(
    examine([], { link: look.facts() }).map(({ level, text }) => `${level} ${text}`),
    [`problem ${still.text}`, "ok this process may capture", "ok the host's clock runs evenly"],
    "what did not come is not said to have come whole",
  );
  const link = { ...look.facts(), frames: 1, cutFrames: 1, longestCutBytes: 9, superFrames: 1, gapBytes: 1, calls: 1 };
  const texts = examine([], { link }).map(({ text }) => text);
  for (const text of [
    "none of 1 frame was dropped",
    "1 frame was cut; the longest had 9 bytes",
    "1 frame is larger than the link's own: offloading puts packets together, which is read as it is",
    "1 byte was sent that was not seen: lost before they reached this interface, or by the capture",
    "1 HTTP call and 0 TLS handshakes were read",
  ])
    t.ok(texts.includes(text), `${text} in ${texts.join("\n")}`);
});

t.test("UDP that is no known tunnel is an application's where connections were read beside it", async (t) => {
  const datagrams = (first: string): Buffer[] =>
    Array(900).fill(
      ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 17, udp(40_000, 9_999, bytesOf(first + "00".repeat(40))))),
    );
  const of = (checks: readonly Check[], wanted: string): Check | undefined =>
    checks.find(({ subject }) => subject === wanted);
  const beside = examine([...datagrams("00"), ...connections(10)]);
  t.same(subjects(beside, "problem"), []);
  t.match(of(beside, "undecoded"), { level: "note", remedy: /^none where the UDP is an application's; where it is a/ });
  t.match(of(examine(datagrams("00")), "undecoded"), { level: "problem", remedy: /inside of the tunnel/ }, "alone");
  const quic = examine([...datagrams("c000000001"), ...connections(10)]);
  t.same(subjects(quic, "problem"), []);
  t.match(of(quic, "QUIC"), {
    level: "note",
    text: "900 frames were QUIC's (HTTP/3), which is encrypted: calls in it can't be read; its later frames count as other UDP",
  });
  const opaque = Array<Buffer>(900).fill(outer(253, Buffer.alloc(64)));
  t.same(subjects(examine([...opaque, ...connections(10)]), "problem"), ["undecoded"], "another protocol is not UDP");
});

t.test("what containers have with others passes the interface, what they have with each other does not", async (t) => {
  const bridges = new Map([
    ["veth1", "br-7"],
    ["veth2", "br-7"],
  ]);
  const told = (carried: Record<string, number>, ports: ReadonlyMap<string, string> = bridges) => {
    const checks = examine(connections(10), { carried: new Map(Object.entries(carried)), bridges: ports });
    return checks.find(({ subject }) => subject === "containers");
  };
  const elsewhere = "traffic of containers of this host does not pass eth0";
  const passed = "what containers of this host have with each other does not pass eth0";
  t.same(
    told({ veth1: 607, veth2: 607, "br-7": 5 }),
    {
      level: "problem",
      subject: "containers",
      text: `${elsewhere}: veth1 carried 607 packets, veth2 carried 607 packets`,
      remedy: "capture on any, or name the containers' interfaces too",
    },
    "two talk to each other",
  );
  t.same(
    told({ veth1: 600, "br-7": 600, eth0: 600 }),
    {
      level: "note",
      subject: "containers",
      text: `${passed}; veth1 carried 600 packets, all of which may have passed`,
      remedy: "capture on any, or name the containers' interfaces too",
    },
    "one talks to the network: that is seen",
  );
  const levels = (carried: Record<string, number>, ports?: ReadonlyMap<string, string>) => told(carried, ports)?.level;
  t.equal(levels({ veth1: 600, veth2: 600, "br-7": 5, eth0: 90_000 }), "problem", "beside a busy interface");
  t.equal(levels({ veth1: 600, "br-7": 600, eth0: 9 }), "problem", "with the host itself, or another network");
  t.equal(levels({ cali1: 600, cali2: 600, eth0: 300 }, new Map()), "problem", "routed, more than passed");
  t.equal(levels({ cali1: 600, cali2: 600, eth0: 90_000 }, new Map()), "note", "routed, which may have passed");
  t.equal(levels({ veth1: 60_000, "br-7": 59_900, eth0: 61_000 }), "note", "one counter is read after the other");
  const port = new Map([...bridges, ["eth0", "br-7"]]);
  t.equal(levels({ veth1: 600, eth0: 600, "br-7": 3 }, port), "note", "the interface is the bridge's own port");
  t.equal(levels({ veth1: 600, veth2: 600, eth0: 300, "br-7": 3 }, port), "problem", "and two talk to each other");
});

t.test("what is not decoded is named, tunnels by their name", async (t) => {
  const sound = connections(10);
  const inIp = (protocol: number, payload: Buffer): Buffer =>
    ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", protocol, payload));
  const inUdp = (port: number, first: string): Buffer =>
    inIp(17, udp(40_000, port, Buffer.concat([bytesOf(first), Buffer.alloc(40)])));
  const textOf = (frame: Buffer, subject: string): string | undefined =>
    examine([...sound, ...Array(7).fill(frame)]).find((check) => check.subject === subject)?.text;
  const undecoded = "frames of tunnels that are not decoded, so that what is inside is not seen";
  const encrypted = "frames of encrypted tunnels, so that what is inside can't be seen here";
  for (const [frame, name] of [
    [inUdp(1701, "0002"), "L2TP (UDP 1701)"],
    [inIp(115, Buffer.alloc(60)), "L2TPv3"],
    [inUdp(4790, "0c000006"), "VXLAN-GPE of an unknown protocol (UDP 4790)"],
    [inUdp(5555, "4500"), "FOU (IP in UDP) (UDP 5555)"],
    [inUdp(37_008, "01000001"), "TZSP (UDP 37008)"],
    [ethernet(0x4305, Buffer.alloc(60)), "batman-adv"],
    [vxlan(7, ethernet(0x4305, Buffer.alloc(60))), "batman-adv"],
  ] as const)
    t.equal(textOf(frame, "undecoded tunnels"), `${undecoded}: 7 ${name}`, name);
  for (const [frame, name] of [
    [outer(50, Buffer.alloc(64)), "ESP"],
    [inUdp(51_820, `01000000${"00".repeat(104)}`), "WireGuard"],
    [inUdp(1194, "38"), "OpenVPN (UDP 1194)"],
    [ethernet(0x88e5, Buffer.alloc(60)), "MACsec"],
  ] as const)
    t.equal(textOf(frame, "encrypted tunnels"), `${encrypted}: 7 ${name}`, name);
  for (const [frame, name] of [
    [inUdp(443, "c000000001"), "QUIC"],
    [inUdp(53, "0001"), "DNS (UDP 53)"],
    [inUdp(9, "00"), "other UDP"],
    [inUdp(1701, "0000"), "other UDP"],
    [inIp(1, Buffer.alloc(60)), "ICMP"],
    [inIp(253, Buffer.alloc(60)), "IP protocol 253"],
  ] as const) {
    t.equal(
      textOf(frame, "undecoded"),
      `7 of ${sound.length + 7} frames hold no TCP that could be read: 7 not TCP; they are 7 ${name}`,
      name,
    );
    t.same([textOf(frame, "undecoded tunnels"), textOf(frame, "encrypted tunnels")], [undefined, undefined], name);
  }
  t.match(
    textOf(ethernet(0x0027, Buffer.alloc(60)), "undecoded"),
    /7 not IP; they are 7 LLC \(spanning tree, IS-IS\)$/,
  );
  const dns = examine([
    ...sound,
    ...Array(60).fill(inUdp(53, "0001")),
    ...Array(60).fill(ethernet(0x0806, Buffer.alloc(28))),
  ]);
  t.same(subjects(dns, "problem"), [], "every link has names and neighbours to ask for");
  const chance = examine([...sound, ...Array(4).fill(inUdp(1701, "0002"))]);
  t.same(subjects(chance, "problem"), [], "a few may have a tunnel's port by chance");
  const many = Array.from({ length: 400 }, (_, at) => ethernet(0x9900 + at, Buffer.alloc(60)));
  const facts = new LinkLook(defaultSettings(), 1_500);
  for (const bytes of many) facts.frame(frameOf({ bytes, atMicros: START_MICROS }));
  t.match(facts.facts().left[0], { name: "others", frames: 300 });
});

t.test(
  "checksums that the network card fills in, and frames put together by it, are told and are no problem",
  async (t) => {
    const frames: Buffer[] = [];
    new TcpDialog({ segmentBytes: 20_000 }, (frame) => frames.push(frame))
      .open()
      .send("client", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 15000\r\n\r\n${"x".repeat(15_000)}`)
      .close();
    const checks = examine(frames);
    t.same(subjects(checks, "problem"), []);
    t.ok(subjects(checks, "note").includes("offloading"));
    t.ok(subjects(checks, "note").includes("checksums"), "the builder leaves them 0");
  },
);

t.test("wrong usage is an error that names the value", async (t) => {
  t.match(run(["doctor", "--seconds", "0"]), { code: 2, error: /--seconds "0" must be a number from 1 to 600/ });
  t.match(run(["doctor", "--interface", "eth99"]), { code: 2, error: /"eth99" does not exist; this host has / });
});

t.test("on a live link", { skip: SKIP }, async (t) => {
  const spaces = new Namespaces("doc");
  t.teardown(() => spaces.remove());
  const [serve, serveParameters] = spaces.inside(
    spaces.server,
    process.execPath,
    "-e",
    "require('http').createServer((q, a) => a.end('ok'.repeat(10000))).listen(8080, () => console.log('listens'))",
  );
  const server = new Running(serve, serveParameters);
  t.teardown(() => server.end("SIGKILL"));
  await server.says(/listens/);
  const doctor = (...parameters: string[]) => doctorWith({}, ...parameters);
  const doctorWith = (env: NodeJS.ProcessEnv, ...parameters: string[]) => {
    const load = new Running(
      ...spaces.inside(
        spaces.client,
        "sh",
        "-c",
        "for i in $(seq 80); do curl -s -o /dev/null 10.98.0.2:8080/$i; sleep 0.05; done",
      ),
    );
    const [command, all] = spaces.inside(spaces.server, process.execPath, PROGRAM, "doctor", ...parameters);
    const { status, stdout } = spawnSync(command, all, { encoding: "utf8", env: { ...process.env, ...env } });
    load.child.kill("SIGKILL");
    return { status, stdout };
  };
  const sound = doctor("--seconds", "2");
  t.equal(sound.status, 0, sound.stdout);
  t.match(sound.stdout, /ews: looked at for 2 s.*both directions are seen.*HTTP calls/s);
  const late = doctorWith(slowCapture(2_000), "--seconds", "1");
  t.equal(late.status, 0, late.stdout);
  t.match(late.stdout, /both directions are seen.*HTTP calls/s, "a capture that begins late is waited for");
  const oneWay = doctor("--seconds", "3", "--set", "capture.filter=src host 10.98.0.1", "--format", "json");
  t.equal(oneWay.status, 1, oneWay.stdout);
  t.match(JSON.parse(oneWay.stdout)[0].checks[0], { level: "problem", subject: "direction" });
  const space = spaces.server;
  const cutting = ["--seconds", "2", "--set", "capture.snapLength=3000"];
  const cut = doctor(...cutting);
  t.equal(cut.status, 1, cut.stdout);
  const [, line = ""] = /turn send offload off: (ethtool -K ews .*)$/m.exec(cut.stdout) ?? [];
  t.equal(line, "ethtool -K ews tso off gso off");
  t.equal(spawnSync(...spaces.inside(space, "sh", "-c", line)).status, 0);
  const mended = doctor(...cutting);
  t.equal(mended.status, 0, `who follows the line has nothing left to mend: ${mended.stdout}`);
  t.match(mended.stdout, /every frame was captured whole/);
  const wrong = doctor("--seconds", "2", "--interface", "lo");
  t.equal(wrong.status, 1);
  t.match(wrong.stdout, /nothing but the link's own chatter passed lo in 2 s; meanwhile ews carried/);
  const refused = doctor("--seconds", "1", "--set", "capture.filter=tcp prot 80");
  t.equal(refused.status, 2, "as the sensor and check-config end");
  t.match(
    refused.stdout,
    /can't be used: can't parse filter expression: syntax error\n +remedy: write it as for tcpdump/,
  );
});

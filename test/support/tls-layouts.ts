import type { Step } from "./dialog.js";
import { CHANGE_CIPHER, clientHello, handshake, sealed, sealedAll, serverHello } from "./tls-builder.js";

/**
 * TLS 1.3 handshakes of stacks that nobody has written: every message as long as RFC 8446 §4 lets it be, laid into records in every
 * way of §5.1 that a stack may have for its own, padded in every way of §5.4, with what else §4 lets come before and after.
 */
export interface Layout {
  readonly steps: readonly Step[];
  readonly label: Label;
  /** What it was made of, to be read where a verdict is untrue. */
  readonly what: string;
  /** Nothing pads and nothing comes before the flight: a verdict is due. */
  readonly isPlain: boolean;
}

export type Label = "presented" | "declined" | "not-requested";

/** Numbers as random as they need to be, and the same in every run (Marsaglia's xorshift). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  isOnce(inSo: number): boolean {
    return this.below(inSo) === 0;
  }
}

const HEADER = 4;
const EMPTY_CERTIFICATE = 8;
/** By cipher: bytes of the hash and of the tag. */
const SUITES: readonly (readonly [number, number, number])[] = [
  [0x1301, 32, 16],
  [0x1302, 48, 16],
  [0x1302, 48, 16],
  [0x1303, 32, 16],
  [0x1305, 32, 8],
  [0x1306, 64, 16],
];
const EXTENSION = { earlyData: 42, alps: 17_613, clientCertificateType: 19, compressCertificate: 27 } as const;
const FULL = 16_384;

/** What the padding of one side does to a record of its: `all` its records, or those of the handshake and alerts alone. */
interface Padding {
  readonly name: string;
  readonly scope: "all" | "handshake";
  /** Content and type become so long. */
  readonly isSmall: boolean;
  pad(inner: number): number;
}

const NONE: Padding = { name: "none", scope: "all", isSmall: false, pad: (inner) => inner };
const ADDED: Padding = { name: "16 more", scope: "all", isSmall: false, pad: (inner) => inner + 16 };
const ALL_BLOCKS = [
  16, 32, 48, 64, 96, 100, 128, 200, 250, 256, 300, 333, 400, 500, 512, 640, 1_000, 1_024, 2_048, 4_096, 16_384,
];
/** Those that a handshake alone can be padded to without being told from a certificate are named where the rule stands. */
const HANDSHAKE_BLOCKS = [16, 32, 64, 100, 128, 200, 250, 256, 300, 400, 500, 512, 700, 1_000, 1_024, 2_048, 4_096];

function blocks(block: number, scope: Padding["scope"]): Padding {
  return {
    name: `blocks of ${block}, ${scope}`,
    scope,
    isSmall: block < 96,
    pad: (inner) => Math.min(Math.ceil(inner / block) * block, FULL + 1),
  };
}

/** How messages of a flight share records: sizes of contents. */
interface Packing {
  readonly name: string;
  pack(messages: readonly number[], limit: number): number[];
}

const PACKINGS: readonly Packing[] = [
  { name: "each in its own", pack: (messages, limit) => messages.flatMap((length) => split(length, limit)) },
  { name: "all in one", pack: (messages, limit) => split(sum(messages), limit) },
  { name: "Finished apart", pack: (messages, limit) => [...split(sum(messages.slice(0, -1)), limit), ...split(messages.at(-1) ?? 0, limit)] },
  { name: "first apart", pack: (messages, limit) => [...split(messages[0], limit), ...split(sum(messages.slice(1)), limit)] },
]; // biome-ignore format: a table

function split(length: number, limit: number): number[] {
  const pieces: number[] = [];
  for (let left = length; left > 0; left -= limit) pieces.push(Math.min(left, limit));
  return pieces;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}

/** Content limits: none, RFC 6066 §4, RFC 8449 §4, and what stacks choose for themselves. */
const LIMITS = [
  FULL,
  FULL,
  FULL,
  FULL,
  512,
  1_024,
  2_048,
  4_096,
  511,
  1_023,
  63,
  255,
  1_200,
  1_369,
  1_400,
  1_435,
  4_000,
  8_087,
] as const;

const SIGNATURES = [
  64, 70, 71, 72, 102, 103, 104, 114, 128, 137, 138, 139, 256, 256, 256, 384, 512, 1_024, 2_420, 3_309, 4_627, 7_856,
];

interface Offers {
  readonly rawKey: boolean;
  readonly compression: boolean;
  readonly alps: boolean;
  readonly earlyData: boolean;
}

function certificateMessage(dice: Dice, offers: Offers): number {
  if (offers.rawKey) return EMPTY_CERTIFICATE + 5 + dice.oneOf([44, 69, 91, 120, 158, 162, 294, 422, 550]);
  if (offers.compression && dice.isOnce(3)) return HEADER + 8 + dice.between(115, 1_500);
  const one = (): number =>
    dice.oneOf([dice.between(169, 260), dice.between(260, 700), dice.between(700, 2_000), dice.between(2_000, 8_000)]);
  const entries = dice.oneOf([1, 1, 1, 2, 3, 5]);
  let length = EMPTY_CERTIFICATE;
  for (let at = 0; at < entries; at++) length += 5 + one() + (dice.isOnce(8) ? 500 : 0);
  return length;
}

function verifyMessage(dice: Dice): number {
  return HEADER + 4 + dice.oneOf(SIGNATURES);
}

export function makeLayout(dice: Dice): Layout {
  const [cipher, hash, tag] = dice.oneOf(SUITES);
  const label: Label = dice.oneOf(["presented", "declined", "not-requested"]);
  const rawKey = dice.isOnce(10);
  const offers: Offers = {
    rawKey,
    compression: dice.isOnce(4),
    alps: !rawKey && dice.isOnce(5),
    earlyData: dice.isOnce(8),
  };
  // No stack that pads knows ALPS.
  const padding = offers.alps ? NONE : dice.oneOf([NONE, NONE, NONE, ADDED, paddingOf(dice)]);
  // Joined and filled up to a small block a flight is as long as one of other messages: who pads so joins none.
  const packing = padding.isSmall ? PACKINGS[0] : dice.oneOf(PACKINGS);
  const limit = padding === NONE ? dice.oneOf(LIMITS) : FULL;
  const client = clientSide(dice, label, offers, { hash, tag, padding, packing, limit });
  const server = serverSide(dice, label !== "not-requested", hash, tag);
  const extras = [
    ...(offers.rawKey ? [EXTENSION.clientCertificateType] : []),
    ...(offers.compression ? [EXTENSION.compressCertificate] : []),
    ...(offers.alps ? [EXTENSION.alps] : []),
    ...(offers.earlyData ? [EXTENSION.earlyData] : []),
  ];
  const steps: Step[] = [
    ["client", handshake(clientHello({ offers13: true, extras }))],
    [
      "server",
      Buffer.concat([handshake(serverHello({ is13: true, cipher })), CHANGE_CIPHER, sealedAll(server.flight)]),
    ],
    ["client", Buffer.concat([CHANGE_CIPHER, sealedAll([...client.early, ...client.flight, ...client.more])])],
    ["server", sealedAll(server.after)],
    ...client.later.map((length): Step => ["client", sealed(length)]),
  ];
  const what = `${label}, ${cipher.toString(16)}, ${JSON.stringify(offers)}, client: ${packing.name} within ${limit}, padding ${padding.name}: early ${client.early} flight ${client.flight} more ${client.more} later ${client.later}; server: ${server.name}: ${server.flight} after ${server.after}`;
  return { steps, label, what, isPlain: (padding === NONE || padding === ADDED) && !offers.earlyData && limit >= 512 };
}

function paddingOf(dice: Dice): Padding {
  return dice.isOnce(2) ? blocks(dice.oneOf(ALL_BLOCKS), "all") : blocks(dice.oneOf(HANDSHAKE_BLOCKS), "handshake");
}

interface Manner {
  readonly hash: number;
  readonly tag: number;
  readonly padding: Padding;
  readonly packing: Packing;
  readonly limit: number;
}

interface ClientSide {
  readonly early: readonly number[];
  readonly flight: readonly number[];
  readonly more: readonly number[];
  readonly later: readonly number[];
}

function clientSide(dice: Dice, label: Label, offers: Offers, manner: Manner): ClientSide {
  const { hash, tag, padding, packing, limit } = manner;
  const finished = HEADER + hash;
  const flights: Record<Label, () => number[]> = {
    presented: () => [certificateMessage(dice, offers), verifyMessage(dice), finished],
    declined: () => [EMPTY_CERTIFICATE, finished],
    "not-requested": () => [finished],
  };
  const messages = flights[label]();
  if (offers.alps && dice.isOnce(2)) messages[0] += 10 + dice.oneOf([0, 0, 0, 27, 45, 100]);
  const whole = (content: number): number => padding.pad(content + 1) + tag;
  const data = (content: number): number => (padding.scope === "all" ? padding.pad(content + 1) : content + 1) + tag;
  // Behind a block alone what is as long as Finished makes a flight of it: once in some hundreds of such clients.
  const taken = [finished, finished + 16].map(data);
  const request = (): number => {
    const length = anyRequest();
    return padding.scope === "handshake" && taken.includes(length) ? length + 1 : length;
  };
  const anyRequest = (): number =>
    data(dice.oneOf([dice.between(1, 60), dice.between(20, 200), dice.between(100, 900), 36, 9, 13, 24, 5]));
  const many = (most: number): number[] => Array.from({ length: dice.below(most + 1) }, request);
  return {
    early: offers.earlyData && dice.isOnce(2) ? [request(), ...many(2)] : [],
    flight: packing.pack(messages, limit).map(whole),
    // Padded to a block nobody would think of, and without another record to tell it by: no rule can.
    more:
      padding.scope === "all" && !padding.isSmall && padding !== NONE && padding !== ADDED
        ? [request(), ...many(2)]
        : many(3),
    later: [...many(3), ...(dice.isOnce(2) ? [whole(2)] : [])],
  };
}

interface ServerSide {
  readonly name: string;
  readonly flight: readonly number[];
  readonly after: readonly number[];
}

function serverSide(dice: Dice, asks: boolean, hash: number, tag: number): ServerSide {
  const padding = dice.oneOf([NONE, NONE, NONE, ADDED, blocks(dice.oneOf(ALL_BLOCKS), "all")]);
  const packing = dice.oneOf([...PACKINGS, PACKINGS[0], PACKINGS[1], TOGETHER]);
  const limit = dice.oneOf(LIMITS);
  const extensions = 6 + dice.oneOf([0, 4, 9, 11, 15, 40, 250]);
  const request = HEADER + 3 + dice.oneOf([8, 26, 60, dice.between(60, 1_200)]);
  const certificate = certificateMessage(dice, {
    rawKey: false,
    compression: dice.isOnce(4),
    alps: false,
    earlyData: false,
  });
  const messages = [extensions, ...(asks ? [request] : []), certificate, verifyMessage(dice), HEADER + hash];
  const whole = (content: number): number => padding.pad(content + 1) + tag;
  const isEager = dice.isOnce(6);
  const data = Array.from({ length: dice.below(3) }, () => whole(dice.between(1, 1_500)));
  const ticket = HEADER + 13 + dice.between(32, 1_800);
  const tickets = Array.from({ length: dice.below(3) }, () => whole(ticket));
  const flight = packing.pack(messages, limit).map(whole);
  return {
    name: `${packing.name} within ${limit}, padding ${padding.name}`,
    flight: isEager ? [...flight, ...data] : flight,
    after: [...tickets, ...data, whole(dice.between(40, 900))],
  };
}

/** What needs no key of the server's beside each other, as a stack may have it ready. */
const TOGETHER: Packing = {
  name: "request with extensions",
  pack: (messages, limit) => {
    const at = messages.length - 3;
    return [sum(messages.slice(0, at)), ...messages.slice(at)].flatMap((length) => split(length, limit));
  },
};

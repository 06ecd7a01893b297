import type { Step } from "./dialog.js";
import { CHANGE_CIPHER, clientHello, handshake, sealedAll, serverHello } from "./tls-builder.js";

/** A TLS 1.3 handshake as sizes of encrypted records; the server goes on with its tickets or data. */
export function flight13(client: readonly number[], options: Flight13 = {}): Step[] {
  const {
    server = [1_400],
    cipher = 0x1301,
    after = [90, 200],
    extras = [],
    identities,
    selectsKey = false,
    keyIndex = 0,
    answerExtras = [],
    serverName = "service.example",
  } = options;
  const hello = { offers13: true, extras, serverName, ...(identities === undefined ? {} : { identities }) };
  return [
    ["client", handshake(clientHello(hello))],
    [
      "server",
      Buffer.concat([
        handshake(serverHello({ is13: true, cipher, selectsKey, keyIndex, extras: answerExtras })),
        CHANGE_CIPHER,
        sealedAll(server),
      ]),
    ],
    ["client", Buffer.concat([CHANGE_CIPHER, sealedAll(client)])],
    ["server", sealedAll(after)],
  ];
}

export interface Flight13 {
  readonly server?: readonly number[];
  readonly cipher?: number;
  readonly after?: readonly number[];
  readonly extras?: readonly number[];
  readonly identities?: readonly (number | Buffer)[];
  readonly answerExtras?: readonly number[];
  readonly selectsKey?: boolean;
  readonly keyIndex?: number;
  readonly serverName?: string;
}

/** Sizes measured on real stacks, and what they were. SHA-256 suites unless the cipher says otherwise. */
export const MEASURED: readonly (readonly [string, readonly number[], Flight13, string])[] = [
  ["OpenSSL, not asked", [53, 120], {}, "not-requested record-sizes"],
  ["OpenSSL, not asked, SHA-384", [69, 120], { cipher: 0x1302 }, "not-requested record-sizes"],
  ["OpenSSL, declined", [25, 53, 120], {}, "declined record-sizes"],
  ["OpenSSL, declined, SHA-384", [25, 69, 120], { cipher: 0x1302 }, "declined record-sizes"],
  ["OpenSSL, RSA", [850, 281, 53, 120], {}, "presented record-sizes"],
  ["OpenSSL, P-256", [420, 96, 53, 120], {}, "presented record-sizes"],
  ["OpenSSL, Ed25519", [340, 89, 69], { cipher: 0x1302 }, "presented record-sizes"],
  ["Java, not asked, SHA-384", [85, 136], { cipher: 0x1302 }, "not-requested record-sizes"],
  ["Java, not asked, SHA-256", [69, 136], {}, "not-requested record-sizes"],
  ["Java, declined, SHA-384", [41, 85, 136], { cipher: 0x1302 }, "declined record-sizes"],
  ["Java, RSA, SHA-384", [900, 297, 85], { cipher: 0x1302 }, "presented record-sizes"],
  ["BoringSSL, declined in one record", [61, 120], {}, "declined record-sizes"],
  ["BoringSSL, presented in one record", [640, 120, 80, 90], {}, "presented record-sizes"],
  ["Chrome with ALPS, not asked", [63, 120], { extras: [17_513] }, "not-requested record-sizes"],
  ["Chrome with ALPS, declined", [71, 120], { extras: [17_613] }, "declined record-sizes"],
  ["Mbed TLS, not asked", [64, 144], {}, "not-requested record-sizes"],
  ["Mbed TLS, not asked, SHA-384", [80, 144], { cipher: 0x1302 }, "not-requested record-sizes"],
  ["Mbed TLS, declined", [32, 64, 144], {}, "declined record-sizes"],
  ["Mbed TLS, declined, SHA-384", [32, 80, 144], { cipher: 0x1302 }, "declined record-sizes"],
  ["Mbed TLS, RSA", [976, 288, 64, 144], {}, "presented record-sizes"],
  ["Mbed TLS, P-256, SHA-384", [784, 112, 80, 144], { cipher: 0x1302 }, "presented record-sizes"],
  [
    "in blocks of 16 and in one record, where the server's flight has a request",
    [64, 144],
    { server: [23, 80, 800, 281, 53] },
    "declined record-sizes",
  ],
  [
    "too large for a flight without certificate, where Mbed TLS did not ask",
    [272, 90, 120, 99],
    { server: [32, 928, 288, 64] },
    "not-requested record-sizes",
  ],
  ["a suite without encryption, not asked", [101, 120], { cipher: 0xc0b5 }, "not-requested record-sizes"],
  ["CCM with a short tag, not asked", [45, 120], { cipher: 0x1305 }, "not-requested record-sizes"],
  ["a certificate in fragments of 512", [529, 529, 529, 356, 281, 69], { cipher: 0x1302 }, "presented record-sizes"],
  ["a chain in eight fragments of 512", [...Array<number>(8).fill(529), 300, 281, 53], {}, "presented record-sizes"],
  ["fragments as records of 1,024 without their tag", [1_040, 400, 281, 53], {}, "presented record-sizes"],
  [
    "early data may come first, but the server did not ask",
    [300, 53, 120],
    { extras: [42], server: [23, 829, 95, 53] },
    "not-requested record-sizes",
  ],
  [
    "early data may come first, and of the server's fragments one may be a request",
    [300, 53, 120],
    { extras: [42], server: [23, 529, 529, 300, 95, 53] },
    "unknown none",
  ],
  ["a chain beyond one record", [16_401, 3_000, 281, 53], {}, "presented record-sizes"],
  ["Certificate and CertificateVerify together", [700, 53, 99], {}, "presented record-sizes"],
  ["a raw public key", [74, 89, 53], { extras: [19] }, "presented record-sizes"],
  [
    "Finished in a block of 16, or anything in one of 64: the next is as long",
    [80, 80, 300],
    { cipher: 0x1302 },
    "unknown none",
  ],
  ["the least records that a peer may ask for", [80, 80, 80, 80, 80, 41], { cipher: 0x1302 }, "unknown none"],
  [
    "a certificate in pieces of a length nobody has a name for",
    [1_386, 1_386, 565, 53, 30],
    {},
    "presented record-sizes",
  ],
  [
    "all in one message stream cut to 700, which no padding is",
    [717, 717, 717, 717, 320, 90],
    {},
    "presented record-sizes",
  ],
  ["all in fragments of 2,048", [2_065, 2_065, 595, 90], {}, "presented record-sizes"],
  ["AEGIS with a hash of 64 bytes, declined", [25, 85, 120], { cipher: 0x1306 }, "declined record-sizes"],
  [
    "early data as long as Finished may have been refused, and the server's one record says nothing",
    [53, 850, 281, 53],
    { extras: [42] },
    "unknown none",
  ],
  [
    "a request may hide in the server's first record, and the client's flight fits nothing",
    [57, 120, 99, 99],
    { server: [80, 800, 281, 53] },
    "unknown none",
  ],
  [
    "what seems a request is the first part of a certificate",
    [64, 144],
    { server: [23, 1_417, 600, 281, 53] },
    "not-requested record-sizes",
  ],
  [
    "a request as long as a fragment, before a certificate that is longer",
    [57, 120, 99, 99],
    { server: [23, 529, 1_500, 281, 53] },
    "unknown none",
  ],
  ["OpenSSL 3.5, not asked, the handshake padded to 300 and data as they are", [316, 120, 99], {}, "unknown none"],
  ["not asked, a block of 500, and one of data as long as Finished", [516, 53, 99], {}, "unknown none"],
  ["padded to blocks of 256, one record alone", [272], {}, "unknown none"],
  ["padded to blocks of 512", [528, 528, 528, 528], {}, "unknown none"],
  ["OpenSSL, not asked, padded to blocks of 500", [516, 516, 1_016], {}, "unknown none"],
  ["OpenSSL, declined, padded to blocks of 1,000", [1_016, 1_016, 1_016, 1_016], { cipher: 0x1302 }, "unknown none"],
  ["OpenSSL, not asked, padded to blocks of 333, then an alert as it is", [349, 19, 349], {}, "unknown none"],
  [
    "OpenSSL, not asked, padded to blocks of 500, with a record too full for padding",
    [516, 16_401, 516],
    {},
    "unknown none",
  ],
  ["not asked, the handshake padded to a block of 512 and data as they are", [528, 120, 99, 131], {}, "unknown none"],
  ["not asked, the handshake padded to a block of 200 and data as they are", [216, 120, 99, 131], {}, "unknown none"],
  ["not asked, the handshake padded to a block of 250 and data as they are", [266, 120, 99, 131], {}, "unknown none"],
  ["a raw public key and all else in one record", [182, 120, 99, 131], { extras: [19] }, "presented record-sizes"],
  [
    "declined, the handshake padded to a block of 1,000 and data as they are",
    [1_016, 120, 99, 131],
    {},
    "unknown none",
  ],
  ["OpenSSL, declined, padded to blocks of 500, one record alone", [516], {}, "unknown none"],
  ["OpenSSL, RSA, padded to blocks of 500", [1_016, 516, 516, 516], {}, "presented record-sizes"],
  ["BoringSSL, presented in one record that fits a block by chance", [656, 120, 80, 90], {}, "presented record-sizes"],
  [
    "a chain over three records, with all else of the flight",
    [16_401, 16_401, 9_000, 120],
    {},
    "presented record-sizes",
  ],
  ["all padded as far as can be", [16_401, 16_401, 16_401, 16_401], {}, "unknown none"],
  ["all padded to blocks of 16,384", [16_400, 16_400, 16_400, 16_400], {}, "unknown none"],
  ["BoringSSL, presented in one record, then nothing", [643], {}, "presented record-sizes"],
  ["a size that fits nothing", [57, 120, 99, 99], {}, "unknown none"],
  [
    "large, though the server's flight has no request",
    [640, 120, 80, 90],
    { server: [30, 800, 281, 53] },
    "unknown none",
  ],
  [
    "one record, but the server's flight has a request",
    [640, 120, 80, 90],
    { server: [30, 80, 800, 281, 53] },
    "presented record-sizes",
  ],
  [
    "early data too short for a certificate, then Finished with an empty one",
    [102, 93, 69, 38],
    { cipher: 0x1302, extras: [42], server: [23, 90, 800, 281, 69] },
    "unknown none",
  ],
  ["early data was offered and not taken", [300, 53, 120], { extras: [42] }, "unknown none"],
];

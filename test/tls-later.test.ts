import t from "tap";
import { feed, type Step } from "./support/dialog.js";
import { CHANGE_CIPHER, clientHello, handshake, sealed, sealedAll, serverHello } from "./support/tls-builder.js";
import { feedConnections, feedTogether, handshakesIn, verdicts } from "./support/tls-dialog.js";
import { flight13 } from "./support/tls-flights.js";

const EARLY_DATA = 42;
const LATE_AUTH = 49;
const TICKETS = [250, 250];

/** A TLS 1.3 handshake that nobody asks in, of a client that offers to be asked later, and what both send afterwards. */
function offeringLateAuth(...after: readonly Step[]): Step[] {
  const hello = handshake(clientHello({ offers13: true, extras: [LATE_AUTH] }));
  const answer = Buffer.concat([handshake(serverHello({ is13: true })), CHANGE_CIPHER, sealedAll([23, 800, 281, 53])]);
  return [["client", hello], ["server", answer], ["client", Buffer.concat([CHANGE_CIPHER, sealed(53)])], ...after];
}

const from = (side: "client" | "server", ...lengths: readonly number[]): Step => [side, sealedAll(lengths)];
const GET = from("client", 112);
const REQUEST = from("server", 167);

t.test("TLS 1.3: a certificate that may have been asked for after the handshake is never a no", (t) => {
  const unknown = "unknown none";
  const rows: readonly (readonly [string, readonly Step[], string])[] = [
    [
      "RSA, asked upon the first request",
      [GET, from("server", ...TICKETS), REQUEST, from("client", 1_907, 281, 53)],
      unknown,
    ],
    ["Certificate and CertificateVerify in one", [GET, REQUEST, from("client", 2_100, 53)], unknown],
    ["an empty one", [GET, REQUEST, from("client", 57, 53)], unknown],
    [
      "an empty one, asked upon the second request",
      [GET, from("server", 250), GET, REQUEST, from("client", 57, 53)],
      unknown,
    ],
    ["padded as Java does", [GET, REQUEST, from("client", 916, 297, 69)], unknown],
    ["answered by data", [GET, from("server", 250)], "not-requested record-sizes"],
    ["requests one upon the other", [from("client", 300, 112), from("server", 400), GET], "not-requested record-sizes"],
    ["Finished-sized data of its own", [GET, from("server", 250), from("client", 53)], "not-requested record-sizes"],
  ];
  for (const [what, steps, expected] of rows) {
    const answered = [...steps, from("server", 1_242, 254)];
    t.same(verdicts(feed(offeringLateAuth(...answered))), [expected], what);
    t.same(verdicts(feed(offeringLateAuth(...answered), { pieceBytes: 1 })), [expected], `${what}, byte by byte`);
    t.same(verdicts(feed(offeringLateAuth(from("server", ...TICKETS), ...steps))), [expected], `${what}, cut short`);
  }
  t.end();
});

t.test("what the client's lost records held after the handshake is not told either", (t) => {
  const lost: Step = ["client", 500];
  const [seen] = handshakesIn(feed(offeringLateAuth(GET, REQUEST, lost, from("server", 250))));
  t.match(seen, {
    established: true,
    clientAuth: {
      verdict: "unknown",
      reason:
        "records of the client's after the handshake were lost, in which it may have answered a server that asks for a certificate then",
    },
  });
  t.end();
});

t.test("after some exchanges no certificate is waited for, and what comes later is said to be invisible", (t) => {
  const exchange = [GET, from("server", 250)];
  const late = [REQUEST, from("client", 57, 53), from("server", 250)];
  const ground =
    "inferred from record sizes: the client's first record after ServerHello is Finished alone; the server's flight agrees" +
    "; the client offers authentication after the handshake, which would be invisible";
  const rows: readonly (readonly [number, string])[] = [
    [3, "unknown"],
    [4, "not-requested"],
  ];
  for (const [exchanges, expected] of rows) {
    const [seen] = handshakesIn(feed(offeringLateAuth(...Array(exchanges).fill(exchange).flat(), ...late)));
    t.equal(seen?.clientAuth.verdict, expected, `${exchanges} exchanges`);
    if (expected === "not-requested") t.equal(seen?.clientAuth.reason, ground);
  }
  t.end();
});

t.test("a session may be resumed before the connection that gave its ticket has ended", (t) => {
  const hello = handshake(clientHello({ offers13: true, extras: [LATE_AUTH], identities: [178] }));
  const resumed: Step[] = [
    ["client", hello],
    ["server", Buffer.concat([handshake(serverHello({ is13: true, selectsKey: true })), sealedAll([23, 53])])],
    from("client", 53, 112),
    from("server", 300),
  ];
  const joined = "presented record-sizes";
  const rows: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
    [
      "late authentication offered",
      offeringLateAuth(from("server", 213), GET, from("server", 455)),
      ["not-requested record-sizes", "not-requested resumption resumed"],
    ],
    [
      "asked late: the ticket that came upon it is of that session",
      offeringLateAuth(GET, REQUEST, from("client", 1_907, 281, 53), from("server", 213)),
      ["unknown none", "unknown none resumed"],
    ],
    [
      "a flight in one record",
      flight13([913], { after: [213], extras: [LATE_AUTH] }).concat([GET, from("server", 455)]),
      [joined, "presented resumption resumed"],
    ],
    [
      "a flight in one record, of a multiple of 64",
      flight13([912], { after: [213, 213], extras: [LATE_AUTH] }).concat([GET, from("server", 455)]),
      [joined, "presented resumption resumed"],
    ],
  ];
  for (const [what, full, expected] of rows) t.same(verdicts(feedTogether(full, resumed)).sort(), expected, what);
  t.end();
});

/** Early data right behind the hello, and what the client's flight is. */
function early(server: readonly number[], client: readonly number[], selectsKey = false): Step[] {
  return [
    [
      "client",
      Buffer.concat([
        handshake(clientHello({ offers13: true, extras: [EARLY_DATA], identities: [208] })),
        CHANGE_CIPHER,
      ]),
    ],
    from("client", 66, 900),
    ["server", Buffer.concat([handshake(serverHello({ is13: true, selectsKey })), CHANGE_CIPHER, sealedAll(server)])],
    from("client", ...client),
    from("server", ...TICKETS),
  ];
}

t.test("early data that was refused, with its session, is no part of the client's flight", (t) => {
  const asks = [23, 131, 800, 281, 53];
  const rows: readonly (readonly [string, Step[], string])[] = [
    ["not asked", early([23, 800, 281, 53], [53, 120]), "not-requested record-sizes"],
    ["not asked, some still under way", early([23, 800, 281, 53], [300, 53]), "not-requested record-sizes"],
    ["declined", early(asks, [25, 53]), "declined record-sizes"],
    ["declined, some still under way", early(asks, [900, 96, 25, 53]), "declined record-sizes"],
    ["presented", early(asks, [840, 281, 53]), "presented record-sizes"],
    ["presented, some still under way", early(asks, [300, 840, 281, 53]), "presented record-sizes"],
    ["asked, and nothing but data of Finished's size", early(asks, [53, 300, 300, 300, 300]), "unknown none"],
    ["the server's flight in one record", early([1_400], [300, 53]), "unknown none"],
  ];
  for (const [what, steps, expected] of rows) {
    t.same(verdicts(feed(steps)), [expected], what);
    t.same(verdicts(feed(steps, { pieceBytes: 1 })), [expected], `${what}, byte by byte`);
  }
  t.end();
});

t.test("whether early data was taken is told by EndOfEarlyData, or by what can't have taken it", (t) => {
  const hello = clientHello({ offers13: true, extras: [EARLY_DATA], identities: [208] });
  const retry: Step = ["server", Buffer.concat([handshake(serverHello({ is13: true, isRetry: true })), CHANGE_CIPHER])];
  const again = handshake(clientHello({ offers13: true, identities: [208] }));
  const answer = handshake(serverHello({ is13: true, selectsKey: true }));
  const rows: readonly (readonly [string, Step[], boolean | undefined])[] = [
    ["taken", early([27, 53], [21, 53], true), true],
    ["refused with the session", early([23, 800, 281, 53], [53, 120]), false],
    ["resumed, no EndOfEarlyData seen", early([27, 53], [53, 120], true), undefined],
    [
      "refused by a retry",
      [
        ["client", handshake(hello)],
        from("client", 66),
        retry,
        ["client", again],
        ["server", answer],
        from("server", 23, 53),
        from("client", 53),
        from("server", 250),
      ],
      false,
    ],
  ];
  for (const [what, steps, expected] of rows) {
    const [seen] = handshakesIn(feedConnections([steps]));
    t.same([seen?.offersEarlyData, seen?.tookEarlyData, seen?.established], [true, expected, true], what);
  }
  t.end();
});

t.test("HelloRetryRequest makes one handshake of two hellos", (t) => {
  const [hello, answer, , after] = flight13([53, 120]);
  const retry: Step = ["server", Buffer.concat([handshake(serverHello({ is13: true, isRetry: true })), CHANGE_CIPHER])];
  const second: Step = ["client", Buffer.concat([CHANGE_CIPHER, hello[1] as Buffer])];
  const steps: Step[] = [hello, retry, second, answer, ["client", sealedAll([53, 120])], after];
  t.same(verdicts(feed(steps)), ["not-requested record-sizes"]);
  t.same(verdicts(feed(steps, { pieceBytes: 1 })), ["not-requested record-sizes"]);
  t.end();
});

t.test("TLS 1.3: a session resumed is told by the tickets of those seen", (t) => {
  // A ticket of 160 bytes makes a record of 17 + 17 + 8 + 160; one that holds a certificate is longer.
  const plain = flight13([53, 120], { after: [202, 202, 400] });
  const mutual = flight13([850, 281, 53], { after: [1_202, 1_202, 400] });
  const resume = (identity: number, after?: readonly number[]): Step[] =>
    flight13([53, 99], { identities: [identity], selectsKey: true, server: [30, 53], ...(after && { after }) });
  const rows: readonly (readonly [string, readonly (readonly Step[])[], readonly string[]])[] = [
    ["one kind seen", [mutual, resume(1_160)], ["presented record-sizes", "presented resumption resumed"]],
    [
      "two kinds, told by length",
      [plain, mutual, resume(160), resume(1_160)],
      [
        "not-requested record-sizes",
        "presented record-sizes",
        "not-requested resumption resumed",
        "presented resumption resumed",
      ],
    ],
    [
      "two kinds of one length",
      [plain, flight13([850, 281, 53], { after: [202, 202] }), resume(160)],
      ["not-requested record-sizes", "presented record-sizes", "unknown none resumed"],
    ],
    ["a ticket no session seen gave", [plain, resume(1_160)], ["not-requested record-sizes", "unknown none resumed"]],
    [
      "an answer as long as the other kind's ticket is none",
      [flight13([53, 120], { after: [202, 1_202] }), mutual, resume(1_160)],
      ["not-requested record-sizes", "presented record-sizes", "presented resumption resumed"],
    ],
    [
      "an answer to a session resumed is no ticket where it is not as long as the one offered",
      [plain, mutual, resume(160, [1_202]), resume(1_160)],
      [
        "not-requested record-sizes",
        "presented record-sizes",
        "not-requested resumption resumed",
        "presented resumption resumed",
      ],
    ],
    [
      "tickets after records too short for any",
      [flight13([850, 281, 53], { after: [35, 1_202] }), resume(1_160)],
      ["presented record-sizes", "presented resumption resumed"],
    ],
    [
      "tickets and a server's flight in blocks of 16",
      [flight13([976, 288, 64, 144], { server: [32, 48, 736, 96, 64], after: [176, 176] }), resume(105)],
      ["presented record-sizes", "presented resumption resumed"],
    ],
    [
      "two tickets in one record, one a byte longer than the other, as Botan sends them",
      [flight13([900, 53], { after: [400, 1_993] }), resume(173, [399, 2_413])],
      ["presented record-sizes", "presented resumption resumed"],
    ],
    [
      "two tickets in one record, of a server that then gives one as long as the other kind's",
      [flight13([318, 95, 53], { after: [459, 90] }), resume(208, [250, 90])],
      ["presented record-sizes", "unknown none resumed"],
    ],
    [
      "a ticket with a certificate in it is not two without",
      [flight13([318, 95, 53], { after: [538, 538] }), resume(208)],
      ["presented record-sizes", "unknown none resumed"],
    ],
    [
      "nor where it came alone, with more than two would hold beside themselves",
      [flight13([318, 95, 53], { after: [538, 90] }), resume(208)],
      ["presented record-sizes", "unknown none resumed"],
    ],
    [
      "nor where a server gives one as long again, that two would hold with thirty bytes each beside themselves",
      [flight13([318, 95, 53], { after: [527, 90] }), resume(208, [527, 90])],
      ["presented record-sizes", "unknown none resumed"],
    ],
    [
      "nor where tickets seen to come apart would hold as much",
      [flight13([318, 95, 53], { after: [490, 490] }), resume(208)],
      ["presented record-sizes", "unknown none resumed"],
    ],
    [
      "of two kinds the one whose ticket has its length alone",
      [flight13([53, 120], { after: [250, 250] }), flight13([318, 95, 53], { after: [538, 538] }), resume(208)],
      ["not-requested record-sizes", "presented record-sizes", "not-requested resumption resumed"],
    ],
    [
      "a request for a certificate as long as a padded Finished ends no flight",
      [
        flight13([25, 69, 33], { cipher: 0x1302, server: [23, 85, 694, 96, 69], after: [250, 250] }),
        flight13([318, 95, 69, 33], { cipher: 0x1302, server: [23, 85, 694, 96, 69], after: [538, 538] }),
        flight13([69, 33], { cipher: 0x1302, identities: [208], selectsKey: true, server: [23, 69], after: [250] }),
      ],
      ["declined record-sizes", "presented record-sizes", "declined resumption resumed"],
    ],
    [
      "a ticket in three fragments",
      [flight13([850, 281, 53], { after: [529, 529, 202, 529] }), resume(1_184)],
      ["presented record-sizes", "presented resumption resumed"],
    ],
    [
      "a server that fills blocks of 512",
      [flight13([850, 281, 53], { server: [528, 528, 2_064, 528, 528], after: [1_552, 1_552, 528] }), resume(1_184)],
      ["presented record-sizes", "presented resumption resumed"],
    ],
    [
      "of two tickets offered the one that was taken counts",
      [plain, mutual, flight13([53, 99], { identities: [160, 1_160], selectsKey: true, keyIndex: 1 })],
      ["not-requested record-sizes", "presented record-sizes", "presented resumption resumed"],
    ],
    [
      "a session that was seen to give no ticket is not the one resumed",
      [flight13([53, 120], { after: [35, 35] }), resume(1_160)],
      ["not-requested record-sizes", "unknown none resumed"],
    ],
    ["no session seen", [resume(160)], ["unknown none resumed"]],
    ["one resumed from one unknown", [resume(160), resume(160)], ["unknown none resumed", "unknown none resumed"]],
  ];
  for (const [what, connections, expected] of rows) t.same(verdicts(feedConnections(connections)), expected, what);
  t.end();
});

t.test("TLS 1.3: a key agreed on outside of TLS is no session's, and with it no certificate is asked for", (t) => {
  const mutual = flight13([850, 281, 53], { after: [1_202, 1_202, 400] });
  const take = (identity: number | Buffer): Step[] =>
    flight13([53, 99], { identities: [identity], selectsKey: true, server: [30, 53], after: [35, 400] });
  const imported = Buffer.concat([Buffer.from([0, 3, 1, 2, 3, 0, 0, 3, 4, 0, 1])]);
  const rows: readonly (readonly [string, readonly Step[], string])[] = [
    ["a name in text", take(Buffer.from("Client_identity")), "not-requested messages"],
    ["one as long as a ticket seen", take(Buffer.alloc(1_160, "k")), "not-requested messages"],
    ["one imported by RFC 9258", take(imported), "not-requested messages"],
    ["random bytes may be a ticket of a client that tells no ages", take(Buffer.alloc(1_160, 0xc3)), "unknown none"],
    ["of less than a ticket takes, with an age", take(15), "unknown none"],
    [
      "beside a certificate, as RFC 8773 has it",
      flight13([850, 281, 53, 99], {
        identities: [Buffer.from("Client_identity")],
        selectsKey: true,
        answerExtras: [33],
      }),
      "presented record-sizes",
    ],
  ];
  for (const [what, steps, expected] of rows)
    t.same(verdicts(feedConnections([mutual, steps])), ["presented record-sizes", expected], what);
  const [, external, unclear] = handshakesIn(
    feedConnections([mutual, take(Buffer.from("Client_identity")), take(Buffer.alloc(1_160, 0xc3))]),
  );
  t.match(external, {
    resumed: false,
    clientAuth: {
      verdict: "not-requested",
      basis: "messages",
      confidence: 0.95,
      reason:
        "read in the clear: both ends prove themselves by a key agreed on outside of TLS, with which no certificate is asked for",
    },
  });
  t.match(unclear, {
    resumed: undefined,
    clientAuth: {
      verdict: "unknown",
      basis: "none",
      confidence: 0,
      reason:
        "the key that was taken may be a session's, whose full handshake may have had a certificate, or one agreed on outside of TLS",
    },
  });
  t.end();
});

import t from "tap";
import type { Handshake } from "../sensor/protocol/message.js";
import { describe, feed, type Step } from "./support/dialog.js";
import {
  alert,
  CERTIFICATE_REQUEST,
  CERTIFICATE_VERIFY,
  CHANGE_CIPHER,
  CLIENT_KEY_EXCHANGE,
  certificate,
  certificates,
  clientHello,
  handshake,
  message,
  name,
  newSessionTicket,
  record,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  sealed,
  serverHello,
} from "./support/tls-builder.js";
import { feedConnections, handshakesIn, verdicts } from "./support/tls-dialog.js";
import { flight13, MEASURED } from "./support/tls-flights.js";

const SERVER_CERTIFICATE = certificate();
const CLIENT_CERTIFICATE = certificate({ subject: name(["03", "client-7"]) });
const FINISHED = sealed(40, 22);
const DATA = sealed(100);
const ID = Buffer.alloc(32, 0x1d);
const TICKET = Buffer.alloc(180, 0x7c);
const AGAIN = Buffer.alloc(180, 0x7d);

/** What a Certificate message holds that is a public key alone, and one whose list is longer than all of it. */
const RAW_KEY = Buffer.concat([Buffer.from("00002c302a300506032b6570032100", "hex"), Buffer.alloc(32, 6)]);
const BROKEN_LIST = Buffer.from([0, 9, 0, 0, 8, 255, 1, 2]);
const bare = (...body: readonly Buffer[]): Buffer => message(11, Buffer.concat(body));

/** A full TLS 1.2 handshake in which the server asks or not, and the client answers with these certificates. */
function full12(asks: boolean, answer: readonly Buffer[] | undefined, ticket?: Buffer, say = certificates): Step[] {
  const request = asks ? [CERTIFICATE_REQUEST] : [];
  const given = answer === undefined ? [] : [say(...answer)];
  const proof = answer !== undefined && answer.length > 0 ? [CERTIFICATE_VERIFY] : [];
  const issued = ticket === undefined ? [] : [handshake(newSessionTicket(ticket))];
  return [
    ["client", handshake(clientHello({ offers13: true }))],
    [
      "server",
      handshake(
        serverHello({ sessionId: ID }),
        certificates(SERVER_CERTIFICATE),
        SERVER_KEY_EXCHANGE,
        ...request,
        SERVER_HELLO_DONE,
      ),
    ],
    ["client", Buffer.concat([handshake(...given, CLIENT_KEY_EXCHANGE, ...proof), CHANGE_CIPHER, FINISHED])],
    ["server", Buffer.concat([...issued, CHANGE_CIPHER, FINISHED])],
    ["client", DATA],
    ["server", DATA],
  ];
}

t.test("TLS 1.2: client certificates are read in the clear", (t) => {
  const rows: readonly (readonly [string, readonly Step[], string])[] = [
    ["not asked", full12(false, undefined), "not-requested messages"],
    ["asked and empty", full12(true, []), "declined messages"],
    ["asked and answered with a chain", full12(true, [CLIENT_CERTIFICATE, SERVER_CERTIFICATE]), "presented messages"],
    ["asked and no Certificate at all", full12(true, undefined), "declined messages"],
    [
      "asked and answered with a bare key, as RFC 7250 has it",
      full12(true, [RAW_KEY], undefined, bare),
      "presented messages",
    ],
    ["asked and answered with what is no list", full12(true, [BROKEN_LIST], undefined, bare), "presented messages"],
  ];
  for (const [what, steps, expected] of rows) {
    for (const pieceBytes of [undefined, 1, 7]) {
      t.same(
        verdicts(feed(steps, pieceBytes === undefined ? {} : { pieceBytes })),
        [expected],
        `${what} ${pieceBytes ?? "whole"}`,
      );
    }
  }
  t.end();
});

t.test("a handshake says everything that was seen of it", (t) => {
  const [seen] = handshakesIn(feed(full12(true, [CLIENT_CERTIFICATE])));
  const { flow: _flow, serverChain, clientChain, clientAuth, ...rest } = seen as Handshake;
  t.same(rest, {
    kind: "handshake",
    atMicros: 1,
    version: "1.2",
    cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    curve: "x25519",
    serverName: "service.example",
    nextProtocol: undefined,
    established: true,
    resumed: false,
    ja3: "1f4856692b52fa389b00b14c0dc7190a",
    ja3s: "174e7e4992a63f6d419626d97363adb8",
    ja4: "t13d0305h2_40b44b994229_fbabbea27ee8",
    alert: undefined,
    alertFrom: undefined,
    offersEncryptedHello: false,
    offersEarlyData: false,
    offersPostHandshakeAuth: false,
    tookEarlyData: undefined,
    isPostQuantum: false,
    complete: true,
  });
  t.same(clientAuth, {
    verdict: "presented",
    basis: "messages",
    confidence: 1,
    reason: "read in the clear: the client sent its certificate",
  });
  t.same(
    serverChain.map(({ subject }) => subject),
    ["CN=service.example"],
  );
  t.same(
    clientChain.map(({ subject }) => subject),
    ["CN=client-7"],
  );
  t.end();
});

t.test("records and messages may be cut and joined in any way", (t) => {
  const server = Buffer.concat([
    serverHello(),
    certificates(SERVER_CERTIFICATE),
    SERVER_KEY_EXCHANGE,
    SERVER_HELLO_DONE,
  ]);
  for (const size of [1, 3, 5, 64, server.length]) {
    const records: Buffer[] = [];
    for (let at = 0; at < server.length; at += size) records.push(record(22, server.subarray(at, at + size)));
    const steps = full12(false, undefined).with(1, ["server", Buffer.concat(records)]);
    t.same(verdicts(feed(steps)), ["not-requested messages"], `records of ${size}`);
  }
  t.end();
});

t.test("TLS 1.3: the sizes of records tell what the client sent, or that it can't be told", (t) => {
  for (const [what, client, options, expected] of MEASURED) {
    t.same(verdicts(feed(flight13(client, options))), [expected], what);
    t.same(verdicts(feed(flight13(client, options), { pieceBytes: 1 })), [expected], `${what}, byte by byte`);
  }
  t.end();
});

t.test("TLS 1.3: an alert ends the handshake, and short answers are none", (t) => {
  const rows: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
    ["the client refuses the server", flight13([19], { after: [] }), ["unknown none failed"]],
    ["the server refuses who declined", flight13([25, 53, 35], { after: [19] }), ["declined record-sizes failed"]],
    [
      "the server refuses a certificate",
      flight13([850, 281, 53, 60], { after: [19] }),
      ["presented record-sizes failed"],
    ],
    ["the client says good-bye first", flight13([53, 19], { after: [19] }), ["not-requested record-sizes"]],
    ["the server's answer is short", flight13([53, 40], { after: [35] }), ["not-requested record-sizes"]],
    ["nothing after the client's flight", flight13([53, 40], { after: [] }), ["not-requested record-sizes open"]],
  ];
  for (const [what, steps, expected] of rows) t.same(verdicts(feed(steps)), expected, what);
  t.end();
});

t.test("lost bytes never become a no", (t) => {
  const [hello, answer, flight, after] = flight13([850, 281, 53, 120]);
  const rows: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
    ["the client's flight", [hello, answer, ["client", 900], ["client", sealed(53)], after], ["unknown none"]],
    [
      "the client's flight, where the server's has no request",
      [
        hello,
        ...flight13([53], { server: [30, 800, 281, 53] }).slice(1, 2),
        ["client", 900],
        ["client", sealed(53)],
        after,
      ],
      ["not-requested record-sizes"],
    ],
    ["the hello", [["client", 300], answer, flight, after], ["unknown none"]],
    [
      "inside a record of the flight",
      [hello, answer, ["client", sealed(850).subarray(0, 400)], ["client", 455], flight13([281, 53])[2], after],
      ["presented record-sizes"],
    ],
    [
      "the server's flight of TLS 1.2, but the client's tells",
      full12(false, undefined).with(1, ["server", 1_000]),
      ["not-requested messages"],
    ],
    [
      "both flights of TLS 1.2",
      full12(false, undefined).with(1, ["server", 1_000]).with(2, ["client", 200]),
      ["unknown none"],
    ],
  ];
  for (const [what, steps, expected] of rows) {
    const seen = verdicts(feed(steps)).map((line) => line.replace(/ (open|failed)$/, ""));
    t.same(seen, expected, what);
  }
  t.end();
});

t.test("every prefix of a connection that presented tells presented or unknown", (t) => {
  for (const steps of [full12(true, [CLIENT_CERTIFICATE]), flight13([850, 281, 53, 120])]) {
    for (let step = 0; step < steps.length; step++) {
      const [from, what] = steps[step] as ["client" | "server", Buffer];
      for (let length = 0; length < what.length; length += 13) {
        const cut: Step[] = [...steps.slice(0, step), [from, what.subarray(0, length)]];
        for (const line of verdicts(feed(cut, { closed: "end" }))) {
          if (!/^(presented|unknown)/.test(line)) t.fail(`${step}/${length}: ${line}`);
        }
      }
    }
  }
  t.pass("no prefix told anything else");
  t.end();
});

/** A TLS 1.2 session resumed: by the id echoed, or by the ticket. */
function resumed12(parts: { readonly id?: Buffer; readonly ticket?: Buffer; readonly again?: Buffer }): Step[] {
  const { id = Buffer.alloc(0), ticket = Buffer.alloc(0), again } = parts;
  const issued = again === undefined ? [] : [newSessionTicket(again)];
  return [
    ["client", handshake(clientHello({ sessionId: id, ticket }))],
    ["server", Buffer.concat([handshake(serverHello({ sessionId: id }), ...issued), CHANGE_CIPHER, FINISHED])],
    ["client", Buffer.concat([CHANGE_CIPHER, FINISHED, DATA])],
    ["server", DATA],
  ];
}

t.test("TLS 1.2: a session resumed is what its full handshake was", (t) => {
  const presented = full12(true, [CLIENT_CERTIFICATE], TICKET);
  const rows: readonly (readonly [string, readonly (readonly Step[])[], readonly string[]])[] = [
    ["by id", [presented, resumed12({ id: ID })], ["presented messages", "presented resumption resumed"]],
    ["by ticket", [presented, resumed12({ ticket: TICKET })], ["presented messages", "presented resumption resumed"]],
    [
      "by ticket under another id",
      [presented, resumed12({ ticket: TICKET, id: Buffer.alloc(32, 5) })],
      ["presented messages", "presented resumption resumed"],
    ],
    [
      "by a ticket that a resumption gave which failed",
      [presented, [...resumed12({ ticket: TICKET, again: AGAIN }).slice(0, 2)], resumed12({ ticket: AGAIN })],
      ["presented messages", "presented resumption resumed failed", "presented resumption resumed"],
    ],
    [
      "not asked",
      [full12(false, undefined), resumed12({ id: ID })],
      ["not-requested messages", "not-requested resumption resumed"],
    ],
    ["never seen", [resumed12({ id: Buffer.alloc(32, 9) })], ["unknown none resumed"]],
  ];
  for (const [what, connections, expected] of rows) t.same(verdicts(feedConnections(connections)), expected, what);
  const [, again] = handshakesIn(feedConnections([presented, resumed12({ id: ID })]));
  t.same(
    again?.clientChain.map(({ subject }) => subject),
    ["CN=client-7"],
    "its certificate comes back with it",
  );
  t.end();
});

t.test("TLS 1.2: what the client sends before Finished under NPN and channel id is no new handshake", (t) => {
  const [hello, , , done, request, response] = full12(false, undefined);
  const answer = (...extras: number[]): Step => [
    "server",
    handshake(
      serverHello({ sessionId: ID, extras }),
      certificates(SERVER_CERTIFICATE),
      SERVER_KEY_EXCHANGE,
      SERVER_HELLO_DONE,
    ),
  ];
  const flight = (encrypted: number): Step => [
    "client",
    Buffer.concat([handshake(CLIENT_KEY_EXCHANGE), CHANGE_CIPHER, ...Array<Buffer>(encrypted).fill(FINISHED)]),
  ];
  const rows: readonly (readonly [string, Step, number, string])[] = [
    ["NPN", answer(13_172), 2, "not-requested messages"],
    ["NPN and channel id", answer(13_172, 30_032), 3, "not-requested messages"],
    ["one more than that", answer(13_172), 3, "unknown none"],
    ["neither", answer(), 2, "unknown none"],
  ];
  for (const [what, second, encrypted, expected] of rows)
    t.same(verdicts(feed([hello, second, flight(encrypted), done, request, response])), [expected], what);
  t.end();
});

t.test("TLS is found wherever it begins", (t) => {
  const tls = full12(true, [CLIENT_CERTIFICATE]);
  t.same(
    describe(
      feed([
        ["server", "220 mail\r\n"],
        ["client", "EHLO a\r\n"],
        ["server", "250 STARTTLS\r\n"],
        ["client", "STARTTLS\r\n"],
        ["server", "220 go\r\n"],
        ...tls,
      ]),
    ),
    ["= tls", "tls 1.2 presented"],
    "after STARTTLS",
  );
  t.same(
    describe(
      feed([
        ["client", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"],
        ["server", "HTTP/1.1 200 OK\r\n\r\n"],
        ...tls,
      ]),
    ),
    ["= http1", "1.1 CONNECT a:443 a:443 200 0 0", "tls 1.2 presented"],
    "after CONNECT",
  );
  t.same(
    describe(
      feed(
        [
          ["client", DATA],
          ["server", DATA],
        ],
        { rolesFrom: "ports" },
      ),
    ),
    ["= tls", "tls - unknown"],
    "joined late",
  );
  const finished = Buffer.concat([record(22, Buffer.from([11, 0xf0, 1, 2, ...Buffer.alloc(36, 9)])), DATA]);
  t.same(verdicts(feed([["client", finished]], { rolesFrom: "ports" })), ["unknown none open"], "joined at a Finished");
  t.same(
    describe(
      feed([
        ["server", "\x01\x02"],
        ["client", "\x01\x02"],
        ["client", sealed(9)],
      ]),
    ),
    ["= unknown"],
    "not in the middle of anything",
  );
  t.end();
});

t.test("SSL 2.0's form of a hello is read", (t) => {
  const hello = Buffer.from(
    `802e0103010015000000100700c000000500000a000016000013000009000003${"00".repeat(16)}`,
    "hex",
  );
  const rest = full12(false, undefined).slice(1);
  for (const pieceBytes of [undefined, 1, 5]) {
    const [seen] = handshakesIn(feed([["client", hello], ...rest], pieceBytes === undefined ? {} : { pieceBytes }));
    t.same(
      [seen?.clientAuth.verdict, seen?.version, seen?.established],
      ["not-requested", "1.2", true],
      `${pieceBytes ?? "whole"}`,
    );
  }
  t.end();
});

t.test("alerts and endings are told", (t) => {
  const [hello, answer, flight, done, request, response] = full12(true, []);
  const outcome = (steps: readonly Step[], closed: "fin" | "reset" | "end" = "fin") =>
    handshakesIn(feed(steps, { closed })).map((one) => [
      one.clientAuth.verdict,
      one.established,
      one.alert,
      one.alertFrom,
    ]);
  t.same(outcome([hello, ["server", alert(2, 40)]]), [["unknown", false, "handshake_failure", "server"]]);
  t.same(outcome([hello, answer, ["client", alert(2, 48)]]), [["unknown", false, "unknown_ca", "client"]]);
  t.same(outcome([hello, answer, flight, ["server", alert(2, 116)]]), [
    ["declined", false, "certificate_required", "server"],
  ]);
  t.same(outcome([hello]), [["unknown", false, undefined, undefined]], "never answered");
  t.same(outcome([hello, answer], "end"), [["unknown", undefined, undefined, undefined]], "the capture ended inside");
  const lost = outcome([hello, answer, ["client", 900], done, request, response, ["server", sealed(26, 21)]]);
  t.same(lost, [["unknown", true, undefined, undefined]], "closed by an alert, after a flight that was lost");
  t.equal(outcome([["client", 9], answer, ["client", 900], done, ["server", sealed(26, 21)]])[0][1], true, "one side");
  t.end();
});

t.test("a handshake inside an established connection is told, and keeps a no from being said", (t) => {
  const [hello, answer, flight, done, request, response] = full12(false, undefined);
  const again = sealed(80, 22);
  const before = feed([hello, answer, flight, done, request, ["server", again], response]);
  t.same(describe(before), ["= tls", "! server tls-renegotiation", "tls 1.2 unknown"]);
  const after = feed([hello, answer, flight, done, request, response, ["client", again], ["client", again]]);
  t.same(describe(after), ["= tls", "tls 1.2 not-requested", "! client tls-renegotiation"]);
  t.end();
});

import t from "tap";
import { SessionPairs } from "../sensor/protocol/tls/session-pairs.js";
import type { Step } from "./support/dialog.js";
import { feedConnections, feedTogether, handshakesIn, verdicts } from "./support/tls-dialog.js";
import { flight13 } from "./support/tls-flights.js";

/** A record with a ticket of 32 bytes: a key of the server's table, as long for every session. */
const KEY = 74;

const flight = { declined: [25, 53, 120], presented: [850, 281, 53] } as const;

function full(kind: "declined" | "presented", after: readonly number[], serverName?: string): Step[] {
  return flight13(flight[kind], { after, ...(serverName === undefined ? {} : { serverName }) });
}

function resume(identity: number): Step[] {
  return flight13([53, 99], { identities: [identity], selectsKey: true, server: [30, 53] });
}

/** The server's step in three: its hello and the rest, and each of its two records. */
function pieceOf([, bytes]: Step, at: number): Buffer {
  const whole = Buffer.from(bytes as Buffer);
  const cuts = [0, whole.length - 5 - 69 - 5 - 27, whole.length - 5 - 69, whole.length];
  return whole.subarray(cuts[at], cuts[at + 1]);
}

/** The same handshake; what the server said after it was lost. */
function withoutTickets(steps: readonly Step[]): Step[] {
  return [...steps.slice(0, 3), ["server", 222], ["client", Buffer.from("1703030020".padEnd(74, "0"), "hex")]];
}

/** The same; the client's hello was lost, and with it name and program. */
function withoutHello(steps: readonly Step[]): Step[] {
  return [["client", 240], ...steps.slice(1)];
}

t.test("TLS 1.3: a ticket that is a key is no ground to choose among sessions", (t) => {
  const rows: readonly (readonly [string, readonly (readonly Step[])[], string])[] = [
    ["one kind seen", [full("presented", [KEY, KEY, 400]), resume(32)], "presented resumption resumed"],
    [
      "both kinds seen",
      [full("declined", [KEY, KEY]), full("presented", [KEY, KEY]), resume(32)],
      "unknown none resumed",
    ],
    [
      "both, the other way round",
      [full("presented", [KEY]), full("declined", [KEY]), resume(32)],
      "unknown none resumed",
    ],
    [
      "the other's came behind data",
      [full("declined", [KEY]), full("presented", [400, KEY]), resume(32)],
      "unknown none resumed",
    ],
    [
      "the other's were lost",
      [full("declined", [KEY]), withoutTickets(full("presented", [])), resume(32)],
      "unknown none resumed",
    ],
    [
      "the other's hello was lost",
      [withoutHello(full("presented", [KEY])), full("declined", [KEY]), resume(32)],
      "unknown none resumed",
    ],
    [
      "the other gave none",
      [full("declined", [KEY]), full("presented", [35, 35]), resume(32)],
      "declined resumption resumed",
    ],
    ["no kind gave it", [full("declined", [202, 202]), resume(32)], "unknown none resumed"],
  ];
  for (const [what, connections, expected] of rows)
    t.equal(verdicts(feedConnections(connections)).at(-1), expected, what);
  t.end();
});

t.test("TLS 1.3: a session may be resumed by another name of the same server", (t) => {
  const rows: readonly (readonly [string, readonly (readonly Step[])[], string])[] = [
    [
      "a key that either may have given",
      [full("presented", [KEY], "a.example"), full("declined", [KEY]), resume(32)],
      "unknown none resumed",
    ],
    [
      "the other way round",
      [full("declined", [KEY], "a.example"), full("presented", [KEY]), resume(32)],
      "unknown none resumed",
    ],
    [
      "sessions of one length",
      [full("presented", [202], "a.example"), full("declined", [202]), resume(160)],
      "unknown none resumed",
    ],
    [
      "sessions of other lengths",
      [full("presented", [702], "a.example"), full("declined", [202]), resume(160)],
      "declined resumption resumed",
    ],
    [
      "the other's tickets were lost",
      [withoutTickets(full("presented", [], "a.example")), full("declined", [202]), resume(160)],
      "unknown none resumed",
    ],
    [
      "both presented",
      [full("presented", [KEY], "a.example"), full("presented", [KEY]), resume(32)],
      "presented resumption resumed",
    ],
  ];
  for (const [what, connections, expected] of rows)
    t.equal(verdicts(feedConnections(connections)).at(-1), expected, what);
  t.end();
});

t.test("TLS 1.3: what another name's session was is forgotten with it, in any order", (t) => {
  const conn = (clientAddress: string, serverName: string) =>
    ({ clientAddress, serverAddress: "10.0.0.2", serverPort: 443, serverName, mark: "m" }) as const;
  const pairs = new SessionPairs(3);
  const has = (name: string): boolean => pairs.hasByOtherName(conn("10.0.0.1", name), () => true);
  const auth = { verdict: "presented", basis: "messages", confidence: 1, reason: "" } as const;
  for (const name of ["a", "b", "c"]) pairs.admit(conn("10.0.0.1", name), auth);
  t.same([has("a"), has("d")], [true, true]);
  pairs.admit(conn("10.0.0.9", "x"), auth);
  t.equal(pairs.kinds(conn("10.0.0.1", "a")), undefined, "the oldest makes room");
  pairs.admit(conn("10.0.0.9", "y"), auth);
  t.same([has("c"), has("b")], [false, true], "only c is left there");
  pairs.admit(conn("10.0.0.9", "z"), auth);
  t.equal(has("b"), false);
  pairs.admit(conn("10.0.0.1", "n"), auth);
  t.same([has("b"), has("n")], [true, false]);
  t.end();
});

t.test("TLS 1.3: nor is a session's own ticket where one of another kind was lost", (t) => {
  const lost = withoutTickets(full("presented", []));
  const both = verdicts(feedConnections([full("declined", [202, 202]), lost, resume(160)]));
  t.equal(both.at(-1), "unknown none resumed");
  t.equal(verdicts(feedConnections([lost, resume(160)])).at(-1), "presented resumption resumed");
  t.end();
});

t.test("TLS 1.3: a ticket is put together from records as long as those the server's certificate was cut to", (t) => {
  const cut = flight13(flight.presented, { server: [23, 80, 717, 300, 95, 53], after: [717, 400, 717, 400] });
  // Both records without their 17 bytes, and the 21 of the message around the ticket.
  const told = (identity: number): string | undefined => verdicts(feedConnections([cut, resume(identity)])).at(-1);
  t.equal(told(717 + 400 - 34 - 21 - 8), "presented resumption resumed");
  t.equal(told(717 + 400 - 34 - 21 - 108), "unknown none resumed");
  t.end();
});

t.test("TLS 1.3: a ticket under a cipher with a short tag is as long as under others", (t) => {
  const session = flight13([396, 120, 45], { cipher: 0x1305, server: [21, 90, 409, 88, 45], after: [644, 644] });
  const [, again] = verdicts(feedConnections([session, resume(596)]));
  t.equal(again, "presented resumption resumed");
  t.end();
});

t.test("TLS 1.3: a session resumed gives longer tickets, of which the server's Finished before them is none", (t) => {
  const again = flight13([69, 192], {
    cipher: 0x1302,
    identities: [1_184],
    selectsKey: true,
    server: [27, 69],
    after: [1_242],
  });
  const inPieces = [again[0], ...[0, 1, 2].map((at): Step => ["server", pieceOf(again[1], at)]), ...again.slice(2)];
  const session = flight13([1_868, 281, 69], { cipher: 0x1302, server: [27, 131, 723, 96, 69], after: [1_226] });
  t.equal(verdicts(feedConnections([session, inPieces, resume(1_200)])).at(-1), "presented resumption resumed");
  t.end();
});

t.test("TLS 1.3: a session may be resumed while the connection that made it says nothing more", (t) => {
  const [hello, answer, finished] = flight13([53, 19], { server: [29, 417, 97, 53, 252, 252] });
  const told = verdicts(feedTogether([hello, answer, finished], resume(212)));
  t.ok(told.includes("not-requested resumption resumed"), told.join());
  t.end();
});

t.test("TLS 1.3: where an encrypted hello hides the ticket, the reason says so", (t) => {
  const [, hidden] = handshakesIn(
    feedConnections([full("presented", [202]), flight13([53, 99], { selectsKey: true, server: [30, 53] })]),
  );
  t.match(hidden, {
    resumed: true,
    clientAuth: {
      verdict: "unknown",
      reason: "resumed; the ticket was lost, or is hidden in an encrypted hello, and with it which session that was",
    },
  });
  t.end();
});

t.test("what a resumed session is told by is said, and how sure it is", (t) => {
  const told = (connections: readonly (readonly Step[])[]) =>
    handshakesIn(feedConnections(connections))
      .slice(1)
      .map(({ clientAuth }) => clientAuth);
  const byKey = {
    verdict: "presented",
    basis: "resumption",
    confidence: 0.75,
    reason:
      "resumed; told by client, server and name alone, as its ticket is a key that says nothing of the session; of its session: inferred from record sizes: the client sent 2 records before Finished",
  };
  const again = flight13([53, 99], { identities: [32], selectsKey: true, server: [30, 53], after: [KEY] });
  t.same(told([full("presented", [KEY]), again, resume(32)]), [byKey, byKey]);
  const byLength = {
    verdict: "presented",
    basis: "resumption",
    confidence: 0.97,
    reason: "resumed; of its session: inferred from record sizes: the client sent 2 records before Finished",
  };
  t.same(told([full("presented", [1_202]), resume(1_160)]), [byLength]);
  t.end();
});

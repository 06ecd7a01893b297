import t from "tap";
import { allOf, type FeedOptions, feed, type Step } from "./support/dialog.js";
import { CASES } from "./support/http1-cases.js";
import { ODD_CASES } from "./support/http1-odd-cases.js";
import { SECRETS } from "./support/secret-cases.js";

t.test("a head like an earlier one says what it says when nothing came before it", (t) => {
  const raw = (steps: readonly Step[], options: FeedOptions | undefined, isShared: boolean): unknown =>
    // Which bodies are looked at depends on how many came before.
    feed(steps, { ...options, isShared }).map((message) => ({
      ...allOf(message),
      flow: undefined,
      requestClasses: undefined,
      responseClasses: undefined,
      bodiesCut: undefined,
      shapes: undefined,
    }));
  const usual =
    "GET /orders/7?limit=20 HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: okhttp/4.12.0\r\nAccept: */*\r\n" +
    "Authorization: Bearer 0123456789abcdef\r\nX-Request-Id: 7\r\nContent-Length: 2\r\n\r\nhi";
  const answer =
    "HTTP/1.1 200 OK\r\nDate: Tue\r\nContent-Type: text/plain\r\nServer: nginx\r\nX-Powered-By: Express\r\n" +
    "Set-Cookie: JSESSIONID=1\r\nContent-Length:  2 \r\n\r\nhi";
  const dialogs: (readonly [string, readonly Step[], FeedOptions | undefined])[] = [...CASES, ...ODD_CASES].map(
    ({ name, steps, options }) => [name, steps, options],
  );
  for (const [target, field] of SECRETS)
    dialogs.push([field, [["client", `GET ${target} HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`]], undefined]);
  // Each byte of both heads another one: what is different must not be taken for the same.
  for (const [head, other] of [
    [usual, answer],
    [answer, usual],
  ]) {
    for (let at = 0; at < head.length; at++) {
      for (const byte of at % 4 === 0 ? ["\r", "\n", "\t", "\0", "@", "z"] : ["z"]) {
        const changed = head.slice(0, at) + byte + head.slice(at + 1);
        const both = head === usual ? [changed, other] : [other, changed];
        dialogs.push([
          `${at} ${JSON.stringify(byte)}`,
          [
            ["client", both[0]],
            ["server", both[1]],
          ],
          undefined,
        ]);
      }
    }
  }
  const likeUsual: readonly Step[] = [
    ["client", usual + usual],
    ["server", answer + answer],
  ];
  for (const [name, steps, options] of dialogs) {
    const expected = raw(steps, options, false);
    raw(likeUsual, undefined, true);
    t.strictSame([raw(steps, options, true), raw(steps, options, true)], [expected, expected], name);
  }
  t.end();
});

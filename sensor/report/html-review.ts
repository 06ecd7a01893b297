import { type Said, untoldWords } from "../../shared/review.js";
import type { StoredRow } from "../store/stored-row.js";
import { endpointName } from "./compliance/facts.js";
import { type Cell, section, table, time } from "./html-element.js";

/** What people say of endpoints, who and when; nothing where nobody said anything, as in a sensor's own file. */
export function reviewSection(rows: readonly StoredRow[]): string {
  const said = rows.flatMap(({ record, sensor, review }): Cell[][] => {
    if (record.kind !== "endpoint" || review === undefined) return [];
    const { approved, owner, tags, note, deprecated, ignored } = review.opinion;
    const words = [
      saying("approved", approved),
      saying(`owner ${owner?.text}`, owner),
      saying(`tags ${tags?.texts.join(", ")}`, tags),
      saying(`note "${note?.text}"`, note),
      saying(`to go away${day("by", deprecated?.untilMicros)}`, deprecated),
      saying(`ignored${day("until", ignored?.untilMicros)}`, ignored),
    ];
    const changes = [...review.changes, ...untoldWords(review)].join("; ");
    return [[sensor ?? "", record.service, endpointName(record), review.status, words.join(""), changes]];
  });
  if (said.length === 0) return section("Reviews", "<p>Of no endpoint here did an operator say anything.</p>\n");
  const heads = ["sensor", "service", "endpoint", "status", "what was said", "changed since"];
  return section("Reviews", table({ heads, rows: said }));
}

function day(word: "by" | "until", micros: number | undefined): string {
  return micros === undefined ? "" : ` ${word} ${time(micros)}`;
}

function saying(what: string, said: Said | undefined): string {
  return said === undefined ? "" : `${what} (${said.by}, ${time(said.atMicros)}). `;
}

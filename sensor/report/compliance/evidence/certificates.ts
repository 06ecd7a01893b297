import type { CertificateRecord } from "../../../../shared/event.js";
import { MAX_PRESENTERS } from "../../../../shared/max-presenters.js";
import { formatSeconds } from "../../../../shared/time.js";
import { amount, type Evidence, number, when } from "../evidence.js";
import type { Facts } from "../facts.js";

const DAY_SECONDS = 86_400;
const SOON_DAYS = 30;

export function certificates({ certificates, services, lastMicros }: Facts): Evidence {
  const asOfSeconds = lastMicros / 1e6;
  const expired = certificates.filter((one) => endsBefore(one, one.lastMicros / 1e6));
  const soon = certificates.filter(
    (one) => !endsBefore(one, asOfSeconds) && endsBefore(one, asOfSeconds + SOON_DAYS * DAY_SECONDS),
  );
  const selfIssued = certificates.filter(({ isSelfIssued }) => isSelfIssued);
  const presented = new Set(certificates.flatMap(({ services }) => services));
  const hidden = services.filter(({ name, protocols }) => protocols.includes("tls") && !presented.has(name));
  return {
    title: "Certificates presented",
    seen: certificates.length,
    unit: "certificate",
    unsure: 0,
    counts: {
      presented: certificates.length,
      "used after their end": expired.length,
      [`ending within ${SOON_DAYS} days`]: soon.length,
      "issued by themselves": selfIssued.length,
    },
    columns: ["subject", "issuer", "ends", "key", "signature", "presented by", "clients", "SHA-256"],
    rows: [...certificates].sort((a, b) => endOf(a) - endOf(b)).map(rowOf),
    gaps: [
      ...when(
        expired.length > 0,
        `${amount(expired.length, "certificate", ["was", "were"])} presented after ${expired.length === 1 ? "its" : "their"} end.`,
      ),
      ...selfIssuedGap(selfIssued),
    ],
    questions: when(
      soon.length > 0,
      `${amount(soon.length, "certificate", ["ends", "end"])} within ${SOON_DAYS} days: is the next one on its way?`,
    ),
    unknowns: when(
      hidden.length > 0,
      `${amount(hidden.length, "service", ["speaks", "speak"])} TLS, and no certificate of ${hidden.length === 1 ? "it" : "them"} ${certificates.some(hasMorePresenters) ? `is listed: ${MORE_PRESENTERS},` : "was visible:"} TLS 1.3 encrypts them, resumed sessions have none.`,
    ),
  };
}

const MORE_PRESENTERS = `of those that more than ${MAX_PRESENTERS} present not all of these are kept`;

/** Whether it may be of a service that is not among those kept with it. */
export function hasMorePresenters({ serviceCount }: CertificateRecord): boolean {
  return serviceCount > MAX_PRESENTERS;
}

/** The same where what is asked for is a list: that one of them has ended is no gap of a list. */
export function certificateList(facts: Facts): Evidence {
  const evidence = certificates(facts);
  const { seen } = evidence;
  return {
    ...evidence,
    title: "Certificates presented, to hold the inventory against",
    gaps: [],
    questions: when(
      seen > 0,
      `${amount(seen, "certificate", ["was", "were"])} presented: does the inventory have ${seen === 1 ? "it" : "each of them"}?`,
    ),
  };
}

/** Who signed them: nothing of their dates. */
export function certificateIssuers(facts: Facts): Evidence {
  const evidence = certificates(facts);
  const selfIssued = facts.certificates.filter(({ isSelfIssued }) => isSelfIssued);
  const issuers = new Set(facts.certificates.flatMap((one) => (one.isSelfIssued ? [] : [one.issuer])));
  return {
    ...evidence,
    title: "Issuers of certificates presented",
    counts: { presented: evidence.seen, issuers: issuers.size, "issued by themselves": selfIssued.length },
    gaps: selfIssuedGap(selfIssued),
    questions: when(
      issuers.size > 0,
      `${amount(issuers.size, "issuer", ["signed", "signed"])} the others: is each the organisation's own, or meant to be relied on?`,
    ),
  };
}

function selfIssuedGap({ length }: readonly CertificateRecord[]): string[] {
  const whom = length === 1 ? "itself" : "themselves";
  return when(length > 0, `${amount(length, "certificate", ["names", "name"])} no issuer but ${whom}.`);
}

const LIFETIMES: readonly (readonly [string, number])[] = [
  ["up to 24 hours", 1],
  ["up to 7 days", 7],
  ["up to 90 days", 90],
  ["up to 398 days", 398],
  ["longer", Number.POSITIVE_INFINITY],
];

export function certificateLifetimes({ certificates }: Facts): Evidence {
  const timed = certificates
    .flatMap((one) => {
      const days = lifetimeDays(one);
      return days === undefined ? [] : [{ one, days }];
    })
    .sort((a, b) => b.days - a.days);
  const long = timed.filter(({ days }) => days > 1).length;
  const counts = LIFETIMES.map(([name, most], index) => {
    const least = index === 0 ? Number.NEGATIVE_INFINITY : LIFETIMES[index - 1][1];
    return [name, timed.filter(({ days }) => days > least && days <= most).length] as const;
  });
  return {
    title: "How long certificates live",
    seen: timed.length,
    unit: "certificate",
    unsure: certificates.length - timed.length,
    untold: "from when until when they are good",
    counts: Object.fromEntries(counts),
    columns: ["subject", "days from begin to end", "presented by", "clients"],
    rows: timed.map(({ one, days }) => [one.subject, Math.round(days), one.services.join(", "), one.clientCount]),
    gaps: [],
    questions: when(
      long > 0,
      `${number(long)} of ${amount(timed.length, "certificate", ["lives", "live"])} longer than a day: is that as short as can be managed here?`,
    ),
    unknowns: [],
  };
}

function rowOf(one: CertificateRecord): (string | number)[] {
  const end = one.notAfterSeconds === undefined ? "could not be read" : formatSeconds(one.notAfterSeconds).slice(0, 10);
  const { subject, issuer, key, signatureAlgorithm, services, clientCount, fingerprint } = one;
  return [subject, issuer, end, key, signatureAlgorithm, services.join(", "), clientCount, fingerprint];
}

function endsBefore({ notAfterSeconds }: CertificateRecord, seconds: number): boolean {
  return notAfterSeconds !== undefined && notAfterSeconds < seconds;
}

function endOf({ notAfterSeconds }: CertificateRecord): number {
  return notAfterSeconds ?? Number.MAX_VALUE;
}

function lifetimeDays({ notBeforeSeconds, notAfterSeconds }: CertificateRecord): number | undefined {
  if (notBeforeSeconds === undefined || notAfterSeconds === undefined) return undefined;
  return (notAfterSeconds - notBeforeSeconds) / DAY_SECONDS;
}

import type { CertificateItem } from "../api.js";
import { type Standing, standingOf, validityOf } from "./certificate-validity.js";
import { DetailPane, Fields } from "./detail.js";
import { day } from "./format.js";
import { dayOf } from "./format-date.js";
import { type Column, TableView } from "./table-view.js";
import type { Group } from "./totals.js";

/** Lines of one row. */
const NAME_LINES = 2;

function now(): number {
  return Date.now() / 1_000;
}

function group(name: Standing, words: string, title: string, className: string): Group<CertificateItem> {
  return { name, title, show: words, className, has: (item) => standingOf(item, now()) === name };
}

const GROUPS: readonly Group<CertificateItem>[] = [
  group("expired", "expired", "Their end has passed", "bad"),
  group("soon", "within 30 days", "They end within 30 days", "warn"),
  group("early", "not valid yet", "Their begin has not come", "bad"),
  group("unread", "without a readable end", "How long they hold could not be read", ""),
  group("good", "ok", "They hold for more than 30 days", "good"),
];

const COLUMNS: readonly Column<CertificateItem>[] = [
  {
    title: "Ends",
    className: "ends",
    // What has no readable end comes after what has one.
    value: (item) => item.notAfterSeconds ?? Number.MAX_VALUE,
    text: (item) => validityOf(item, now()).words,
    show: (item) => <Ends item={item} />,
  },
  {
    title: "Subject and names",
    className: "subject",
    value: (item) => item.subject,
    text: (item) => `${item.subject} ${item.san.join(" ")} ${item.fingerprint} ${item.serialNumber}`,
    show: (item) => <Subject item={item} />,
  },
  {
    title: "Issuer",
    className: "issuer",
    value: (item) => item.issuer,
    show: (item) => (
      <div class="cut two" title={item.issuer}>
        {item.isSelfIssued ? <em>itself</em> : item.issuer || <em>none</em>}
      </div>
    ),
  },
  {
    title: "Key, signature",
    className: "key",
    value: (item) => item.key,
    text: (item) => `${item.key} ${item.signatureAlgorithm}`,
    show: (item) => (
      <>
        <div class="cut" title={item.key}>
          {item.key}
        </div>
        <div class="cut quiet" title={item.signatureAlgorithm}>
          {item.signatureAlgorithm}
        </div>
      </>
    ),
    isMinor: true,
  },
  {
    title: "Services",
    className: "services",
    value: (item) => item.serviceCount,
    text: (item) => item.services.join(" "),
    show: (item) => <Presenters names={item.services} count={item.serviceCount} />,
  },
  {
    title: "Clients",
    className: "clients",
    value: (item) => item.clientCount,
    text: (item) => item.clients.join(" "),
    show: (item) => <Presenters names={item.clients} count={item.clientCount} />,
  },
  {
    title: "Handshakes",
    className: "number",
    value: (item) => item.handshakes,
    show: (item) => (
      <>
        {item.handshakes.toLocaleString("en")}
        <div class="cut quiet" title="Sensor that saw them">
          {item.sensor}
        </div>
      </>
    ),
    isMinor: true,
  },
  {
    title: "First, last seen",
    className: "time",
    value: (item) => item.lastMicros,
    show: (item) => (
      <>
        <div>{day(item.firstMicros)}</div>
        <div>{day(item.lastMicros)}</div>
      </>
    ),
    isMinor: true,
  },
];

/** Leaf certificates and who presents them, what ends soonest on top. */
export function CertificatesView() {
  return (
    <TableView
      key="certificates"
      list="certificates"
      columns={COLUMNS}
      sortBy="Ends"
      isAscending
      className="certificates"
      empty="No certificate seen yet: older versions of TLS show them, TLS 1.3 encrypts them, connections in the clear have none."
      keyOf={(item) => `${item.sensor} ${item.fingerprint}`}
      groups={GROUPS}
      detail={(item, close) => <CertificateDetail item={item} onClose={close} />}
    />
  );
}

function Ends({ item }: { readonly item: CertificateItem }) {
  const { words, className } = validityOf(item, now());
  return (
    <>
      <div class={className}>{words}</div>
      {item.notAfterSeconds !== undefined && <div class="quiet">{dayOf(item.notAfterSeconds)}</div>}
    </>
  );
}

function Subject({ item }: { readonly item: CertificateItem }) {
  const names = item.san.join(", ");
  return (
    <>
      <div class="cut" title={item.subject}>
        {item.subject || <em>no subject</em>}
      </div>
      <div class="cut quiet" title={names}>
        {names}
      </div>
    </>
  );
}

function Presenters({ names, count }: { readonly names: readonly string[]; readonly count: number }) {
  if (count === 0 && names.length === 0) return <em>none</em>;
  const all = Math.max(count, names.length);
  const shown = names.slice(0, all > NAME_LINES ? NAME_LINES - 1 : NAME_LINES);
  const hidden = all - shown.length;
  return (
    <>
      {shown.map((name) => (
        <div class="cut" key={name} title={name}>
          {name}
        </div>
      ))}
      {hidden > 0 && <em>and {hidden.toLocaleString("en")} more</em>}
    </>
  );
}

function CertificateDetail({ item, onClose }: { readonly item: CertificateItem; onClose(): void }) {
  const { kind, subject, san, issuer, ...rest } = item;
  const { words, className } = validityOf(item, now());
  return (
    <DetailPane onClose={onClose}>
      <p class={className}>{words}</p>
      <Fields record={{ subject, alternativeNames: san, issuer, ...rest }} />
    </DetailPane>
  );
}

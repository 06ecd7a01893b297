import {
  allCounts,
  clientOf,
  countWords,
  groundsOf,
  POSTURE_MEANINGS,
  POSTURE_WORDS,
  POSTURES,
  postureRank,
} from "../../shared/posture.js";
import type { EdgeItem } from "../api.js";
import { DetailPane, Fields } from "./detail.js";
import { edgeKey } from "./edge-key.js";
import { day } from "./format.js";
import { traitWords } from "./handshake-words.js";
import { PostureBar, PostureTag } from "./posture-bar.js";
import { type Column, type Narrowing, TableView } from "./table-view.js";
import type { Group } from "./totals.js";

/** Lines of one row. */
const GROUND_LINES = 2;

const GROUPS: readonly Group<EdgeItem>[] = POSTURES.map((posture) => ({
  name: posture,
  title: POSTURE_MEANINGS[posture],
  show: <PostureTag posture={posture} />,
  has: (edge) => edge.posture === posture,
}));

const COLUMNS: readonly Column<EdgeItem>[] = [
  {
    title: "Posture",
    className: "posture-cell",
    // Worst first, and of these the busiest.
    value: (edge) => postureRank(edge.posture) + 1 / (2 + edge.connections),
    text: (edge) => POSTURE_WORDS[edge.posture],
    show: (edge) => <PostureTag posture={edge.posture} />,
  },
  {
    title: "Client → service",
    className: "pair",
    value: (edge) => `${clientOf(edge)} ${edge.serverService}`,
    text: (edge) =>
      `${clientOf(edge)} ${edge.clientAddress} ${edge.serverService} ${edge.serverAddress} ${edge.serverPort}`,
    show: (edge) => <Pair edge={edge} />,
  },
  { title: "Scope", className: "scope", value: (edge) => edge.scope, isMinor: true },
  {
    title: "Connections",
    className: "counts",
    value: (edge) => edge.connections,
    text: (edge) => countWords(allCounts(edge)),
    show: (edge) => <PostureBar counts={allCounts(edge)} />,
  },
  {
    title: "Grounds of the verdicts",
    className: "grounds",
    value: (edge) => groundsOf(edge)[0]?.[0] ?? "",
    text: (edge) => Object.keys(edge.clientAuthReasons ?? {}).join(" "),
    show: (edge) => <Grounds edge={edge} />,
    isMinor: true,
  },
  {
    title: "Last seen",
    className: "time",
    value: (edge) => edge.lastMicros,
    show: (edge) => (
      <>
        {day(edge.lastMicros)}
        <div class="cut quiet" title="Sensor that saw it">
          {edge.sensor}
        </div>
      </>
    ),
    isMinor: true,
  },
];

const SCOPES: readonly Narrowing<EdgeItem>[] = [
  {
    label: "Scope",
    choices: [
      ["", "Any scope"],
      ["east-west", "East-west"],
      ["north-south", "North-south"],
    ],
    passes: (edge, scope) => edge.scope === scope,
  },
];

/** Edges by posture, the worst first, with the ground of each verdict. */
export function PostureView() {
  return (
    <TableView
      key="mtls"
      list="edges"
      columns={COLUMNS}
      sortBy="Posture"
      isAscending
      className="edges"
      empty="Nobody was seen to talk to anybody yet."
      keyOf={edgeKey}
      groups={GROUPS}
      narrowings={SCOPES}
      detail={(edge, close) => <EdgeDetail edge={edge} onClose={close} />}
    />
  );
}

function Pair({ edge }: { readonly edge: EdgeItem }) {
  const { clientAddress, serverAddress, serverPort, serverService } = edge;
  const client = clientOf(edge);
  return (
    <>
      <div class="cut" title={`${client} (${clientAddress})`}>
        {client}
      </div>
      <div class="cut" title={`${serverService} (${serverAddress} port ${serverPort})`}>
        → {serverService}
        {/* One name often has a port for each posture: two rows that read alike would say nothing. */}
        {!serverService.endsWith(`:${serverPort}`) && <span class="quiet">:{serverPort}</span>}
      </div>
    </>
  );
}

function Grounds({ edge }: { readonly edge: EdgeItem }) {
  const grounds = groundsOf(edge);
  if (grounds.length === 0) return <em>{edge.handshakes === 0 ? "no handshake seen" : "none kept"}</em>;
  const shown = grounds.length > GROUND_LINES ? grounds.slice(0, GROUND_LINES - 1) : grounds;
  return (
    <>
      {shown.map(([ground, handshakes]) => (
        <div class={grounds.length === 1 ? "cut two" : "cut"} key={ground} title={ground}>
          {handshakes.toLocaleString("en")} × {ground}
        </div>
      ))}
      {shown.length < grounds.length && <em>and {grounds.length - shown.length} more</em>}
    </>
  );
}

function EdgeDetail({ edge, onClose }: { readonly edge: EdgeItem; onClose(): void }) {
  const {
    postureCounts,
    clientAuthReasons,
    posture,
    kind,
    keyExchangeGroups,
    handshakeFailures,
    handshakeTraits,
    ...rest
  } = edge;
  return (
    <DetailPane onClose={onClose}>
      <p>
        <PostureTag posture={posture} />
      </p>
      <p class="quiet">{POSTURE_MEANINGS[posture]}</p>
      <h3>Connections</h3>
      <PostureBar counts={allCounts(edge)} />
      <h3>Grounds of the verdicts</h3>
      <ul class="ground-list">
        {groundsOf(edge).map(([ground, handshakes]) => (
          <li key={ground}>
            {handshakes.toLocaleString("en")} × {ground}
          </li>
        ))}
      </ul>
      {groundsOf(edge).length === 0 && (
        <p class="quiet">{edge.handshakes === 0 ? "No handshake was seen on this edge." : "None were kept."}</p>
      )}
      <Handshakes edge={edge} />
      <h3>Edge</h3>
      <Fields record={rest} />
    </DetailPane>
  );
}

/** What its handshakes agreed on, showed and failed by, each with how many did. */
function Handshakes({ edge }: { readonly edge: EdgeItem }) {
  const { keyExchangeGroups, handshakeFailures, handshakeTraits } = edge;
  const counts = [keyExchangeGroups, handshakeFailures, handshakeTraits];
  // A sensor of an earlier version does not count them.
  if (counts.every((names) => Object.keys(names ?? {}).length === 0)) return null;
  const traits = Object.entries(handshakeTraits ?? {}).map(([trait, handshakes]) => [traitWords(trait), handshakes]);
  return (
    <>
      <h3>Handshakes</h3>
      <Fields
        record={{ keyExchange: keyExchangeGroups, failedBy: handshakeFailures, also: Object.fromEntries(traits) }}
      />
    </>
  );
}

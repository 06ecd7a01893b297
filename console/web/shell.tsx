import type { SessionState } from "../api.js";
import { CertificatesView } from "./certificates-view.js";
import { ChangesView } from "./changes-view.js";
import { logOut } from "./client.js";
import { DocumentsMenu } from "./documents-menu.js";
import { FeedView } from "./feed-view.js";
import { EdgesView, EndpointsView, FindingsView, ServicesView } from "./inventory-views.js";
import { closeFeed, connected, forget, sensors } from "./live.js";
import { MapView } from "./map-view.js";
import { show, type ViewName, view } from "./navigation.js";
import { OperatorsView } from "./operators-view.js";
import { PostureView } from "./posture-view.js";
import { SensorsView } from "./sensors-view.js";

const VIEWS = {
  feed: ["Live feed", FeedView],
  findings: ["Findings", FindingsView],
  changes: ["Changes", ChangesView],
  services: ["Services", ServicesView],
  endpoints: ["Endpoints", EndpointsView],
  edges: ["Edges", EdgesView],
  mtls: ["mTLS", PostureView],
  map: ["Service map", MapView],
  certificates: ["Certificates", CertificatesView],
  sensors: ["Sensors", SensorsView],
  operators: ["Operators", OperatorsView],
} as const satisfies Record<ViewName, unknown>;

interface Props {
  readonly session: SessionState;
  onLeft(): Promise<void>;
}

/** The page around the views: where one is, and whether what is shown is whole. */
export function Shell({ session, onLeft }: Props) {
  const View = VIEWS[view.value][1];
  const leave = async (): Promise<void> => {
    closeFeed();
    forget();
    // Refused where the session is over already: that is as good.
    await logOut().catch(() => undefined);
    await onLeft();
  };
  return (
    <div class="shell">
      <header>
        <strong class="brand">eastwatch</strong>
        <nav>
          {(Object.keys(VIEWS) as ViewName[]).map((name) => (
            <button
              key={name}
              type="button"
              class={name === view.value ? "current" : ""}
              aria-current={name === view.value ? "page" : undefined}
              onClick={() => show(name)}
            >
              {VIEWS[name][0]}
            </button>
          ))}
        </nav>
        <Trust />
        <DocumentsMenu />
        <span class="quiet">{session.user}</span>
        <button type="button" class="plain" onClick={leave}>
          Log out
        </button>
      </header>
      <View />
    </div>
  );
}

/** In one line: is there anything that this page can't show? */
function Trust() {
  const away = sensors.value.filter((sensor) => !sensor.connected).map((sensor) => sensor.name);
  const blind = sensors.value.flatMap((sensor) =>
    (sensor.health?.interfaces ?? []).filter((one) => one.state === "blind").map((one) => `${sensor.name}/${one.name}`),
  );
  const troubles = [
    connected.value ? "" : "no connection to the console",
    away.length === 0 ? "" : `not connected: ${away.join(", ")}`,
    blind.length === 0 ? "" : `blind: ${blind.join(", ")}`,
  ].filter((text) => text !== "");
  if (troubles.length > 0) return <span class="trust bad">{troubles.join(" · ")}</span>;
  const { length } = sensors.value;
  return (
    <span class="trust good">
      {length === 0 ? "no sensor yet" : `${length} sensor${length === 1 ? "" : "s"} watching`}
    </span>
  );
}

import { movedWords } from "../../shared/moved-service.js";
import { GROUND_WORDS } from "../../shared/name-ground.js";
import type { ServiceItem } from "../api.js";
import { DetailPane, Fields } from "./detail.js";
import { bytes } from "./format.js";
import { dateAndTime } from "./format-date.js";
import { percent, sharesOf } from "./visibility.js";

interface Props {
  readonly service: ServiceItem;
  onClose(): void;
}

/** One service: first what of its traffic could be read, so that nobody takes the rest for nothing. */
export function ServiceDetail({ service, onClose }: Props) {
  const { kind, parsedBytes, encryptedBytes, notUnderstood, joinedLateBytes, missingBytes, ...told } = service;
  const {
    nameGround,
    nameConfidence,
    unknownPaths,
    gateway,
    movedTo,
    movedFrom = [],
    formerNames = [],
    ...rest
  } = told;
  return (
    <DetailPane onClose={onClose}>
      <h3>What was seen of its traffic</h3>
      <Shares service={service} />
      {unknownPaths && (
        <>
          <h3>Unknown paths</h3>
          <p class="quiet">
            Nothing was ever found there but that nothing is (404, 405, 501), so they are no endpoints: a scanner's
            guesses, a client with a wrong address, or what is yet to come.
          </p>
          <Fields record={unknownPaths} />
        </>
      )}
      <h3>Service</h3>
      {nameGround !== undefined && (
        <p class="quiet">
          Named by {GROUND_WORDS[nameGround]}
          {nameConfidence === undefined ? "." : `; ${Math.round(nameConfidence * 100)} % sure.`}
        </p>
      )}
      {movedTo !== undefined && (
        <p>
          {movedTo.name ?? "It"} is at another address now, and its endpoints with it: {movedWords(movedTo)}.
        </p>
      )}
      {movedFrom.length > 0 && <p>Before, it was at {movedFrom.map(movedWords).join("; ")}.</p>}
      {formerNames.map(({ name, lastMicros }) => (
        <p key={name}>
          It was asked for as {name} until {dateAndTime(lastMicros / 1_000)}, and by another name since: the address may
          be another service's now.
        </p>
      ))}
      {gateway !== undefined && (
        <p class="quiet">
          A gateway, {Math.round(gateway.confidence * 100)} % sure: {gateway.reason}.
        </p>
      )}
      <Fields record={rest} />
    </DetailPane>
  );
}

function Shares({ service }: { readonly service: ServiceItem }) {
  const shares = sharesOf(service);
  const total = shares.reduce((sum, share) => sum + share.bytes, 0);
  if (total === 0)
    return <p class="quiet">No byte is counted yet: they are when a connection ends, or after half a minute.</p>;
  return (
    <ul class="shares">
      {shares.map((share) => (
        <li key={share.what}>
          <p>
            <span class={`mark ${share.name}`} aria-hidden="true" />
            <span>{share.what}</span> <span class="number">{bytes(share.bytes)}</span>{" "}
            <span class="number">{percent(share.bytes, total)}</span>
          </p>
          <p class="quiet">{share.why}</p>
        </li>
      ))}
    </ul>
  );
}

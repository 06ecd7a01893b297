import { useEffect, useState } from "preact/hooks";
import type { Approvals, EndpointRow } from "../api.js";
import { approveAll, type ShownEndpoint } from "./client.js";
import { passesReview, sinceWords } from "./review-words.js";

/** Refused ones that are named with what changed; the others are counted, and are in the list still. */
const NAMED = 5;

/** Approves what the filter leaves and nobody approved as it is now; asks once more, with the number, before it does. */
export function ApproveShown({ items }: { readonly items: readonly EndpointRow[] }) {
  // As they were when it was asked: what one of them became since is not approved with it.
  const [asked, setAsked] = useState<readonly ShownEndpoint[] | undefined>(undefined);
  const [outcome, setOutcome] = useState<Approvals | undefined>(undefined);
  const [trouble, setTrouble] = useState("");
  const open = items.filter(({ review }) => passesReview(review, "open"));
  const count = open.length;
  // What was asked was asked of these alone.
  useEffect(() => setAsked(undefined), [open.map(({ key }) => key).join(" ")]);
  const approve = async (shown: readonly ShownEndpoint[]): Promise<void> => {
    setAsked(undefined);
    try {
      setOutcome(await approveAll(shown));
      setTrouble("");
    } catch (error) {
      setTrouble((error as Error).message);
    }
  };
  const told = (
    <>
      {outcome !== undefined && <Outcome outcome={outcome} />}
      <span class="bad">{trouble}</span>
    </>
  );
  if (count === 0) return told;
  if (asked === undefined)
    return (
      <>
        <button type="button" onClick={() => setAsked(open.map(({ key, version }) => ({ key, version })))}>
          Approve {count} shown
        </button>
        {told}
      </>
    );
  return (
    <>
      <button type="button" onClick={() => void approve(asked)}>
        Yes, approve {count} as {count === 1 ? "it is" : "they are"} now
      </button>
      <button type="button" onClick={() => setAsked(undefined)}>
        No
      </button>
    </>
  );
}

function Outcome({ outcome: { approved, gone, full, refused } }: { readonly outcome: Approvals }) {
  const rest = gone + full;
  const more = refused.length - NAMED;
  return (
    <>
      <span class="quiet">
        {approved} approved{rest === 0 ? "" : `; ${rest} not: gone, or their history is full`}
      </span>
      {refused.length > 0 && (
        <ul class="refused" aria-label="Not approved">
          {refused.slice(0, NAMED).map((one) => (
            <li key={one.key}>
              Not approved, for it changed since it was shown: {one.service} {one.method} {one.template}:{" "}
              {sinceWords(one).join("; ")}
            </li>
          ))}
          {more > 0 && <li>and {more.toLocaleString("en")} more</li>}
        </ul>
      )}
    </>
  );
}

import { useEffect, useState } from "preact/hooks";
import type { EndpointRow } from "../api.js";
import { approveAll } from "./client.js";
import { passesReview } from "./review-words.js";

/** Approves what the filter leaves and nobody approved as it is now; asks once more, with the number, before it does. */
export function ApproveShown({ items }: { readonly items: readonly EndpointRow[] }) {
  const [isAsked, setAsked] = useState(false);
  const [told, setTold] = useState("");
  const open = items.filter(({ review }) => passesReview(review, "open"));
  const keys = open.map(({ key }) => key);
  const count = keys.length;
  // What was asked was asked of these alone.
  useEffect(() => setAsked(false), [keys.join(" ")]);
  const approve = async (): Promise<void> => {
    setAsked(false);
    try {
      const { approved, gone, full } = await approveAll(keys);
      const rest = gone + full;
      setTold(`${approved} approved${rest === 0 ? "" : `; ${rest} not: gone, or their history is full`}`);
    } catch (error) {
      setTold((error as Error).message);
    }
  };
  if (count === 0) return <span class="quiet">{told}</span>;
  if (!isAsked)
    return (
      <>
        <button type="button" onClick={() => setAsked(true)}>
          Approve {count} shown
        </button>
        <span class="quiet">{told}</span>
      </>
    );
  return (
    <>
      <button type="button" onClick={() => void approve()}>
        Yes, approve {count} as {count === 1 ? "it is" : "they are"} now
      </button>
      <button type="button" onClick={() => setAsked(false)}>
        No
      </button>
    </>
  );
}

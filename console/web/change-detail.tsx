import type { Change } from "../../shared/difference.js";
import { withoutFigures } from "../../shared/drift-text.js";
import { DetailPane } from "./detail.js";

/** One change whole: what the table has to cut. */
export function ChangeDetail({ change, onClose }: { readonly change: Change; onClose(): void }) {
  return (
    <DetailPane onClose={onClose}>
      <p class="verdict-line">
        <span class={`change-tag ${change.change}`}>{change.change}</span> {change.kind}
      </p>
      <p class="subject">{change.subject}</p>
      {change.about !== undefined && <p>{change.about}</p>}
      {change.fields.map(({ name, before, after }) => (
        <section key={name}>
          <h3>{name}</h3>
          <dl>
            <dt>before</dt>
            <dd>{before || "none"}</dd>
            <dt>now</dt>
            <dd>{after || "none"}</dd>
            {fresh(before, after).length > 0 && (
              <>
                <dt>came</dt>
                <dd>{fresh(before, after).join(", ")}</dd>
              </>
            )}
            {fresh(after, before).length > 0 && (
              <>
                <dt>went</dt>
                <dd>{fresh(after, before).join(", ")}</dd>
              </>
            )}
          </dl>
        </section>
      ))}
    </DetailPane>
  );
}

/** Of two long lists: what only the later has. Of single values nothing: they stand side by side. */
function fresh(before: string, after: string): readonly string[] {
  if (!before.includes(", ") && !after.includes(", ")) return [];
  const known = new Set(before.split(", ").map(withoutFigures));
  return after.split(", ").filter((one) => one !== "" && !known.has(withoutFigures(one)));
}

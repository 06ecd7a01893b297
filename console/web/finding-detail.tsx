import { CATALOGUE } from "../../shared/catalogue.js";
import type { FindingItem } from "../api.js";
import { DetailPane, Fields } from "./detail.js";

interface Props {
  readonly finding: FindingItem;
  onClose(): void;
}

/** One finding: what it is and what to do about it first, then what it rests on. */
export function FindingDetail({ finding, onClose }: Props) {
  const { kind, title, summary, severity, ...rest } = finding;
  // A sensor newer than this console may know rules that it does not.
  const remedy = CATALOGUE[finding.rule]?.remedy;
  return (
    <DetailPane onClose={onClose}>
      <p class="verdict-line">
        <span class={`severity ${severity}`}>{severity}</span> {title}
      </p>
      <p>{summary}</p>
      {remedy !== undefined && (
        <>
          <h3>Remedy</h3>
          <p>{remedy}</p>
        </>
      )}
      <h3>Finding</h3>
      <Fields record={rest} />
    </DetailPane>
  );
}

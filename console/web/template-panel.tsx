import { useState } from "preact/hooks";
import type { EndpointItem } from "../api.js";
import { isWord, merge, pathRules, pin, ruleCount, ruledPath, rulesFile, split } from "./path-rules.js";
import { save } from "./save.js";

/** Why the template is what it is, and what an operator makes of it. */
export function TemplatePanel({ endpoint }: { readonly endpoint: EndpointItem }) {
  const segments = endpoint.declaration?.isDeclared === true ? undefined : ruledPath(endpoint);
  if (segments === undefined && endpoint.parameters.length === 0) return null;
  return (
    <section class="review" aria-label="Template">
      {endpoint.parameters.map(({ name, reason, distinctValues }) => (
        <p key={name}>
          <span class="mono">{`{${name}}`}</span> <span class="quiet">{reasonWords(reason, distinctValues)}</span>
        </p>
      ))}
      {segments !== undefined && <Rules endpoint={endpoint} segments={segments} />}
    </section>
  );
}

function reasonWords(reason: string, values: number): string {
  const seen = values === 0 ? "" : ` · ${values.toLocaleString("en")}${values === 64 ? " or more" : ""} different seen`;
  return `${reason}${seen}`;
}

interface RulesProps {
  readonly endpoint: EndpointItem;
  readonly segments: readonly string[];
}

function Rules({ endpoint, segments }: RulesProps) {
  const [text, setText] = useState("");
  const endsWithParameter = segments.at(-1)?.startsWith("{") === true;
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const isReady = endsWithParameter ? words.length > 0 && words.every(isWord) : /^[A-Za-z_][\w.-]*$/.test(text.trim());
  const add = (): void => {
    if (endsWithParameter) split(endpoint, segments, words);
    else merge(endpoint, segments, text.trim());
    setText("");
  };
  const rules = ruleCount();
  return (
    <>
      <div class="review-actions">
        {endpoint.parameters.length > 0 && (
          <button type="button" onClick={() => pin(endpoint, segments)}>
            Pin
          </button>
        )}
        <input
          class="rule"
          aria-label={endsWithParameter ? "Words that are no values" : "Name of the parameter"}
          placeholder={endsWithParameter ? "words that are no values" : `name, if "${segments.at(-1)}" is a parameter`}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="button" disabled={!isReady} onClick={add}>
          {endsWithParameter ? "Split" : "Merge"}
        </button>
      </div>
      {rules > 0 && (
        <p>
          {rules} {rules === 1 ? "rule" : "rules"} chosen:{" "}
          <button type="button" onClick={() => save({ name: "path-rules.json", content: rulesFile() })}>
            Download
          </button>{" "}
          <button
            type="button"
            onClick={() => {
              pathRules.value = [];
            }}
          >
            Drop
          </button>{" "}
          <span class="quiet">They hold where a sensor is started with --path-rules.</span>
        </p>
      )}
    </>
  );
}

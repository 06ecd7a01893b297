import { Choice, type Choices } from "./choice.js";
import type { FeedFilter } from "./feed-filter.js";
import { VERDICT_CHOICES } from "./handshake-words.js";
import { missed, paused, setPaused, waiting } from "./live.js";

interface Props {
  readonly filter: FeedFilter;
  onChange(filter: FeedFilter): void;
}

const KINDS: Choices = [
  ["", "Every kind"],
  ["call", "Calls"],
  ["handshake", "Handshakes"],
  ["finding", "Findings"],
];
const METHODS: Choices = [
  ["", "Any method"],
  ...["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT"].map((name) => [name, name] as const),
];
const SEVERITIES: Choices = [
  ["", "Any severity"],
  ["low", "Low or above"],
  ["medium", "Medium or above"],
  ["high", "High or above"],
  ["critical", "Critical"],
];
const VERDICTS: Choices = [["", "Any verdict"], ...VERDICT_CHOICES];

/** What the feed is narrowed to, and whether it moves. */
export function FeedBar({ filter, onChange }: Props) {
  const change = (part: Partial<FeedFilter>): void => onChange({ ...filter, ...part });
  return (
    <div class="bar">
      <Choice
        label="Kind"
        value={filter.kind}
        choices={KINDS}
        onChange={(kind) => change({ kind: kind as FeedFilter["kind"] })}
      />
      <Text label="Service" value={filter.service} onInput={(service) => change({ service })} />
      <Choice label="Method" value={filter.method} choices={METHODS} onChange={(method) => change({ method })} />
      <Text label="Path" value={filter.path} onInput={(path) => change({ path })} />
      <Text
        label="Status"
        hint="Status: 404, 5xx"
        value={filter.status}
        onInput={(status) => change({ status })}
        className="short"
      />
      <Choice
        label="Verdict"
        value={filter.verdict}
        choices={VERDICTS}
        onChange={(verdict) => change({ verdict })}
        title="Of handshakes: did the client prove who it is?"
      />
      <Choice
        label="Severity"
        value={filter.severity}
        choices={SEVERITIES}
        onChange={(severity) => change({ severity })}
        title="Of findings"
      />
      <button type="button" class={paused.value ? "pause active" : "pause"} onClick={() => setPaused(!paused.value)}>
        {paused.value ? "Resume" : "Pause"}
      </button>
      {(waiting.value > 0 || paused.value) && (
        <span class="held warn">
          {waiting.value.toLocaleString("en")}{" "}
          {paused.value ? "waiting while the list is paused" : "new, held while the mouse is on the list"}
        </span>
      )}
      <span class={missed.value > 0 ? "missed bad" : "missed quiet"}>
        {missed.value > 0 ? `${missed.value.toLocaleString("en")} missed by this page` : "none missed"}
      </span>
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly className?: string;
  onInput(value: string): void;
}

function Text({ label, hint, value, className, onInput }: TextProps) {
  return (
    <input
      class={className}
      placeholder={hint ?? label}
      aria-label={label}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

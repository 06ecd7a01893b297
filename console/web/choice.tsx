/** Values with the words they are shown by. */
export type Choices = readonly (readonly [string, string])[];

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: Choices;
  readonly title?: string;
  onChange(value: string): void;
}

/** One of a few; drawn as chosen where it narrows anything. */
export function Choice({ label, value, choices, title, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      title={title}
      class={value === "" ? "" : "active"}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {choices.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  );
}

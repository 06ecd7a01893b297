/** Values with the words they are shown by. */
export type Choices = readonly (readonly [string, string])[];

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: Choices;
  readonly title?: string;
  /** Whether it narrows anything, where that is not said by its value. */
  readonly isActive?: boolean;
  onChange(value: string): void;
}

/** One of a few; drawn as chosen where it narrows anything. */
export function Choice({ label, value, choices, title, isActive = value !== "", onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      title={title}
      class={isActive ? "active" : ""}
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

interface FilterInputProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What a list is narrowed by, as it is typed. */
export function FilterInput({ value, onChange }: FilterInputProps) {
  return (
    <input
      class="wide"
      placeholder="Filter"
      aria-label="Filter"
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

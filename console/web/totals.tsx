import type { ComponentChildren } from "preact";

/** Rows that belong together, counted at the top. */
export interface Group<T> {
  readonly name: string;
  readonly title: string;
  readonly show: ComponentChildren;
  /** The class of its number, where there are any. */
  readonly className?: string;
  /** How many there are beside those that are counted here. */
  readonly beyond?: number;
  has(item: T): boolean;
}

interface Props<T> {
  readonly groups: readonly Group<T>[];
  /** What is counted: all that the other filters let pass. */
  readonly items: readonly T[];
  readonly chosen: string;
  onChoose(name: string): void;
}

/** How many rows each group has; a group chosen narrows the list to it, chosen again it lets go. */
export function Totals<T>({ groups, items, chosen, onChoose }: Props<T>) {
  return (
    <fieldset class="totals">
      <legend class="unseen">Totals</legend>
      {groups.map(({ name, title, show, className, beyond = 0, has }) => {
        const length = items.filter(has).length + beyond;
        return (
          <button
            key={name}
            type="button"
            title={title}
            aria-pressed={name === chosen}
            class={length === 0 ? "total nought" : "total"}
            onClick={() => onChoose(name === chosen ? "" : name)}
          >
            <strong class={length === 0 ? "" : className}>{length.toLocaleString("en")}</strong> {show}
          </button>
        );
      })}
    </fieldset>
  );
}

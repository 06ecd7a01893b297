import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readList } from "./client.js";
import { Detail } from "./detail.js";
import { inventoryVersion } from "./live.js";

export interface Column<T> {
  readonly title: string;
  /** What is sorted and filtered by. */
  value(item: T): string | number;
  /** What is shown, where it differs. */
  show?(item: T): ComponentChildren;
  readonly className?: string;
}

interface Props<T> {
  readonly list: string;
  readonly columns: readonly Column<T>[];
  /** Column sorted by at first, descending. */
  readonly sortBy: string;
  readonly empty: string;
}

const LIMIT = 2_000;

/** One list of the inventory: sorted, filtered, a row opens. */
export function TableView<T extends object>({ list, columns, sortBy, empty }: Props<T>) {
  const [items, setItems] = useState<readonly T[]>([]);
  const [total, setTotal] = useState(0);
  const [trouble, setTrouble] = useState("");
  const [filter, setFilter] = useState("");
  const [sort, setSort] = useState({ title: sortBy, isDescending: true });
  const [opened, setOpened] = useState<T | undefined>(undefined);
  const version = inventoryVersion.value;
  useEffect(() => {
    readList<T>(list, LIMIT).then(
      (listing) => {
        setItems(listing.items);
        setTotal(listing.total);
        setTrouble("");
      },
      (error: Error) => setTrouble(error.message),
    );
  }, [list, version]);
  const column = columns.find(({ title }) => title === sort.title) ?? columns[0];
  const wanted = filter.toLowerCase();
  const shown = items
    .filter((item) => wanted === "" || columns.some(({ value }) => String(value(item)).toLowerCase().includes(wanted)))
    .sort((a, b) => compare(column.value(a), column.value(b)) * (sort.isDescending ? -1 : 1));
  const choose = (title: string): void =>
    setSort({ title, isDescending: title === sort.title ? !sort.isDescending : true });
  return (
    <main class={opened === undefined ? "view" : "view with-detail"}>
      <div class="bar">
        <input
          class="wide"
          placeholder="Filter"
          aria-label="Filter"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="quiet">
          {shown.length.toLocaleString("en")} of {total.toLocaleString("en")}
          {total > LIMIT ? `, the latest ${LIMIT.toLocaleString("en")} are here` : ""}
        </span>
        <span class="bad">{trouble}</span>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {columns.map(({ title, className }) => (
                <th
                  key={title}
                  class={className}
                  aria-sort={title !== sort.title ? "none" : sort.isDescending ? "descending" : "ascending"}
                >
                  <button type="button" class="plain" onClick={() => choose(title)}>
                    {title}
                    {title === sort.title ? (sort.isDescending ? " ↓" : " ↑") : ""}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((item, index) => (
              <tr key={index} class={item === opened ? "open" : ""} onClick={() => setOpened(item)}>
                {columns.map(({ title, value, show, className }) => (
                  <td key={title} class={className}>
                    {show === undefined ? value(item) : show(item)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p class="empty">{items.length === 0 ? empty : "Nothing passes this filter."}</p>}
      </div>
      {opened !== undefined && <Detail record={opened} onClose={() => setOpened(undefined)} />}
    </main>
  );
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

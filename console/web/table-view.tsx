import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Choice, type Choices } from "./choice.js";
import { Detail } from "./detail.js";
import { FilterInput } from "./filter-input.js";
import { wantedKey } from "./navigation.js";
import { inHeldOrder, pointingHandlers } from "./pointing.js";
import { focusOpenRow, moveByKeys, useEscape, useKeptFocus } from "./row-keys.js";
import { type Group, Totals } from "./totals.js";
import { useIsNarrow } from "./use-is-narrow.js";
import { useList } from "./use-list.js";

export interface Column<T> {
  readonly title: string;
  /** What is sorted by. */
  value(item: T): string | number;
  /** What is filtered by, where it differs. */
  text?(item: T): string;
  /** What is shown, where it differs. */
  show?(item: T): ComponentChildren;
  readonly className?: string;
  /** Left out where a detail is open beside the table, and where nothing stands in it: paths need the room. */
  readonly isMinor?: boolean;
}

/** One more choice that narrows the list. */
export interface Narrowing<T> {
  readonly label: string;
  readonly choices: Choices;
  passes(item: T, choice: string): boolean;
}

interface Props<T> {
  readonly list: string;
  readonly columns: readonly Column<T>[];
  readonly sortBy: string;
  /** Where the first order is not descending. */
  readonly isAscending?: boolean;
  readonly empty: string;
  /** What tells a row from the others, also after the list was read again. */
  keyOf(item: T): string;
  readonly className?: string;
  readonly groups?: readonly Group<T>[];
  readonly narrowings?: readonly Narrowing<T>[];
  /** What there is to say of all rows. */
  summary?(items: readonly T[]): string;
  /** What can be done with all rows that pass the filters. */
  actions?(items: readonly T[]): ComponentChildren;
  detail?(item: T, close: () => void): ComponentChildren;
}

const LIMIT = 5_000;
const SHOWN_ROWS = 500;
const LONG_TEXT = 60;

/** One list of the inventory: counted, sorted, filtered, a row opens. */
export function TableView<T extends object>(props: Props<T>) {
  const { columns, sortBy, groups = [], narrowings = [], keyOf } = props;
  const { items, total, trouble, isLoaded } = useList<T>(props.list, LIMIT);
  const [filter, setFilter] = useState("");
  const [group, setGroup] = useState("");
  const [choices, setChoices] = useState<Readonly<Record<string, string>>>({});
  const [sort, setSort] = useState({ title: sortBy, isDescending: props.isAscending !== true });
  const [openKey, setOpenKey] = useState(wantedKey.peek());
  const close = (): void => {
    focusOpenRow();
    setOpenKey(undefined);
  };
  useEscape(close);
  const isNarrow = useIsNarrow();
  const [isPointed, setPointed] = useState(false);
  const order = useRef<readonly string[]>([]);
  const body = useRef<HTMLTableSectionElement>(null);
  useKeptFocus(body);
  useEffect(() => {
    if (!isLoaded || wantedKey.peek() === undefined) return;
    wantedKey.value = undefined;
    document.querySelector<HTMLElement>("tr.open")?.scrollIntoView({ block: "center" });
  }, [isLoaded]);

  // By keyboard, while the mouse lies on the rows.
  const sortAnew = (next: Sort): void => {
    setPointed(false);
    setSort(next);
  };
  const passing = items.filter(
    (item) => hasText(columns, item, filter) && narrowings.every((narrowing) => passes(narrowing, item, choices)),
  );
  const chosen = groups.find(({ name }) => name === group);
  const sorter = columns.find(({ title }) => title === sort.title) ?? columns[0];
  const ordered = passing
    .filter((item) => chosen === undefined || chosen.has(item))
    .sort(
      (a, b) => compare(sorter.value(a), sorter.value(b)) * (sort.isDescending ? -1 : 1) || tie(keyOf(a), keyOf(b)),
    );
  const sorted = isPointed ? inHeldOrder(ordered, keyOf, order.current) : ordered;
  order.current = sorted.map(keyOf);
  const openAt = openKey === undefined ? -1 : sorted.findIndex((item) => keyOf(item) === openKey);
  const opened = openAt < 0 ? items.find((item) => keyOf(item) === openKey) : sorted[openAt];
  const shown = sorted.slice(0, Math.max(SHOWN_ROWS, openAt + 1));
  const visible = columns.filter(
    (column) => column.isMinor !== true || (opened === undefined && !isNarrow && isUsed(column, items)),
  );
  return (
    <main class={opened === undefined ? "view" : "view with-detail"}>
      <div class="bar">
        {groups.length > 0 && <Totals groups={groups} items={passing} chosen={group} onChoose={setGroup} />}
        <FilterInput value={filter} onChange={setFilter} />
        {narrowings.map(({ label, choices: offered }) => (
          <Choice
            key={label}
            label={label}
            value={choices[label] ?? ""}
            choices={offered}
            onChange={(value) => setChoices({ ...choices, [label]: value })}
          />
        ))}
        <span class="quiet">{extent(sorted.length, shown.length, items.length, total)}</span>
        {props.summary !== undefined && <span class="quiet">{props.summary(items)}</span>}
        {props.actions?.(sorted)}
        <span class="bad">{trouble}</span>
      </div>
      <div class="scroll">
        <table class={props.className}>
          <thead>
            <tr>
              {visible.map((column) => (
                <Heading key={column.title} column={column} sort={sort} onSort={sortAnew} />
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={moveByKeys} {...pointingHandlers(setPointed)}>
            {shown.map((item, index) => (
              <tr
                key={keyOf(item)}
                class={item === opened ? "open" : ""}
                tabIndex={index === Math.max(openAt, 0) ? 0 : -1}
                onClick={() => setOpenKey(keyOf(item))}
              >
                {visible.map(({ title, value, show, className }) => (
                  <td key={title} class={className}>
                    {show === undefined ? <Plain value={value(item)} /> : show(item)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {sorted.length === 0 && isLoaded && trouble === "" && (
          <p class="empty">{items.length === 0 ? props.empty : "Nothing passes this filter."}</p>
        )}
      </div>
      {opened !== undefined && (props.detail?.(opened, close) ?? <Detail record={opened} onClose={close} />)}
    </main>
  );
}

function passes<T>(narrowing: Narrowing<T>, item: T, choices: Readonly<Record<string, string>>): boolean {
  const choice = choices[narrowing.label] ?? "";
  return choice === "" || narrowing.passes(item, choice);
}

/** Longer texts are cut: they stand whole in the detail. */
function Plain({ value }: { readonly value: string | number }) {
  if (typeof value === "number" || value.length < LONG_TEXT) return <>{value}</>;
  return (
    <div class="cut two" title={value}>
      {value}
    </div>
  );
}

interface Sort {
  readonly title: string;
  readonly isDescending: boolean;
}

interface HeadingProps<T> {
  readonly column: Column<T>;
  readonly sort: Sort;
  onSort(sort: Sort): void;
}

function Heading<T>({ column: { title, className }, sort, onSort }: HeadingProps<T>) {
  const isSorted = title === sort.title;
  return (
    <th class={className} aria-sort={!isSorted ? "none" : sort.isDescending ? "descending" : "ascending"}>
      <button
        type="button"
        class="plain"
        onClick={() => onSort({ title, isDescending: isSorted ? !sort.isDescending : true })}
      >
        {title}
        {isSorted ? (sort.isDescending ? " ↓" : " ↑") : ""}
      </button>
    </th>
  );
}

/** How much of what there is stands on the page. */
function extent(passing: number, shown: number, read: number, total: number): string {
  const number = (value: number): string => value.toLocaleString("en");
  const parts = [`${number(passing)} of ${number(read)}`];
  if (shown < passing) parts.push(`the first ${number(shown)} are shown`);
  if (read < total) parts.push(`only the ${number(read)} seen last of ${number(total)} are counted here`);
  return parts.join(", ");
}

function isUsed<T>({ text, value }: Column<T>, items: readonly T[]): boolean {
  return items.length === 0 || items.some((item) => (text ?? value)(item) !== "");
}

function hasText<T>(columns: readonly Column<T>[], item: T, filter: string): boolean {
  const wanted = filter.toLowerCase();
  return (
    wanted === "" ||
    columns.some(({ text, value }) =>
      String((text ?? value)(item))
        .toLowerCase()
        .includes(wanted),
    )
  );
}

/** Rows that are alike in what is sorted by keep their order when the list is read again. */
function tie(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

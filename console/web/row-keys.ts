import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** Rows by keyboard: arrows move, Enter or the space bar opens. Put on the table's body, its rows have a tabIndex. */
export function moveByKeys(event: KeyboardEvent): void {
  const row = event.target as HTMLElement;
  if (row.tagName !== "TR") return;
  if (event.key === "Enter" || event.key === " ") row.click();
  else if (event.key === "ArrowDown") (row.nextElementSibling as HTMLElement | null)?.focus();
  else if (event.key === "ArrowUp") (row.previousElementSibling as HTMLElement | null)?.focus();
  else return;
  event.preventDefault();
}

/**
 * Rows that are put in another order are taken out of the page for that, and the keyboard's focus with them: it goes back to its row, and to
 * the first where that has gone.
 */
export function useKeptFocus(list: { readonly current: HTMLElement | null }): void {
  const before = document.activeElement;
  useLayoutEffect(() => {
    if (!(before instanceof HTMLElement) || before.tagName !== "TR" || document.activeElement !== document.body) return;
    const row = before.isConnected ? before : list.current?.querySelector<HTMLElement>("tr[tabindex='0']");
    row?.focus({ preventScroll: true });
  });
}

/** A detail that is closed hands the focus back to the row that opened it. */
export function focusOpenRow(): void {
  const row = document.querySelector<HTMLElement>("tr.open");
  const focused = document.activeElement;
  if (row !== null && (focused === document.body || focused?.closest(".detail") != null))
    row.focus({ preventScroll: true });
}

/** Escape closes what a row has opened, wherever the keyboard's focus is: the row may have gone from the page. */
export function useEscape(close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === "Escape") latest.current();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

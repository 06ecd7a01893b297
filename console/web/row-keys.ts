import { useEffect, useRef } from "preact/hooks";

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

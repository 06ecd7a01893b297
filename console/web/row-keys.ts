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

/** Escape closes what a row has opened. */
export function onEscape(close: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === "Escape") close();
  };
}

import { useEffect, useState } from "preact/hooks";

const NARROW = matchMedia("(max-width: 900px)");

/** Whether there is no room for all columns; what they would show stands in the detail. */
export function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const listen = ({ matches }: MediaQueryListEvent): void => setNarrow(matches);
    NARROW.addEventListener("change", listen);
    return () => NARROW.removeEventListener("change", listen);
  }, []);
  return isNarrow;
}

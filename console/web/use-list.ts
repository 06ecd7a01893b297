import { useEffect, useRef, useState } from "preact/hooks";
import { readList } from "./client.js";
import { inventoryVersion } from "./live.js";

export interface LoadedList<T> {
  readonly items: readonly T[];
  readonly total: number;
  /** What went wrong with reading it last; the items are those of before. */
  readonly trouble: string;
  readonly isLoaded: boolean;
}

const PAUSE_MILLIS = 1_000;

/** A list of the inventory, read again when it changed; one reading at a time, however slow the console is. */
export function useList<T>(name: string, limit: number): LoadedList<T> {
  const [list, setList] = useState<LoadedList<T>>({ items: [], total: 0, trouble: "", isLoaded: false });
  const [round, setRound] = useState(0);
  const isReading = useRef(false);
  const readVersion = useRef(-1);
  const version = inventoryVersion.value;
  useEffect(() => {
    if (isReading.current || readVersion.current === version) return;
    isReading.current = true;
    readVersion.current = version;
    readList<T>(name, limit)
      .then(
        ({ items, total }) => setList({ items, total, trouble: "", isLoaded: true }),
        (error: Error) => {
          readVersion.current = -1;
          setList((before) => ({ ...before, trouble: error.message }));
        },
      )
      .finally(() =>
        setTimeout(() => {
          isReading.current = false;
          setRound((before) => before + 1);
        }, PAUSE_MILLIS),
      );
  }, [name, limit, version, round]);
  return list;
}

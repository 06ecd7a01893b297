import { useEffect } from "preact/hooks";

/** Whether the mouse is on the rows of a list, for its body. A finger is on nothing when it has tapped. */
export function pointingHandlers(tell: (isPointed: boolean) => void) {
  return {
    onPointerMove: ({ pointerType }: PointerEvent) => {
      if (pointerType === "mouse") tell(true);
    },
    onPointerLeave: () => tell(false),
  };
}

/** What leaves the page with the list is on it no more. */
export function useLeftWithList(tell: (isPointed: boolean) => void): void {
  useEffect(() => () => tell(false), []);
}

/**
 * The order in which rows were shown, kept while the mouse is on them: nobody is to open another row than the one that was aimed at. What is new
 * comes last until then.
 */
export function inHeldOrder<T>(items: readonly T[], keyOf: (item: T) => string, order: readonly string[]): T[] {
  const places = new Map(order.map((key, index) => [key, index]));
  return items
    .map((item, index) => ({ item, place: places.get(keyOf(item)) ?? order.length + index }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

import type { Posture } from "../../shared/event.js";
import { countWords, POSTURE_MEANINGS, POSTURE_WORDS, postureCounts } from "../../shared/posture.js";

type Counts = Readonly<Record<string, number>>;

const WIDTH = 84;
const HEIGHT = 9;
/** So narrow a share is still seen. */
const LEAST = 3;

export function PostureTag({ posture }: { readonly posture: Posture }) {
  return (
    <span class="posture" title={POSTURE_MEANINGS[posture]}>
      <svg class="swatch" width="20" height="8" aria-hidden="true">
        <line class={`link ${posture}`} x1="0" y1="4" x2="20" y2="4" />
      </svg>
      {POSTURE_WORDS[posture] ?? posture}
    </span>
  );
}

/** Shares of an edge's connections as a bar, and the numbers in words beside it. */
export function PostureBar({ counts }: { readonly counts: Counts }) {
  return (
    <span class="posture-bar">
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
        <rect class="share none" width={WIDTH} height={HEIGHT} />
        {shares(counts).map(({ name, from, width }) => (
          <rect key={name} class={`share ${name}`} x={from} width={width} height={HEIGHT} />
        ))}
      </svg>
      <span>{countWords(counts)}</span>
    </span>
  );
}

function shares(counts: Counts): { name: string; from: number; width: number }[] {
  const kinds = postureCounts(counts);
  const sum = kinds.reduce((total, { connections }) => total + connections, 0);
  const spare = WIDTH - kinds.length * LEAST;
  let from = 0;
  return kinds.map(({ name, connections }) => {
    const width = LEAST + (spare * connections) / sum;
    const share = { name, from, width: Math.max(width - 1, 1) };
    from += width;
    return share;
  });
}

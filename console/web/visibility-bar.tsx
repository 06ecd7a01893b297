import { bytes } from "./format.js";
import { type Share, sharesOf, shareWords } from "./visibility.js";

const WIDTH = 84;
const HEIGHT = 9;
/** So narrow a share is still seen. */
const LEAST = 3;

/** How much of a service's traffic was read, and what became of the rest, as a bar. */
export function VisibilityBar({ service }: { readonly service: Parameters<typeof sharesOf>[0] }) {
  const shares = sharesOf(service);
  if (shares.length === 0) return <span class="quiet">not counted</span>;
  return (
    <span class="posture-bar" title={shareWords(shares)}>
      <svg width={WIDTH} height={HEIGHT} role="img" aria-label={shareWords(shares)}>
        {spans(shares).map(({ key, name, from, width }) => (
          <rect key={key} class={`seen ${name}`} x={from} width={width} height={HEIGHT} />
        ))}
      </svg>
      <span>{bytes(shares.reduce((sum, share) => sum + share.bytes, 0))}</span>
    </span>
  );
}

function spans(shares: readonly Share[]): { key: string; name: string; from: number; width: number }[] {
  const total = shares.reduce((sum, share) => sum + share.bytes, 0);
  const spare = Math.max(0, WIDTH - shares.length * LEAST);
  let from = 0;
  return shares.map(({ what, name, bytes }) => {
    const width = LEAST + (spare * bytes) / total;
    const span = { key: what, name, from, width: Math.max(width - 1, 1) };
    from += width;
    return span;
  });
}

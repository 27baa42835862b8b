import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Polygon } from './settings-draft.ts';

const pointsText = (polygon: Polygon): string => polygon.map(([x, y]) => `${String(x * 1_000)},${String(y * 1_000)}`).join(' ');

/** The last picture of a camera with masks drawn over it. What is drawn lies between 0 and 1,000 in both directions. */
export function MaskPicture({
  masks,
  snapshotId,
  label,
  children,
}: {
  masks: readonly Polygon[];
  snapshotId: string;
  label: string;
  children?: ComponentChildren;
}): JSX.Element {
  const [gone, setGone] = useState(false);
  return (
    <div class={gone ? 'mask-picture gone' : 'mask-picture'}>
      {gone ? (
        <p class="muted small">The last picture cannot be had from the chat any more. The masks are drawn on an empty one.</p>
      ) : (
        <img src={`/api/pictures/${encodeURIComponent(snapshotId)}/image`} alt="" onError={() => setGone(true)} />
      )}
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label={label}>
        {masks.map((mask, index) => (
          <polygon key={index} class="mask" points={pointsText(mask)} />
        ))}
        {children}
      </svg>
    </div>
  );
}

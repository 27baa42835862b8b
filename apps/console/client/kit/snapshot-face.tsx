import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Face } from './face.tsx';
import { faceAddress } from './place.ts';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Larger pictures are looked at as if they had so many pixels: boxes are in these. */
const mostPixels = 12_600_000;

/**
 * A face of a snapshot: its kept picture, else the part of the whole snapshot that shows it, else initials. `picture`: the size that the box
 * is in; absent: that of the snapshot itself. `size`: as Face.
 */
export function SnapshotFace({
  snapshotId,
  position,
  box,
  picture = null,
  name,
  alt = '',
  size = 'm',
}: {
  snapshotId: string;
  position: number;
  box: Box;
  picture?: { width: number; height: number } | null;
  name: string;
  alt?: string;
  size?: 's' | 'm' | 'l' | 'fill';
}): JSX.Element {
  const own = faceAddress({ snapshotId, position });
  const [state, setState] = useState<'own' | 'cut' | 'none'>('own');
  const [natural, setNatural] = useState(picture);
  useEffect(() => setState('own'), [own]);
  if (state === 'none') return <Face src={null} name={name} alt={alt} size={size} />;
  if (state === 'own') {
    return (
      <span class={`face ${size}`}>
        <img src={own} alt={alt} loading="lazy" decoding="async" onError={() => setState('cut')} />
      </span>
    );
  }
  const measure = (image: HTMLImageElement): void => {
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(1, Math.sqrt(mostPixels / Math.max(1, width * height)));
    if (!natural) setNatural({ width: width * scale, height: height * scale });
  };
  return (
    <span class={`face ${size} cut`}>
      <img
        src={`/api/pictures/${encodeURIComponent(snapshotId)}/image`}
        alt={alt}
        loading="lazy"
        decoding="async"
        style={natural ? cutOut(box, natural) : { opacity: '0' }}
        onLoad={(event) => measure(event.currentTarget)}
        onError={() => setState('none')}
      />
    </span>
  );
}

/** Shows a square around the box, a little larger than it. */
function cutOut(box: Box, picture: { width: number; height: number }): Record<string, string> {
  const side = Math.min(Math.max(box.width, box.height) * 1.3, picture.width, picture.height);
  const within = (middle: number, most: number): number => Math.min(Math.max(0, middle - side / 2), most - side);
  const left = within(box.x + box.width / 2, picture.width);
  const top = within(box.y + box.height / 2, picture.height);
  const percent = (value: number): string => `${String((value / side) * 100)}%`;
  return {
    position: 'absolute',
    maxWidth: 'none',
    width: percent(picture.width),
    height: percent(picture.height),
    left: percent(-left),
    top: percent(-top),
  };
}

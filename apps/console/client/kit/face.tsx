import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * The picture of a face. Without one, or when it is gone, the person's initials. `alt` empty: the name stands beside it.
 * `size`: 32, 56 or 96 pixels; `fill`: a square as wide as there is room.
 */
export function Face({
  src,
  name,
  alt = '',
  size = 'm',
  round = false,
}: {
  src: string | null;
  name: string;
  alt?: string;
  size?: 's' | 'm' | 'l' | 'fill';
  round?: boolean;
}): JSX.Element {
  const [gone, setGone] = useState(false);
  useEffect(() => setGone(false), [src]);
  const shape = `face ${size}${round ? ' round' : ''}`;
  if (src === null || gone) {
    return (
      <span class={shape} role={alt ? 'img' : undefined} aria-label={alt || undefined} aria-hidden={alt ? undefined : true}>
        {initials(name)}
      </span>
    );
  }
  return (
    <span class={shape}>
      <img src={src} alt={alt} loading="lazy" decoding="async" onError={() => setGone(true)} />
    </span>
  );
}

/** `Ada Lovelace` → AL, `Unknown 12` → 12. */
function initials(name: string): string {
  const number = /^Unknown (\d+)$/.exec(name)?.[1];
  if (number) return number.length > 4 ? '?' : number;
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0]?.toUpperCase() ?? '').join('');
}

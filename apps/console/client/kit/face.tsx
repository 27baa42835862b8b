import type { JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { ScrollingContext } from './scrolling.ts';

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
  const isPassing = usePassing();
  useEffect(() => setGone(false), [src]);
  const shape = `face ${size}${round ? ' round' : ''}`;
  if (src === null || gone || isPassing) {
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

/** Whoever stays for so long while a list scrolls is worth their picture: others fly by. Milliseconds. */
const passesMs = 150;

/** Whether a list that scrolls has drawn this only a moment ago. Thousands fly by, and their pictures would hold up those that stay. */
function usePassing(): boolean {
  const isScrolling = useContext(ScrollingContext);
  const [isPassing, setPassing] = useState(isScrolling);
  useEffect(() => {
    if (!isPassing) return undefined;
    const timer = setTimeout(() => setPassing(false), isScrolling ? passesMs : 0);
    return () => clearTimeout(timer);
  }, [isScrolling]);
  return isPassing;
}

/** `Ada Lovelace` → AL, `Unknown 12` → 12. */
function initials(name: string): string {
  const number = /^Unknown (\d+)$/.exec(name)?.[1];
  if (number) return number.length > 4 ? '?' : number;
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0]?.toUpperCase() ?? '').join('');
}

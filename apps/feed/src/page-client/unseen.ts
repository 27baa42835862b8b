import { find } from './find.ts';
import { isAtTop } from './place.ts';
import { countNew, type Words } from './words.ts';

/** Counts the new entries that came above what is being read, on a button that leads to them. */
export function countUnseen(list: HTMLElement, words: Words): { add(made: readonly HTMLElement[]): void } {
  const button = find('#unseen');
  let unseen: HTMLElement[] = [];
  const update = (): void => {
    unseen = unseen.filter((entry) => entry.isConnected && entry.getBoundingClientRect().top < 0);
    button.hidden = unseen.length === 0;
    if (unseen.length > 0) button.textContent = countNew(words, unseen.length);
  };
  addEventListener('scroll', update, { passive: true });
  button.addEventListener('click', () => {
    find('#messages').focus({ preventScroll: true });
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
    scrollTo({ top: scrollY + list.getBoundingClientRect().top - 80, behavior });
  });
  return {
    add: (made) => {
      if (!isAtTop(list)) unseen.push(...made);
      update();
    },
  };
}

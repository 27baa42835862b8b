/** Nearer to the top than this counts as being there, pixels. */
const nearPx = 8;

/** Whether a reader sees the top of the list and nothing in it has the focus: then new entries may push the others down. */
export const isAtTop = (list: HTMLElement): boolean =>
  list.getBoundingClientRect().top >= -nearPx && !list.contains(document.activeElement);

/** Changes the list without moving what is being read, or what has the focus. Not all browsers do so by themselves; the style keeps those that do from it. */
export function keepingPlace(list: HTMLElement, change: () => void): void {
  const held = isAtTop(list) ? undefined : heldBy(list);
  const before = held ? topOf(held) : 0;
  const focused = document.activeElement;
  const index = list.contains(focused) ? entriesOf(list).findIndex((entry) => entry.contains(focused)) : -1;
  change();
  if (held?.isConnected) scrollBy({ top: topOf(held) - before, behavior: 'instant' });
  if (index >= 0 && !list.contains(focused)) passFocusOn(list, index, held);
}

/** What had the focus is gone: an edited entry gets it as a whole, after a removed one the next. */
function passFocusOn(list: HTMLElement, index: number, held: HTMLElement | undefined): void {
  const entries = entriesOf(list);
  const next = held?.isConnected ? held : (entries[index] ?? entries.at(-1));
  next?.focus({ preventScroll: true });
}

/** Without the line between two entries, and without replies. */
const articleOf = (entry: HTMLElement): Element => entry.querySelector(':scope > article') ?? entry;
const topOf = (entry: HTMLElement): number => articleOf(entry).getBoundingClientRect().top;

const entriesOf = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('.entry')];

/** The entry that has the focus, or else the first one that is in sight. */
function heldBy(list: HTMLElement): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>('.entry');
  if (focused && list.contains(focused)) return focused;
  return entriesOf(list).find((entry) => articleOf(entry).getBoundingClientRect().bottom > 0);
}

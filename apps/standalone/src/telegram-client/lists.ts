/** Something that the server has drawn. */
export interface Piece {
  key: string;
  hash: string;
  html: string;
}

/** So near to its end a list follows what comes, pixels. */
const nearPx = 140;

/** Brings a chat's messages up to date: only what looks different is replaced, and what had the focus keeps it. */
export function updateList(list: HTMLElement, keys: readonly string[], pieces: ReadonlyMap<string, Piece>): void {
  const scroll = list.closest<HTMLElement>('.scroll');
  const follows = scroll === null || isAtEnd(scroll);
  const items = [...list.children].flatMap((item) => (item instanceof HTMLElement ? [item] : []));
  const known = new Map(items.map((item) => [item.dataset['key'] ?? '', item]));
  const came = keys.some((key) => !known.has(key));
  for (const [key, item] of known) if (!keys.includes(key)) item.remove();
  let before: Element | null = null;
  for (const key of keys) {
    const item = known.get(key) ?? newItem(key);
    const piece = pieces.get(key);
    if (piece) redraw(item, piece);
    const place: Element | null = before === null ? list.firstElementChild : before.nextElementSibling;
    if (place !== item) list.insertBefore(item, place);
    before = item;
  }
  if (!scroll) return;
  if (follows) toEnd(scroll);
  else if (came) scroll.parentElement?.querySelector('[data-newest]')?.removeAttribute('hidden');
}

/** Draws a part of the page anew, if it looks different. A picture that stays is not loaded again. */
export function redraw(item: HTMLElement, { hash, html }: Piece): void {
  if (item.dataset['hash'] === hash) return;
  const focused = item.contains(document.activeElement) ? selectorOf(document.activeElement) : null;
  const images = new Map([...item.querySelectorAll('img')].map((image) => [image.getAttribute('src'), image]));
  item.innerHTML = html;
  item.dataset['hash'] = hash;
  for (const image of item.querySelectorAll('img')) {
    const loaded = images.get(image.getAttribute('src'));
    if (loaded) image.replaceWith(loaded);
  }
  localTimes(item);
  if (focused === null) return;
  const again = item.querySelector<HTMLElement>(focused) ?? item.querySelector<HTMLElement>('article');
  again?.focus({ preventScroll: true });
}

/** The same button in a newer version of a message. */
function selectorOf(element: Element | null): string {
  if (!(element instanceof HTMLElement)) return 'article';
  const { press, reply, zoom } = element.dataset;
  if (press !== undefined) return `[data-press="${CSS.escape(press)}"]`;
  if (reply !== undefined) return '[data-reply]';
  return zoom === undefined ? 'article' : '[data-zoom]';
}

/** Whether somebody reads at the end of a list, where it follows what comes. */
export const isAtEnd = (scroll: HTMLElement): boolean => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearPx;

/** Scrolls to the newest message. */
export function toEnd(scroll: HTMLElement): void {
  scroll.scrollTop = scroll.scrollHeight;
  scroll.parentElement?.querySelector('[data-newest]')?.setAttribute('hidden', '');
}

/** Writes times as the reader's clock says. */
export function localTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = at.toLocaleString();
    if (time.dataset['clock'] !== undefined) time.textContent = at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  }
}

function newItem(key: string): HTMLElement {
  const item = document.createElement('li');
  item.dataset['key'] = key;
  return item;
}

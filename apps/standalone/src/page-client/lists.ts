import { search } from './search.ts';
import { localTimes } from './times.ts';

export interface Piece {
  key: string;
  hash: string;
  html: string;
}

/** So near to its end a list follows what comes, pixels. */
const nearPx = 120;

/** Makes new parts of the page work. */
export function enliven(item: HTMLElement): void {
  localTimes(item);
  const message = item.querySelector<HTMLElement>('[data-ts]');
  for (const input of item.querySelectorAll<HTMLInputElement>('input[role=combobox]')) {
    search(input, { message: placeOf(message) }, (chosen) => chosen.dispatchEvent(new Event('change', { bubbles: true })));
  }
}

/** Where a message is, as the server wants to know it. */
export const placeOf = (message: HTMLElement | null): Record<string, string | undefined> => ({
  channel: message?.dataset['channel'],
  ts: message?.dataset['ts'],
  thread: message?.dataset['thread'],
});

/** Brings a channel's messages up to date: only what looks different is replaced, and what had the focus or was open stays so. */
export function updateList(list: HTMLElement, keys: readonly string[], pieces: ReadonlyMap<string, Piece>): void {
  const scroll = list.closest<HTMLElement>('.scroll');
  const follows = scroll === null || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearPx;
  const known = new Map(
    [...list.children].flatMap((item) => (item instanceof HTMLElement ? [[item.dataset['key'] ?? '', item] as const] : [])),
  );
  const came = keys.some((key) => !known.has(key));
  for (const [key, item] of known) if (!keys.includes(key)) item.remove();
  let before: Element | null = null;
  for (const key of keys) {
    const item = known.get(key) ?? newItem(key);
    const piece = pieces.get(key);
    if (piece && item.dataset['hash'] !== piece.hash) replaceContent(item, piece);
    const place: Element | null = before === null ? list.firstElementChild : before.nextElementSibling;
    if (place !== item) list.insertBefore(item, place);
    before = item;
  }
  if (!scroll) return;
  if (follows) toEnd(scroll);
  else if (came) scroll.parentElement?.querySelector('[data-newest]')?.removeAttribute('hidden');
}

/** Scrolls to the newest message. */
export function toEnd(scroll: HTMLElement): void {
  scroll.scrollTop = scroll.scrollHeight;
  scroll.parentElement?.querySelector('[data-newest]')?.setAttribute('hidden', '');
}

function newItem(key: string): HTMLElement {
  const item = document.createElement('li');
  item.dataset['key'] = key;
  return item;
}

/** Remembers a control, so that it is found again after its message has been drawn anew. Returns how to focus it. */
export function remember(control: Element | null): () => void {
  const key = control?.closest<HTMLElement>('[data-key]')?.dataset['key'];
  const selector = control ? selectorOf(control) : null;
  return () => {
    if (control instanceof HTMLElement && control.isConnected) return control.focus();
    const item = key === undefined ? null : document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    const again = (selector === null ? null : item?.querySelector<HTMLElement>(selector)) ?? item?.querySelector<HTMLElement>('article');
    again?.focus({ preventScroll: true });
  };
}

/** The same button, menu or field in a newer version of a message. */
function selectorOf(element: Element): string | null {
  if (!(element instanceof HTMLElement)) return null;
  const names = ['press', 'field', 'block', 'value', 'shortcut'].filter((name) => element.dataset[name] !== undefined);
  if (names.length > 0) return names.map((name) => `[data-${name}="${CSS.escape(element.dataset[name] ?? '')}"]`).join('');
  const menu = element.closest<HTMLElement>('[data-menu]')?.dataset['menu'];
  return menu === undefined ? null : `[data-menu="${CSS.escape(menu)}"] > summary`;
}

function replaceContent(item: HTMLElement, { hash, html }: Piece): void {
  const focused = document.activeElement && item.contains(document.activeElement) ? selectorOf(document.activeElement) : null;
  const open = [...item.querySelectorAll<HTMLElement>('details[open]')].map(({ dataset }) => dataset['menu'] ?? '');
  const fresh = document.createElement('template');
  fresh.innerHTML = html;
  // A picture that is already there is kept, so that it does not flicker.
  for (const picture of fresh.content.querySelectorAll('img')) {
    const same = [...item.querySelectorAll('img')].find((old) => old.getAttribute('src') === picture.getAttribute('src'));
    if (!same) continue;
    same.alt = picture.alt;
    picture.replaceWith(same);
  }
  item.replaceChildren(fresh.content);
  item.dataset['hash'] = hash;
  for (const menu of open) item.querySelector(`[data-menu="${CSS.escape(menu)}"]`)?.setAttribute('open', '');
  enliven(item);
  if (focused === null) return;
  const again = item.querySelector<HTMLElement>(focused) ?? item.querySelector<HTMLElement>('article');
  again?.focus({ preventScroll: true });
}

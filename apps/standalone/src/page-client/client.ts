import { fieldsOf, isField, valueOf } from './fields.ts';
import { enliven, type Piece, placeOf, toEnd, updateList } from './lists.ts';
import { confirmed, modalOf } from './modal.ts';
import { tell, toast } from './server.ts';

interface Update {
  /** Keys of the messages, by channel. */
  lists: Record<string, string[]>;
  pieces: Piece[];
  modal: string | null;
}

/** Every piece that the server has sent, by its key. */
const pieces = new Map<string, Piece>();

const dialog = document.querySelector<HTMLDialogElement>('#modal');
const modal = dialog ? modalOf(dialog, (from) => void press(from)) : undefined;

/** Tells the server what was pressed or chosen, and shows what came of it. */
async function press(from: HTMLElement): Promise<void> {
  if (from.ariaBusy === 'true' || !(await confirmed(from.dataset['confirm']))) return;
  const message = from.closest<HTMLElement>('[data-ts]');
  const view = from.closest<HTMLElement>('[data-view]')?.dataset['view'];
  const pressed = isField(from)
    ? valueOf(from)
    : { block: from.dataset['block'] ?? '', action: from.dataset['press'] ?? '', value: from.dataset['value'] ?? null };
  const fields = fieldsOf(from.closest('[data-view], [data-ts]') ?? document.createElement('div'));
  await busy(from, { do: 'press', where: view === undefined ? { message: placeOf(message) } : { view }, pressed, fields });
}

async function busy(from: HTMLElement, what: Record<string, unknown>): Promise<void> {
  from.ariaBusy = 'true';
  const { error } = await tell(what);
  from.ariaBusy = 'false';
  if (error !== undefined) toast(error);
}

function openTab(id: string): void {
  const app = id === 'app';
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')];
  const isAlone = ({ dataset }: HTMLElement): boolean => dataset['place'] === 'alone';
  const alone = panels.some((panel) => panel.dataset['panel'] === id && isAlone(panel));
  document.querySelector('main')?.classList.toggle('one-open', alone);
  const wide = matchMedia('(min-width: 1080px)').matches;
  for (const panel of panels) panel.hidden = wide && !alone ? isAlone(panel) : panel.dataset['panel'] !== id;
  for (const tab of document.querySelectorAll<HTMLElement>('[data-tab]')) {
    const current = tab.dataset['tab'] === id;
    if (current) {
      tab.setAttribute('aria-current', 'page');
      // On a narrow screen not all of them are seen.
      tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else tab.removeAttribute('aria-current');
    if (current) tab.classList.remove('unread');
  }
  for (const scroll of document.querySelectorAll<HTMLElement>(`[data-panel="${CSS.escape(id)}"] .scroll`)) if (!app) toEnd(scroll);
  if (app) void tell({ do: 'home' }).then(({ error }) => error !== undefined && toast(error));
}

const currentTab = (): string => document.querySelector<HTMLElement>('[data-tab][aria-current]')?.dataset['tab'] ?? '';

/** Shows the message that the address names. */
function goToMessage(): void {
  const id = decodeURIComponent(location.hash.slice(1));
  const message = id === '' ? null : document.querySelector<HTMLElement>(`#${CSS.escape(id)}`);
  const panel = message?.closest<HTMLElement>('[data-panel]');
  if (!message || !panel) {
    if (id !== '') toast('That message is no longer on this page.');
    return;
  }
  if (panel.hidden) openTab(panel.dataset['panel'] ?? '');
  message.scrollIntoView({ block: 'center' });
  message.focus({ preventScroll: true });
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll<HTMLElement>('details.menu[open]')) {
    if (!target || !menu.contains(target) || target.closest('li')) menu.removeAttribute('open');
  }
  const button = target?.closest<HTMLElement>('button, a.button');
  if (!button) return;
  use(button);
});

/** Does what a button of the page is for. */
function use(button: HTMLElement): void {
  const { press: pressed, shortcut, tab, newest, dismiss, react } = button.dataset;
  const message = button.closest<HTMLElement>('[data-ts]');
  if (pressed !== undefined) void press(button);
  else if (shortcut !== undefined) void busy(button, { do: 'shortcut', message: placeOf(message), callbackId: shortcut });
  else if (react !== undefined)
    void busy(button, { do: 'react', message: placeOf(message), name: react, set: button.ariaPressed !== 'true' });
  else if (dismiss !== undefined) void tell({ do: 'dismiss', ts: message?.dataset['ts'] });
  else if (tab !== undefined) openTab(tab);
  else if (newest !== undefined) for (const scroll of button.parentElement?.querySelectorAll<HTMLElement>('.scroll') ?? []) toEnd(scroll);
}

/** A menu at the lower edge is scrolled to. */
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.open) target.querySelector('ul')?.scrollIntoView({ block: 'nearest' });
  },
  true,
);

document.addEventListener('change', (event) => {
  if (isField(event.target) && event.target.dataset['press'] !== undefined && event.target.role !== 'combobox') void press(event.target);
});

document.addEventListener('keydown', (event) => {
  const menu = event.target instanceof Element ? event.target.closest<HTMLDetailsElement>('details.menu[open]') : null;
  if (!menu) return;
  const entries = [...menu.querySelectorAll<HTMLElement>('li button')];
  const at = entries.findIndex((entry) => entry === document.activeElement);
  if (event.key === 'Escape') {
    menu.open = false;
    menu.querySelector<HTMLElement>('summary')?.focus();
  } else if (event.key === 'ArrowDown') entries[Math.min(at + 1, entries.length - 1)]?.focus();
  else if (event.key === 'ArrowUp') entries[Math.max(at - 1, 0)]?.focus();
  else return;
  event.preventDefault();
});

document.addEventListener('submit', (event) => {
  const form = event.target instanceof HTMLFormElement && event.target.dataset['composer'] !== undefined ? event.target : null;
  if (!form) return;
  event.preventDefault();
  const input = form.querySelector('input');
  if (!input || input.value.trim() === '') return;
  const text = input.value;
  input.value = '';
  for (const scroll of form.parentElement?.querySelectorAll<HTMLElement>('.scroll') ?? []) toEnd(scroll);
  void tell({ do: 'send', channel: form.dataset['composer'], text }).then(({ error }) => {
    if (error === undefined) return;
    toast(error);
    if (input.value === '') input.value = text;
  });
});

/** Whoever scrolls to the end follows again. */
document.addEventListener(
  'scroll',
  ({ target }) => {
    if (target instanceof HTMLElement && target.scrollHeight - target.scrollTop - target.clientHeight < 40)
      target.parentElement?.querySelector('[data-newest]')?.setAttribute('hidden', '');
  },
  true,
);

function apply({ lists, pieces: fresh, modal: open }: Update): void {
  for (const piece of fresh) pieces.set(piece.key, piece);
  for (const [channel, keys] of Object.entries(lists)) {
    const list = document.querySelector<HTMLElement>(`[data-list="${CSS.escape(channel)}"]`);
    if (!list) continue;
    const before = list.childElementCount;
    updateList(list, keys, pieces);
    const panel = list.closest<HTMLElement>('[data-panel]');
    if (keys.length > before && panel?.hidden)
      document.querySelector(`[data-tab="${CSS.escape(panel.dataset['panel'] ?? '')}"]`)?.classList.add('unread');
  }
  const home = document.querySelector<HTMLElement>('#home');
  const piece = pieces.get('home');
  if (home && piece && home.dataset['hash'] !== piece.hash) {
    home.innerHTML = piece.html;
    home.dataset['hash'] = piece.hash;
    enliven(home);
  }
  modal?.show(open === null ? null : (pieces.get(open) ?? null));
}

/** A browser gives up after an answer that is no stream: then it is asked again. */
function connect(): void {
  const live = new EventSource('/live');
  live.addEventListener('message', ({ data }) => {
    const update: Update = JSON.parse(String(data));
    apply(update);
  });
  live.addEventListener('error', () => {
    if (live.readyState === EventSource.CLOSED) setTimeout(connect, 2_000);
  });
}

for (const item of document.querySelectorAll<HTMLElement>('[data-key]')) enliven(item);
for (const scroll of document.querySelectorAll<HTMLElement>('.scroll')) toEnd(scroll);
matchMedia('(min-width: 1080px)').addEventListener('change', () => openTab(currentTab()));
addEventListener('hashchange', goToMessage);
openTab(currentTab());
if (location.hash !== '') goToMessage();
connect();

import { type Composer, composerOf, type Writing } from './composer.ts';
import { isAtEnd, localTimes, type Piece, redraw, toEnd, updateList } from './lists.ts';
import { show, tell, toast } from './server.ts';

interface ChatNow extends Writing {
  id: number;
  status: string;
  isBusy: boolean;
  started: boolean;
  entry: string;
  keys: string[];
}
interface Update {
  chats: ChatNow[];
  pieces: Piece[];
}

/** Every piece that the server has sent, by its key. */
const pieces = new Map<string, Piece>();
const composers = new Map<number, Composer>();
/** How many messages of a chat were there when somebody last looked. */
const unread = new Map<number, number>();

const panelOf = (chat: number): HTMLElement | null => document.querySelector(`[data-panel="${String(chat)}"]`);
const scrollOf = (chat: number): HTMLElement | null => panelOf(chat)?.querySelector('.scroll') ?? null;
const narrow = matchMedia('(max-width: 700px)');
let open: number | null = null;

function openChat(chat: number): void {
  open = chat;
  unread.delete(chat);
  for (const panel of document.querySelectorAll<HTMLElement>('[data-panel]')) panel.hidden = panel.dataset['panel'] !== String(chat);
  for (const entry of document.querySelectorAll<HTMLElement>('[data-chat]')) {
    if (entry.dataset['chat'] === String(chat)) entry.setAttribute('aria-current', 'page');
    else entry.removeAttribute('aria-current');
  }
  document.body.classList.add('in-chat');
  drawUnread(chat);
  const scroll = scrollOf(chat);
  if (scroll) toEnd(scroll);
  if (!narrow.matches) composers.get(chat)?.focus();
}

function closeChat(): void {
  const last = open;
  open = null;
  document.body.classList.remove('in-chat');
  for (const entry of document.querySelectorAll<HTMLElement>('[data-chat]')) {
    entry.removeAttribute('aria-current');
    if (entry.dataset['chat'] === String(last)) entry.focus();
  }
}

function drawUnread(chat: number): void {
  const badge = document.querySelector<HTMLElement>(`[data-chat="${String(chat)}"] .unread`);
  const count = unread.get(chat) ?? 0;
  if (!badge) return;
  badge.hidden = count === 0;
  badge.textContent = String(count);
  badge.ariaLabel = `${String(count)} new`;
}

async function press(button: HTMLElement, chat: number): Promise<void> {
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  const outcome = await tell({ do: 'press', chat, message: Number(button.dataset['of']), label: button.dataset['press'] });
  button.ariaBusy = 'false';
  show(outcome);
}

const say = async (chat: number, text: string): Promise<void> => show(await tell({ do: 'send', chat, text, replyTo: null }));

/** Shows a message that an answer leads to. */
function goTo(id: string): void {
  const message = document.querySelector<HTMLElement>(`#${CSS.escape(id)}`);
  if (!message) return toast('That message is no longer here.');
  message.scrollIntoView({ block: 'center' });
  message.focus({ preventScroll: true });
  message.classList.add('found');
  setTimeout(() => message.classList.remove('found'), 1_500);
}

function zoom(src: string): void {
  const dialog = document.querySelector<HTMLDialogElement>('#zoom');
  const image = dialog?.querySelector('img');
  if (!dialog || !image) return;
  image.src = src;
  dialog.showModal();
}

function reply(button: HTMLElement, chat: number): void {
  const text = button.closest('.message')?.querySelector('.text')?.textContent ?? 'Photo';
  composers.get(chat)?.replyTo(Number(button.dataset['reply']), text);
}

function start(chat: number): void {
  const code = new URLSearchParams(location.search).get('start');
  // A code is good once.
  history.replaceState(null, '', '/');
  panelOf(chat)?.querySelector('[data-start]')?.setAttribute('hidden', '');
  void say(chat, code === null ? '/start' : `/start ${code}`);
}

/** What a button or link does, by the name of the attribute that it has. */
const uses: Record<string, (target: HTMLElement, chat: number) => void> = {
  chat: ({ dataset }) => openChat(Number(dataset['chat'])),
  back: () => closeChat(),
  press: (target, chat) => void press(target, chat),
  reply,
  zoom: ({ dataset }) => zoom(dataset['zoom'] ?? ''),
  go: ({ dataset }) => goTo(dataset['go'] ?? ''),
  say: ({ dataset }, chat) => void say(chat, dataset['say'] ?? ''),
  start: (_, chat) => start(chat),
  newest: (_, chat) => {
    const scroll = scrollOf(chat);
    if (scroll) toEnd(scroll);
  },
};

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target.closest<HTMLElement>('button, a') : null;
  const use = Object.entries(uses).find(([name]) => target?.dataset[name] !== undefined)?.[1];
  if (!target || !use) return;
  event.preventDefault();
  use(target, Number(target.closest<HTMLElement>('[data-panel]')?.dataset['panel']));
});
document.querySelector('#zoom')?.addEventListener('click', ({ currentTarget }) => {
  if (currentTarget instanceof HTMLDialogElement) currentTarget.close();
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  if (open !== null && event.dataTransfer) composers.get(open)?.attach([...event.dataTransfer.files]);
});
/** Whoever scrolls to the end follows again. */
document.addEventListener(
  'scroll',
  ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches('.scroll')) return;
    target.dataset['follows'] = isAtEnd(target) ? 'yes' : 'no';
    if (isAtEnd(target)) target.parentElement?.querySelector('[data-newest]')?.setAttribute('hidden', '');
  },
  true,
);
/** A picture that has come makes the list longer. */
document.addEventListener(
  'load',
  ({ target }) => {
    const scroll = target instanceof HTMLImageElement ? target.closest<HTMLElement>('.scroll') : null;
    if (scroll && scroll.dataset['follows'] !== 'no') toEnd(scroll);
  },
  true,
);

function applyChat(chat: ChatNow): void {
  const panel = panelOf(chat.id);
  const list = panel?.querySelector<HTMLElement>('[data-list]');
  // Somebody has made a chat since the page was loaded.
  if (!panel || !list) return location.reload();
  const before = new Set([...list.children].map((item) => (item instanceof HTMLElement ? item.dataset['key'] : '')));
  updateList(list, chat.keys, pieces);
  const fresh = chat.keys.filter((key) => !before.has(key)).length;
  if (open !== chat.id && fresh > 0) unread.set(chat.id, (unread.get(chat.id) ?? 0) + fresh);
  drawUnread(chat.id);
  const status = panel.querySelector('.status');
  if (status && status.textContent !== chat.status) status.textContent = chat.status;
  status?.classList.toggle('busy', chat.isBusy);
  panel.querySelector('[data-start]')?.toggleAttribute('hidden', chat.started && !location.search.includes('start='));
  composers.get(chat.id)?.update(chat);
  const entry = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(chat.entry)}"]`);
  const piece = pieces.get(chat.entry);
  if (entry && piece) redraw(entry, piece);
}

function apply({ chats, pieces: fresh }: Update): void {
  for (const piece of fresh) pieces.set(piece.key, piece);
  for (const chat of chats) applyChat(chat);
  const list = document.querySelector('#chats');
  const focused = document.activeElement;
  for (const [index, { id }] of chats.entries()) {
    const entry = document.querySelector(`[data-entry="${String(id)}"]`);
    if (list && entry && list.children[index] !== entry) list.insertBefore(entry, list.children[index] ?? null);
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
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

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-composer]')) {
  const chat = Number(form.dataset['composer']);
  composers.set(chat, composerOf(form, chat));
}
for (const chat of document.querySelectorAll<HTMLElement>('[data-chat]')) {
  const id = Number(chat.dataset['chat']);
  // A person's id: their chat with the bot.
  if (id > 0 && !narrow.matches) openChat(id);
}
localTimes(document);
connect();

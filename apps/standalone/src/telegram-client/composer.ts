import { type Outcome, show, tell, upload } from './server.ts';

/** What the server says about a chat that matters for writing in it. */
export interface Writing {
  commands: readonly { command: string; description: string }[];
  /** The message that asks for an answer. */
  ask: { message: number; line: string; placeholder: string | null } | null;
}

/** Where somebody writes in a chat. */
export interface Composer {
  update(writing: Writing): void;
  /** The next message answers this one. */
  replyTo(message: number, line: string): void;
  /** Puts files beside the text, to be sent with it. */
  attach(files: readonly File[]): void;
  focus(): void;
}

interface State {
  reply: { message: number; line: string } | null;
  files: readonly File[];
  commands: Writing['commands'];
  /** The last message that asked, so that it is taken up once. */
  asked: number | null;
}

interface Parts {
  form: HTMLFormElement;
  text: HTMLTextAreaElement;
  input: HTMLInputElement;
  asFile: HTMLInputElement;
  menu: HTMLElement;
}

const part = <T extends HTMLElement>(form: HTMLElement, selector: string, kind: new () => T): T => {
  const found = form.querySelector(selector);
  return found instanceof kind ? found : new kind();
};

/** Makes the field below a chat work: Enter sends, `/` opens the menu, files are pasted, dropped or chosen. */
export function composerOf(form: HTMLFormElement, chat: number): Composer {
  const parts: Parts = {
    form,
    text: part(form, 'textarea', HTMLTextAreaElement),
    input: part(form, 'input[type=file]', HTMLInputElement),
    asFile: part(form, '[name=asFile]', HTMLInputElement),
    menu: part(form, '.menu', HTMLElement),
  };
  const state: State = { reply: null, files: [], commands: [], asked: null };
  const { text, input } = parts;
  const draw = (): void => drawBar(parts, state);
  const attach = (files: readonly File[]): void => {
    state.files = [...state.files, ...files].slice(0, 10);
    draw();
    text.focus();
  };
  const send = async (words = text.value): Promise<void> => {
    const { files, reply } = state;
    if (words.trim() === '' && files.length === 0) return;
    text.value = '';
    state.files = [];
    state.reply = null;
    draw();
    drawMenu(parts, state);
    show(await sendAll({ chat, words, files, reply: reply?.message ?? null, asFile: parts.asFile.checked }));
  };
  wireMenu(parts, state, send);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  input.addEventListener('change', () => {
    attach([...(input.files ?? [])]);
    input.value = '';
  });
  text.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData && clipboardData.files.length > 0) attach([...clipboardData.files]);
  });
  form.querySelector('[data-bar-close]')?.addEventListener('click', () => {
    state.files = [];
    state.reply = null;
    draw();
    text.focus();
  });
  return {
    update: ({ commands, ask }) => {
      const isNew = JSON.stringify(commands) !== JSON.stringify(state.commands);
      state.commands = commands;
      // Somebody may type faster than the commands come.
      if (isNew) drawMenu(parts, state);
      form.querySelector('[data-menu]')?.toggleAttribute('hidden', commands.length === 0);
      text.placeholder = ask?.placeholder ?? 'Message';
      if (ask === null) {
        // What was asked is no longer open.
        if (state.asked !== null && state.reply?.message === state.asked) state.reply = null;
        state.asked = null;
      } else if (ask.message !== state.asked) {
        state.asked = ask.message;
        state.reply = ask;
        // As in Telegram's own clients, one can type the answer at once.
        if (!(document.activeElement instanceof HTMLTextAreaElement) && text.checkVisibility()) text.focus();
      }
      draw();
    },
    replyTo: (message, line) => {
      state.reply = { message, line };
      draw();
      text.focus();
    },
    attach,
    focus: () => text.focus(),
  };
}

interface Sending {
  chat: number;
  words: string;
  files: readonly File[];
  reply: number | null;
  asFile: boolean;
}

/** Sends a text, or files of which the first has the text as its caption. */
async function sendAll({ chat, words, files, reply, asFile }: Sending): Promise<Outcome> {
  if (files.length === 0) return tell({ do: 'send', chat, text: words, replyTo: reply });
  const group = files.length > 1 ? { group: `g${String(Date.now())}`, count: String(files.length) } : {};
  for (const [index, file] of files.entries()) {
    const outcome = await upload(file, {
      chat: String(chat),
      asFile: asFile ? 'yes' : 'no',
      ...group,
      ...(index === 0 && words.trim() !== '' && { caption: words }),
      ...(reply !== null && { replyTo: String(reply) }),
    });
    if (outcome.error !== undefined) return outcome;
  }
  return {};
}

function drawBar({ form, asFile }: Parts, { reply, files }: State): void {
  const count = files.length;
  const title = count > 0 ? `${String(count)} ${count === 1 ? 'file' : 'files'}` : 'Reply';
  const words = count > 0 ? files.map(({ name }) => name).join(', ') : (reply?.line ?? '');
  form.querySelector('[data-bar]')?.toggleAttribute('hidden', count === 0 && reply === null);
  asFile.closest('label')?.toggleAttribute('hidden', !files.some(({ type }) => type.startsWith('image/')));
  const places = [
    ['[data-bar-title]', title],
    ['[data-bar-text]', words],
  ] as const;
  for (const [selector, shown] of places) {
    const place = form.querySelector(selector);
    if (place) place.textContent = shown;
  }
}

/** The commands that begin as what is written does; all of them where the menu was opened by its button. */
function drawMenu({ menu, text }: Parts, { commands }: State, all = false): void {
  const typed = /^\/([a-z0-9_]*)$/.exec(text.value)?.[1];
  const fitting = all ? commands : commands.filter(({ command }) => typed !== undefined && command.startsWith(typed));
  menu.hidden = fitting.length === 0;
  menu.replaceChildren(
    ...fitting.map(({ command, description }, index) => {
      const item = document.createElement('li');
      const [name, words] = [document.createElement('b'), document.createElement('span')];
      name.textContent = `/${command}`;
      words.textContent = description;
      item.append(name, words);
      item.role = 'option';
      item.ariaSelected = String(index === 0);
      item.dataset['command'] = command;
      return item;
    }),
  );
}

function wireMenu(parts: Parts, state: State, send: (words?: string) => Promise<void>): void {
  const { form, text, menu } = parts;
  const choose = (item: HTMLElement | undefined): void => {
    if (item?.dataset['command'] === undefined) return;
    menu.hidden = true;
    void send(`/${item.dataset['command']}`);
    text.focus();
  };
  const options = (): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>('li')];
  const move = (by: number): void => {
    const all = options();
    const at = all.findIndex((item) => item.ariaSelected === 'true');
    const next = Math.min(Math.max(at + by, 0), all.length - 1);
    for (const [index, item] of all.entries()) item.ariaSelected = String(index === next);
    all[next]?.scrollIntoView({ block: 'nearest' });
  };
  text.addEventListener('input', () => drawMenu(parts, state));
  text.addEventListener('keydown', (event) => {
    const isOpen = !menu.hidden;
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      if (isOpen) choose(options().find((item) => item.ariaSelected === 'true'));
      else void send();
    } else if (isOpen && event.key === 'ArrowDown') move(1);
    else if (isOpen && event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape' && isOpen) menu.hidden = true;
    else if (event.key === 'Escape') form.querySelector<HTMLElement>('[data-bar-close]')?.click();
    else return;
    event.preventDefault();
  });
  form.querySelector('[data-menu]')?.addEventListener('click', () => {
    if (menu.hidden) drawMenu(parts, state, true);
    else menu.hidden = true;
    text.focus();
  });
  // Before the field loses the focus.
  menu.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>('li') : null;
    choose(item ?? undefined);
  });
}

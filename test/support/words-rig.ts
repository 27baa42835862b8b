import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain } from '@watchpost/shared/chat/say';
import type { ChatTalk, TalkFile, TalkMessage } from '@watchpost/shared/chat/talk';
import { AppError } from '@watchpost/shared/errors';
import type { Dialog, Dialogs } from '@watchpost/talk/dialogs';
import { wordCommands, wordDialogs } from '@watchpost/worker/talk/commands/word-commands';
import { commandsAboutFaces } from '@watchpost/worker/talk/commands/listed';
import { createWordsDeps, type ShownQuote, type WordsDeps } from '@watchpost/worker/talk/commands/words-deps';
import type { Talker } from '@watchpost/worker/talk/talker';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createMemoryDocuments } from './memory-documents.ts';
import { never } from './each-store.ts';

/** Dialogs in memory; each write names the revision that it is based on. */
export function createMemoryDialogs(): Dialogs & { all: () => Dialog[] } {
  const kept = new Map<string, Dialog>();
  const find = (matches: (dialog: Dialog) => boolean): Dialog[] =>
    [...kept.values()].filter((dialog) => matches(dialog)).map((dialog) => structuredClone(dialog));
  return {
    all: () => find(() => true),
    get: async (id) => find((dialog) => dialog.id === id)[0] ?? null,
    byPrompt: async (chat, messageId) => find((dialog) => dialog.chat === chat && dialog.promptId === messageId)[0] ?? null,
    byAbout: async (chat, about) => find((dialog) => dialog.chat === chat && dialog.about === about)[0] ?? null,
    openOf: async (chat, member) => find((dialog) => dialog.chat === chat && dialog.member === member).toReversed(),
    save: async (dialog) => {
      if ((kept.get(dialog.id)?.revision ?? 0) !== dialog.revision) throw new AppError('document-conflict', 'another writer was faster');
      const saved = structuredClone({ ...dialog, revision: dialog.revision + 1 });
      kept.set(dialog.id, saved);
      return structuredClone(saved);
    },
    expired: async () => [],
    moved: async () => undefined,
    close: async ({ id }) => {
      kept.delete(id);
    },
  };
}

/** A message as the chat shows it. */
interface Shown extends TalkMessage {
  id: string;
}

/** A chat that remembers what was said in it. `mayDie`: is called before and after whatever others can see. */
export function createRememberingTalk(mayDie: () => void = () => undefined) {
  const shown: Shown[] = [];
  const files: { file: TalkFile; caption: RichText }[] = [];
  const menus: { name: string; description: string }[][] = [];
  const visibly = <T>(work: () => T): T => {
    mayDie();
    const result = work();
    mayDie();
    return result;
  };
  const talk: ChatTalk = {
    mostFileBytes: 50_000_000,
    configured: new Map(),
    homes: new Set(),
    send: async (_to, message) =>
      visibly(() => {
        const id = `m${shown.length + 1}`;
        shown.push({ id, ...message });
        return id;
      }),
    edit: async ({ messageId }, message) =>
      visibly(() => {
        const index = shown.findIndex(({ id }) => id === messageId);
        if (index === -1 || shown[index]?.ask) return 'gone';
        shown[index] = { id: messageId, ...message };
        return 'edited';
      }),
    remove: async ({ messageId }) => {
      const index = shown.findIndex(({ id }) => id === messageId);
      if (index !== -1) shown.splice(index, 1);
    },
    sendFile: async (_to, file, caption) => {
      files.push({ file, caption });
      return `f${files.length}`;
    },
    showMenu: async (commands) => void menus.push([...commands]),
    invitation: async (code) => `https://chat.example/bot?start=${code}`,
    leave: async () => undefined,
  };
  return { talk, shown, files, menus };
}

interface RigOptions {
  documents?: DocumentStore;
  over?: Partial<Talker>;
  mayDie?: () => void;
  quotes?: ShownQuote[];
}

/** Somebody in a private chat, with the commands and dialogs that need no gallery. */
export function createWordsRig({ documents = createMemoryDocuments(), over = {}, mayDie, quotes = [] }: RigOptions = {}) {
  const chat = createRememberingTalk(mayDie);
  const dialogs = createMemoryDialogs();
  const orders: { platform: string; member: string }[] = [];
  const deps: WordsDeps = createWordsDeps({
    documents,
    dialogs,
    quotes: {
      add: async (quote) => {
        if (quote.text.length > 100) throw new AppError('job-invalid', 'text must have at most 100 characters.');
        const isNew = quotes.every(({ text }) => text !== quote.text);
        if (isNew) quotes.push(quote);
        return { quote, isNew };
      },
      random: async (tag) => quotes.find(({ tags }) => tag === null || tags.includes(tag)) ?? null,
      tags: async () => quotes.flatMap(({ tags }) => tags),
    },
    subscriptions: { list: async () => [], end: async (subscriber) => void orders.push(subscriber) },
    listed: [...wordCommands, { name: 'allow', description: 'let somebody in', admin: true }, ...commandsAboutFaces],
    talkLanguage: 'en',
    waitMs: 60_000,
    keepMs: null,
  });
  let jobs = 0;
  const talker = (more: Partial<Talker> = {}): Talker => ({
    // No command asks the platform for anything but to talk.
    platform: undefined as never,
    talk: chat.talk,
    chat: 'chat:7',
    isPrivate: true,
    member: '7',
    who: 'chat:7',
    name: 'Ada',
    role: 'member',
    language: 'en-GB',
    atMs: Date.UTC(2026, 10, 22, 12) + jobs * 1_000,
    messageId: `said-${jobs}`,
    jobId: `job-${jobs}`,
    ...over,
    ...more,
  });
  const say = async (answer: TalkMessage | null): Promise<string> => {
    if (answer) await chat.talk.send({ chat: 'chat:7', replyTo: null }, answer, never);
    return last();
  };
  const last = (): string => plain(chat.shown.at(-1)?.text ?? []);
  const kindOf = (dialog: Dialog) => wordDialogs.find(({ kind }) => kind === dialog.kind)!;

  /** Types a command, or an answer to the newest dialog. The same `job`: another attempt of it. */
  const type = async (text: string, job: number | null = null): Promise<string> => {
    jobs += 1;
    const by = talker(job === null ? {} : { jobId: `job-${job}` });
    const [, name = '', typed = ''] = /^\/(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    const command = wordCommands.find((each) => each.name === name);
    if (command) return say(await command.run(typed.trim(), by, deps, never));
    const dialog = dialogs.all().at(-1)!;
    return say(await kindOf(dialog).answered(dialog, text, by, deps, never));
  };
  const pressed = new Map<number | null, { id: string; label: string; data: string }>();
  /** Presses a button of the newest message that has it. */
  const press = async (label: string, job: number | null = null): Promise<string> => {
    jobs += 1;
    const buttons = chat.shown.flatMap(({ id, buttons: rows }) => rows.flat().map((button) => ({ id, ...button })));
    const button = pressed.get(job) ?? buttons.findLast((each) => each.label === label);
    if (!button) throw new Error(`no button ${label}: ${buttons.map((each) => each.label).join(', ')}`);
    // Another attempt of a job is about the same press, whatever has become of the button.
    if (job !== null) pressed.set(job, button);
    const [id = '', action = ''] = button.data.split('|');
    const dialog = await dialogs.get(id, never);
    if (!dialog) return 'over';
    const by = talker({ messageId: button.id, ...(job === null ? {} : { jobId: `job-${job}` }) });
    return say(await kindOf(dialog).pressed(dialog, action, by, deps, never));
  };
  return { ...chat, dialogs, documents, deps, orders, quotes, talker, type, press, last, jobs: () => jobs };
}

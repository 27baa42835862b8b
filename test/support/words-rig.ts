import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain } from '@watchpost/shared/chat/say';
import type { ChatTalk, TalkFile, TalkMessage } from '@watchpost/shared/chat/talk';
import { AppError } from '@watchpost/shared/errors';
import { createDialogs, type Dialog } from '@watchpost/talk/dialogs';
import { wordCommands } from '@watchpost/worker/talk/commands/word-commands';
import { commandsAboutFaces } from '@watchpost/worker/talk/commands/listed';
import { createWordsDeps, type ShownQuote, type WordsDeps } from '@watchpost/worker/talk/commands/words-deps';
import type { TalkDeps } from '@watchpost/worker/talk/deps';
import { pressed as pressedButton } from '@watchpost/worker/talk/pressed';
import { said } from '@watchpost/worker/talk/said';
import type { Talker } from '@watchpost/worker/talk/talker';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createMemoryDocuments } from './memory-documents.ts';
import { never } from './each-store.ts';

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
    configured: new Map(),
    homes: new Set(),
  };
  return { talk, shown, files, menus };
}

interface RigOptions {
  documents?: DocumentStore;
  over?: Partial<Talker>;
  mayDie?: () => void;
  quotes?: ShownQuote[];
  given?: Partial<Pick<WordsDeps, 'listed' | 'keepDays'>>;
}

/** Somebody in a private chat, with the commands and dialogs that need no gallery. */
export function createWordsRig({ documents = createMemoryDocuments(), over = {}, mayDie, quotes = [], given = {} }: RigOptions = {}) {
  const chat = createRememberingTalk(mayDie);
  const dialogs = createDialogs(documents);
  const open = async (): Promise<Dialog[]> => dialogs.openOf('chat:7', '7', never);
  const orders: { platform: string; member: string }[] = [];
  const deps: WordsDeps = createWordsDeps({
    documents,
    dialogs,
    quotes: {
      add: async (quote) => {
        if (quote.text.length > 100) throw new AppError('job-invalid', 'not a quote: text must have at most 100 characters.');
        const isNew = quotes.every(({ text }) => text !== quote.text);
        if (isNew) quotes.push(quote);
        return { quote, isNew };
      },
      random: async (tag) => quotes.find(({ tags }) => tag === null || tags.includes(tag)) ?? null,
      tags: async () => quotes.flatMap(({ tags }) => tags),
    },
    subscriptions: { list: async () => [], end: async (subscriber) => void orders.push(subscriber) },
    listed: [...wordCommands, { name: 'allow', admin: true }, ...commandsAboutFaces],
    talkLanguage: 'en',
    waitMs: 60_000,
    keepDays: null,
    ...given,
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
  const last = (): string => plain(chat.shown.at(-1)?.text ?? []);
  // The rest of what conversations work with is for pictures and access.
  const talking = deps as unknown as TalkDeps;

  /** Types something, perhaps as an answer to a message. The same `job`: another attempt of it. */
  const type = async (text: string, job: number | null = null, replyTo: string | null = null): Promise<string> => {
    jobs += 1;
    const by = talker(job === null ? {} : { jobId: `job-${job}` });
    await said({ did: 'said', messageId: by.messageId, replyTo, sealed: '' }, text, by, talking, never);
    return last();
  };
  const pressed = new Map<number | null, { id: string; label: string; data: string }>();
  /** Presses a button of the newest message that has it. */
  const press = async (label: string, job: number | null = null): Promise<string> => {
    jobs += 1;
    const buttons = chat.shown.flatMap(({ id, buttons: rows }) => rows.flat().map((button) => ({ id, ...button })));
    const button = pressed.get(job) ?? buttons.findLast((each) => each.label === label);
    if (!button) throw new Error(`no button ${label}: ${buttons.map((each) => each.label).join(', ')}`);
    const before = chat.shown.length;
    // Another attempt of a job is about the same press, whatever has become of the button.
    if (job !== null) pressed.set(job, button);
    const by = talker({ messageId: button.id, ...(job === null ? {} : { jobId: `job-${job}` }) });
    await pressedButton({ did: 'pressed', messageId: button.id, data: button.data }, by, talking, never);
    const where = chat.shown.find(({ id }) => id === button.id);
    return plain((where?.buttons.length === 0 || before < chat.shown.length ? chat.shown.at(-1) : where)?.text ?? []);
  };
  return { ...chat, dialogs, open, documents, deps, orders, quotes, talker, type, press, last, jobs: () => jobs };
}

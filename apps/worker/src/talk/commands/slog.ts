import { moment, plain } from '@watchpost/shared/chat/say';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { cut } from '@watchpost/shared/text';
import { lengthOf } from '@watchpost/talk/clean-lines';
import { mostEntries, mostEntryCharacters, type LogEntry } from '@watchpost/talk/slog';
import { askToErase } from '../dialog-kinds/erase.ts';
import { messageOf } from '../answering.ts';
import { lengthOfText, linesOf } from '../lines.ts';
import type { TalkCommand } from '../talk-command.ts';
import type { Talker } from '../talker.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

const usuallyListed = 10;
const mostListed = 50;
/** What a message has room for, with something to spare; and how much of one entry a list shows. */
const messageUnits = 3_600;
const shownOfEntry = { characters: 300, units: 600 };

/** What was typed after /slog. Whatever is none of these is to be noted. */
export type LogAsked =
  | { do: 'note'; text: string }
  | { do: 'list'; limit: number; before: number | null; word: string | null }
  | { do: 'show'; number: number }
  | { do: 'export' }
  | { do: 'erase'; which: number | 'all' | null }
  | { do: 'usage' };

const listing = { do: 'list', limit: usuallyListed, before: null, word: null } as const;

/** What can be asked, each with how it is typed. The first that fits counts. */
const forms: readonly { typed: RegExp; asked: (found: string) => LogAsked }[] = [
  { typed: /^erase$/iu, asked: () => ({ do: 'erase', which: null }) },
  { typed: /^erase\s+all$/iu, asked: () => ({ do: 'erase', which: 'all' }) },
  { typed: /^erase\s+(\d{1,15})$/iu, asked: (number) => ({ do: 'erase', which: Number(number) }) },
  { typed: /^export$/iu, asked: () => ({ do: 'export' }) },
  { typed: /^show\s+(\d{1,15})$/iu, asked: (number) => ({ do: 'show', number: Number(number) }) },
  { typed: /^list$/iu, asked: () => listing },
  { typed: /^list\s+before\s+(\d{1,15})$/iu, asked: (number) => ({ ...listing, before: Number(number) }) },
  { typed: /^list\s+(\d{1,15})$/iu, asked: (count) => ({ ...listing, limit: Math.max(1, Math.min(mostListed, Number(count))) }) },
  { typed: /^list\s+["“”„«»]([^"“”„«»]+)["“”„«»]$/iu, asked: (word) => ({ ...listing, word }) },
  { typed: /^list\s+(\S+)$/iu, asked: (word) => ({ ...listing, word }) },
];

/** Reads it. `list of things` is a note: a word to look for is one word, or stands in quotation marks. Pure. */
export function parseLogAsked(typed: string): LogAsked {
  const text = typed.trim();
  if (text === '') return { do: 'usage' };
  const found = text.includes('\n')
    ? []
    : forms.flatMap((form) => {
        const [all, part = ''] = form.typed.exec(text) ?? [];
        return all === undefined ? [] : [form.asked(part)];
      });
  return found[0] ?? { do: 'note', text };
}

/** `/slog`: a private log. */
export const slog: TalkCommand<WordsDeps> = {
  name: 'slog',
  privately: true,
  run: async (typed, talker, deps, signal) => {
    const asked = parseLogAsked(typed);
    const { log } = wordsOf(talker, deps);
    switch (asked.do) {
      case 'usage':
        return messageOf(linesOf(log.usage));
      case 'note':
        return messageOf(await note(asked.text, talker, deps, signal));
      case 'list':
        return messageOf(await list(asked, talker, deps, signal));
      case 'show': {
        const entry = await deps.privateLog.get(talker.who, asked.number, signal);
        return messageOf(entry ? log.entry(entry.number, entry.atMs, entry.text) : log.noSuch(asked.number));
      }
      case 'export':
        return exportAll(talker, deps, signal);
      case 'erase':
        return erase(asked.which, talker, deps, signal);
      default: {
        const never: never = asked;
        return never;
      }
    }
  },
};

async function note(text: string, talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<RichText> {
  const { log } = wordsOf(talker, deps);
  const noted = await deps.privateLog.add(talker.who, { text, job: talker.jobId, atMs: talker.atMs }, signal);
  if (noted === 'long') return log.tooLong(lengthOf(text), mostEntryCharacters);
  if (noted === 'empty') return log.nothingToSee;
  return noted === 'full' ? log.full(mostEntries) : log.noted(noted.number);
}

/** As many as fit in one message, the newest last. */
async function list(
  { limit, before, word }: Extract<LogAsked, { do: 'list' }>,
  talker: Talker,
  deps: WordsDeps,
  signal: AbortSignal,
): Promise<RichText> {
  const { log } = wordsOf(talker, deps);
  const { entries, isMore } = await deps.privateLog.page(talker.who, { limit, before, word }, signal);
  if (entries.length === 0) {
    if (word !== null) return log.noneWith(cut(word, { characters: 40, units: 160 }));
    return before === null ? log.empty : log.noneBefore(before);
  }
  const shown: RichText[] = [];
  let room = messageUnits;
  let oldest = Infinity;
  for (const { number, atMs, text } of entries) {
    const part = cut(text, shownOfEntry);
    const line = log.entry(number, atMs, part === text ? text : `${part}…`);
    room -= lengthOfText(line) + 2;
    if (room < 0) break;
    shown.unshift(line);
    oldest = number;
  }
  const isCut = isMore || shown.length < entries.length;
  // Older ones with a word in them are not found by their number.
  const more = isCut && word === null ? [log.older(oldest)] : [];
  return linesOf([...shown.flatMap((line) => [line, []]), ...more]);
}

async function erase(which: number | 'all' | null, talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<TalkMessage | null> {
  const { log } = wordsOf(talker, deps);
  if (which === null) return messageOf(log.eraseWhat);
  if (which === 'all') {
    const count = await deps.privateLog.count(talker.who, signal);
    return count === 0 ? messageOf(log.empty) : askToErase({ what: 'log' }, log.askAll(count), talker, deps, signal);
  }
  const entry = await deps.privateLog.get(talker.who, which, signal);
  if (!entry) return messageOf(log.noSuch(which));
  return askToErase({ what: 'entry', number: which }, log.askOne(which, cut(entry.text, shownOfEntry)), talker, deps, signal);
}

/** Sends everything as files, each as large as the platform takes; the oldest first. */
async function exportAll(talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<TalkMessage | null> {
  const { log } = wordsOf(talker, deps);
  const all = (await deps.privateLog.page(talker.who, { limit: mostEntries, before: null, word: null }, signal)).entries.toReversed();
  if (all.length === 0) return messageOf(log.empty);
  const files = filesOf(all, talker.talk.mostFileBytes);
  const day = new Date(talker.atMs).toISOString().slice(0, 10);
  for (const [index, { content, count }] of files.entries()) {
    const part = files.length === 1 ? null : index + 1;
    const fileName = log.fileName(day, part);
    const caption = log.exported(count, part === null ? null : { number: part, of: files.length });
    const file = { as: 'document', content, fileName, title: null, performer: null } as const;
    await talker.talk.sendFile({ chat: talker.chat, replyTo: talker.messageId }, file, caption, signal);
  }
  return null;
}

/** Entries as text, in as few files as have room for them. Pure. */
export function filesOf(entries: readonly LogEntry[], mostBytes: number): { content: Blob; count: number }[] {
  const files: { parts: string[]; bytes: number; count: number }[] = [];
  for (const { number, atMs, text } of entries) {
    const part = `#${number} · ${plain([moment(atMs)])}\n${text}\n\n`;
    const bytes = Buffer.byteLength(part);
    const last = files.at(-1);
    if (!last || last.bytes + bytes > mostBytes) files.push({ parts: [part], bytes, count: 1 });
    else {
      last.parts.push(part);
      last.bytes += bytes;
      last.count += 1;
    }
  }
  return files.map(({ parts, count }) => ({ content: new Blob(parts, { type: 'text/plain; charset=utf-8' }), count }));
}

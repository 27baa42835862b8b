import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { isVisible } from '@watchpost/shared/text';
import { cleanLines, lengthOf } from './clean-lines.ts';
import { ownerKey, shortHash } from './person-hash.ts';
import { createLogEntries, type LogEntries, type LogEntry } from './slog-entries.ts';

export type { LogEntry } from './slog-entries.ts';

/**
 * Private logs: each belongs to one person, by their key, and nobody else's is ever read. Methods reject with
 * `gallery-unavailable`.
 */
export interface PrivateLog {
  /** Notes it once for each `job`. `long`: of more than `mostEntryCharacters`; `empty`: nothing to see in it; `full`: of `mostEntries`. */
  add(owner: ChannelKey, note: { text: string; job: string; atMs: number }, signal: AbortSignal): Promise<LogEntry | NotNoted>;
  get(owner: ChannelKey, number: number, signal: AbortSignal): Promise<LogEntry | null>;
  /** The newest first, those before a number (null: all), with `word` in them whatever its case (null: any). */
  page(
    owner: ChannelKey,
    which: { before: number | null; word: string | null; limit: number },
    signal: AbortSignal,
  ): Promise<{ entries: LogEntry[]; isMore: boolean }>;
  count(owner: ChannelKey, signal: AbortSignal): Promise<number>;
  /** Resolves to whether there was one. */
  erase(owner: ChannelKey, number: number, signal: AbortSignal): Promise<boolean>;
  /** Nothing is left of it, not even how many there were. Resolves to how many entries it erased. */
  eraseAll(owner: ChannelKey, signal: AbortSignal): Promise<number>;
}

export type NotNoted = 'long' | 'empty' | 'full';

/** In code points: with its number and its time, it fits into one message. */
export const mostEntryCharacters = 3_500;
/** Of one person. */
export const mostEntries = 5_000;

const kind = 'private-log';
/** Of so many jobs it is known which entry came of them: many more than are ever delivered again. */
const mostJobs = 50;
const dayMs = 86_400_000;

const headSchema = z.object({
  v: z.literal(1),
  /** A log that begins anew never meets entries of the one before. */
  epoch: z.string(),
  next: z.number().int(),
  /** So many may be added before they are counted again. */
  room: z.number().int(),
  /** Which entry came of which job, so that a job that is done again adds none. */
  jobs: z.array(z.object({ job: z.string(), number: z.number().int() })),
});
type Head = z.infer<typeof headSchema>;

/** What is known of a log beside its entries: which numbers it has given. */
function createHeads(documents: DocumentStore, entries: LogEntries, { most, keepMs }: { most: number; keepMs: number | null }) {
  const read = async (owner: ChannelKey, signal: AbortSignal): Promise<{ stored: StoredDocument | null; nowMs: number; head: Head }> => {
    const { document: stored, nowMs } = await documents.get(kind, shortHash(owner), signal);
    const empty: Head = { v: 1, epoch: randomBytes(12).toString('hex'), next: 1, room: most, jobs: [] };
    return { stored, nowMs, head: stored ? headSchema.parse(stored.body) : empty };
  };
  const save = async (
    owner: ChannelKey,
    { stored, nowMs }: { stored: StoredDocument | null; nowMs: number },
    body: Head,
    signal: AbortSignal,
  ): Promise<void> => {
    const put = { kind, id: shortHash(owner), revision: stored?.revision ?? 0, keys: [ownerKey(owner)] };
    // It goes with its last entry, and a little later: clocks differ.
    const expiresAtMs = keepMs === null ? null : nowMs + keepMs + dayMs;
    await documents.put({ ...put, atMs: 0, expiresAtMs, body }, signal);
  };
  return {
    of: async (owner: ChannelKey, signal: AbortSignal): Promise<Head> => (await read(owner, signal)).head,
    /** The number that a job's entry has, or gets now. */
    reserve: async (owner: ChannelKey, job: string, signal: AbortSignal): Promise<{ epoch: string; number: number } | 'full'> =>
      untilNoConflict(async () => {
        const { head, ...found } = await read(owner, signal);
        const known = head.jobs.find((each) => each.job === job);
        if (known) return { epoch: head.epoch, number: known.number };
        const room = head.room > 0 ? head.room : most - (await entries.count(head.epoch, head.next - 1, signal));
        if (room <= 0) return 'full';
        const jobs = [...head.jobs, { job, number: head.next }].slice(-mostJobs);
        await save(owner, found, { ...head, next: head.next + 1, room: room - 1, jobs }, signal);
        return { epoch: head.epoch, number: head.next };
      }, signal),
    remove: (owner: ChannelKey, signal: AbortSignal): Promise<void> => removeDocument(documents, kind, shortHash(owner), signal),
  };
}

/** Private logs on small documents. `keepMs`: how long an entry is kept; null: until it is erased. `most`: entries of one person. */
export function createPrivateLog(
  documents: DocumentStore,
  { keepMs, most = mostEntries }: { keepMs: number | null; most?: number },
): PrivateLog {
  const entries = createLogEntries(documents, { keepMs });
  const heads = createHeads(documents, entries, { most, keepMs });

  const get: PrivateLog['get'] = async (owner, number, signal) => {
    const { epoch, next } = await heads.of(owner, signal);
    return Number.isSafeInteger(number) && number >= 1 && number < next ? entries.get(epoch, number, signal) : null;
  };

  return {
    get,
    count: async (owner, signal) => {
      const { epoch, next } = await heads.of(owner, signal);
      return entries.count(epoch, next - 1, signal);
    },
    add: async (owner, { text: written, job, atMs }, signal) => {
      const text = cleanLines(written);
      if (!isVisible(text)) return 'empty';
      if (lengthOf(text) > mostEntryCharacters) return 'long';
      const reserved = await heads.reserve(owner, job, signal);
      if (reserved === 'full') return 'full';
      const entry = { number: reserved.number, atMs, text };
      await entries.put(owner, reserved.epoch, entry, signal);
      // Somebody erased the log meanwhile: this entry was meant too.
      const { epoch } = await heads.of(owner, signal);
      if (epoch !== reserved.epoch) await entries.remove(reserved.epoch, entry.number, signal);
      return entry;
    },
    page: async (owner, { before, word, limit }, signal) => {
      const { epoch, next } = await heads.of(owner, signal);
      const wanted = word === null ? null : folded(word);
      const found: LogEntry[] = [];
      const highest = Math.min(next, before ?? Infinity) - 1;
      for (let from: number | null = highest; from !== null && found.length <= limit;) {
        const page = await entries.downFrom(epoch, from, signal);
        found.push(...page.entries.filter(({ text }) => wanted === null || folded(text).includes(wanted)));
        from = page.next;
      }
      return { entries: found.slice(0, limit), isMore: found.length > limit };
    },
    erase: async (owner, number, signal) => {
      const { epoch } = await heads.of(owner, signal);
      if (!(await get(owner, number, signal))) return false;
      await entries.remove(epoch, number, signal);
      return true;
    },
    eraseAll: async (owner, signal) => {
      const erased = await entries.removeAll(owner, signal);
      await heads.remove(owner, signal);
      // What was noted while the first ones went.
      return erased + (await entries.removeAll(owner, signal));
    },
  };
}

const folded = (text: string): string => text.normalize('NFKC').toLocaleLowerCase('en');

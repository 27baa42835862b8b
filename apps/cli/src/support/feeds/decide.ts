import type { Editorial, Entry } from '@watchpost/feeds/entry';
import type { Changed } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import type { Decision } from '@watchpost/feeds/store/decisions';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { CommandContext } from '../../command.ts';
import { actor, silent, storageOf } from '../open-database.ts';
import { readArgs } from '../read-args.ts';
import { describeEntries, stateOf } from './described.ts';
import { readMessageId } from './message-id.ts';
import { feedOf, keyMissing, withFeeds } from './with-feeds.ts';

/** What an editor wants of an entry. */
export interface Wanted {
  what: Decision['what'];
  /** Throws `change-refused` where that is not possible. */
  change: (asked: { entry: Entry; feed: Feed; text: string }) => Partial<Pick<Editorial, 'text' | 'isHidden' | 'approvedAtUs'>>;
  /** Behind slug and message there is a text. */
  takesText?: boolean;
  done: string;
}

const none = { text: null, isHidden: false, approvedAtUs: null };

/** Runs a command that decides about one entry: `FEED MESSAGE [TEXT] [--json]`. It is on record before it is done. */
export async function decide(args: string[], { what, change, takesText = false, done }: Wanted, context: CommandContext): Promise<number> {
  const { signal, print } = context;
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, takesText ? 3 : 2, takesText ? Infinity : 2);
  const [slug = '', message = '', ...words] = positionals;
  const messageId = readMessageId(message);
  const text = words.join(' ').trim();
  if (takesText && text === '') throw new AppError('usage-invalid', 'the text is missing; feeds hide leaves the whole entry out');
  return withFeeds(context, async ({ feeds, entries, profiles, decisions, envelope }) => {
    const feed = feedOf(feeds, slug);
    const before = await entries.get(slug, messageId, signal);
    if (!before || before.deletedAtUs !== null) throw unknown(feed, messageId, before);
    // What cannot be done is refused before it is on record.
    if (!envelope) throw keyMissing();
    const wanted = change({ entry: before, feed, text });
    await decisions.record({ actor: actor.id, what, feed: slug, messageId }, signal);
    const decided = (now: Editorial | null): Editorial => ({ ...none, ...now, ...wanted, by: actor.id, atMs: Date.now() });
    const changed = await entries.decide(feed, messageId, decided, signal);
    if (!changed) throw unknown(feed, messageId, null);
    await tellWorker(feed, changed, context);
    const [shown] = await describeEntries([changed.entry], { feed, profiles, envelope }, signal);
    if (values.json) print(JSON.stringify(shown));
    else for (const line of said(changed.entry, done, feed)) print(line);
    return 0;
  });
}

function unknown({ slug }: Feed, messageId: string, before: Entry | null): AppError {
  const reason = before ? 'was deleted' : 'is not there';
  return new AppError('entry-unknown', `${messageId} ${reason} in the feed ${slug}; watchpost feeds entries ${slug} lists what is`);
}

function said(entry: Entry, done: string, { slug }: Feed): string[] {
  const state = stateOf(entry);
  const at = `${slug} ${entry.messageId}`;
  if (state === 'waits') return [`${at}: ${done}`, `It still waits for approval: watchpost feeds approve ${at}`];
  if (state === 'hidden' && done !== 'hidden') return [`${at}: ${done}`, `It is still hidden: watchpost feeds unhide ${at}`];
  return [`${at}: ${done}`];
}

/** The worker brings or removes the pictures that go with it. */
async function tellWorker(feed: Feed, { entry }: Changed, context: CommandContext): Promise<void> {
  const { id, channel, messageId, picturesWanted } = entry;
  const nowMs = Date.now();
  const sender = createJobSender(storageOf(context), { log: silent() });
  const timeoutMs = 5_000;
  try {
    if (picturesWanted > 0) await sender.send({ v: 1, kind: 'handoff', entryId: id, wanted: picturesWanted }, { timeoutMs });
    if (feed.source !== 'messages') return;
    const decided = { v: 1, kind: 'entry', change: 'decided', id: `${id}-decided-${String(nowMs)}`, atUs: nowMs * 1_000 } as const;
    await sender.send({ ...decided, channel, messageId }, { timeoutMs });
  } catch (error) {
    context.warn(
      `readers see the decision; its pictures follow with the next event, because the queue cannot be reached: ${toAppError(error).message}`,
    );
  } finally {
    await sender.close();
  }
}

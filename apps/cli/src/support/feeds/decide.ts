import { decideEntry, type WantedOfEntry } from '@watchpost/feeds/editing/decide-entry';
import { describeEntries, stateOf } from '@watchpost/feeds/editing/described';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import { AppError } from '@watchpost/shared/errors';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { CommandContext } from '../../command.ts';
import { actor, silent, storageOf } from '../open-database.ts';
import { readArgs } from '../read-args.ts';
import { readMessageId } from './message-id.ts';
import { feedOf, withFeeds } from './with-feeds.ts';

/** Runs a command that decides about one entry: `FEED MESSAGE [TEXT] [--json]`. It is on record before it is done. `done`: what is said then. */
export async function decide(args: string[], what: WantedOfEntry['what'], done: string, context: CommandContext): Promise<number> {
  const { signal, print, warn } = context;
  const takesText = what === 'overrode';
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, takesText ? 3 : 2, takesText ? Infinity : 2);
  const [slug = '', message = '', ...words] = positionals;
  const messageId = readMessageId(message);
  const text = words.join(' ').trim();
  if (takesText && text === '') throw new AppError('usage-invalid', 'the text is missing; feeds hide leaves the whole entry out');
  return withFeeds(context, async ({ feeds, entries, profiles, decisions, envelope }) => {
    const feed = feedOf(feeds, slug);
    const sender = createJobSender(storageOf(context), { log: silent() });
    try {
      const wanted = what === 'overrode' ? { what, text } : { what };
      const onQueueAway = (error: AppError): void =>
        warn(`readers see the decision; its pictures follow with the next event, because the queue cannot be reached: ${error.message}`);
      const { entry } = await decideEntry(
        { feed, messageId, by: actor.id, wanted },
        { entries, decisions, envelope, sender, onQueueAway },
        signal,
      );
      const [shown] = await describeEntries([entry], { feed, profiles, envelope }, signal);
      if (values.json) print(JSON.stringify(shown));
      else for (const line of said(entry, done, feed)) print(line);
      return 0;
    } finally {
      await sender.close();
    }
  });
}

function said(entry: Entry, done: string, { slug }: Feed): string[] {
  const state = stateOf(entry);
  const at = `${slug} ${entry.messageId}`;
  if (state === 'waits') return [`${at}: ${done}`, `It still waits for approval: watchpost feeds approve ${at}`];
  if (state === 'hidden' && done !== 'hidden') return [`${at}: ${done}`, `It is still hidden: watchpost feeds unhide ${at}`];
  return [`${at}: ${done}`];
}

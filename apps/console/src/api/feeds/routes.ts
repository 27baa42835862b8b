import { decideEntry } from '@watchpost/feeds/editing/decide-entry';
import { entryIdOf, type Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import { createClosings } from '@watchpost/feeds/store/closings';
import { countEntries, type EntryCounts } from '@watchpost/feeds/store/count-entries';
import { createDecisions } from '@watchpost/feeds/store/decisions';
import { entriesForEditors } from '@watchpost/feeds/store/open-editing';
import { createProfiles } from '@watchpost/feeds/store/profiles';
import { entriesInFeed } from '@watchpost/feeds/store/read-entries';
import { AppError } from '@watchpost/shared/errors';
import type { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorIdOf } from '../../sign-in/actor.ts';
import { keptByMark, type KeptByMark } from '../kept-by-mark.ts';
import {
  closingAnswer,
  closingBody,
  decidedAnswer,
  decisionBody,
  decisionsAnswer,
  entriesAnswer,
  entriesQuery,
  entryAnswer,
  entryParams,
  feedParams,
  feedsAnswer,
  type DecidedAnswer,
  type EntriesAnswer,
  type EntryRow,
  type FeedRow,
} from './schema.ts';
import { isAmong, toRows } from './shown.ts';

const tags = ['feeds'];
/** Of one feed. */
const mostCounted = 1_000;
/** A page looks at so many entries at most. */
const mostLookedThrough = 1_000;
const mostDecisions = 100;

/** What the page Feeds asks for. */
export function registerFeeds(app: ConsoleApp, deps: ConsoleDeps): void {
  registerReading(app, deps);
  registerDeciding(app, deps);
  registerClosing(app, deps);
}

function registerReading(app: ConsoleApp, deps: ConsoleDeps): void {
  const countsOf = createCounts(deps);
  app.get(
    '/api/feeds',
    { schema: { tags, summary: 'All feeds, with how many entries they have', response: { 200: feedsAnswer } } },
    async ({ ending: signal }) => {
      const { feeds, envelope, config } = deps;
      const closed = await createClosings(deps.database.parts().documents).read(signal);
      const mark = await markOfEntries(deps, signal);
      const rows = await Promise.all(
        feeds.all().map(async (feed) => toFeedRow(feed, await countsOf(feed.slug, mark, signal), closed, deps)),
      );
      return { feeds: rows, hasFile: config.FEEDS_FILE !== undefined, canDecide: envelope !== null };
    },
  );
  app.get(
    '/api/feeds/:slug/entries',
    {
      schema: {
        tags,
        summary: 'Entries of a feed, the newest first; a page may be short, and another follow',
        params: feedParams,
        querystring: entriesQuery,
        response: { 200: entriesAnswer },
      },
    },
    async ({ params: { slug }, query, ending }) => pageOf(feedOf(slug, deps), query, deps, ending),
  );
  app.get(
    '/api/feeds/:slug/entries/:messageId',
    { schema: { tags, summary: 'One entry with its versions', params: entryParams, response: { 200: entryAnswer } } },
    async ({ params: { slug, messageId }, ending: signal }) => {
      const feed = feedOf(slug, deps);
      const { documents } = deps.database.parts();
      const entry = await entriesForEditors(documents, deps.envelope).get(slug, messageId, signal);
      const [row] = entry ? await rowsOf([entry], feed, deps, signal) : [];
      if (!row) throw new AppError('entry-unknown', `${messageId} is not in the feed ${slug}`);
      return row;
    },
  );
  app.get(
    '/api/feeds/decisions',
    { schema: { tags, summary: 'What editors decided, the newest first', response: { 200: decisionsAnswer } } },
    async ({ ending }) => ({ decisions: await createDecisions(deps.database.parts().documents).list(mostDecisions, ending) }),
  );
}

function registerDeciding(app: ConsoleApp, deps: ConsoleDeps): void {
  app.post(
    '/api/feeds/:slug/entries/:messageId/decision',
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: 'Approve an entry, take that back, hide it, show it, put another text in its place, or restore its own',
        params: entryParams,
        body: decisionBody,
        response: { 200: decidedAnswer },
      },
    },
    async (request): Promise<DecidedAnswer> => {
      const signal = request.ending;
      const { slug, messageId } = request.params;
      const feed = feedOf(slug, deps);
      const { documents } = deps.database.parts();
      let picturesFollow = false;
      const onQueueAway = (): void => {
        picturesFollow = true;
      };
      const { entry } = await decideEntry(
        { feed, messageId, by: actorIdOf(request), wanted: request.body },
        {
          entries: entriesForEditors(documents, deps.envelope),
          decisions: createDecisions(documents),
          envelope: deps.envelope,
          sender: deps.sender,
          onQueueAway,
        },
        signal,
      );
      const [row] = await rowsOf([entry], feed, deps, signal);
      if (!row) throw new AppError('entry-unknown', `${messageId} is not in the feed ${slug}`);
      return { entry: row, picturesFollow };
    },
  );
}

function registerClosing(app: ConsoleApp, deps: ConsoleDeps): void {
  app.put(
    '/api/feeds/:slug/closing',
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: 'Close a feed: it takes nothing new, and its readers see that it has ended; or open it again',
        params: feedParams,
        body: closingBody,
        response: { 200: closingAnswer },
      },
    },
    async (request) => {
      const signal = request.ending;
      const { slug } = feedOf(request.params.slug, deps);
      const { isClosed } = request.body;
      if (!isClosed && deps.feeds.isClosedByFile(slug))
        throw new AppError('change-refused', `the file of feeds closes ${slug}: take open: false out of it there`);
      const { documents } = deps.database.parts();
      const closings = createClosings(documents);
      if ((await closings.read(signal)).has(slug) === isClosed) return { feed: slug, isClosed };
      // On record before it is done.
      const what = isClosed ? 'closed' : 'reopened';
      await createDecisions(documents).record({ actor: actorIdOf(request), what, feed: slug, messageId: null }, signal);
      await closings.set(slug, isClosed, signal);
      deps.feeds.closeByHand(await closings.read(signal));
      deps.live.announce({ topic: 'feeds' });
      return { feed: slug, isClosed };
    },
  );
}

function feedOf(slug: string, { feeds }: Pick<ConsoleDeps, 'feeds'>): Feed {
  const feed = feeds.get(slug);
  if (feed) return feed;
  throw new AppError('feed-unknown', `there is no feed ${slug}`);
}

async function rowsOf(entries: readonly Entry[], feed: Feed, deps: ConsoleDeps, signal: AbortSignal): Promise<EntryRow[]> {
  const { documents } = deps.database.parts();
  return toRows(entries, { feed, profiles: createProfiles(documents), envelope: deps.envelope }, signal);
}

/** Another one after each change of any entry: all of them stand in the log of feeds. */
async function markOfEntries({ database }: ConsoleDeps, signal: AbortSignal): Promise<string> {
  const { documents, gallery } = database.parts();
  const newest = await documents.find({ kind: 'feed-log', order: 'newest', limit: 1 }, signal);
  return [gallery.position().epoch, ...newest.map(({ id }) => id)].join(' ');
}

/** How many entries a feed has, counted anew where one of any feed has changed. */
function createCounts({ database }: ConsoleDeps): (slug: string, mark: string, signal: AbortSignal) => Promise<EntryCounts> {
  const kept = new Map<string, KeptByMark<EntryCounts>>();
  return async (slug, mark, signal) => {
    const own = kept.get(slug) ?? keptByMark<EntryCounts>();
    kept.set(slug, own);
    return own(mark, async () => countEntries(database.parts().documents, slug, mostCounted, signal));
  };
}

function toFeedRow(feed: Feed, counts: EntryCounts, closed: ReadonlySet<string>, { feeds }: ConsoleDeps): FeedRow {
  const { slug, source, channel, headline, isOpen, approval, pictures, keepMs } = feed;
  const { publicUrl } = feeds.site();
  return {
    slug,
    source,
    channel,
    headline,
    isOpen: isOpen && !closed.has(slug),
    isClosedByHand: closed.has(slug),
    keepMs,
    ...counts,
    approval: approval && { emoji: [...approval.emoji], edits: approval.edits },
    hasPictures: pictures !== null,
    url: publicUrl === null ? null : `${publicUrl}/feeds/${slug}`,
  };
}

async function pageOf(
  feed: Feed,
  { show, cursor, limit }: z.output<typeof entriesQuery>,
  deps: ConsoleDeps,
  signal: AbortSignal,
): Promise<EntriesAnswer> {
  const after = cursor === undefined ? null : { atMs: Number(cursor.split('~')[0]), id: cursor.slice(cursor.indexOf('~') + 1) };
  const found: Entry[] = [];
  let [last, seen]: [string | null, number] = [cursor ?? null, 0];
  const range = after ? { beforeMs: after.atMs + 1 } : {};
  for await (const entry of entriesInFeed(deps.database.parts().documents, feed.slug, range, signal)) {
    const id = entryIdOf(feed.slug, entry.messageId);
    if (after && entry.postedAtMs === after.atMs && id >= after.id) continue;
    if (found.length === limit || seen === mostLookedThrough) return { items: await rowsOf(found, feed, deps, signal), next: last };
    seen += 1;
    last = `${String(entry.postedAtMs)}~${id}`;
    if (isAmong(entry, show)) found.push(entry);
  }
  return { items: await rowsOf(found, feed, deps, signal), next: null };
}

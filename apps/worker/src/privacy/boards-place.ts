import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Envelope } from '@watchpost/shared/envelope';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feeds } from '@watchpost/feeds/feed';
import type { Entries } from '@watchpost/feeds/feed-store';
import { removeEntry } from '@watchpost/feeds/store/entries';
import { entriesInFeed } from '@watchpost/feeds/store/read-entries';
import { nameKey } from '@watchpost/gallery/names';
import type { Place, Subject } from '@watchpost/privacy/receipts/place';
import { absentSlugs } from '../board/absent-boards.ts';
import { namedIn } from '../board/describe-visit.ts';
import { handOff, type HandOffDeps } from '../entry/6-hand-off.ts';
import { saidBefore } from '../entry/visit.ts';
import { lookSoon } from '../handoff/deliveries.ts';

export interface BoardsDeps extends HandOffDeps {
  documents: DocumentStore;
  feeds: Pick<Feeds, 'all' | 'get'>;
  entries: Pick<Entries, 'apply'>;
  /** What waits for approval is sealed in it. */
  envelope: Envelope;
  now: () => number;
}

/** Boards say anew who was there as soon as somebody is forgotten: what still names them so long after it was due has failed. Milliseconds. */
const patienceMs = 120_000;

const what = 'entries of boards';

/** What boards show, or would after an approval, of visits in which somebody was. The names are all that an entry has of them. */
export function boardsPlace(deps: BoardsDeps): Place {
  return {
    what: [what],
    byName: true,
    count: async (subject, signal) => {
      let found = 0;
      for await (const _each of entriesNaming(subject, deps, signal)) found += 1;
      return { [what]: found };
    },
    erase: async (subject, signal) => {
      if (subject.dueForMs < patienceMs) return;
      for await (const entry of entriesNaming(subject, deps, signal)) await withdraw(entry, deps, signal);
    },
    waitsFor: 'boards say it anew; what they have not said anew after two minutes is withdrawn',
  };
}

async function* entriesNaming({ names }: Subject, deps: BoardsDeps, signal: AbortSignal): AsyncGenerator<Entry> {
  const wanted = new Set(names.map((name) => nameKey(name)));
  if (wanted.size === 0) return;
  const boards = deps.feeds.all().filter(({ source }) => source === 'visits');
  for (const slug of [...boards.map((feed) => feed.slug), ...(await absentSlugs(deps, signal))]) {
    for await (const entry of entriesInFeed(deps.documents, slug, {}, signal)) {
      const said = entry.deletedAtUs === null ? saidBefore(entry, deps.envelope) : [];
      if (said.some((written) => written && namedIn(written).some((name) => wanted.has(nameKey(name))))) yield entry;
    }
  }
}

/** Takes it off its board, with its picture. */
async function withdraw({ id, feed: slug, channel, messageId }: Entry, deps: BoardsDeps, signal: AbortSignal): Promise<void> {
  const { documents, feeds, entries, now } = deps;
  const feed = feeds.get(slug);
  if (feed?.source === 'visits') {
    const { entry } = await entries.apply(feed, { kind: 'deleted', channel, messageId, atUs: now() * 1_000 }, signal);
    return handOff(entry, deps);
  }
  await removeEntry(documents, id, signal);
  return lookSoon(documents, { channel, messageId }, signal);
}

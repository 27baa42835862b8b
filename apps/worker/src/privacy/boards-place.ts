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

/** What all boards show is read once for the receipts that are looked at together, and anew after so long. Milliseconds. */
const rereadMs = 5_000;

/** An entry as it is found again. */
type Found = Pick<Entry, 'id' | 'feed' | 'channel' | 'messageId'>;
/** The entries that name somebody, by the key of the name. */
type Naming = ReadonlyMap<string, readonly Found[]>;

/** What boards show, or would after an approval, of visits in which somebody was. The names are all that an entry has of them. */
export function boardsPlace(deps: BoardsDeps): Place {
  let last: { naming: Naming; readAtMs: number } | null = null;
  const read = async (signal: AbortSignal): Promise<Naming> => {
    if (last && Math.abs(deps.now() - last.readAtMs) < rereadMs) return last.naming;
    const readAtMs = deps.now();
    const naming = await readBoards(deps, signal);
    last = { naming, readAtMs };
    // Nobody may look for long.
    setTimeout(() => (last = null), rereadMs).unref();
    return naming;
  };
  const entriesNaming = async ({ names }: Subject, signal: AbortSignal): Promise<Found[]> => {
    if (names.length === 0) return [];
    const naming = await read(signal);
    const found = new Map(names.flatMap((name) => naming.get(nameKey(name)) ?? []).map((entry) => [entry.id, entry]));
    return [...found.values()];
  };
  return {
    what: [what],
    byName: true,
    count: async (subject, signal) => ({ [what]: (await entriesNaming(subject, signal)).length }),
    erase: async (subject, signal) => {
      if (subject.dueForMs < patienceMs) return;
      const found = await entriesNaming(subject, signal);
      last = null;
      for (const entry of found) await withdraw(entry, deps, signal);
    },
    waitsFor: 'boards say it anew; what they have not said anew after two minutes is withdrawn',
  };
}

async function readBoards(deps: BoardsDeps, signal: AbortSignal): Promise<Naming> {
  const naming = new Map<string, Found[]>();
  const boards = deps.feeds.all().filter(({ source }) => source === 'visits');
  for (const slug of [...boards.map((feed) => feed.slug), ...(await absentSlugs(deps, signal))]) {
    for await (const entry of entriesInFeed(deps.documents, slug, {}, signal)) {
      const said = entry.deletedAtUs === null ? saidBefore(entry, deps.envelope) : [];
      const { id, feed, channel, messageId } = entry;
      const keys = new Set(said.flatMap((written) => (written ? namedIn(written).map((name) => nameKey(name)) : [])));
      for (const key of keys) {
        const found = naming.get(key);
        if (found) found.push({ id, feed, channel, messageId });
        else naming.set(key, [{ id, feed, channel, messageId }]);
      }
    }
  }
  return naming;
}

/** Takes it off its board, with its picture. */
async function withdraw({ id, feed: slug, channel, messageId }: Found, deps: BoardsDeps, signal: AbortSignal): Promise<void> {
  const { documents, feeds, entries, now } = deps;
  const feed = feeds.get(slug);
  if (feed?.source === 'visits') {
    const { entry } = await entries.apply(feed, { kind: 'deleted', channel, messageId, atUs: now() * 1_000 }, signal);
    return handOff(entry, deps);
  }
  await removeEntry(documents, id, signal);
  return lookSoon(documents, { channel, messageId }, signal);
}

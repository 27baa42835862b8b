import { createAnnouncer } from './announcer.ts';
import { follow } from './connection.ts';
import { find } from './find.ts';
import { createHeader } from './header.ts';
import type { EntryList } from './list.ts';
import { isAtTop, keepingPlace } from './place.ts';
import type { ShownEntry, ShownPage } from './shown.ts';
import { isOnOlderPage, repliesOf } from './threads.ts';
import { countUnseen } from './unseen.ts';
import type { Words } from './words.ts';

/** Changes that come in within this are shown together, milliseconds. */
const gatherMs = 50;
/** Beyond so many entries the page begins anew with the newest ones, once its reader is at the top. */
const mostEntries = 300;

const byId = ({ entries }: ShownPage): Map<string, ShownEntry> => new Map(entries.map((entry) => [entry.id, entry]));

/** Shows what happens in the feed, from the page's position on. */
export function goLive(first: ShownPage, list: EntryList, words: Words): void {
  const element = find('#entries');
  const announcer = createAnnouncer(find('#announcements'), words);
  const header = createHeader(first, words, (sentence) => announcer.say(sentence));
  const unseen = countUnseen(element, words);
  let page = first;
  let entries = byId(page);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (): HTMLElement[] => {
    clearTimeout(timer);
    timer = undefined;
    let made: HTMLElement[] = [];
    keepingPlace(element, () => (made = list.show([...entries.values()])));
    header.setEmpty(entries.size === 0);
    return made;
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      unseen.add(show());
      if (entries.size > mostEntries && isAtTop(element)) connection.reset();
    }, gatherMs);
  };
  const connection = follow({
    since: page.position,
    onEntry: (entry) => {
      if (!entries.has(entry.id)) {
        if (isOnOlderPage(entry, page)) return;
        announcer.newEntry(entry.user.display_name, entry.text);
      }
      entries.set(entry.id, entry);
      soon();
    },
    onRemoved: (id) => {
      const removed = entries.get(id);
      if (!removed) return;
      entries.delete(id);
      for (const reply of repliesOf(removed, entries.values())) entries.delete(reply.id);
      soon();
    },
    onFeed: () =>
      void read(1).then(
        ({ feed }) => header.setFeed(feed),
        () => undefined,
      ),
    onState: header.setConnection,
    onReset: async () => {
      page = await read();
      entries = byId(page);
      header.setFeed(page.feed);
      header.setOlder(page.next_before);
      show();
      return page.position;
    },
  });
}

async function read(limit?: number): Promise<ShownPage> {
  const url = new URL('entries', location.href);
  if (limit !== undefined) url.searchParams.set('limit', String(limit));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${String(response.status)}`);
  return response.json();
}

import { randomBytes } from 'node:crypto';
import type { Entry } from '@watchpost/feeds/entry';
import type { FeedChange } from '@watchpost/feeds/feed-store';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createKeptPictures } from '@watchpost/feeds/store/kept-pictures';
import { createProfiles, forgetUnshown } from '@watchpost/feeds/store/profiles';
import { entriesInChannel } from '@watchpost/feeds/store/read-entries';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { oneOfEachBackend } from '../support/gallery-backends.ts';
import { approvalSample, feedOf, samplePostedAtMs, writtenEventOf, writtenMessageOf, writtenOf } from '../support/feed-samples.ts';

const envelope = createEnvelope(['k'.repeat(40)], 'jobs');
const entriesOf = (documents: DocumentStore) => createEntries({ documents, feedLog: createFeedLog(documents), envelope });
const change = (id: string, changes = 1): FeedChange => ({ kind: 'entry', feed: 'news', id, changes });

/** The whole log, read as a follower reads it: from where it is, in small steps. */
async function follow(documents: DocumentStore): Promise<{ batches: number[]; ids: string[] }> {
  const log = createFeedLog(documents);
  const batches: number[] = [];
  const ids: string[] = [];
  for (let after = 0; ;) {
    const read = await log.read(after, 50, never);
    if (read.length === 0) return { batches, ids };
    for (const { batch, changes } of read) {
      batches.push(batch);
      ids.push(...changes.map((each) => (each.kind === 'entry' ? each.id : each.what)));
      after = batch;
    }
  }
}

onEachStore(
  'feeds',
  ({ database, another }) => {
    it('three processes that log 500 changes each leave one order in which nothing is missing, also while somebody follows', async () => {
      const processes = [database(), await another(), await another()].map(({ documents }) => createFeedLog(documents));
      const reader = createFeedLog((await another()).documents);
      const seen: string[] = [];
      let isWriting = true;
      let gaps = 0;
      const following = (async () => {
        for (let after = 0; ;) {
          const wasWriting = isWriting;
          const read = await reader.read(after, 20, never);
          for (const { batch, changes } of read) {
            gaps += after !== 0 && batch !== after + 1 ? 1 : 0;
            seen.push(...changes.map((each) => (each.kind === 'entry' ? each.id : '')));
            after = batch;
          }
          if (read.length === 0 && !wasWriting) return;
        }
      })();
      const names = processes.map((_, writer) => Array.from({ length: 500 }, (__, number) => `${String(writer)}.${String(number)}`));
      await Promise.all(
        processes.map(async (log, writer) => {
          for (let from = 0; from < 500; from += 25)
            await Promise.all(names[writer]!.slice(from, from + 25).map(async (id) => log.append([change(id)], never)));
        }),
      );
      isWriting = false;
      await following;
      const { batches, ids } = await follow(database().documents);
      expect(batches).toEqual(batches.map((_, index) => batches[0]! + index));
      expect(ids.toSorted()).toEqual(names.flat().toSorted());
      expect([seen, gaps]).toEqual([ids, 0]);
      expect(await reader.newest(never)).toBe(batches.at(-1));
    });

    it('an event is in the entry and in the log; what waits is unreadable in the database, what is deleted is gone', async () => {
      const { documents } = database();
      const entries = entriesOf(documents);
      const feed = feedOf({ approval: approvalSample });
      const message = writtenMessageOf('a strange word', { written: writtenOf('a strange word \u0000 \ud800') });
      const stored = async () => JSON.stringify(await documents.find({ kind: 'entry', order: 'newest', limit: 10 }, never));
      await entries.apply(feed, writtenEventOf(message), never);
      expect(await stored()).not.toContain('strange');
      const at = { channel: message.channel, messageId: message.messageId };
      const mark = { emoji: 'white_check_mark', member: 'U9' };
      const approved = await entries.apply(feed, { ...at, kind: 'mark', mark, isSet: true, atUs: message.atUs + 1 }, never);
      expect([approved.isVisible, approved.entry.published?.written]).toEqual([true, message.written]);
      expect(await entries.get('news', message.messageId, never)).toEqual(approved.entry);
      await entries.apply(feed, { ...at, kind: 'deleted', atUs: message.atUs + 2 }, never);
      expect(await stored()).not.toMatch(/strange|U1/);
      expect((await follow(documents)).ids).toEqual([approved.entry.id, approved.entry.id, approved.entry.id]);
    });

    it('events of one message that processes apply at once are all in it', async () => {
      const processes = [database(), await another(), await another()].map(({ documents }) => entriesOf(documents));
      const feed = feedOf({ approval: approvalSample });
      const { channel, messageId, atUs } = writtenMessageOf('A');
      const marks = Array.from({ length: 12 }, (_, number) => ({ emoji: 'white_check_mark', member: `U${String(number)}` }));
      await Promise.all([
        processes[0]!.apply(feed, writtenEventOf(writtenMessageOf('A')), never),
        ...marks.map(async (mark, index) =>
          processes[index % 3]!.apply(feed, { kind: 'mark', channel, messageId, mark, isSet: true, atUs: atUs + index }, never),
        ),
      ]);
      const entry = await processes[1]!.get('news', messageId, never);
      expect([entry?.marks.length, entry?.published?.written]).toEqual([12, writtenOf('A')]);
    });

    it('entries are found by feed, by channel and by whom they show', async () => {
      const { documents } = database();
      const entries = entriesOf(documents);
      const mention = writtenOf('', {
        blocks: [{ type: 'quote', blocks: [{ type: 'paragraph', inlines: [{ type: 'member', member: 'U5' }] }] }],
      });
      const messages = [0, 1, 2].map((second) =>
        writtenMessageOf('A', { postedAtMs: samplePostedAtMs + second * 1_000, ...(second === 2 && { written: mention }) }),
      );
      for (const message of messages) await entries.apply(feedOf(), writtenEventOf(message), never);
      await entries.apply(feedOf({ slug: 'other' }), writtenEventOf(messages[1]!), never);
      const idsOf = (found: readonly { id: string }[]): string[] => found.map(({ id }) => id);
      const ids = messages.map(({ messageId }) => `news.${messageId}`);
      expect(idsOf(await entries.newest('news', { limit: 2 }, never))).toEqual([ids[2], ids[1]]);
      expect(idsOf(await entries.newest('news', { beforeMs: samplePostedAtMs + 1_000, limit: 9 }, never))).toEqual([ids[0]]);
      const window = { fromMs: samplePostedAtMs + 1_000, beforeMs: samplePostedAtMs + 2_000 };
      const inChannel: Entry[] = [];
      for await (const entry of entriesInChannel(documents, 'slack:C1', window, never)) inChannel.push(entry);
      expect(idsOf(inChannel)).toEqual([`other.${messages[1]!.messageId}`, ids[1]]);
      expect(idsOf(await entries.byIds([ids[0]!, 'news.none'], never))).toEqual([ids[0]]);
      expect(await Promise.all(['U1', 'U5', 'U7'].map(async (member) => entries.touch('slack', member, never)))).toEqual([4, 1, 0]);
      const [last] = (await createFeedLog(documents).read(0, 100, never)).at(-1)?.changes ?? [];
      expect(last).toEqual({ kind: 'profiles', platform: 'slack', what: 'member', subject: 'U5' });
    });

    it('a picture of 3 MB comes out as it went in, also if two processes keep it at once, and can be removed', async () => {
      const { documents } = database();
      const pictures = [documents, (await another()).documents].map(createKeptPictures);
      const bytes = randomBytes(3_000_000);
      const name = 'news-2.png';
      await Promise.all(pictures.map(async (each) => each.putAs(name, bytes, 'image/png', null, never)));
      const read = await pictures[1]!.get(name, never);
      expect([read?.mimeType, Buffer.from(read!.bytes).equals(bytes)]).toEqual(['image/png', true]);
      await pictures[0]!.putAs('news-1.jpg', Buffer.from('small'), 'image/jpeg', samplePostedAtMs, never);
      await documents.expire(never);
      expect(await pictures[1]!.get('news-1.jpg', never)).toBeNull();
      for (const [wrong, mimeType] of [
        ['../news-1.jpg', 'image/jpeg'],
        ['news-1.svg', 'image/svg+xml'],
      ] as const)
        await expect(pictures[0]!.putAs(wrong, bytes, mimeType, null, never)).rejects.toMatchObject({ code: 'internal' });
      await pictures[0]!.remove(name, never);
      await pictures[0]!.remove(name, never);
      expect(await pictures[1]!.get(name, never)).toBeNull();
      expect(await documents.find({ kind: 'feed-picture-part', order: 'oldest', limit: 9 }, never)).toEqual([]);
    });

    it('a member, a channel and 5,000 emoji come back as they were read last; a picture that nobody has any more is gone', async () => {
      const { documents } = database();
      const profiles = createProfiles(documents);
      const pictures = createKeptPictures(documents);
      const [old, fresh] = ['old.png', 'new.png'] as const;
      for (const name of [old, fresh]) await pictures.putAs(name, Buffer.from(name), 'image/png', null, never);
      const ada = {
        id: 'U1',
        platform: 'slack',
        displayName: 'Ada',
        realName: '',
        title: 'Editor',
        isBot: false,
        picture: old,
        pictureId: 'a',
        readAtMs: 1_000,
      };
      await profiles.putMember(ada, never);
      await profiles.putMember({ ...ada, id: 'U2' }, never);
      await profiles.putMember({ ...ada, picture: fresh, readAtMs: 2_000 }, never);
      await profiles.putMember({ ...ada, displayName: 'An older Ada', readAtMs: 1_500 }, never);
      expect(await profiles.members('slack', ['U1', 'U1', 'U3'], never)).toEqual([{ ...ada, picture: fresh, readAtMs: 2_000 }]);
      expect(await pictures.get(old, never)).not.toBeNull();
      await profiles.putMember({ ...ada, id: 'U2', picture: null, readAtMs: 2_000 }, never);
      expect(await pictures.get(old, never)).toBeNull();
      await profiles.putChannel('slack', { id: 'C1', name: 'news', readAtMs: 1_000 }, never);
      expect(await profiles.channels('slack', ['C1', 'C2'], never)).toEqual([{ id: 'C1', name: 'news', readAtMs: 1_000 }]);
      const emoji = new Map(Array.from({ length: 5_000 }, (_, number) => [`e${String(number)}`, { picture: fresh }] as const));
      expect(await profiles.emoji('slack', never)).toBeNull();
      await profiles.putEmoji('slack', emoji, 1_000, never);
      expect(await profiles.emoji('slack', never)).toEqual({ emoji, readAtMs: 1_000 });
    });

    it('who is shown by no entry any more is forgotten after a month, with the picture', async () => {
      const { documents } = database();
      const profiles = createProfiles(documents);
      const pictures = createKeptPictures(documents);
      const nowMs = samplePostedAtMs;
      const picture = 'face.png';
      await pictures.putAs(picture, Buffer.from('face'), 'image/png', null, never);
      const member = { platform: 'slack', displayName: 'Ada', realName: '', title: '', isBot: false, picture: null, pictureId: null };
      const of = async (id: string, ageDays: number, own: string | null = null): Promise<void> =>
        profiles.putMember({ ...member, id, picture: own, readAtMs: nowMs - ageDays * 86_400_000 }, never);
      await of('U1', 400);
      await of('U2', 29, picture);
      await Promise.all(Array.from({ length: 250 }, async (_, number) => of(`U3${String(number)}`, 31)));
      await entriesOf(documents).apply(feedOf(), writtenEventOf(writtenMessageOf('A')), never);
      expect(await forgetUnshown(documents, nowMs, never)).toBe(250);
      expect((await profiles.members('slack', ['U1', 'U2', 'U30', 'U3249'], never)).map(({ id }) => id).toSorted()).toEqual(['U1', 'U2']);
      expect(await forgetUnshown(documents, nowMs + 2 * 86_400_000, never)).toBe(1);
      expect(await pictures.get(picture, never)).toBeNull();
    });
  },
  { backends: oneOfEachBackend },
);

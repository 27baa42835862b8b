import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import type { Entries, EntryEvent } from '@watchpost/feeds/feed-store';
import type { Editorial } from '@watchpost/feeds/entry';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { never } from '../../../support/each-store.ts';
import {
  approvalSample,
  feedOf,
  pictureFileOf,
  samplePostedAtMs,
  writtenEventOf,
  writtenMessageOf,
  writtenOf,
} from '../../../support/feed-samples.ts';
import { picturesTo } from '../../../support/handoff-rig.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const message = writtenMessageOf('A');
const { messageId, channel } = message;
const written = writtenEventOf(message);
let documents: DocumentStore;

const entriesOn = (store: DocumentStore, secret = 'k'): Entries =>
  createEntries({ documents: store, feedLog: createFeedLog(store), envelope: createEnvelope([secret.repeat(40)], 'jobs') });
const logged = async (): Promise<number[]> =>
  (await createFeedLog(documents).read(0, 100, never)).flatMap(({ changes }) =>
    changes.map((each) => (each.kind === 'entry' ? each.changes : 0)),
  );
const decision = (over: Partial<Editorial>): Editorial => ({
  text: null,
  isHidden: false,
  approvedAtUs: null,
  by: 'cli:ada',
  atMs: 1,
  ...over,
});

beforeEach(() => {
  documents = createMemoryDocuments();
});

it('a process that is killed before the log is written leaves an entry that the next attempt tells of', async () => {
  let isKilled = true;
  const store: DocumentStore = {
    ...documents,
    put: async (document, signal) => {
      if (document.kind === 'feed-log' && isKilled) throw new AppError('gallery-unavailable', 'killed');
      return documents.put(document, signal);
    },
  };
  await expect(entriesOn(store).apply(feedOf(), written, never)).rejects.toThrow('killed');
  const entry = await entriesOn(documents).get('news', messageId, never);
  expect([entry?.changes, await logged()]).toEqual([1, []]);
  isKilled = false;
  const again = await entriesOn(store).apply(feedOf(), written, never);
  expect([again.isVisible, again.entry, await logged()]).toEqual([false, entry, [1]]);
});

it('an event that changes nothing writes no entry', async () => {
  const entries = entriesOn(documents);
  await entries.apply(feedOf({ approval: approvalSample }), written, never);
  const revision = async () => (await documents.get('entry', `news.${messageId}`, never)).document?.revision;
  const before = await revision();
  await entries.apply(feedOf({ approval: approvalSample }), written, never);
  expect(await revision()).toBe(before);
});

it('an entry goes when its time is over, counted from when the message was posted', async () => {
  await entriesOn(documents).apply(feedOf({ keepMs: 1_000 }), written, never);
  const { document } = await documents.get('entry', `news.${messageId}`, never);
  expect(document?.expiresAtMs).toBe(samplePostedAtMs + 1_000);
});

it('an entry that another version wrote does not keep the others from readers, and is not overwritten', async () => {
  const entries = entriesOn(documents);
  await entries.apply(feedOf(), written, never);
  const other = writtenMessageOf('B', { postedAtMs: samplePostedAtMs + 1_000 });
  const newer = { kind: 'entry', id: `news.${other.messageId}`, revision: 0, atMs: other.postedAtMs, expiresAtMs: null, body: { v: 2 } };
  await documents.put({ ...newer, keys: ['feed:news', 'channel:slack:C1'] }, never);
  expect((await entries.newest('news', { limit: 10 }, never)).map(({ id }) => id)).toEqual([`news.${messageId}`]);
  await expect(entries.apply(feedOf(), writtenEventOf(other), never)).rejects.toThrow('another version');
});

it('a mark on what was sealed with a key that nobody has any more is refused, and a deletion is not', async () => {
  const feed = feedOf({ approval: approvalSample });
  await entriesOn(documents).apply(feed, written, never);
  const others = entriesOn(documents, 'x');
  const mark: EntryEvent = {
    kind: 'mark',
    channel,
    messageId,
    mark: { emoji: 'white_check_mark', member: 'U9' },
    isSet: true,
    atUs: message.atUs,
  };
  await expect(others.apply(feed, mark, never)).rejects.toMatchObject({ code: 'envelope-unreadable' });
  const { entry } = await others.apply(feed, { kind: 'deleted', channel, messageId, atUs: message.atUs }, never);
  expect(entry.deletedAtUs).toBe(message.atUs);
  expect((await others.apply(feed, written, never)).entry.versions).toEqual([]);
});

describe('an editor', () => {
  it('hides an entry and shows it again; what is hidden is sealed', async () => {
    const entries = entriesOn(documents);
    await entries.apply(feedOf(), writtenEventOf(writtenMessageOf('strange words')), never);
    const hidden = await entries.decide(feedOf(), messageId, () => decision({ isHidden: true }), never);
    expect([hidden?.isVisible, hidden?.entry.published]).toEqual([true, null]);
    expect(JSON.stringify(await documents.find({ kind: 'entry', order: 'newest', limit: 1 }, never))).not.toContain('strange');
    await entries.apply(feedOf(), writtenEventOf(writtenMessageOf('strange words')), never);
    const shown = await entries.decide(feedOf(), messageId, () => null, never);
    expect(shown?.entry.published?.written).toEqual(writtenOf('strange words'));
  });

  it("'s text is shown in place of the message's, also after it is edited, with the message's pictures", async () => {
    const entries = entriesOn(documents);
    const pictures = [pictureFileOf('F1')];
    await entries.apply(feedOf(), writtenEventOf(writtenMessageOf('', { written: writtenOf('strange words', { pictures }) })), never);
    await entries.decide(feedOf(), messageId, () => decision({ text: 'Better\nwords' }), never);
    const edit = writtenMessageOf('', {
      written: writtenOf('stranger words', { pictures }),
      atUs: message.atUs + 1_000_000,
      isEdited: true,
    });
    const { entry, isVisible } = await entries.apply(feedOf(), writtenEventOf(edit), never);
    const inlines = [{ type: 'text', text: 'Better' }, { type: 'break' }, { type: 'text', text: 'words' }];
    expect(entry.published?.written).toEqual({ blocks: [{ type: 'paragraph', inlines }], pictures, otherFiles: 0 });
    expect(isVisible).toBe(true);
    expect(JSON.stringify(entry)).not.toContain('strange');
    const restored = await entries.decide(feedOf(), messageId, () => null, never);
    expect(restored?.entry.published?.written).toEqual(edit.written);
  });

  it('approves the version that was looked at, and no later one', async () => {
    const entries = entriesOn(documents);
    const feed = feedOf({ approval: approvalSample });
    await entries.apply(feed, written, never);
    const approved = await entries.decide(feed, messageId, () => decision({ approvedAtUs: message.atUs }), never);
    expect([approved?.entry.published?.isApproved, approved?.entry.published?.written]).toEqual([true, writtenOf('A')]);
    const edit = writtenMessageOf('B', { atUs: message.atUs + 1_000_000, isEdited: true });
    expect((await entries.apply(feed, writtenEventOf(edit), never)).entry.published?.written).toEqual(writtenOf('A'));
  });

  it('cannot decide about what is not there, or was deleted', async () => {
    const entries = entriesOn(documents);
    expect(await entries.decide(feedOf(), messageId, () => decision({ isHidden: true }), never)).toBeNull();
    await entries.apply(feedOf(), { kind: 'deleted', channel, messageId, atUs: message.atUs }, never);
    expect(await entries.decide(feedOf(), messageId, () => decision({ text: 'x' }), never)).toBeNull();
  });
});

it('the hand-off notes how far pictures are, and readers are told; an entry that is gone is nothing to note', async () => {
  const entries = entriesOn(documents);
  await entries.apply(
    feedOf(),
    writtenEventOf(writtenMessageOf('', { written: writtenOf('A', { pictures: [pictureFileOf('F1')] }) })),
    never,
  );
  const id = `news.${messageId}`;
  const there = await entries.setPictures(
    id,
    (now) => now.map((each) => ({ ...each, state: 'there', url: '/pictures/f1.jpg', name: 'f1.jpg' })),
    never,
  );
  expect([there?.isVisible, there?.entry.changes, await logged()]).toEqual([true, 2, [1, 2]]);
  expect((await documents.get('entry', id, never)).document?.expiresAtMs).toBe(samplePostedAtMs + feedOf().keepMs);
  expect(await entries.setPictures('news.gone', (now) => [...now], never)).toBeNull();
});

describe('the hand-off of pictures', () => {
  it.each(['as an older backup has it', 'in no backup'])('is no job that was done before a restore, %s', async (how) => {
    let nowMs = samplePostedAtMs + 60_000;
    const store = createMemoryDocuments(() => nowMs);
    const feed = feedOf({ pictures: picturesTo('away') });
    let at = samplePostedAtMs * 1_000;
    const says = async (...ids: string[]): Promise<number> => {
      [nowMs, at] = [nowMs + 60_000, at + 1_000_000];
      const pictures = ids.map((id) => pictureFileOf(id));
      const event = writtenEventOf({ ...message, atUs: at, isEdited: true, written: writtenOf(ids.join(' '), { pictures }) });
      return (await entriesOn(store).apply(feed, event, never)).entry.picturesWanted;
    };
    const asItIs = async () => (await store.get('entry', `${feed.slug}.${messageId}`, never)).document!;
    const first = await says('F1');
    const old = await asItIs();
    const done = [first, await says('F1', 'F2'), await says('F2')];
    const { revision, kind, id } = await asItIs();
    if (how === 'in no backup') await store.remove(kind, id, revision, never);
    else await store.put({ ...old, revision }, never);
    expect(done).not.toContain(await says('F3'));
    expect(new Set(done).size).toBe(3);
  });
});

import { toDocument } from '@watchpost/feeds/store/entry-document';
import { describe, expect, it, vi } from 'vitest';
import { createEntryRig, firstId } from '../../../support/entry-rig.ts';
import { entryOf, feedOf, samplePostedAtMs, writtenMessageOf } from '../../../support/feed-samples.ts';

const never = new AbortController().signal;
const day = 86_400_000;

describe('entries that are older than their feed says now', () => {
  it('leave the database, not only the page, though they were written to be kept for longer', async () => {
    const rig = createEntryRig();
    const expire = async (): Promise<void> => rig.parts.feedTasks.find(({ name }) => name === 'expired-entries')!.run(never);
    rig.feeds = [feedOf({ keepMs: 365 * day }), feedOf({ slug: 'other', keepMs: 365 * day })];
    await rig.settle([rig.says('Hello')]);
    rig.nowMs += 8 * day;
    await rig.settle([rig.says('New', { messageId: '1700600000.000100', postedAtMs: rig.nowMs - 60_000 })]);
    await expire();
    expect(await rig.shows()).toBe('Hello');
    rig.feeds = [feedOf({ keepMs: 7 * day }), feedOf({ slug: 'other', keepMs: 365 * day })];
    await expire();
    expect([await rig.entry(), await rig.shows(firstId, 'other'), await rig.shows('1700600000.000100')]).toEqual([null, 'Hello', 'New']);
  });

  it('stay where only the clock of the process is ahead', async () => {
    const rig = createEntryRig();
    rig.feeds = [feedOf({ keepMs: 7 * day })];
    await rig.settle([rig.says('Hello')]);
    vi.useFakeTimers({ now: rig.nowMs + 31 * day, toFake: ['Date'] });
    try {
      await rig.parts.feedTasks.find(({ name }) => name === 'expired-entries')!.run(never);
    } finally {
      vi.useRealTimers();
    }
    expect(await rig.shows()).toBe('Hello');
  });

  it('leave it all at once, also where another release wrote some of the newest', async () => {
    const rig = createEntryRig();
    const count = 1_200;
    for (let second = 0; second < count; second += 1) {
      const entry = entryOf(writtenMessageOf('A', { postedAtMs: samplePostedAtMs + second * 1_000 }));
      const document = toDocument(entry, 0, 365 * day);
      await rig.documents.put(second === count - 1 ? { ...document, body: { v: 2 } } : document, never);
    }
    rig.feeds = [feedOf({ keepMs: 7 * day })];
    rig.nowMs += 8 * day;
    await rig.parts.feedTasks.find(({ name }) => name === 'expired-entries')!.run(never);
    expect(await rig.documents.find({ kind: 'entry', order: 'oldest', limit: count }, never)).toHaveLength(1);
  });

  it('are not begun anew where the channel is read again, or somebody edits the message', async () => {
    const rig = createEntryRig();
    rig.feeds = [feedOf({ keepMs: 7 * day })];
    rig.nowMs += 8 * day;
    await rig.settle([rig.says('Hello'), rig.says('Hello again', { isEdited: true, atUs: rig.nowMs * 1_000 })]);
    expect(await rig.entry()).toBeNull();
    expect(rig.everQueued).toEqual([]);
  });
});

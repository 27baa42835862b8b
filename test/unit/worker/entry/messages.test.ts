import { AppError } from '@watchpost/shared/errors';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEntryRig, type EntryRig, firstId, idIn } from '../../../support/entry-rig.ts';
import { approvalSample, feedOf, pictureFileOf, samplePostedAtMs, writtenMessageOf, writtenOf } from '../../../support/feed-samples.ts';

let rig: EntryRig;
beforeEach(() => {
  rig = createEntryRig();
});

const atUs = (afterMs: number): number => (samplePostedAtMs + afterMs) * 1_000;
const takenBy = (job: EntryJob, ...slugs: string[]): EntryJob => ('thread' in job ? { ...job, takenBy: slugs } : job);
const handoffs = () => rig.everQueued.filter((each) => each.startsWith('handoff-')).map((each) => each.split(' ')[0]);

describe('a message of a feed', () => {
  it('is published, and followers are told', async () => {
    await rig.settle([rig.says('hello')]);
    expect(await rig.shows()).toBe('hello');
    expect(await rig.logged()).toContainEqual({ kind: 'entry', feed: 'news', id: idIn('news'), changes: 1 });
  });

  it('is brought into each feed of its channel, as that one wants it', async () => {
    rig.feeds = [feedOf(), feedOf({ slug: 'held', approval: approvalSample }), feedOf({ slug: 'other', channel: 'slack:C2' })];
    await rig.settle([rig.says('hello')]);
    expect(await rig.shows()).toBe('hello');
    expect(await rig.entry(firstId, 'held')).toMatchObject({ published: null, versions: [{ withheld: null }] });
    expect(await rig.entry(firstId, 'other')).toBeNull();
  });

  it('is brought only into those feeds that take it: one of them began later, or was closed when it was posted', async () => {
    rig.feeds = [feedOf(), feedOf({ slug: 'archive' })];
    await rig.settle([takenBy(rig.says('posted before'), 'archive')]);
    expect([await rig.shows(firstId, 'archive'), await rig.entry()]).toEqual(['posted before', null]);
    await rig.settle([takenBy(rig.checks(writtenMessageOf('')))]);
    expect(await rig.entry()).toBeNull();
    rig.feeds = [feedOf({ isOpen: false })];
    await rig.settle([takenBy(rig.says('posted before it was closed'), 'news')]);
    expect(await rig.shows()).toBe('posted before it was closed');
    await rig.settle([takenBy(rig.says('edited', { isEdited: true, atUs: atUs(5_000) }))]);
    expect(await rig.shows()).toBe('edited');
  });

  it('waits some seconds for a feed that this process has not read in the file yet, and keeps no other from it', async () => {
    const job = takenBy(rig.says('hello'), 'news', 'new');
    await expect(rig.run(job)).rejects.toMatchObject({ code: 'handoff-waiting', retry: 'transient' });
    expect(await rig.shows()).toBe('hello');
    rig.feeds.push(feedOf({ slug: 'new' }));
    await rig.run(job, { attempt: 2 });
    expect(await rig.shows(firstId, 'new')).toBe('hello');
    rig.feeds = [];
    expect(await rig.run(takenBy(rig.says('later'), 'gone'), { attempt: 6 })).toBe('idle');
  });

  it('is not looked up where an editor decided about it: the platform may not list it any more', async () => {
    await rig.settle([rig.says('hello')]);
    rig.messages.clear();
    await rig.run({ v: 1, kind: 'entry', change: 'decided', id: 'decided-1', atUs: atUs(1_000), channel: 'slack:C1', messageId: firstId });
    expect(await rig.shows()).toBe('hello');
  });

  it('is nothing to a channel that no feed publishes any more', async () => {
    const job = rig.says('hello');
    rig.feeds = [];
    expect(await rig.run(job)).toBe('idle');
    expect(rig.written).toEqual([]);
  });

  it('that nobody has seen yet can be edited: the old service raised an error', async () => {
    await rig.settle([rig.says('edited', { isEdited: true, atUs: atUs(5_000) })]);
    expect(await rig.shows()).toBe('edited');
    await rig.settle([rig.says('original')]);
    expect(await rig.shows()).toBe('edited');
  });

  it('is told from another one whose id contains its own: the old service searched for it as a part of a text', async () => {
    const ids = ['1700000000.000100', '1700000000.0001001', '700000000.000100'];
    await rig.settle(ids.map((messageId, index) => rig.says(`message ${index}`, { messageId })));
    expect(await Promise.all(ids.map((id) => rig.shows(id)))).toEqual(['message 0', 'message 1', 'message 2']);
  });

  it('is there once, however often its event is delivered', async () => {
    await rig.settle([rig.says('hello'), rig.says('hello'), rig.says('hello')]);
    expect(await rig.parts.entries.newest('news', { limit: 10 }, new AbortController().signal)).toHaveLength(1);
    expect((await rig.entry())?.changes).toBe(1);
  });

  it('that is deleted is gone at once, and does not come back with a late edit', async () => {
    const job = rig.says('hello');
    await rig.settle([job]);
    await rig.settle([rig.deletes(writtenMessageOf('')), rig.says('late', { atUs: atUs(9_000), isEdited: true })]);
    expect(await rig.entry()).toMatchObject({ published: null, versions: [], author: null });
    expect(JSON.stringify(await rig.entry())).not.toContain('hello');
  });

  it('is read anew where its content was erased, and deleted where it is gone', async () => {
    const erased = jobDefinitions.entry.whenFailed!({ ...rig.says('hello'), kind: 'entry' });
    await rig.settle([erased]);
    expect(await rig.shows()).toBe('hello');
    rig.messages.clear();
    await rig.settle([rig.checks(writtenMessageOf(''))]);
    expect((await rig.entry())?.deletedAtUs).not.toBeNull();
  });

  it('is read anew where its content cannot be opened, and the log says why', async () => {
    const job = { ...rig.says('hello'), id: 'another.id' };
    await rig.settle([job]);
    expect(await rig.shows()).toBe('hello');
    expect(rig.lines.filter((line) => line.includes('MESSAGE_KEY'))).toHaveLength(1);
  });

  it('that cannot be read for want of a permission does not hold up the entries of others', async () => {
    rig.onAsk = () => {
      throw new AppError('channel-not-available', 'not_in_channel');
    };
    await expect(rig.run(rig.checks(writtenMessageOf('')))).rejects.toMatchObject({ code: 'chat-unavailable', retry: 'transient' });
  });

  it('is left out where it is a direct message, or a reply that the feed does not want', async () => {
    rig.feeds = [feedOf(), feedOf({ slug: 'broadcasts', threads: 'broadcasts' }), feedOf({ slug: 'none', threads: 'none' })];
    const reply = { thread: firstId, messageId: '2.0' };
    await rig.settle([rig.says('reply', reply), rig.says('to all', { ...reply, messageId: '3.0', isBroadcast: true })]);
    await rig.settle([rig.says('direct', { messageId: '4.0', isDirect: true })]);
    const of = async (slug: string) => Promise.all(['2.0', '3.0', '4.0'].map((id) => rig.shows(id, slug)));
    expect(await of('news')).toEqual(['reply', 'to all', null]);
    expect(await of('broadcasts')).toEqual([null, 'to all', null]);
    expect(await of('none')).toEqual([null, null, null]);
  });

  it('is taken by a closed feed only as an edit, or a deletion, of what is there', async () => {
    await rig.settle([rig.says('before')]);
    rig.feeds = [feedOf({ isOpen: false })];
    await rig.settle([rig.says('new', { messageId: '2.0' }), rig.says('edited', { atUs: atUs(5), isEdited: true })]);
    expect([await rig.shows(), await rig.shows('2.0')]).toEqual(['edited', null]);
    await rig.settle([rig.deletes(writtenMessageOf(''))]);
    expect(await rig.shows()).toBeNull();
  });

  it('has its pictures handed off once it is published, and taken back once it is not', async () => {
    rig.feeds = [feedOf({ approval: { ...approvalSample, by: ['UEDITOR'] } })];
    const message = { ...writtenMessageOf('look'), written: writtenOf('look', { pictures: [pictureFileOf('F1'), pictureFileOf('F2')] }) };
    const mark = { emoji: 'white_check_mark', member: 'UEDITOR' };
    await rig.settle([rig.says(message)]);
    expect(handoffs()).toEqual([]);
    await rig.settle([rig.reacts(message, mark, { atUs: atUs(1) })]);
    const counted = Math.floor(rig.nowMs / 1_000);
    const first = `handoff-${idIn('news')}-${counted}`;
    expect(new Set(handoffs())).toEqual(new Set([first]));
    await rig.settle([rig.reacts(message, mark, { isSet: false, atUs: atUs(2) })]);
    expect(new Set(handoffs())).toEqual(new Set([first, `handoff-${idIn('news')}-${counted + 1}`]));
  });

  it('is counted by what became of it, and how long that took', async () => {
    rig.nowMs = samplePostedAtMs + 300;
    await rig.settle([
      rig.says('hello'),
      rig.says('<#> no', { messageId: '2.0' }),
      rig.says('reply', { messageId: '3.0', isDirect: true }),
    ]);
    const { body } = await rig.metrics.scrape();
    for (const outcome of ['published', 'off-record', 'ignored'])
      expect(body).toContain(`watchpost_feed_entries_total{outcome="${outcome}"} 1`);
    expect(body).toContain('watchpost_feed_publish_seconds_bucket{le="0.25"} 0');
    expect(body).toMatch(/watchpost_feed_publish_seconds_bucket\{le="0.5"\} [1-9]/);
  });

  it('that is held, off the record, forbidden or against a rule stands nowhere in clear', async () => {
    const canary = 'CANARY-5417';
    await rig.rule({ look: { pattern: 'C[A-Z]NARY-\\d+ rule' } });
    rig.feeds = [feedOf({ approval: { ...approvalSample, by: ['UEDITOR'] } })];
    await rig.settle([
      rig.says(`${canary} held`),
      rig.says(`<#> ${canary}`, { messageId: '2.0' }),
      rig.says(`${canary} bot`, { messageId: '3.0', author: { member: null, bot: 'B1', app: null } }),
      rig.says(`${canary} rule`, { messageId: '4.0' }),
    ]);
    const { body } = await rig.metrics.scrape();
    for (const place of [rig.written, rig.lines, rig.everQueued, [body]]) expect(place.join('\n')).not.toContain('CANARY');
    const [held, ...others] = await Promise.all([firstId, '2.0', '3.0', '4.0'].map((id) => rig.entry(id)));
    expect(held?.versions[0]?.sealed).toEqual(expect.any(String));
    for (const other of others) expect(other?.versions).toMatchObject([{ sealed: null, hash: '' }]);
  });
});

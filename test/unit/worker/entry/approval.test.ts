import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEntryRig, type EntryRig, firstId, idIn, memberOf } from '../../../support/entry-rig.ts';
import { approvalSample, feedOf, samplePostedAtMs, writtenMessageOf } from '../../../support/feed-samples.ts';

const never = new AbortController().signal;

let rig: EntryRig;
beforeEach(() => {
  rig = createEntryRig();
  rig.feeds = [feedOf({ approval: { ...approvalSample, by: ['UEDITOR', 'SDESK'] } })];
  rig.groups.set('SDESK', ['UDESK']);
});

const yes = (member: string, emoji = 'white_check_mark') => ({ emoji, member });
const message = writtenMessageOf('news');
const atUs = (afterMs: number): number => (samplePostedAtMs + afterMs) * 1_000;

describe('a message that needs approval', () => {
  it('is held until the right person sets the right emoji: the old service never published it', async () => {
    await rig.settle([rig.says(message)]);
    expect(await rig.shows()).toBeNull();
    await rig.settle([rig.reacts(message, yes('UEDITOR', 'tada')), rig.reacts(message, yes('UREPORTER'))]);
    expect(await rig.shows()).toBeNull();
    await rig.settle([rig.reacts(message, yes('UEDITOR'))]);
    expect(await rig.shows()).toBe('news');
  });

  it('is withdrawn once the approval is taken back, even by somebody who may not approve any more', async () => {
    await rig.settle([rig.says(message), rig.reacts(message, yes('UDESK'), { atUs: atUs(1) })]);
    expect(await rig.shows()).toBe('news');
    rig.groups.set('SDESK', []);
    await rig.settle([rig.reacts(message, yes('UDESK'), { isSet: false, atUs: atUs(2) })]);
    expect(await rig.shows()).toBeNull();
  });

  it('is published by an approval that comes before it', async () => {
    await rig.settle([rig.reacts(message, yes('UEDITOR'))]);
    expect(await rig.shows()).toBeNull();
    expect((await rig.metrics.scrape()).body).toContain('watchpost_feed_entries_total{outcome="waiting"} 1');
    await rig.settle([rig.says(message)]);
    expect(await rig.shows()).toBe('news');
  });

  it('is withdrawn where the approval was taken back while nobody listened', async () => {
    await rig.settle([rig.says(message), rig.reacts(message, yes('UEDITOR'), { atUs: atUs(1) })]);
    rig.messages.set(firstId, { ...message, reactions: [] });
    await rig.settle([rig.checks(message)]);
    expect(await rig.shows()).toBeNull();
  });

  it('is withdrawn by what happened after it was looked at, though our clock is ahead of the platform’s', async () => {
    const approved = { ...message, reactions: [yes('UEDITOR')] };
    await rig.settle([rig.says(message), rig.reacts(message, yes('UEDITOR'), { atUs: atUs(1) })]);
    rig.messages.set(firstId, approved);
    await rig.settle([rig.checks(message)]);
    const aheadMs = 5_000;
    const afterwards = rig.nowMs - samplePostedAtMs - aheadMs;
    await rig.settle([rig.reacts(message, yes('UEDITOR'), { isSet: false, atUs: atUs(afterwards) })]);
    expect(await rig.shows()).toBeNull();
  });

  it('is published by an emoji of any skin tone, and by another name of the same emoji', async () => {
    rig.feeds = [feedOf({ approval: { ...approvalSample, emoji: ['thumbsup'], by: ['UEDITOR'] } })];
    await rig.settle([rig.says(message), rig.reacts(message, yes('UEDITOR', '+1::skin-tone-3'), { atUs: atUs(1) })]);
    expect(await rig.shows()).toBe('news');
    await rig.settle([rig.reacts(message, yes('UEDITOR', 'thumbsup::skin-tone-5'), { isSet: false, atUs: atUs(2) })]);
    expect(await rig.shows()).toBeNull();
  });

  it('is never approved by a bot where everyone may, nor by somebody of whom the platform does not tell', async () => {
    rig.feeds = [feedOf({ approval: approvalSample })];
    rig.members.set('UBOT', memberOf('UBOT', { isBot: true }));
    rig.members.set('UADA', memberOf('UADA'));
    await rig.settle([rig.says(message), rig.reacts(message, yes('UBOT')), rig.reacts(message, yes('UNOBODY'))]);
    expect(await rig.shows()).toBeNull();
    await rig.settle([rig.reacts(message, yes('UADA'))]);
    expect(await rig.shows()).toBe('news');
    const again = rig.asked.length;
    await rig.settle([rig.reacts(message, yes('UADA')), rig.reacts(message, yes('UBOT'))]);
    expect(rig.asked.slice(again)).toEqual([]);
  });

  it('counts nobody where the platform refuses to tell who is a person', async () => {
    rig.feeds = [feedOf({ approval: approvalSample })];
    rig.onAsk = () => {
      throw new AppError('chat-not-authorised', 'missing_scope');
    };
    await rig.settle([rig.says(message), rig.reacts(message, yes('UADA'))]);
    expect(await rig.shows()).toBeNull();
  });

  it('shows what was approved while an edit waits for its own approval', async () => {
    await rig.settle([rig.says(message), rig.reacts(message, yes('UEDITOR'), { atUs: atUs(1) })]);
    const edited = { ...writtenMessageOf('news, edited'), atUs: atUs(10), isEdited: true };
    await rig.settle([rig.says(edited)]);
    expect(await rig.shows()).toBe('news');
    await rig.settle([rig.reacts(message, yes('UDESK'), { atUs: atUs(1_010) })]);
    expect(await rig.shows()).toBe('news, edited');
  });

  it('holds an edit of the second in which it was approved: Slack dates edits by the second, as if they came before', async () => {
    const [secondUs, approvedUs] = [atUs(5_000), atUs(5_035)];
    const edited = { ...writtenMessageOf('news, edited'), atUs: secondUs + 581, isEdited: true };
    const approval = rig.reacts(message, yes('UEDITOR'), { atUs: approvedUs });
    await rig.settle([rig.says(message), approval, rig.says(edited)]);
    expect(await rig.shows()).toBe('news');
    await rig.settle([rig.reacts(message, yes('UEDITOR'), { isSet: false, atUs: atUs(5_900) })]);
    await rig.settle([rig.reacts(message, yes('UEDITOR'), { atUs: atUs(6_000) })]);
    expect(await rig.shows()).toBe('news, edited');
  });

  it('is read anew where what waits was sealed with a key that is gone', async () => {
    await rig.settle([rig.says(message)]);
    const { document } = await rig.documents.get('entry', idIn('news'), never);
    const entry = document!.body as { versions: { sealed: string }[] };
    const other = createEnvelope(['another secret of a test, with 32 characters'], 'jobs');
    for (const version of entry.versions) version.sealed = sealJson(other, message.written, 'x');
    await rig.documents.put(document!, never);
    rig.messages.set(firstId, { ...message, reactions: [yes('UEDITOR')] });
    await rig.settle([rig.reacts(message, yes('UEDITOR'))]);
    expect(await rig.shows()).toBe('news');
    expect(rig.lines.filter((line) => line.includes('MESSAGE_KEY'))).toHaveLength(1);
  });

  it('counts the reactions that a message has when it is read after an outage, and those that it has no more', async () => {
    await rig.settle([rig.says(message, { reactions: [yes('UEDITOR'), yes('UREPORTER'), yes('UEDITOR', 'tada')] })]);
    expect(await rig.shows()).toBe('news');
    expect((await rig.entry())?.marks).toMatchObject([{ member: 'UEDITOR', emoji: 'white_check_mark', isSet: true }]);
    rig.nowMs += 1_000;
    rig.messages.set(firstId, { ...message, reactions: [] });
    await rig.settle([rig.checks(message)]);
    expect(await rig.shows()).toBeNull();
  });
});

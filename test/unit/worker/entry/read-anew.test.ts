import { beforeEach, describe, expect, it } from 'vitest';
import { createEntryRig, type EntryRig, firstId } from '../../../support/entry-rig.ts';
import { approvalSample, feedOf, samplePostedAtMs, writtenMessageOf } from '../../../support/feed-samples.ts';

let rig: EntryRig;
beforeEach(() => {
  rig = createEntryRig();
});

const atUs = (afterMs: number): number => (samplePostedAtMs + afterMs) * 1_000;
const message = writtenMessageOf('as posted');
/** Versions of one time are ordered by what they say, so one of these would come first. */
const changes = ['one', 'two', 'three', 'four'];
const mark = { emoji: 'white_check_mark', member: 'U9' };

/** The platform has it so, and says nothing of when it was changed. */
const isNow = (text: string, reactions = [mark]): void => void rig.messages.set(firstId, { ...writtenMessageOf(text), reactions });
const check = async (): Promise<void> => {
  rig.nowMs += 60_000;
  await rig.settle([rig.checks(message)]);
};
const approve = async (): Promise<void> => {
  rig.feeds = [feedOf({ approval: { ...approvalSample, by: ['U9'] } })];
  await rig.settle([rig.says(message), rig.reacts(message, mark)]);
};

describe('a message that an app changed without a word of when', () => {
  it.each(changes)('is shown as it is when it is read anew: %s', async (text) => {
    await rig.settle([rig.says(message)]);
    isNow(text);
    await check();
    expect(await rig.shows()).toBe(text);
    await check();
    expect(await rig.shows()).toBe(text);
  });

  it.each(changes)('is not covered by the approval of what it said before, however often it is read: %s', async (text) => {
    await approve();
    isNow(text);
    await check();
    await check();
    expect(await rig.shows()).toBe('as posted');
    await rig.settle([rig.reacts(message, mark, { isSet: false, atUs: rig.nowMs * 1_000 })]);
    await rig.settle([rig.reacts(message, mark, { atUs: (rig.nowMs + 1_000) * 1_000 })]);
    expect(await rig.shows()).toBe(text);
  });

  it.each(changes)('is not covered by it either where the event of the change had come: %s', async (text) => {
    await approve();
    await rig.settle([rig.says(writtenMessageOf(text, { atUs: atUs(5_000) }))]);
    isNow(text);
    await check();
    expect(await rig.shows()).toBe('as posted');
  });

  it('is hidden where it is off the record now', async () => {
    await rig.settle([rig.says(message)]);
    isNow('<#> not any more');
    await check();
    expect(await rig.shows()).toBeNull();
  });

  it('does not come to stand before an edit whose event comes while it is read', async () => {
    await rig.settle([rig.says(message)]);
    isNow('one');
    rig.nowMs += 60_000;
    const job = rig.checks(message);
    await rig.settle([rig.says(writtenMessageOf('edited', { isEdited: true, atUs: rig.nowMs * 1_000 }))]);
    isNow('one');
    await rig.settle([job]);
    expect(await rig.shows()).toBe('edited');
  });
});

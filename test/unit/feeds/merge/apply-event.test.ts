import type { Entry } from '@watchpost/feeds/entry';
import type { EntryEvent } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import { applyEvent } from '@watchpost/feeds/merge/apply-event';
import { hashOf } from '@watchpost/feeds/merge/hash';
import { describe, expect, it } from 'vitest';
import {
  approvalSample,
  feedOf,
  pictureFileOf,
  plainKeep,
  samplePostedAtMs,
  writtenEventOf,
  writtenMessageOf,
  writtenOf,
} from '../../../support/feed-samples.ts';

const us = (seconds: number): number => samplePostedAtMs * 1_000 + seconds * 1_000_000;
const at = { channel: 'slack:C1', messageId: writtenMessageOf('').messageId } as const;
const says = (text: string, seconds: number, over: Partial<Extract<EntryEvent, { kind: 'written' }>> = {}): EntryEvent =>
  writtenEventOf(writtenMessageOf(text, { atUs: us(seconds), isEdited: seconds > 0 }), over);
const marks = (seconds: number, isSet: boolean, member = 'U9', emoji = 'white_check_mark'): EntryEvent => ({
  ...at,
  kind: 'mark',
  mark: { emoji, member },
  isSet,
  atUs: us(seconds),
});
const gone = (seconds: number): EntryEvent => ({ ...at, kind: 'deleted', atUs: us(seconds) });

const held = feedOf({ approval: approvalSample });
const after = (feed: Feed, ...events: EntryEvent[]): Entry =>
  events.reduce<Entry | null>((entry, each) => applyEvent(entry, feed, each, plainKeep), null)!;
const shown = ({ published }: Entry): string | null => {
  const [block] = published?.written.blocks ?? [];
  const [inline] = block?.type === 'paragraph' ? block.inlines : [];
  return inline?.type === 'text' ? inline.text : null;
};

describe('without approval', () => {
  it('the newest version is shown, and no other is kept', () => {
    const entry = after(feedOf(), says('B', 2), says('A', 0));
    expect([shown(entry), entry.published?.isEdited, entry.versions.length]).toEqual(['B', true, 1]);
  });

  it.each(['off-record', 'may-not-post', 'rule'] as const)('an edit that is %s hides the entry, and is not kept', (withheld) => {
    const entry = after(feedOf(), says('A', 0), says('secret', 2, { withheld }));
    expect(shown(entry)).toBeNull();
    expect(JSON.stringify(entry)).not.toContain('secret');
    expect(JSON.stringify(entry)).not.toContain(hashOf(writtenOf('secret')));
    expect(shown(after(feedOf(), says('A', 0), says('secret', 2, { withheld }), says('B', 3)))).toBe('B');
  });
});

describe('with approval', () => {
  it('nothing is shown until the right emoji is set; what waits is only kept sealed', () => {
    const entry = after(held, says('A', 0));
    expect([entry.published, JSON.stringify({ ...entry, versions: [] }).includes('"A"')]).toEqual([null, false]);
    expect(entry.versions.map(({ sealed }) => sealed !== null)).toEqual([true]);
    expect(shown(after(held, says('A', 0), marks(1, true, 'U9', 'eyes')))).toBeNull();
    const approved = after(held, says('A', 0), marks(1, true));
    expect([shown(approved), approved.published?.isApproved, approved.versions[0]?.sealed]).toEqual(['A', true, null]);
  });

  it('an approval that came before its message counts', () => {
    expect(shown(after(held, marks(1, true), says('A', 0)))).toBe('A');
  });

  it('an edit waits for a new approval while readers see what was approved', () => {
    const edited = [says('A', 0), marks(1, true), says('B', 2)];
    expect(shown(after(held, ...edited))).toBe('A');
    expect(shown(after(held, ...edited, marks(3, true, 'U8')))).toBe('B');
    expect(shown(after(held, ...edited, marks(3, false), marks(4, true)))).toBe('B');
  });

  it('where edits are published, an approval covers later ones', () => {
    const feed = feedOf({ approval: { ...approvalSample, edits: 'publish' } });
    expect(shown(after(feed, says('A', 0), marks(1, true), says('B', 2)))).toBe('B');
  });

  it('an approval that is taken back takes the entry back, sealed as before', () => {
    const entry = after(held, says('A', 0), marks(1, true), marks(2, false));
    expect([entry.published, entry.versions[0]?.sealed === null]).toEqual([null, false]);
    expect(shown(after(held, says('A', 0), marks(1, true), marks(2, false), marks(3, true)))).toBe('A');
    expect(shown(after(held, says('A', 0), marks(1, true), marks(1, true, 'U8'), marks(2, false)))).toBe('A');
  });

  it('an edit that says the same needs no new approval', () => {
    expect(shown(after(held, says('A', 0), marks(1, true), says('A', 2)))).toBe('A');
    expect(after(held, says('A', 0), marks(1, true), says('A', 2)).published?.atUs).toBe(us(2));
  });

  it('what was approved before a message went off the record does not come back', () => {
    const events = [says('A', 0), marks(1, true), says('<#>', 2, { withheld: 'off-record' }), says('B', 3)];
    expect(shown(after(held, ...events))).toBeNull();
    expect(shown(after(held, ...events, marks(4, true, 'U8')))).toBe('B');
  });

  it('readers go on seeing the approved version after twenty edits that nobody approved', () => {
    const edits = Array.from({ length: 20 }, (_, number) => says(`edit ${String(number)}`, 2 + number));
    const entry = after(held, says('A', 0), marks(1, true), ...edits);
    expect([shown(entry), entry.versions.length]).toEqual(['A', 9]);
  });

  it('of an emoji that 1,500 people set the latest 1,000 are kept', () => {
    const crowd = Array.from({ length: 1_500 }, (_, number) => marks(1 + number, true, `U${String(number)}`));
    const entry = after(held, says('A', 0), ...crowd);
    expect([shown(entry), entry.marks.length, entry.marks[0]?.member]).toEqual(['A', 1_000, 'U1499']);
  });
});

describe('a list of reactions', () => {
  const list = (members: string[], marksAtUs: number, text = 'A', seconds = 0): EntryEvent =>
    says(text, seconds, { marks: members.map((member) => ({ emoji: 'white_check_mark', member })), marksAtUs });

  it('brings approvals that nobody told of, and takes those back that are gone', () => {
    expect(shown(after(held, says('A', 0), list(['U9'], us(10))))).toBe('A');
    expect(shown(after(held, says('A', 0), marks(1, true), list([], us(10))))).toBeNull();
    expect(shown(after(held, says('A', 0), list([], us(10)), marks(1, true)))).toBeNull();
    expect(shown(after(held, says('A', 0), list([], us(10)), marks(11, true)))).toBe('A');
  });

  it('approves no edit, because it does not say when a reaction was set', () => {
    expect(shown(after(held, list(['U9'], us(10), 'B', 5)))).toBeNull();
    expect(shown(after(held, marks(6, true), list(['U9'], us(10), 'B', 5)))).toBe('B');
    expect(shown(after(feedOf({ approval: { ...approvalSample, edits: 'publish' } }), list(['U9'], us(10), 'B', 5)))).toBe('B');
  });
});

describe('a deleted message', () => {
  it('leaves nothing of what it said, and never comes back', () => {
    for (const feed of [feedOf(), held]) {
      const entry = after(feed, says('A', 0), marks(1, true), gone(2), says('B', 3), marks(4, true));
      expect(entry).toMatchObject({ published: null, versions: [], marks: [], author: null, editorial: null, deletedAtUs: us(2) });
    }
  });

  it('whose deletion came first is never shown', () => {
    const entry = after(feedOf(), gone(2), says('A', 0));
    expect([entry.published, entry.versions, entry.postedAtMs]).toEqual([null, [], samplePostedAtMs]);
  });
});

describe('pictures', () => {
  const withPictures = (ids: string[], seconds: number): EntryEvent => {
    const pictures = ids.map((id) => pictureFileOf(id, { altText: `of ${id}` }));
    return writtenEventOf(writtenMessageOf('', { atUs: us(seconds), isEdited: seconds > 0, written: writtenOf('A', { pictures }) }));
  };

  it('are wanted once they are published, all of them, in their order', () => {
    const entry = after(held, withPictures(['F1', 'F2'], 0));
    expect([entry.pictures, entry.picturesWanted]).toEqual([[], 0]);
    const approved = applyEvent(entry, held, marks(1, true), plainKeep);
    expect(approved.pictures.map(({ fileId, state, altText }) => [fileId, state, altText])).toEqual([
      ['F1', 'waiting', 'of F1'],
      ['F2', 'waiting', 'of F2'],
    ]);
    expect(approved.picturesWanted).toBe(1);
  });

  it('that readers should no longer see stay until they are removed, without what was said about them', () => {
    const entry = after(feedOf(), withPictures(['F1', 'F2'], 0));
    const [first, second] = entry.pictures;
    const there = { ...entry, pictures: [{ ...first!, state: 'there' as const, name: 'f1.jpg', url: '/pictures/f1.jpg' }, second!] };
    const deleted = applyEvent(there, feedOf(), gone(1), plainKeep);
    expect(deleted.pictures.map(({ fileId, name, altText }) => [fileId, name, altText])).toEqual([['F1', 'f1.jpg', null]]);
    expect(deleted.picturesWanted).toBe(2);
    const edited = applyEvent(there, feedOf(), withPictures(['F3', 'F1'], 1), plainKeep);
    expect(edited.pictures.map(({ fileId, state }) => [fileId, state])).toEqual([
      ['F3', 'waiting'],
      ['F1', 'there'],
    ]);
  });

  it('are not wanted where the feed has none', () => {
    const entry = after(feedOf({ pictures: null }), withPictures(['F1'], 0));
    expect([entry.pictures, entry.picturesWanted]).toEqual([[], 0]);
  });
});

it('only what readers see counts as a change', () => {
  const feed = held;
  const counts = [says('A', 0), marks(1, true), marks(1, true), marks(2, true, 'U8'), says('A', 0), says('B', 3), marks(4, true)].reduce<
    [number, Entry | null][]
  >((known, each) => {
    const entry = applyEvent(known.at(-1)?.[1] ?? null, feed, each, plainKeep);
    return [...known, [entry.changes, entry]];
  }, []);
  expect(counts.map(([changes]) => changes)).toEqual([0, 1, 1, 1, 1, 1, 2]);
});

it('what somebody wrote has the same hash wherever it was read, and another one with another link', () => {
  const linkTo = (url: string) => ({ type: 'paragraph' as const, inlines: [{ type: 'link' as const, url, text: 'here' }] });
  const one = writtenOf('', { blocks: [linkTo('https://a.example')], pictures: [pictureFileOf('F1')] });
  const again = { otherFiles: 0, pictures: [pictureFileOf('F1', { url: 'https://files.slack.com/new.jpg' })], blocks: one.blocks };
  expect(hashOf(again)).toBe(hashOf(one));
  expect(hashOf({ ...one, blocks: [linkTo('https://b.example')] })).not.toBe(hashOf(one));
  expect(hashOf({ ...one, pictures: [pictureFileOf('F1', { altText: 'a door' })] })).not.toBe(hashOf(one));
});

describe('a message that is told again and again', () => {
  const again = (from: number, to: number): EntryEvent[] => Array.from({ length: to - from + 1 }, (_, index) => says('A', from + index));

  it('stays approved as long as it says the same: previews of its links come and go', () => {
    const entry = after(held, says('A', 0), marks(1, true), ...again(2, 40));
    expect(shown(entry)).toBe('A');
    expect(entry.versions.length).toBeLessThan(9);
    expect(shown(after(held, says('first', 0), says('A', 2), marks(3, true), ...again(4, 40)))).toBe('A');
  });

  it('stays what was approved while many edits of it wait', () => {
    const edits = again(50, 70).map((_, index) => says(`edit ${String(index)}`, 50 + index));
    expect(shown(after(held, says('first', 0), says('A', 2), marks(3, true), ...again(4, 40), ...edits))).toBe('A');
  });
});

describe('a picture that is taken out of a message', () => {
  const feed = feedOf({ approval: approvalSample });
  const at = (offset: number) => samplePostedAtMs * 1_000 + offset;
  const first = writtenMessageOf('look', { written: writtenOf('look', { pictures: [pictureFileOf('F1'), pictureFileOf('F2')] }) });
  const second = { ...first, atUs: at(5_000_000), written: writtenOf('look', { pictures: [pictureFileOf('F2')] }) };
  const approval: EntryEvent = {
    kind: 'mark',
    channel: first.channel,
    messageId: first.messageId,
    mark: { emoji: 'white_check_mark', member: 'U2' },
    isSet: true,
    atUs: at(1_000_000),
  };
  const events = [writtenEventOf(first), approval, writtenEventOf(second)];

  it.each([
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ])('is gone at once, though what is left waits for approval (%i %i %i)', (...order) => {
    const entry = order.reduce<Entry | null>((now, index) => applyEvent(now, feed, events[index]!, plainKeep), null)!;
    expect(entry.published?.written.pictures.map(({ id }) => id)).toEqual(['F2']);
    expect(entry.pictures.map(({ fileId }) => fileId)).toEqual(['F2']);
    expect(JSON.stringify(entry)).not.toContain('F1');
  });
});

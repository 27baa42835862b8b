import type { Entry } from '@watchpost/feeds/entry';
import type { EntryEvent } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import { applyEvent } from '@watchpost/feeds/merge/apply-event';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approvalSample,
  feedOf,
  pictureFileOf,
  plainKeep,
  samplePostedAtMs,
  writtenMessageOf,
  writtenOf,
} from '../../../support/feed-samples.ts';

const message = writtenMessageOf('');
const at = { channel: message.channel, messageId: message.messageId };
const us = (offset: number): number => samplePostedAtMs * 1_000 + offset * 1_000_000;

const feeds: Feed[] = [
  feedOf(),
  feedOf({ approval: approvalSample }),
  feedOf({ approval: { emoji: ['white_check_mark', 'eyes'], by: 'everyone', edits: 'publish' } }),
  feedOf({ approval: { emoji: ['white_check_mark', 'eyes'], by: ['U8', 'U9'], edits: 'hold' }, pictures: null }),
];

/** Few values, so that times and texts collide. */
const moment = fc.integer({ min: 0, max: 9 });
const mark = fc.record({ emoji: fc.constantFrom('white_check_mark', 'eyes'), member: fc.constantFrom('U7', 'U8', 'U9') });
const withheld = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  fc.constantFrom('off-record' as const, 'rule' as const, 'may-not-post' as const),
);
const marks = fc.option(
  fc.record({ list: fc.uniqueArray(mark, { selector: ({ emoji, member }) => emoji + member }), atUs: fc.option(moment) }),
);

const written = fc
  .record({ text: fc.constantFrom('A', 'B', 'C'), offset: fc.integer({ min: 0, max: 5 }), withheld, marks, picture: fc.boolean() })
  .map(({ text, offset, withheld: reason, marks: listed, picture }): EntryEvent => {
    const content = writtenOf(text, { pictures: picture ? [pictureFileOf('F1')] : [] });
    const version = { ...message, written: content, atUs: us(offset), isEdited: offset > 0 };
    const marksAtUs = listed?.atUs == null ? null : us(listed.atUs);
    return { kind: 'written', message: version, withheld: reason, marks: listed?.list ?? null, marksAtUs };
  });
const marked = fc
  .record({ mark, isSet: fc.boolean(), offset: moment })
  .map(({ offset, ...event }): EntryEvent => ({ ...at, ...event, kind: 'mark', atUs: us(offset) }));
const deleted = moment.map((offset): EntryEvent => ({ ...at, kind: 'deleted', atUs: us(offset) }));
const event = fc.oneof({ weight: 8, arbitrary: written }, { weight: 8, arbitrary: marked }, { weight: 1, arbitrary: deleted });

const after = (feed: Feed, events: readonly EntryEvent[]): Entry | null =>
  events.reduce<Entry | null>((entry, each) => applyEvent(entry, feed, each, plainKeep), null);

/** An entry without what only counts. */
const settled = (entry: Entry | null): object | null => entry && { ...entry, changes: 0, picturesWanted: 0 };

describe('the events of a message', { timeout: 30_000 }, () => {
  it('leave the same entry in any order, however often each comes', () => {
    const cases = fc.array(event, { minLength: 1, maxLength: 8 }).chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.array(fc.constantFrom(...events), { maxLength: 6 }).chain((again) => shuffled([...events, ...again])),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...feeds), cases, (feed, [events, others]) => {
        expect(settled(after(feed, others))).toEqual(settled(after(feed, events)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are applied once more without any effect', () => {
    fc.assert(
      fc.property(fc.constantFrom(...feeds), fc.array(event, { minLength: 1, maxLength: 8 }), (feed, events) => {
        const entry = after(feed, events);
        for (const each of events) expect(applyEvent(entry, feed, each, plainKeep)).toEqual(entry);
      }),
      { numRuns: 300 },
    );
  });

  it('publish nothing that was deleted, withheld, or not approved', () => {
    fc.assert(
      fc.property(fc.constantFrom(...feeds), fc.array(event, { minLength: 1, maxLength: 8 }), (feed, events) => {
        const entry = after(feed, events)!;
        const { published } = entry;
        const versions = events.flatMap((each) => (each.kind === 'written' ? [{ ...each.message, withheld: each.withheld }] : []));
        const withheldUs = Math.max(0, ...versions.filter((each) => each.withheld !== null).map(({ atUs }) => atUs));
        const isDeleted = events.some(({ kind }) => kind === 'deleted');
        const isApproved = entry.marks.some(({ isSet, emoji }) => isSet && feed.approval?.emoji.includes(emoji));
        const text = JSON.stringify(published?.written.blocks);
        const faults = {
          'kept though it was deleted': isDeleted && (published !== null || entry.versions.length > 0),
          'older than a version that is withheld': published !== null && published.atUs <= withheldUs,
          'said by nobody':
            published !== null && !versions.some((each) => each.atUs === published.atUs && JSON.stringify(each.written.blocks) === text),
          'not approved': published !== null && feed.approval !== null && !isApproved,
          'kept though it is withheld': entry.versions.some((each) => each.sealed !== null && each.withheld !== null),
        };
        expect(Object.entries(faults).filter(([, is]) => is)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

function shuffled<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length });
}

import type { Entry } from '@watchpost/feeds/entry';
import type { LogPosition } from '@watchpost/feeds/feed-store';
import type { EntryView } from '@watchpost/feeds/outputs/view';
import { viewOf } from '@watchpost/feeds/outputs/view';
import { namesOf } from '@watchpost/feeds/render/names';
import { createFeedMemory, type FeedMemory } from '@watchpost/feed/memory/feed-memory';
import type { Told } from '@watchpost/feed/memory/differences';
import { describe, expect, it } from 'vitest';
import { entryOf, feedOf, samplePostedAtMs, writtenMessageOf } from '../../support/feed-samples.ts';

const nowMs = samplePostedAtMs + 3_600_000;
const feed = feedOf();
const names = namesOf({
  member: () => null,
  channel: () => null,
  emoji: new Map(),
  pictureUrl: (name) => `/pictures/${name}`,
  timeZone: 'UTC',
  language: 'en',
});
const render: Parameters<typeof createFeedMemory>[0]['render'] = (entry, around) =>
  viewOf(entry, { ...around, feed, names, baseUrl: '', profile: () => null, nowMs });
const memoryOf = (over: Partial<Parameters<typeof createFeedMemory>[0]> = {}): FeedMemory =>
  createFeedMemory({
    slug: 'news',
    render,
    entriesLimit: 3,
    changesLimit: 5,
    floor: { batch: 100, index: 0 },
    ...over,
  });

const at = (batch: number, index = 0): LogPosition => ({ batch, index });
const tsOf = (second: number): string => `${String(samplePostedAtMs / 1_000 + second)}.000000`;
const entry = (second: number, over: Partial<Entry> = {}, text = `said ${String(second)}`): Entry =>
  entryOf(writtenMessageOf(text, { postedAtMs: samplePostedAtMs + second * 1_000, thread: over.thread ?? null }), feed, {
    changes: 1,
    ...over,
  });
const hidden = { published: null, changes: 2 };
const nobody = new Map<string, Entry | null>();
const change = (one: Entry | null, position: LogPosition, id = one?.id ?? '') => ({ id, entry: one, at: position });
const read = (told: readonly Told[] | null) => told?.map(({ id, json }) => [id, json === null ? null : textOf(json)]);
const textOf = (json: string): string => {
  const view: EntryView = JSON.parse(json);
  return view.text;
};
const shown = ({ slots }: FeedMemory) => slots.window().flatMap(({ view }) => view?.text ?? []);

describe('entries in memory', () => {
  it('stand in the order of their messages, whatever order they come in', () => {
    const memory = memoryOf();
    memory.apply([change(entry(2), at(101)), change(entry(1), at(102)), change(entry(3), at(103))], nobody);
    expect(shown(memory)).toEqual(['said 1', 'said 2', 'said 3']);
  });

  it('are the newest ones; older ones are left to the database', () => {
    const memory = memoryOf();
    for (const second of [1, 2, 3, 4]) memory.apply([change(entry(second), at(100 + second))], nobody);
    expect(shown(memory)).toEqual(['said 2', 'said 3', 'said 4']);
    expect(memory.slots.hasOlder()).toBe(true);
  });

  it('are told once, and not again when nothing has changed', () => {
    const memory = memoryOf();
    expect(read(memory.apply([change(entry(1), at(101))], nobody))).toEqual([[entry(1).id, 'said 1']]);
    expect(memory.apply([change(entry(1), at(102))], nobody)).toEqual([]);
    expect(memory.position()).toEqual(at(101));
  });

  it('tell that an older one was removed of which nothing is in memory', () => {
    const memory = memoryOf();
    memory.begin([entry(5)], nobody, true);
    expect(read(memory.apply([change(entry(1, hidden), at(101))], nobody))).toEqual([[entry(1).id, null]]);
  });

  it('never name one that readers have never seen', () => {
    const memory = memoryOf();
    memory.begin([entry(5)], nobody, true);
    memory.doubtUntil(at(200));
    expect(memory.apply([change(entry(1, { published: null, changes: 0 }), at(101))], nobody)).toEqual([]);
    expect(memory.apply([change(entry(6, { published: null, changes: 0 }), at(102))], nobody)).toEqual([]);
    expect(memory.since(at(100))).toEqual([]);
  });

  it('are told again where they may have been read before the log said so', () => {
    const memory = memoryOf();
    memory.begin([entry(1)], nobody, false);
    memory.doubtUntil(at(110));
    expect(read(memory.apply([change(entry(1), at(105))], nobody))).toEqual([[entry(1).id, 'said 1']]);
    expect(memory.apply([change(entry(1), at(111))], nobody)).toEqual([]);
  });

  it('leave when they expire, and their replies with them', () => {
    const memory = memoryOf();
    const reply = entry(9, { thread: tsOf(1) });
    memory.apply([change(entry(1), at(101)), change(reply, at(102))], nobody);
    expect(read(memory.expire(1_000, samplePostedAtMs + 2_000, at(102)))).toEqual([
      [entry(1).id, null],
      [reply.id, null],
    ]);
    expect(memory.slots.get(entry(1).id)).toBeUndefined();
    expect(shown(memory)).toEqual([]);
    expect(memory.view(reply, nobody)).toBeNull();
  });
});

describe('replies', () => {
  const reply = entry(9, { thread: tsOf(1) });

  it('leave with what they reply to, and come back with it', () => {
    const memory = memoryOf();
    memory.apply([change(entry(1), at(101)), change(reply, at(102))], nobody);
    expect(read(memory.apply([change(entry(1, hidden), at(103))], nobody))).toEqual([
      [reply.id, null],
      [entry(1).id, null],
    ]);
    expect(read(memory.apply([change(entry(1, { changes: 3 }), at(104))], nobody))).toEqual([
      [reply.id, 'said 9'],
      [entry(1).id, 'said 1'],
    ]);
    expect(memory.slots.get(entry(1).id)?.view?.reply_count).toBe(1);
  });

  it('are not shown while nobody knows what they reply to', () => {
    const memory = memoryOf();
    expect(memory.missingParents([reply])).toEqual([entry(1).id]);
    expect(memory.view(reply, nobody)).toBeNull();
    expect(memory.view(reply, new Map([[entry(1).id, null]]))?.text).toBe('said 9');
    expect(memory.view(reply, new Map([[entry(1).id, entry(1, hidden)]]))).toBeNull();
  });

  it('stay when what they reply to is left to the database, and leave with it', () => {
    const memory = memoryOf();
    const own = entry(2, { thread: tsOf(1) });
    memory.begin([entry(1), own, entry(3)], nobody, true);
    memory.apply([change(entry(4), at(101))], nobody);
    expect(memory.slots.get(entry(1).id)).toBeUndefined();
    expect(memory.renderAll(at(102), true)).toEqual([]);
    memory.apply([change(entry(1, { changes: 2 }, 'edited'), at(103))], nobody);
    for (const older of [0, -1, -2, -3, -4]) memory.apply([change(entry(older, { changes: 2 }), at(104 - older))], nobody);
    expect(memory.slots.get(entry(1).id)).toBeUndefined();
    expect(memory.renderAll(at(110), true)).toEqual([]);
    expect(shown(memory)).toEqual(['said 2', 'said 3', 'said 4']);
    memory.apply([change(entry(1, hidden), at(111))], nobody);
    expect(shown(memory)).toEqual(['said 3', 'said 4']);
  });

  it('are hidden when what they reply to is hidden, though it is not in memory', () => {
    const memory = memoryOf();
    memory.begin([entry(5)], nobody, true);
    memory.apply([change(reply, at(101))], new Map([[entry(1).id, entry(1)]]));
    expect(shown(memory)).toEqual(['said 5', 'said 9']);
    memory.apply([change(entry(1, hidden), at(102))], nobody);
    expect(shown(memory)).toEqual(['said 5']);
    expect(read(memory.since(at(100)))).toEqual([
      [reply.id, null],
      [entry(1).id, null],
    ]);
  });

  it('are counted by what they reply to', () => {
    const memory = memoryOf();
    memory.apply([change(entry(1), at(101))], nobody);
    const told = memory.apply([change(reply, at(102))], nobody);
    expect(told.map(({ id, isDerived }) => [id, isDerived])).toEqual([
      [entry(1).id, true],
      [reply.id, false],
    ]);
    expect(memory.slots.get(entry(1).id)?.view?.reply_count).toBe(1);
  });
});

describe('what a reader missed', () => {
  it('is each changed entry once, as it is now', () => {
    const memory = memoryOf();
    memory.apply([change(entry(1), at(101))], nobody);
    memory.apply([change(entry(2), at(102))], nobody);
    memory.apply([change(entry(1, { changes: 2 }, 'edited'), at(103))], nobody);
    memory.apply([change(entry(2, hidden), at(104))], nobody);
    expect(read(memory.since(at(100)))).toEqual([
      [entry(1).id, 'edited'],
      [entry(2).id, null],
    ]);
    expect(read(memory.since(at(103)))).toEqual([[entry(2).id, null]]);
    expect(memory.since(at(104))).toEqual([]);
  });

  it('is unknown when it is too long ago', () => {
    const memory = memoryOf();
    for (const second of [1, 2, 3, 4, 5, 6]) memory.apply([change(entry(second), at(100 + second))], nobody);
    expect(memory.since(at(99))).toBeNull();
    expect(memory.since(at(100))).toBeNull();
    expect(memory.since(at(101))).toHaveLength(5);
    expect(memory.slots.get(entry(1).id)).toBeUndefined();
  });
});

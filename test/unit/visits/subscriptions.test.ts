import { describeSubscription, parseSubscription, type Subscription } from '@watchpost/visits/subscription';
import { createSubscriptions, type Happening } from '@watchpost/visits/subscriptions';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { startMs, viewOf, visitOf, visitor } from '../../support/visit-samples.ts';

const never = new AbortController().signal;
const bob = { platform: 'slack', member: 'UBOB' };
const eve = { platform: 'slack', member: 'UEVE' };
const night = { fromMinute: 22 * 60, toMinute: 6 * 60 };
const wish = (over: Partial<Subscription> = {}) => ({
  who: { kind: 'person', personId: 'ada' } as const,
  camera: null,
  hours: null,
  ...over,
});

describe('a subscription as it is typed', () => {
  it.each([
    ['when Ada comes to Front door between 22:00 and 6:00', { who: 'Ada', camera: 'Front door', hours: night }],
    ['tell me when Ada comes', { who: 'Ada', camera: null, hours: null }],
    ['When Ada Lovelace comes to the yard.', { who: 'Ada Lovelace', camera: 'the yard', hours: null }],
    ['when "Ada comes" comes to “Front door”', { who: 'Ada comes', camera: 'Front door', hours: null }],
    ['when anyone comes to Yard', { who: 'anybody', camera: 'Yard', hours: null }],
    ['when a stranger comes between 10pm and 6 am', { who: 'unknown', camera: null, hours: night }],
    ['when Ada is at Yard from 22.00 to 6.00', { who: 'Ada', camera: 'Yard', hours: night }],
    ['when Ada comes to any camera', { who: 'Ada', camera: null, hours: null }],
    ['  when   Ada   is seen  between 0:00 and 24:00', null],
    ['when Louis comes from 12am to 12pm', { who: 'Louis', camera: null, hours: { fromMinute: 0, toMinute: 720 } }],
    ['when Unknown 7 comes', { who: 'Unknown 7', camera: null, hours: null }],
  ])('%s', (text, expected) => expect(parseSubscription(text)).toEqual(expected));

  it.each([
    '',
    'Ada',
    'when Ada goes',
    'when comes',
    'when Ada comes between 25:00 and 6:00',
    'when Ada comes between 22:61 and 6:00',
    'when Ada comes between 13pm and 6',
  ])('is something else: %s', (text) => expect(parseSubscription(text)).toBeNull());

  it('is read fast, whatever was typed', () => {
    const startedAt = performance.now();
    for (const part of [' comes', 'a ', ' to', ' between 1 and', 'when '])
      expect(parseSubscription(`when ${part.repeat(400)}`.slice(0, 2_000))).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('is shown as it was meant', () => {
    expect(describeSubscription({ ...wish(), camera: 'Front door', hours: night }, 'Ada')).toBe(
      'when Ada comes to Front door, 22:00–06:00',
    );
    expect(describeSubscription({ ...wish(), who: { kind: 'unknown' } }, '')).toBe('when an unknown comes');
    expect(describeSubscription({ ...wish(), who: { kind: 'anybody' } }, '')).toBe('when anybody comes');
  });
});

describe('the subscriptions of a member', () => {
  it('are listed, and taken back by their numbers, which are never used again', async () => {
    const subscriptions = createSubscriptions(createMemoryDocuments());
    const one = await subscriptions.add(bob, wish(), never);
    const two = await subscriptions.add(bob, wish({ camera: 'Yard' }), never);
    expect([one.number, two.number]).toEqual([1, 2]);
    expect(await subscriptions.stop(bob, 2, never)).toEqual(two);
    expect(await subscriptions.stop(bob, 2, never)).toBeNull();
    expect((await subscriptions.add(bob, wish({ hours: night }), never)).number).toBe(3);
    expect((await subscriptions.list(bob, never)).map(({ number }) => number)).toEqual([1, 3]);
    expect(await subscriptions.list(eve, never)).toEqual([]);
    expect(await subscriptions.list({ platform: 'other', member: 'UBOB' }, never)).toEqual([]);
  });

  it('are not added twice, nor lost when several are added at once', async () => {
    const subscriptions = createSubscriptions(createMemoryDocuments());
    await Promise.all(['A', 'B', 'C', 'a'].map((camera) => subscriptions.add(bob, wish({ camera }), new AbortController().signal)));
    const listed = await subscriptions.list(bob, never);
    expect(listed.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect((await subscriptions.add(bob, wish({ camera: 'FRONT' }), never)).number).toBe(4);
    expect((await subscriptions.add(bob, wish({ camera: 'front' }), never)).number).toBe(4);
  });

  it('are fifty at most', async () => {
    const subscriptions = createSubscriptions(createMemoryDocuments());
    for (let each = 0; each < 50; each += 1) await subscriptions.add(bob, wish({ camera: `${each}` }), never);
    await expect(subscriptions.add(bob, wish(), never)).rejects.toMatchObject({ code: 'change-refused' });
  });
});

const ada = visitor(1, {
  faces: [
    { snapshotId: 'a', position: 0 },
    { snapshotId: 'b', position: 0 },
  ],
});
const stranger = visitor(2, { standing: 'unknown', person: { id: 'u7', name: 'Unknown 7' } });
const postman = visitor(3, { standing: 'ignored', person: { id: 'postman', name: 'Postman' } });
const unsure = visitor(4, { standing: 'uncertain', person: null, could: { id: 'ada', name: 'Ada' } });

/** Ada and a stranger at Front door, at 22:13 in UTC. */
const happening = (over: Partial<Happening> = {}): Happening => ({
  visit: visitOf(['a', 'b']),
  view: viewOf([ada, stranger, postman, unsure], { toMs: startMs + 10_000 }),
  timeZone: 'UTC',
  nowMs: startMs + 60_000,
  currentId: async (id) => id,
  ...over,
});

async function told(wishes: readonly Omit<Subscription, 'number'>[], over: Partial<Happening> = {}) {
  const subscriptions = createSubscriptions(createMemoryDocuments());
  for (const each of wishes) await subscriptions.add(bob, each, never);
  return subscriptions.matching(happening(over), never);
}
const summaries = async (...args: Parameters<typeof told>) => (await told(...args)).map(({ post }) => post.summary);

describe('who is told of a visit', () => {
  it('is whoever asked for that person, at that camera and time', async () => {
    expect(await summaries([wish()])).toEqual(['Ada came to Front door']);
    expect(await summaries([wish({ camera: 'FRONT  door' })])).toEqual(['Ada came to Front door']);
    expect(await summaries([wish({ camera: 'Yard' })])).toEqual([]);
    expect(await summaries([wish({ hours: night })])).toEqual(['Ada came to Front door']);
    expect(await summaries([wish({ hours: night })], { timeZone: 'Asia/Tokyo' })).toEqual([]);
    expect(await summaries([wish({ who: { kind: 'person', personId: 'grace' } })])).toEqual([]);
    expect(await summaries([wish()], { visit: visitOf(['a', 'b'], { camera: null }) })).toEqual(['Ada was seen']);
  });

  it('hears of unknowns, or of anybody, but never of somebody ignored or uncertain', async () => {
    expect(await summaries([wish({ who: { kind: 'unknown' } })])).toEqual(['Unknown 7 came to Front door']);
    expect(await summaries([wish({ who: { kind: 'anybody' } })])).toEqual(['Ada came to Front door', 'Unknown 7 came to Front door']);
    expect(await summaries([wish({ who: { kind: 'person', personId: 'postman' } })])).toEqual([]);
    expect(await summaries([wish()], { view: viewOf([unsure]) })).toEqual([]);
  });

  it('hears of a person whom another one has become, and of nobody who is gone', async () => {
    const merged = wish({ who: { kind: 'person', personId: 'u3' } });
    expect(await summaries([merged], { currentId: async () => 'ada' })).toEqual(['Ada came to Front door']);
    expect(await summaries([merged], { currentId: async () => null })).toEqual([]);
  });

  it('hears of each person of a visit once, however often it is looked at and whatever was asked for', async () => {
    const wishes = [wish(), wish({ camera: 'Front door' }), wish({ who: { kind: 'anybody' } })];
    const [first, again] = [await told(wishes), await told(wishes)];
    expect(first.map(({ post }) => post.summary)).toEqual(['Ada came to Front door', 'Unknown 7 came to Front door']);
    expect(again.map(({ noticeId }) => noticeId)).toEqual(first.map(({ noticeId }) => noticeId));
    expect(new Set(first.map(({ noticeId }) => noticeId)).size).toBe(2);
    for (const { noticeId } of first) expect(noticeId).toMatch(/^[\w.-]{1,120}$/);
    expect((await told(wishes, { visit: visitOf(['a', 'b'], { id: 'another' }) }))[0]?.noticeId).not.toBe(first[0]?.noticeId);
  });

  it('is each member for itself', async () => {
    const subscriptions = createSubscriptions(createMemoryDocuments());
    for (const member of [bob, eve]) await subscriptions.add(member, wish(), never);
    const tellings = await subscriptions.matching(happening(), never);
    expect(tellings.map(({ member }) => member)).toEqual(['UBOB', 'UEVE']);
    expect(new Set(tellings.map(({ noticeId }) => noticeId)).size).toBe(2);
  });

  it('hears no old news: a visit that was found, or named, long after', async () => {
    expect(await summaries([wish()], { nowMs: startMs + 10_000 + 30 * 60_000 })).toHaveLength(1);
    expect(await summaries([wish()], { nowMs: startMs + 10_001 + 30 * 60_000 })).toEqual([]);
  });
});

import { defaultCameraSettings } from '@watchpost/cameras/camera-settings';
import { verdictOf, type Judged } from '@watchpost/visits/verdict';
import { describe, expect, it } from 'vitest';
import { startMs, viewOf, visitOf, visitor } from '../../support/visit-samples.ts';

const ada = visitor(1);
const eve = visitor(2, { person: { id: 'eve', name: 'Eve' } });
const stranger = visitor(3, { standing: 'unknown', person: { id: 'u7', name: 'Unknown 7' } });
const unsure = visitor(4, { standing: 'uncertain', person: null, could: { id: 'ada', name: 'Ada' } });
const mirrored = visitor(5, { standing: 'uncertain', person: null });
const postman = visitor(6, { standing: 'ignored', person: { id: 'postman', name: 'Postman' } });

const { policy, quietHours, cooldownMs } = defaultCameraSettings;
const now = startMs + 3_600_000;

function judged(over: Partial<Omit<Judged, 'settings'>> & { settings?: Partial<Judged['settings']> } = {}) {
  const settings = { policy, quietHours, cooldownMs, ...over.settings };
  return verdictOf({ visit: visitOf(), view: viewOf([ada], { toMs: now }), timeZone: 'UTC', posted: [], ...over, settings });
}

/** A visit that was posted and ended so long before. */
const before = (ms: number, persons = ['ada'], asked: string[] = []) => {
  const { snapshots, ...rest } = visitOf(['x'], { id: 'earlier', verdict: 'post', persons, asked });
  return { ...rest, snapshots: snapshots.map((each) => ({ ...each, takenAtMs: now - ms })) };
};

describe('what becomes of a visit', () => {
  it.each([
    ['a known person', [ada], 'post'],
    ['an unknown', [stranger], 'post'],
    ['somebody uncertain', [unsure], 'post'],
    ['somebody ignored', [postman], 'never'],
    ['somebody ignored with another', [postman, stranger], 'post'],
    ['nobody', [], 'open'],
  ])('%s, as the defaults have it', (_, visitors, expected) => {
    expect(judged({ view: viewOf(visitors, { toMs: now }) })).toBe(expected);
  });

  it('is the strongest policy of those who are there; an uncertain one counts as unknown', () => {
    const settings = { policy: { named: 'never', unknown: 'digest', ignored: 'now' } } as const;
    expect(judged({ settings })).toBe('never');
    expect(judged({ settings, view: viewOf([ada, stranger]) })).toBe('digest');
    expect(judged({ settings, view: viewOf([ada, unsure]) })).toBe('digest');
    expect(judged({ settings, view: viewOf([ada, stranger, postman]) })).toBe('post');
  });

  it('is that of unknowns where nobody can be told apart', () => {
    expect(judged({ view: viewOf([], { tooFar: 1 }) })).toBe('post');
    expect(judged({ view: viewOf([], { tooUnclear: 1 }), settings: { policy: { ...policy, unknown: 'never' } } })).toBe('never');
    expect(judged({ view: viewOf([ada], { tooFar: 1 }), settings: { policy: { ...policy, named: 'never' } } })).toBe('never');
  });

  it('waits for the digest in quiet hours, by the camera’s clock', () => {
    const quiet = { quietHours: { fromMinute: 22 * 60, toMinute: 6 * 60 } };
    // 23:13 in UTC, 8:13 in Tokyo.
    expect(judged({ settings: quiet })).toBe('digest');
    expect(judged({ settings: quiet, timeZone: 'Asia/Tokyo' })).toBe('post');
    expect(judged({ settings: { ...quiet, policy: { ...policy, named: 'never' } } })).toBe('never');
  });

  it('is a post for good once it is one', () => {
    const never = { policy: { named: 'never', unknown: 'never', ignored: 'never' } } as const;
    expect(judged({ visit: visitOf(['a'], { verdict: 'post' }), settings: never })).toBe('post');
    expect(judged({ visit: visitOf(['a'], { post: { channel: 'slack:C2', progress: null } }), view: viewOf([]) })).toBe('post');
  });
});

describe('the cooldown', () => {
  it('leaves out whom a visit reported a moment ago, until it is over', () => {
    expect(judged({ posted: [before(299_999)] })).toBe('cooldown');
    expect(judged({ posted: [before(300_000)] })).toBe('post');
    expect(judged({ posted: [before(60_000)], settings: { cooldownMs: 0 } })).toBe('post');
  });

  it('reports somebody who stays again when it is over', () => {
    const stays = (toMs: number) => judged({ view: viewOf([ada], { fromMs: now - 200_000, toMs }), posted: [before(240_000)] });
    expect([stays(now), stays(now + 60_000)]).toEqual(['cooldown', 'post']);
  });

  it('holds for all who are there: somebody new ends it', () => {
    expect(judged({ view: viewOf([ada, eve], { toMs: now }), posted: [before(1_000)] })).toBe('post');
    expect(judged({ view: viewOf([ada, eve], { toMs: now }), posted: [before(1_000), before(2_000, ['eve'])] })).toBe('cooldown');
    expect(judged({ view: viewOf([ada, postman], { toMs: now }), posted: [before(1_000)] })).toBe('cooldown');
  });

  it('holds for a face that may be somebody who was reported, or cannot be anybody’s', () => {
    expect(judged({ view: viewOf([unsure], { toMs: now }), posted: [before(1_000)] })).toBe('cooldown');
    expect(judged({ view: viewOf([unsure], { toMs: now }), posted: [before(1_000, ['eve'])] })).toBe('post');
    expect(judged({ view: viewOf([mirrored], { toMs: now }), posted: [before(1_000, ['eve'])] })).toBe('cooldown');
    expect(judged({ view: viewOf([], { tooFar: 2, toMs: now }), posted: [before(1_000)] })).toBe('cooldown');
  });

  it('does not hold for a name that was only asked about', () => {
    expect(judged({ posted: [before(1_000, [], ['ada'])] })).toBe('post');
    expect(judged({ view: viewOf([unsure], { toMs: now }), posted: [before(1_000, [], ['ada'])] })).toBe('cooldown');
  });

  it('is not brought on by the visit itself', () => {
    expect(judged({ visit: visitOf(['a'], { id: 'earlier' }), posted: [before(1_000)] })).toBe('post');
  });
});

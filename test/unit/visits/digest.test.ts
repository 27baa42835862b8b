import type { Post } from '@watchpost/shared/chat/post';
import { digestOf, skippedLine, type DigestFacts } from '@watchpost/visits/digest';
import type { Visitor } from '@watchpost/visits/visit-view';
import { describe, expect, it } from 'vitest';
import { startMs, viewOf, visitOf, visitor } from '../../support/visit-samples.ts';

const hourMs = 3_600_000;
const ada = visitor(1);
const stranger = visitor(2, { standing: 'unknown', person: { id: 'u7', name: 'Unknown 7' }, sizePx: 60 });
const unsure = visitor(3, { standing: 'uncertain', person: null, could: { id: 'ada', name: 'Ada' } });

/** A visit of this many hours after the start, half a minute long. */
function visitAt(hours: number, visitors: readonly Visitor[], over: Partial<DigestFacts['visits'][number]['visit']> = {}) {
  const fromMs = startMs + hours * hourMs;
  const { snapshots, ...rest } = visitOf(['a'], { verdict: 'digest' });
  const visit = { ...rest, snapshots: snapshots.map((each) => ({ ...each, takenAtMs: fromMs + 30_000 })), ...over };
  return { visit, view: viewOf(visitors, { fromMs, toMs: fromMs + 30_000 }) };
}

const digest = (visits: DigestFacts['visits'], skipped: DigestFacts['skipped'] = []) =>
  digestOf({ fromMs: startMs, timeZone: 'UTC', visits, skipped });
const lines = (post: Post | undefined): string[] =>
  (post?.sections ?? []).flatMap(({ text }) =>
    text
      .map((run) => run.text)
      .join('')
      .split('\n'),
  );
const footer = (post: Post | undefined): string => (post?.footer ?? []).map(({ text }) => text).join('');

describe('the digest of a day', () => {
  it('says who was where, from when to when, and how often', () => {
    const made = digest([
      visitAt(1, [ada, stranger]),
      visitAt(2, [stranger], { camera: 'Yard' }),
      visitAt(3, [unsure]),
      visitAt(4, [ada, unsure, { ...unsure, number: 9 }]),
      visitAt(5, [stranger]),
    ]);
    expect(lines(made?.post)).toEqual([
      'Daily digest · since 14 Nov 2023 22:13 · 5 visits',
      '1: Ada · Front door · 23:13–02:13 · 2 visits',
      '2: Unknown 7 · Front door, Yard · 23:13–03:13 · 3 visits',
      '3: 3 not sure who · Front door · 01:13–02:13 · 2 visits',
    ]);
    expect(made?.post.summary).toBe('Daily digest: Ada, Unknown 7, 3 not sure who');
    expect(footer(made?.post)).toBe('');
  });

  it('shows each of them on a sheet, in the largest picture, under the number of the text', () => {
    const large = { ...stranger, sizePx: 200, best: { snapshotId: 'large', position: 4 } };
    const made = digest([visitAt(1, [ada, stranger]), visitAt(2, [large]), visitAt(3, [unsure])]);
    expect(made?.sheet).toEqual([
      { snapshotId: 'a', position: 0, label: '1: Ada' },
      { snapshotId: 'large', position: 4, label: '2: Unknown 7' },
      { snapshotId: 'a', position: 2, label: '3' },
    ]);
    expect(made?.post.picture).toEqual({ title: 'Daily digest', altText: 'The faces of 3 visitors: 1: Ada, 2: Unknown 7, 3.' });
  });

  it('tells of what was left to it, and only counts the rest', () => {
    const made = digest(
      [
        visitAt(1, [ada]),
        visitAt(2, [stranger], { verdict: 'post' }),
        visitAt(3, [ada], { verdict: 'cooldown' }),
        visitAt(4, [ada], { verdict: 'never' }),
        visitAt(5, [ada], { verdict: 'open' }),
      ],
      [
        { camera: 'Street', count: 4 },
        { camera: 'Yard', count: 30 },
        { camera: null, count: 1 },
      ],
    );
    expect(lines(made?.post)).toHaveLength(2);
    expect(footer(made?.post)).toBe(
      '1 visit posted at once · 1 soon after another one, not posted · 1 of people who are not reported · 35 snapshots skipped (Yard 30, Street 4, without a camera’s name 1)',
    );
  });

  it('is not made where there is nothing to tell', () => {
    expect(digest([])).toBeNull();
    expect(digest([visitAt(1, [ada], { verdict: 'post' })])).toBeNull();
    expect(footer(digest([], [{ camera: 'Yard', count: 1 }])?.post)).toBe('1 snapshot skipped (Yard 1)');
  });

  it('stays readable on a busy day', () => {
    const crowd = Array.from({ length: 200 }, (_, index) =>
      visitor(1, { person: { id: `p${index}`, name: `${'Ada '.repeat(19)}${index}` } }),
    );
    const made = digest(crowd.map((each, index) => visitAt(index / 10, [each])));
    expect(lines(made?.post)).toHaveLength(42);
    expect(lines(made?.post).at(-1)).toBe('and 160 more');
    expect(made?.sheet).toHaveLength(40);
    for (const { text } of made?.post.sections ?? []) expect(text.map((run) => run.text).join('').length).toBeLessThanOrEqual(2_100);
  });
});

describe('the line about skipped snapshots', () => {
  const skipped = (cameras: DigestFacts['skipped']) =>
    skippedLine({ fromMs: startMs, toMs: startMs + hourMs, timeZone: 'UTC', cameras, freshnessMs: 600_000 });

  it('says how many of which camera, and why', () => {
    const post = skipped([
      { camera: 'Street', count: 4 },
      { camera: 'Yard', count: 30 },
    ]);
    expect(lines(post ?? undefined)).toEqual(['34 snapshots skipped · 22:13–23:13 · Yard 30, Street 4']);
    expect(footer(post ?? undefined)).toBe(
      'More came than could be looked at, so those older than 10 minutes were skipped. The newest were looked at.',
    );
  });

  it('counts the cameras beyond ten together, and is none where none were skipped', () => {
    const many = Array.from({ length: 13 }, (_, index) => ({ camera: `C${index}`, count: 20 - index }));
    expect(lines(skipped(many) ?? undefined)[0]).toMatch(/C9 11, 3 other cameras 27$/);
    expect(skipped([])).toBeNull();
  });
});

import type { SnapshotOutcome } from '@watchpost/gallery/records/snapshot-outcome';
import { adviceFor } from '@watchpost/gallery/records/camera-advice';
import { describe, expect, it } from 'vitest';

type Counts = Partial<Record<SnapshotOutcome, number>>;
const outcomes: SnapshotOutcome[] = [
  'faces',
  'none',
  'too-small',
  'blurred',
  'too-dark',
  'masked',
  'not-an-image',
  'same-as-before',
  'skipped',
  'failed',
];
const of = (counts: Counts) =>
  adviceFor(outcomes.flatMap((outcome) => (counts[outcome] === undefined ? [] : [{ outcome, snapshots: counts[outcome] }])));

describe('advice for a camera', () => {
  it.each<[string, Counts, RegExp]>([
    ['small faces', { faces: 10, 'too-small': 30, none: 100 }, /too small: move the camera closer/],
    ['blurred faces', { faces: 3, blurred: 20, none: 10 }, /blurred/],
    ['dark pictures', { 'too-dark': 60, none: 40, faces: 5 }, /too dark/],
    ['files that are none', { 'not-an-image': 10, faces: 50 }, /JPEG or PNG/],
    ['failures', { failed: 10, faces: 50 }, /watchpost jobs/],
    ['skipped snapshots', { skipped: 10, faces: 100 }, /more workers/],
    ['masked faces', { masked: 30, faces: 5 }, /masks/],
    ['equal pictures', { 'same-as-before': 990, none: 10 }, /on motion only/],
    ['empty pictures', { none: 99, faces: 1 }, /where the camera looks/],
    ['more than one trouble: what hides the rest comes first', { 'not-an-image': 50, 'too-small': 50 }, /JPEG or PNG/],
  ])('fits %s', (_, counts, text) => expect(of(counts)).toMatch(text));

  it.each<[string, Counts]>([
    ['all is well', { faces: 50, none: 50, 'too-small': 20, 'same-as-before': 300 }],
    ['too little is known', { 'too-small': 19 }],
    ['nothing came', {}],
    ['a few fail', { failed: 5, faces: 95 }],
  ])('is none where %s', (_, counts) => expect(of(counts)).toBeNull());

  it('adds what several channels counted of one camera', () => {
    expect(
      adviceFor([
        { outcome: 'too-small', snapshots: 11 },
        { outcome: 'too-small', snapshots: 9 },
      ]),
    ).toMatch(/too small/);
  });

  it('is one line', () => {
    for (const outcome of outcomes.slice(1)) expect(of({ [outcome]: 100 })).toMatch(/^[^\n]{20,160}\.$/);
  });
});

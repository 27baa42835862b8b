import { tryAgain } from '@watchpost/console/api/thresholds/try-again';
import type { JudgedFace, JudgedSnapshot } from '@watchpost/gallery/records/sighting-history';
import { describe, expect, it } from 'vitest';

const compared = (personId: string, falseMatchRate: number) => ({
  personId,
  faceId: 'f',
  similarity: 0.85,
  falseMatchRate,
  likelihoodRatio: 1e4,
});
/** One stranger in `oneIn` is so similar to anybody, with the least comparisons, 30. */
const face = (oneIn: number, over: Partial<JudgedFace> = {}): JudgedFace => ({
  box: { x: 0, y: 0, width: 9, height: 9 },
  decision: 'match',
  personId: 'ada',
  similarity: 0.85,
  faceId: 'f',
  quality: 0.8,
  sizePx: 80,
  saidBy: null,
  evidence: {
    best: compared('ada', 1 / oneIn / 30),
    second: null,
    negative: null,
    compared: { persons: 5, faces: 5, comparisons: 5 },
    match: 0.82,
    uncertain: 0.76,
    margin: 0.03,
    rules: 2,
  },
  ...over,
});
const snapshot = (faces: JudgedFace[], camera: string | null = null): JudgedSnapshot => ({
  snapshotId: `s-${String(faces.length)}`,
  channel: 'slack:C1',
  camera,
  takenAtMs: 1,
  faces,
});
const people = new Map([
  ['ada', { id: 'ada', name: 'Ada', status: 'named' as const }],
  ['bob', { id: 'bob', name: 'Bob', status: 'named' as const }],
]);
const deps = { person: (id: string) => people.get(id) ?? null, oneInNow: () => 1_000 };

describe('deciding once more with another risk', () => {
  it('lists what would change: a name lost, a name gained', async () => {
    const lost = await tryAgain([snapshot([face(5_000), face(500), face(50_000)])], 10_000, deps);
    expect(lost.changed).toMatchObject([{ position: 0, before: 'person', after: 'uncertain', best: { name: 'Ada' } }]);
    expect(lost.changed[0]?.strangersOneIn).toBeCloseTo(5_000);
    expect([lost.before.named, lost.after.named]).toEqual([2, 1]);
    const gained = await tryAgain([snapshot([face(5_000), face(500)])], 100, deps);
    expect(gained.changed).toMatchObject([{ position: 1, before: 'uncertain', after: 'person' }]);
  });
  it('compares with what holds at the camera of each snapshot', async () => {
    const oneInNow = ({ camera }: { camera: string | null }): number => (camera === 'Gate' ? 10_000 : 1_000);
    const tried = await tryAgain([snapshot([face(5_000)], 'Gate'), snapshot([face(5_000)])], 10_000, { ...deps, oneInNow });
    expect(tried.changed.map(({ camera }) => camera)).toEqual([null]);
  });
  it('counts names that readers know to be right or wrong', async () => {
    const right = face(5_000, { saidBy: 'cli:x', personId: 'ada' });
    const wrong = face(5_000, { saidBy: 'cli:x', personId: 'bob' });
    const nobody = face(50_000, { saidBy: 'cli:x', personId: null });
    const { said, before, after } = await tryAgain([snapshot([right, wrong, nobody])], 10_000, deps);
    expect(said).toEqual({ right: 1, wrong: 2 });
    expect([before.right, before.wrong, after.right, after.wrong]).toEqual([1, 2, 0, 1]);
  });
  it('says nothing of people who are forgotten, and of what has no rates', async () => {
    const gone = face(5_000, { evidence: { ...face(5_000).evidence!, best: compared('gone', 1e-9) } });
    const tried = await tryAgain([snapshot([gone, face(5_000, { evidence: null })])], 10_000, deps);
    expect(tried).toMatchObject({ untried: 2, changed: [], before: { faces: 0 } });
  });
});

import type { StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import { syntheticDecision } from '@watchpost/bench/gallery/synthetic-calibration';
import { assessByCalibration } from '@watchpost/gallery/housekeeping/assessor';
import { createCompareFaces } from '@watchpost/gallery/housekeeping/compare';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { beforeEach, describe, expect, it } from 'vitest';
import { strangerVector } from '../../support/gallery-backends.ts';

const never = new AbortController().signal;
const nobody = async (): Promise<void> => undefined;
const amply = 60_000;
const assessor = assessByCalibration(syntheticDecision, () => ({ persons: 10, faces: 10 }));

const person = (id: string, name: string, number: number): StoredPerson => {
  const blank = { aliases: [], formerNumbers: [], ignored: false, mergedInto: null, mergedAtMs: null, mayBe: null, deleted: false };
  return { id, name, number, ...blank, createdAtMs: 0, version: number };
};
const face = (id: string, personId: string, version: number, over: Partial<StoredFace> = {}): StoredFace => {
  const origin = { snapshotId: null, position: null, shows: null, createdAtMs: 0, deleted: false };
  const seen = { modelId: 'm', role: 'reference' as const, embedding: strangerVector(version), quality: 0.8, sizePx: 90 };
  return { id, personId, ...seen, ...origin, version, ...over };
};

describe('comparing the faces of unknowns, and of whom they may be', () => {
  let mirror: ReturnType<typeof createMirror>;

  beforeEach(() => {
    mirror = createMirror(createExactIndex);
    const unknowns = [1, 2, 3].map((number) => person(`u${number}`, `Unknown ${number}`, number));
    const persons = [...unknowns, person('ada', 'Ada', 4)];
    const faces = persons.map(({ id, version }) => face(`f-${id}`, id, version));
    mirror.apply({ persons, faces: [...faces, face('negative', 'u1', 5, { role: 'negative' })], pairs: [] });
    mirror.head = { ...mirror.head, version: 5 };
  });

  it('compares what is newer than the last time, once', async () => {
    const compare = createCompareFaces({ mirror, assessor });
    expect(await compare(0, amply, nobody, never)).toMatchObject({ faces: 4, upTo: 5, unfinished: false });
    expect(await compare(5, amply, nobody, never)).toMatchObject({ faces: 0, upTo: 5, unfinished: false, cpuMs: expect.any(Number) });
    expect(await compare(2, amply, nobody, never)).toMatchObject({ faces: 2, upTo: 5 });
  });

  it('compares all of a history that has less versions than the one before', async () => {
    expect(await createCompareFaces({ mirror, assessor })(70, amply, nobody, never)).toMatchObject({ faces: 4, upTo: 5 });
  });

  it('stops when the budget is spent, and goes on there', async () => {
    const compare = createCompareFaces({ mirror, assessor });
    const rounds: (readonly [number, number, boolean])[] = [];
    for (let upTo = 0; rounds.length < 4 && rounds.at(-1)?.[2] !== false;) {
      const done = await compare(upTo, 0, nobody, never);
      ({ upTo } = done);
      rounds.push([done.faces, upTo, done.unfinished]);
    }
    // The last version is still being compared when the budget ends.
    expect(rounds).toEqual([
      [1, 0, true],
      [1, 1, true],
      [1, 2, true],
      [1, 5, false],
    ]);
  });

  it('compares for as long as it may, however long it takes to find out what is to be compared', async () => {
    const persons = (): StoredPerson[] => {
      for (const untilMs = performance.now() + 100; performance.now() < untilMs;);
      return mirror.persons();
    };
    const compare = createCompareFaces({ mirror: { ...mirror, head: mirror.head, persons }, assessor });
    expect(await compare(0, 90, nobody, never)).toMatchObject({ faces: 4, upTo: 5, unfinished: false });
  });

  it('compares some of very many at a time, the oldest first', async () => {
    const persons = Array.from({ length: 250 }, (_, index) => ({
      ...person(`v${index}`, `Unknown ${index + 10}`, index + 10),
      version: 6,
    }));
    const unread = { embedding: new Float32Array(0) };
    const faces = persons.flatMap(({ id }, at) =>
      Array.from({ length: 10 }, (_, each) => face(`${id}-${each}`, id, at < 20 ? 7 : 6, unread)),
    );
    mirror.apply({ persons, faces, pairs: [] });
    mirror.head = { ...mirror.head, version: 7 };
    const compare = createCompareFaces({ mirror, assessor });
    expect(await compare(5, amply, nobody, never)).toMatchObject({ faces: 2_000, upTo: 5, unfinished: true });
    expect(await compare(5, amply, nobody, never)).toMatchObject({ faces: 500, upTo: 7, unfinished: false });
  });

  it('makes progress within one commit that is too large for a round', async () => {
    const persons = [6, 7, 8].map((number) => ({ ...person(`u${number}`, `Unknown ${number}`, number), version: 6 }));
    mirror.apply({ persons, faces: persons.map(({ id }) => face(`f-${id}`, id, 6, { embedding: strangerVector(60) })), pairs: [] });
    mirror.head = { ...mirror.head, version: 6 };
    const compare = createCompareFaces({ mirror, assessor });
    const stop = new AbortController();
    let found = 0;
    const interrupt = async (): Promise<void> => {
      found += 1;
      if (found === 2) stop.abort();
    };
    await expect(compare(5, amply, interrupt, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
    // Two of the three are done; the version is not.
    expect(await compare(5, amply, nobody, never)).toMatchObject({ faces: 1, upTo: 6 });
  });
});

import { changeVisit, createVisits } from '@watchpost/visits/visits';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { joining, startMs } from '../../support/visit-samples.ts';

const never = new AbortController().signal;
const settings = { visitWindowMs: 90_000, visitLongestMs: 600_000 };

/** Three visits at Front door and one in the yard, 1,000 s apart. */
async function someVisits() {
  const visits = createVisits(createMemoryDocuments());
  const begin = (second: number, camera: string | null = 'Front door') => visits.join(joining(second, { camera }), settings, never);
  const first = await begin(0);
  const second = await begin(1_000);
  const yard = await begin(2_000, 'Yard');
  const nowhere = await begin(3_000, null);
  return { visits, first, second, yard, nowhere };
}

describe('visits are found', () => {
  it('newest first: all, of a channel, of a camera, and before a moment', async () => {
    const { visits, first, second, yard, nowhere } = await someVisits();
    const ids = async (range: Parameters<typeof visits.recent>[0]) => (await visits.recent(range, never)).map(({ id }) => id);
    expect(await ids({ limit: 3 })).toEqual([nowhere.id, yard.id, second.id]);
    expect(await ids({ channel: 'slack:C1', limit: 9 })).toHaveLength(4);
    expect(await ids({ channel: 'slack:C2', limit: 9 })).toEqual([]);
    expect(await ids({ channel: 'slack:C1', camera: 'Front door', limit: 9 })).toEqual([second.id, first.id]);
    expect(await ids({ channel: 'slack:C1', camera: null, limit: 9 })).toEqual([nowhere.id]);
    expect(await ids({ channel: 'slack:C1', camera: 'Front door', beforeMs: startMs + 1_000_000, limit: 9 })).toEqual([first.id]);
  });

  it('by the persons that their posts name or ask about', async () => {
    const { visits, first, second, yard } = await someVisits();
    await visits.save({ ...first, persons: ['ada'] }, never);
    await visits.save({ ...second, persons: ['eve'], asked: ['ada'] }, never);
    await visits.save({ ...yard, persons: ['bob'] }, never);
    const ids = async (persons: string[], since = 0) => (await visits.withPersons(persons, since, never)).map(({ id }) => id);
    expect(await ids(['ada'])).toEqual([second.id, first.id]);
    expect(await ids(['ada', 'eve', 'bob'])).toEqual([yard.id, second.id, first.id]);
    expect(await ids(['ada'], startMs + 500_000)).toEqual([second.id]);
    expect(await ids(['nobody'])).toEqual([]);
  });

  it('by a person who is in thousands of them, all: somebody who is forgotten must be found in each', async () => {
    const { visits, first } = await someVisits();
    const [snapshot] = first.snapshots;
    for (let index = 0; index < 2_100; index += 1) {
      // Two at a time end at the same moment.
      const takenAtMs = startMs + Math.floor(index / 2);
      await visits.save({ ...first, id: `v${index}`, revision: 0, persons: ['ada'], snapshots: [{ ...snapshot!, takenAtMs }] }, never);
    }
    expect(await visits.withPersons(['ada'], 0, never)).toHaveLength(2_100);
  });

  it('by each of a crowd of persons', async () => {
    const { visits, first, second } = await someVisits();
    const crowd = Array.from({ length: 250 }, (_, index) => `p${index}`);
    await visits.save({ ...first, persons: crowd }, never);
    await visits.save({ ...second, persons: crowd.slice(0, 200) }, never);
    expect((await visits.withPersons(['p3', 'p249'], 0, never)).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await visits.withPersons(['p249'], 0, never)).map(({ id }) => id)).toEqual([first.id]);
  });

  it('that were posted at a camera and ended lately', async () => {
    const { visits, first, second, yard } = await someVisits();
    for (const visit of [first, yard]) await visits.save({ ...visit, verdict: 'post' }, never);
    await visits.save({ ...second, verdict: 'cooldown' }, never);
    const posted = (sinceMs: number, beforeMs: number) =>
      visits.lastPosted({ channel: 'slack:C1', camera: 'Front door' }, { sinceMs, beforeMs }, never);
    expect((await posted(startMs, startMs + 9_000_000)).map(({ id }) => id)).toEqual([first.id]);
    expect(await posted(startMs + 1, startMs + 9_000_000)).toEqual([]);
    expect(await posted(0, startMs)).toEqual([]);
  });

  it('of a day, oldest first, however many there are', async () => {
    const visits = createVisits(createMemoryDocuments());
    const second = (each: number): number => Math.floor(each / 3);
    for (let each = 0; each < 450; each += 1) await visits.join(joining(second(each), { camera: `Camera ${each}` }), settings, never);
    const found = await visits.during({ fromMs: startMs + 2_000, beforeMs: startMs + 148_000 }, never);
    expect(new Set(found.map(({ camera }) => camera)).size).toBe(438);
    const moments = found.map(({ snapshots }) => snapshots[0]!.takenAtMs);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect([moments[0], moments.at(-1)]).toEqual([startMs + 2_000, startMs + 147_000]);
  });
});

describe('changing a visit', () => {
  it('loses nothing of what several writers do at once', async () => {
    const { visits, first } = await someVisits();
    const say = (number: number) =>
      changeVisit(visits, first.id, (visit) => ({ ...visit, said: [...visit.said, { number, notPerson: 'ada' }] }), never);
    await Promise.all([1, 2, 3, 4, 5].map((number) => say(number)));
    const visit = await visits.get(first.id, never);
    expect(visit?.said.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(visit?.revision).toBe(6);
  });

  it('writes nothing where there is nothing to change, or no visit', async () => {
    const { visits, first } = await someVisits();
    expect((await changeVisit(visits, first.id, () => null, never))?.revision).toBe(1);
    expect(await changeVisit(visits, 'nothing', (visit) => visit, never)).toBeNull();
  });
});

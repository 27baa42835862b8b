import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import type {
  Change,
  Done,
  MergePreview,
  PeoplePage,
  PersonDetail,
  PersonRow,
  SightingItem,
  When,
} from '@watchpost/console/api/people/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';

const never = new AbortController().signal;

describe.each(oneOfEachBackend)('people in the console, the database on $name', (backend) => {
  describeWith(backend.needs, 'the API', () => {
    let server: Service;
    let rig: ConsoleRig;
    let storage: ReturnType<typeof backend.storage>;
    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      await fillDatabase(storage, { people: 60, sightings: 3_000, records: 0, visits: 0, changes: 80 }, never);
      rig = await startConsole(storage);
    });
    afterAll(async () => {
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
    });

    const get = async <T>(url: string): Promise<T> => {
      const answer = await rig.as('viewer', 'GET', url);
      expect([url, answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([url, 200, '']);
      return answer.json();
    };
    const post = async (url: string, body: object = {}, role: 'editor' | 'admin' = 'editor'): Promise<Done> => {
      const answer = await rig.as(role, 'POST', url, body);
      expect([answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([200, '']);
      return answer.json();
    };
    const undo = async ({ entry }: Done, role: 'editor' | 'admin' = 'editor') => post(`/api/changes/${entry}/undo`, {}, role);
    const everybody = async (query: string): Promise<PersonRow[]> => {
      const all: PersonRow[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: PeoplePage = await get(`/api/people?limit=25&${query}${next ? `&cursor=${next}` : ''}`);
        all.push(...page.items);
        ({ next } = page);
      }
      return all;
    };

    it('lists everybody once, page by page, in each order', async () => {
      for (const sort of ['seen', 'often']) {
        const all = await everybody(`sort=${sort}`);
        expect(new Set(all.map(({ id }) => id)).size).toBe(60);
        const values = all.map(({ sightings, lastSeen }) => (sort === 'often' ? sightings : (lastSeen?.atMs ?? 0)));
        expect(values).toEqual(values.toSorted((a, b) => b - a));
      }
      const byName = await everybody('sort=name');
      expect(new Set(byName.map(({ id }) => id)).size).toBe(60);
      const names = byName.map(({ status }) => status);
      expect(names).toEqual([...names].sort((a, b) => 'nui'.indexOf(a[0] ?? '') - 'nui'.indexOf(b[0] ?? '')));
      const { counts, found } = await get<PeoplePage>('/api/people?status=unknown');
      expect(found).toBe(counts.unknown);
      expect(counts.named + counts.unknown + counts.ignored).toBe(60);
    });

    it('finds people without their accents, by alias and by number', async () => {
      const [bjorn] = (await get<PeoplePage>('/api/people?q=bjorn')).items;
      expect(bjorn?.name).toMatch(/^Björn/);
      expect((await get<PeoplePage>('/api/people?q=Ada%201')).items[0]).toMatchObject({ id: personIdOf(0) });
      expect((await get<PeoplePage>('/api/people?q=4')).items[0]).toMatchObject({ name: 'Unknown 4' });
      expect((await get<PeoplePage>('/api/people?q=nobody-at-all')).items).toEqual([]);
    });

    it('shows one person: faces, sightings by page, hours and days, changes', async () => {
      const id = personIdOf(0);
      const person = await get<PersonDetail>(`/api/people/${id}`);
      expect(person).toMatchObject({ name: expect.stringContaining('Ada'), status: 'named' });
      expect(person.references.length).toBe(person.faces);
      const crop = await rig.as('viewer', 'GET', `/api/faces/${person.face ?? ''}/crop`);
      expect([crop.statusCode, crop.headers['content-type'], crop.rawPayload.subarray(0, 2).toString('hex')]).toEqual([
        200,
        'image/jpeg',
        'ffd8',
      ]);
      const seen: SightingItem[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: { items: SightingItem[]; next: string | null } = await get(
          `/api/people/${id}/sightings${next ? `?cursor=${next}` : ''}`,
        );
        seen.push(...page.items);
        ({ next } = page);
      }
      const when = await get<When>(`/api/people/${id}/when?zone=Asia/Kathmandu`);
      expect(when.total).toBe(seen.filter(({ unsure }) => !unsure).length);
      expect(when.hours.reduce((sum, each) => sum + each, 0)).toBe(when.total);
      expect(when.days.reduce((sum, each) => sum + each.sightings, 0)).toBe(when.total);
      expect((await get<{ items: Change[] }>(`/api/people/${id}/changes`)).items[0]).toMatchObject({ undoUntilMs: null });
      expect((await rig.as('viewer', 'GET', `/api/people/${id}/when?zone=Mars`)).statusCode).toBe(400);
      expect((await rig.as('viewer', 'GET', '/api/people/nobody')).json()).toMatchObject({ error: 'person-not-found' });
    });

    it('names, merges, splits, corrects and forgets, each undone by its entry', async () => {
      const [ada, unknown] = [personIdOf(0), personIdOf(3)];
      const named = await post(`/api/people/${unknown}/name`, { to: 'Zoë' });
      expect(named).toMatchObject({ summary: 'Unknown 4 → Zoë', personId: unknown });
      expect((await get<{ items: Change[] }>(`/api/people/${unknown}/changes`)).items[0]).toMatchObject({
        actor: 'console:editor-program',
        undoUntilMs: named.undoUntilMs,
      });
      const late = await rig.as('editor', 'POST', `/api/people/${unknown}/name`, { to: 'Zora', from: 'Unknown 4' });
      expect([late.statusCode, late.json()]).toMatchObject([409, { error: 'change-refused', message: expect.stringContaining('"Zoë"') }]);
      await undo(named);
      const preview = await get<MergePreview>(`/api/people/${ada}/merge-preview?into=${unknown}`);
      expect([preview.kept.id, preview.absorbed.id, preview.notSame]).toEqual([ada, unknown, false]);
      const merged = await post(`/api/people/${ada}/merge`, { into: unknown });
      expect(merged.personId).toBe(ada);
      expect((await get<PersonDetail>(`/api/people/${unknown}`)).id).toBe(ada);
      expect((await get<PersonDetail>(`/api/people/${ada}`)).faces).toBe(preview.references);
      await undo(merged);
      const { references } = await get<PersonDetail>(`/api/people/${personIdOf(2)}`);
      const faces = references.slice(0, 1).map(({ id }) => id);
      const split = await post(`/api/people/${personIdOf(2)}/split`, { faces });
      expect(split.summary).toContain('became Unknown');
      await undo(split);
      await undo(await post(`/api/people/${personIdOf(2)}/remove-face`, { face: faces[0] ?? '' }));
      await undo(await post(`/api/people/${personIdOf(2)}/ignore`));
      await undo(await post(`/api/people/${personIdOf(2)}/aliases`, { alias: 'Chlo' }));
      expect((await rig.as('editor', 'POST', `/api/people/${personIdOf(2)}/forget`, {})).statusCode).toBe(403);
      const forgotten = await post(`/api/people/${personIdOf(2)}/forget`, {}, 'admin');
      expect(forgotten.personId).toBeNull();
      // Whoever may not forget somebody may not bring them back, by whichever page.
      expect((await rig.as('editor', 'POST', `/api/changes/${forgotten.entry}/undo`, {})).statusCode).toBe(403);
      expect((await rig.as('editor', 'POST', '/api/visits/undo', { entries: [forgotten.entry] })).statusCode).toBe(403);
      await undo(forgotten, 'admin');
      // What the console notes names no route with somebody's id in it: it would outlive them.
      const { documents } = rig.parts;
      const noted = async () => documents.find({ kind: 'console-log', order: 'newest', limit: 200 }, never);
      await expect.poll(async () => JSON.stringify(await noted())).toContain('/api/people/:id/forget');
      expect(JSON.stringify(await noted())).not.toContain(personIdOf(2));
      expect((await rig.as('viewer', 'POST', `/api/people/${ada}/name`, { to: 'X' })).statusCode).toBe(403);
      expect((await rig.as('editor', 'POST', `/api/people/${ada}/name`, { to: '' })).json()).toMatchObject({ error: 'name-invalid' });
    });

    it('groups unknowns who may be one, and asks about faces of which nobody is sure', async () => {
      interface Groups {
        items: { id: string; persons: PersonRow[] }[];
        unknowns: number;
        comparing: boolean;
      }
      const groups = async () => get<Groups>('/api/unknowns?limit=100');
      await expect.poll(async () => (await groups()).comparing).toBe(false);
      const { items, unknowns } = await groups();
      expect(items.flatMap(({ persons }) => persons)).toHaveLength(unknowns);
      const groupOf = (id: string): string[] =>
        items.find(({ persons }) => persons.some((each) => each.id === id))?.persons.map((each) => each.id) ?? [];
      expect(groupOf(personIdOf(8)).toSorted()).toEqual([personIdOf(3), personIdOf(8)]);
      expect(groupOf(personIdOf(13))).toEqual([personIdOf(13)]);
      const apart = await post(`/api/people/${personIdOf(3)}/distinguish`, { other: personIdOf(8) });
      await expect.poll(async () => (await groups()).comparing).toBe(false);
      expect((await groups()).items.find(({ persons }) => persons.some(({ id }) => id === personIdOf(8)))?.persons).toHaveLength(1);
      await undo(apart);
      const unsure = await get<{ items: { snapshotId: string; position: number; person: { id: string } }[] }>('/api/unsure-faces');
      const [first] = unsure.items;
      expect(first).toMatchObject({ person: { name: expect.any(String) } });
      expect((await rig.as('viewer', 'GET', '/api/unsure-faces?cursor=x')).json()).toMatchObject({ error: 'request-malformed' });
    });
  });
});

import type { AuditEntry, StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Database } from '@watchpost/gallery/stores/database';
import { createModel } from '@watchpost/bench/prove/gallery/model/state';
import { createWitness, openMinded, type Witness } from '@watchpost/bench/prove/gallery/witness';
import { expect, it } from 'vitest';

const never = new AbortController().signal;
const ann = (where: string) => ({ id: 'ann', where });

const person = (id: string, number: number, more: Partial<StoredPerson> = {}): StoredPerson => ({
  id,
  name: `Unknown ${number}`,
  number,
  aliases: [],
  ignored: false,
  mergedInto: null,
  mergedAtMs: null,
  formerNumbers: [],
  mayBe: null,
  deleted: false,
  createdAtMs: 0,
  version: number,
  ...more,
});

const face = (id: string, personId: string): StoredFace => ({
  id,
  personId,
  modelId: 'm',
  role: 'reference',
  embedding: new Float32Array(2),
  quality: 1,
  sizePx: 100,
  snapshotId: 's1',
  position: 0,
  shows: null,
  createdAtMs: 0,
  deleted: false,
  version: 1,
});

const entry = (id: string, more: Partial<AuditEntry>): AuditEntry => ({
  id,
  action: 'split',
  actor: ann(id),
  atMs: 0,
  personIds: ['four', 'six'],
  summary: id,
  inverse: null,
  undone: false,
  undoes: null,
  version: 1,
  ...more,
});

/** A database in which there is what the test put there, and the witness of it. */
function witnessOf(): { here: { persons: StoredPerson[]; faces: StoredFace[]; entries: AuditEntry[] }; witness: Witness } {
  const here = { persons: [] as StoredPerson[], faces: [] as StoredFace[], entries: [] as AuditEntry[] };
  const database = {
    store: {
      changes: async (_since: number, _options: unknown, visit: (batch: { persons: StoredPerson[]; faces: StoredFace[] }) => void) => {
        visit(here);
        return { version: here.entries.length };
      },
    },
    sightings: { find: async () => null },
    audit: { newest: async () => here.entries.toReversed() },
  } as unknown as Database;
  return { here, witness: createWitness(createModel(), database, never) };
}

function askFor(witness: Witness, where: string, deed: Operation | { kind: 'undo'; entryId: null }): void {
  witness.expect({ words: where, work: { kind: 'erase' }, actor: ann(where), deed, snapshot: null });
}

it('knows a person who was split off and is somebody else again before it looks', async () => {
  const { here, witness } = witnessOf();
  witness.expect({ words: 'sees', work: { kind: 'erase' }, actor: null, deed: null, snapshot: { id: 's1', faces: [] } });
  Object.assign(here, { persons: [person('four', 4)], faces: [face('f1', 'four'), face('f2', 'four')] });
  await witness.absorb([], openMinded, false);

  askFor(witness, 'split', { kind: 'split', person: 'four', faceIds: ['f2'] });
  askFor(witness, 'undo', { kind: 'undo', entryId: null });
  here.persons.push(person('six', 6, { mergedInto: 'four' }));
  here.entries.push(entry('split', { undone: true }), entry('undo', { action: 'undo', undoes: 'split' }));
  await expect(witness.absorb([], openMinded, false)).resolves.toBeUndefined();
  await expect(witness.compare()).resolves.toBeUndefined();
});

it('says so where nobody made a person', async () => {
  const { here, witness } = witnessOf();
  here.persons.push(person('six', 6));
  await expect(witness.absorb([], openMinded, false)).rejects.toThrow('nobody made the person Unknown 6');
});

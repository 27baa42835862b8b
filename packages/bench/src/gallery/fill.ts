import { randomUUID } from 'node:crypto';
import type { FaceChange, PersonChange } from '@watchpost/gallery/domain';
import { unknownName } from '@watchpost/gallery/names';
import type { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createSyntheticFaces } from './synthetic-faces.ts';

type GalleryStore = Awaited<ReturnType<typeof openDatabase>>['store'];

const facesAPerson = 10;
const personsACommit = 50;

/** Writes unknowns with ten faces each into an empty gallery. */
export async function fillGallery(store: GalleryStore, faces: number, signal: AbortSignal): Promise<void> {
  const synthetic = createSyntheticFaces(7);
  const nowMs = Date.now();
  let head = await store.head(signal);
  for (let written = 0; written < faces;) {
    const persons: PersonChange[] = [];
    const newFaces: FaceChange[] = [];
    for (let count = 0; count < personsACommit && written < faces; count += 1, written += facesAPerson) {
      const personId = randomUUID();
      const number = head.nextNumber + count;
      const rest = { aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: nowMs };
      persons.push({ id: personId, isNew: true, set: { name: unknownName(number), number, ...rest } });
      const person = synthetic.person();
      for (let face = 0; face < facesAPerson; face += 1) {
        const fixed = { modelId: 'bench', role: 'reference' as const, quality: 0.8, sizePx: 100, snapshotId: null, deleted: false };
        const set = { personId, embedding: synthetic.picture(person), createdAtMs: nowMs, ...fixed };
        newFaces.push({ id: randomUUID(), isNew: true, set, crop: null });
      }
    }
    const next = await store.commit(head, { persons, faces: newFaces, nextNumber: head.nextNumber + persons.length }, signal);
    head = next ?? (await store.head(signal));
  }
}

import { randomUUID } from 'node:crypto';
import { type Changeset, pairId } from '@watchpost/gallery/domain';
import { openWorkbench } from '@watchpost/gallery/open-workbench';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { alikeVector, face, snapshotInfo, strangerVector } from './gallery-backends.ts';
import { startGallery } from './start-gallery.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');

/** A bit of everything: two strangers, one of them named, with references, crops and sightings; a merged, an ignored and a deleted person; a negative. */
export async function fillGallery(storage: StorageConfig): Promise<void> {
  const { gallery, operations } = await startGallery(storage);
  try {
    const [ada, other] = [strangerVector(1), strangerVector(2)];
    await gallery.recognise(snapshotInfo(), [face(ada, { crop: new Uint8Array([255, 216, 1]) }), face(other)], never);
    await gallery.recognise(
      snapshotInfo({ camera: null, takenAtMs: 1_700_000_123_456 }),
      [face(alikeVector(ada, 0.75, 5), { crop: new Uint8Array(700).fill(7) })],
      never,
    );
    await gallery.recognise(snapshotInfo(), [face(strangerVector(3), { sizePx: 5 })], never);
    await operations.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada Ünicode 🦊' }, { id: 'slack:U1', where: 'slack:C1' }, never);
  } finally {
    await gallery.close();
  }
  const workbench = await openWorkbench(storage, log, never);
  const rest = {
    number: null,
    formerNumbers: [],
    mayBe: null,
    mergedInto: null,
    mergedAtMs: null,
    deleted: false,
    createdAtMs: 1_600_000_000_001,
  };
  const [kept, gone, merged] = [randomUUID(), randomUUID(), randomUUID()];
  const origin = { snapshotId: 's', position: 3, shows: kept };
  const negative = { modelId: 'test-model', role: 'negative' as const, embedding: strangerVector(9), quality: 1 / 3, sizePx: 77.7 };
  const change: Changeset = {
    persons: [
      { id: kept, isNew: true, set: { ...rest, name: 'Postman', aliases: ['Pat', 'the postman'], ignored: true, mayBe: merged } },
      { id: gone, isNew: true, set: { ...rest, name: 'Gone', aliases: [], ignored: false } },
      {
        id: merged,
        isNew: true,
        set: {
          ...rest,
          name: 'Merged',
          aliases: [],
          ignored: false,
          mergedInto: kept,
          mergedAtMs: 1_600_000_000_002,
          formerNumbers: [7, 9],
        },
      },
    ],
    faces: [
      {
        id: randomUUID(),
        isNew: true,
        set: { ...negative, personId: kept, snapshotId: null, position: null, shows: null, createdAtMs: 1, deleted: false },
        crop: null,
      },
      {
        id: randomUUID(),
        isNew: true,
        set: { ...negative, ...origin, personId: gone, createdAtMs: 1, deleted: false },
        crop: new Uint8Array([1]),
      },
    ],
    pairs: [{ id: pairId(kept, merged), personIds: [kept, merged], deleted: false }],
    nextNumber: 41,
  };
  await workbench.transact(() => ({ changeset: change, result: undefined }), never);
  const goneFace = workbench.mirror.facesOf(gone)[0]!.id;
  const removal: Changeset = {
    persons: [{ id: gone, isNew: false, set: { deleted: true } }],
    faces: [{ id: goneFace, isNew: false, set: { deleted: true } }],
    pairs: [],
  };
  await workbench.transact(() => ({ changeset: removal, result: undefined }), never);
  await workbench.close();
}

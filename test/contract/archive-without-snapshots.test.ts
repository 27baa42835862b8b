import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArchiveReader, ArchiveStore } from '@watchpost/gallery/archive/archive-store';
import type { StoredKind } from '@watchpost/gallery/archive/archive-lines';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { galleryBackends, strangerVector } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { privacyRig } from '../support/privacy-rig.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

/** The archive, where something happens before the lines of a kind are read. */
function interrupted(archive: ArchiveStore, before: Partial<Record<StoredKind, () => Promise<unknown>>>): ArchiveStore {
  const wrap = (reader: ArchiveReader): ArchiveReader => ({
    ...reader,
    read: async function* (kind, signal) {
      await before[kind]?.();
      yield* reader.read(kind, signal);
    },
  });
  return { ...archive, snapshot: (use, signal) => archive.snapshot((reader) => use(wrap(reader)), signal) };
}

describeGallery(
  'an export of a database that keeps no earlier moments',
  (rig) => {
    let folder: string;
    let count = 0;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'archive-later-'));
    });
    afterAll(async () => rm(folder, { recursive: true }));

    /** Exports and restores, while something happens. */
    const carry = async (before: Parameters<typeof interrupted>[1]): Promise<void> => {
      count += 1;
      const file = path.join(folder, `${String(count)}.gz`);
      await rig.withDatabase(async ({ archive, store }) => {
        const { isOneMoment } = await exportArchive({ archive: interrupted(archive, before), store }, file, {}, never);
        expect(isOneMoment).toBe(false);
      });
      await rig.withDatabase((database) => restoreArchive(database, file, { replace: true }, never));
    };
    const forget = async (): Promise<string> => (await rig.apply({ kind: 'forget', person: 'Ada' })).id;
    /** What has become of the wish where the file is restored. */
    const stateOf = async (id: string): Promise<string | undefined> => {
      const privacy = privacyRig(rig.opened);
      await until('the restored database is read', async () => (await rig.names()).length === 1);
      await privacy.round();
      return (await privacy.receipt(id))?.state;
    };
    const meet = async (): Promise<void> => {
      for (const [index, name] of ['Ada', 'Bob'].entries()) {
        await rig.see(strangerVector(index + 1));
        await rig.apply({ kind: 'name', person: `Unknown ${String(index + 1)}`, to: name });
      }
    };

    it('has the wish of whoever is forgotten meanwhile', async () => {
      await meet();
      let id = '';
      await carry({
        person: async () => {
          id = await forget();
        },
      });
      expect(await stateOf(id)).toBe('pending');
    });

    it('has no undo that came too late for it', async () => {
      await meet();
      const id = await forget();
      let isUndone = false;
      await carry({
        audit: async () => {
          if (!isUndone) await rig.undo(id);
          isUndone = true;
        },
      });
      expect(await stateOf(id)).toBe('pending');
    });
  },
  galleryBackends.filter(({ name }) => name === 'MongoDB, standalone'),
);

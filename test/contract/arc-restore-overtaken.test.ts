import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { galleryBackends, strangerVector, withMongo } from '../support/gallery-backends.ts';
import { describeGallery, reader } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

// On PostgreSQL a restore is one transaction, and the second one waits.
describeGallery(
  'a restore that another one has overtaken',
  (rig) => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'restore-overtaken-'));
    });
    afterAll(async () => rm(folder, { recursive: true }));

    it.each(['somebody', 'nobody'])('writes nothing more, where that happens after its check, and %s is to be forgotten', async (who) => {
      await rig.see(strangerVector(1));
      await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
      const { id: ada } = await rig.called('Ada');
      const file = path.join(folder, `${randomUUID()}.gz`);
      await rig.withDatabase((database) => exportArchive(database, file, {}, never));
      const forget = { personIds: who === 'nobody' ? [] : [ada], by: reader, stillHolds: async () => undefined };
      const restore = (confirm?: () => Promise<void>) =>
        rig.withDatabase((database) => restoreArchive(database, file, { replace: true, forget, ...(confirm && { confirm }) }, never));
      const overtaken = restore(async () => void (await restore()));
      await expect(overtaken).rejects.toMatchObject({ code: 'gallery-unavailable', message: /another restore has begun/ });
      await withMongo(rig.storage, async (client) => {
        const names = (await client.db().listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
        expect(names.filter((name) => name.startsWith('restoring_'))).toEqual([]);
      });
    });
  },
  galleryBackends.filter(({ needs }) => needs.includes('mongo')),
);

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive, verifyArchive } from '@watchpost/gallery/archive/restore-archive';
import type { Database } from '@watchpost/gallery/stores/database';
import type { DocumentToPut } from '@watchpost/shared/documents/document-store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { emptyGallery, galleryBackends } from '../support/gallery-backends.ts';
import { fillDatabase, openIt, recordsOf } from '../support/keep-database.ts';
import type { Service } from '../support/services.ts';
import type { StorageConfig } from '@watchpost/shared/config/common';

describeWith(['mongo', 'postgres'], 'a backup of everything', () => {
  const servers: Service[] = [];
  let storages: StorageConfig[];
  let folder: string;
  let file: string;
  const opened: Database[] = [];
  const open = async (storage: StorageConfig): Promise<Database> => {
    const database = await openIt(storage);
    opened.push(database);
    return database;
  };

  beforeAll(async () => {
    servers.push(...(await Promise.all(galleryBackends.map(async (backend) => backend.start()))));
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-keep-'));
  });
  afterAll(async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
    await rm(folder, { recursive: true });
  });
  let count = 0;
  beforeEach(() => {
    storages = galleryBackends.map((backend, index) => backend.storage(servers[index]!.url));
    count += 1;
    file = path.join(folder, `backup-${String(count)}.gz`);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (each) => each.close()));
    await Promise.all(storages.map(emptyGallery));
  });

  const documentsOf = async ({ documents }: Database, kind: string) =>
    (await documents.find({ kind, order: 'oldest', limit: 100 }, never)).map((each) => ({ ...each, revision: 0 }));

  for (const [at, backend] of galleryBackends.entries()) {
    const next = galleryBackends[(at + 2) % galleryBackends.length]!;
    describe(`from ${backend.name} to ${next.name}`, () => {
      const from = (): StorageConfig => storages[at]!;
      const to = (): StorageConfig => storages[(at + 2) % galleryBackends.length]!;

      it('has documents with their keys, records and pictures that wait for a name, and leaves out what only the old processes meant', async () => {
        const source = await open(from());
        await fillDatabase(source);
        const { lines, isOneMoment } = await exportArchive(source, file, {}, never);
        expect(isOneMoment).toBe(!backend.name.includes('standalone'));
        expect(lines).toEqual({
          sighting: 1,
          'last-seen': 1,
          audit: 1,
          person: 1,
          face: 1,
          crop: 1,
          'waiting-crop': 1,
          record: 2,
          document: 4,
        });
        const target = await open(to());
        const restored = await restoreArchive(target, file, { replace: false }, never);
        // One had expired.
        expect(restored).toMatchObject({ scope: 'everything', expired: 1, counts: { document: 3, record: 2, 'waiting-crop': 1 } });
        expect(await documentsOf(target, 'visit')).toEqual(await documentsOf(source, 'visit'));
        expect(
          (await target.documents.find({ kind: 'visit', key: 'person:p1', order: 'newest', limit: 9 }, never)).map(({ id }) => id),
        ).toEqual(['v2', 'v1']);
        expect(await documentsOf(target, 'lease')).toEqual([]);
        expect(await recordsOf(target)).toEqual(await recordsOf(source));
        expect(await target.sightings.crop('s1', 0, never)).toEqual(new Uint8Array([255, 216, 3]));
        expect(await target.store.crop('f1', never)).toEqual(new Uint8Array([255, 216, 1]));
      });

      it('lets nobody write with what was read before it was restored', async () => {
        const source = await open(from());
        await fillDatabase(source);
        await exportArchive(source, file, {}, never);
        const { document } = await source.documents.get('visit', 'v2', never);
        await restoreArchive(source, file, { replace: true }, never);
        await expect(source.documents.put({ ...(document as DocumentToPut), body: { faces: 'old' } }, never)).rejects.toMatchObject({
          code: 'document-conflict',
        });
        const again = (await source.documents.get('visit', 'v2', never)).document!;
        expect(again.body).toEqual({ faces: ['two'] });
        await source.documents.put({ ...again, body: { faces: 'new' } }, never);
      });

      it('of the gallery alone leaves documents and records as they are', async () => {
        const source = await open(from());
        await fillDatabase(source);
        await exportArchive(source, file, { scope: 'gallery' }, never);
        const target = await open(to());
        const visit = { kind: 'visit', id: 'mine', revision: 0, atMs: 5, keys: [], expiresAtMs: null, body: {} };
        await target.documents.put(visit, never);
        expect(await restoreArchive(target, file, { replace: false }, never)).toMatchObject({ scope: 'gallery' });
        expect((await documentsOf(target, 'visit')).map(({ id }) => id)).toEqual(['mine']);
      });

      it('is not restored where the copy would differ: nothing has changed then', async () => {
        const source = await open(from());
        await fillDatabase(source);
        await exportArchive(source, file, {}, never);
        const target = await open(to());
        await fillDatabase(target, 'before ');
        const { archive } = target;
        const forgetful: Database['archive'] = {
          ...archive,
          replaceAll: (replacement, batches, signal) =>
            archive.replaceAll(
              replacement,
              (async function* () {
                for await (const batch of batches) yield batch.kind === 'document' ? { ...batch, lines: batch.lines.slice(1) } : batch;
              })(),
              signal,
            ),
        };
        await expect(restoreArchive({ archive: forgetful }, file, { replace: true }, never)).rejects.toMatchObject({
          code: 'restore-differs',
          message: expect.stringMatching(/document \(3 in the file, 2 in the database\)/),
        });
        const { content } = await verifyArchive(file, Date.now(), never);
        expect((await documentsOf(target, 'visit')).map(({ body }) => body)).toEqual([
          { faces: ['before one'] },
          { faces: ['before two'] },
        ]);
        await restoreArchive(target, file, { replace: true }, never);
        expect((await documentsOf(target, 'visit')).map(({ body }) => body)).toEqual([{ faces: ['one'] }, { faces: ['two'] }]);
        expect(content.counts.document).toBe(3);
      });
    });
  }

  it('that a newer release wrote is refused, by its own format and by that of its data', async () => {
    const source = await open(storages[2]!);
    await fillDatabase(source);
    await exportArchive(source, file, {}, never);
    const text = gunzipSync(await readFile(file)).toString();
    for (const [before, after] of [
      ['"format":5', '"format":6'],
      ['"documents":1', '"documents":2'],
      ['"gallery":2', '"gallery":3'],
    ]) {
      await writeFile(`${file}.newer`, gzipSync(text.replace(before!, after!)));
      await expect(restoreArchive(source, `${file}.newer`, { replace: true }, never)).rejects.toMatchObject({ code: 'archive-invalid' });
    }
    expect((await documentsOf(source, 'visit')).length).toBe(2);
  });
});

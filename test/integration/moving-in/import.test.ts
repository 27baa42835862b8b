import type { StorageConfig } from '@watchpost/shared/config/common';
import { openWorkbench } from '@watchpost/gallery/open-workbench';
import { createLogger } from '@watchpost/shared/observability/logger';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.ts';
import { alikeVector, emptyGallery, face, galleryBackends, snapshotInfo, strangerVector } from '../../support/gallery-backends.ts';
import { runCommand } from '../../support/run-command.ts';
import { mongoStandalone, type Service } from '../../support/services.ts';
import { namePerson, startGallery } from '../../support/start-gallery.ts';

const never = new AbortController().signal;

/** What the Python service stores: one document a face, 128 numbers, the same name again and again. */
const old = [
  ...['Ada', 'Ada', 'ada ', 'Grace Hopper', 'Unknown 4', 'unknown', 'unknown', 'x'.repeat(90)].map((name, index) => ({
    name,
    embedding: Array.from({ length: 128 }, (_, at) => Math.sin(index + at)),
    created_date: new Date(1_600_000_000_000 + index),
  })),
  { embedding: [], created_date: new Date(0) },
];

for (const backend of galleryBackends.filter(({ name }) => !name.includes('replica'))) {
  describeWith(['mongo', ...backend.needs], `import of the old service's names, gallery on ${backend.name}`, () => {
    let oldServer: Service;
    let server: Service;
    let storage: StorageConfig;
    let from: MongoClient;

    beforeAll(async () => {
      oldServer = await mongoStandalone({ own: true });
      server = backend.needs.includes('mongo') ? oldServer : await backend.start();
      from = new MongoClient(oldServer.url);
    });
    afterAll(async () => {
      await from.close();
      if (server !== oldServer) await server.stop();
      await oldServer.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      await from.db('facial_embeddings').collection('embeddings').insertMany(structuredClone(old));
    });
    afterEach(async () => {
      await from.db('facial_embeddings').dropDatabase();
      await emptyGallery(storage);
    });

    const persons = async () => {
      const workbench = await openWorkbench(storage, createLogger('test', 'silent'), never);
      try {
        return workbench.mirror.persons().map(({ name, number }) => ({ name, number, faces: workbench.mirror.counts().faces }));
      } finally {
        await workbench.close();
      }
    };
    // With the gallery on the old service's server no argument is needed.
    const args = (): string[] => (storage.MONGO_CONNECTION_STRING ? [] : ['--from', oldServer.url]);
    const env = () => ({ ...storage });

    it('keeps the names as persons without faces, once, and leaves the old collection as it is', async () => {
      const before = await from.db('facial_embeddings').collection('embeddings').find().sort({ _id: 1 }).toArray();
      const first = await runCommand('import', args(), env());
      expect(first.err).toEqual([expect.stringContaining('Unknown 4'), expect.stringContaining('longer than')]);
      expect(first.code).toBe(1);
      expect(first.out.join('\n')).toContain('2 people added, 0 already present, 2 names refused.');
      expect(first.out.join('\n')).toMatch(/None of the old service's 9 vectors .*3 of them without a name/);
      expect(first.out.join('\n')).toContain('cannot be compared');

      const second = await runCommand('import', args(), env());
      expect(second.out.join('\n')).toContain('0 people added, 2 already present, 2 names refused.');
      expect((await persons()).sort((a, b) => a.name.localeCompare(b.name))).toEqual([
        { name: 'Ada', number: null, faces: 0 },
        { name: 'Grace Hopper', number: null, faces: 0 },
      ]);
      expect(await from.db('facial_embeddings').collection('embeddings').find().sort({ _id: 1 }).toArray()).toEqual(before);
      expect((await from.db('facial_embeddings').listCollections().toArray()).map(({ name }) => name)).toEqual(['embeddings']);
    });

    it('gives an imported name to the stranger who is named so', async () => {
      await runCommand('import', args(), env());
      const started = await startGallery(storage);
      const { gallery, operations } = started;
      try {
        const people = async () => (await gallery.people(never)).map(({ name, faces }) => [name, faces]);
        await gallery.recognise(snapshotInfo(), [face(strangerVector(1)), face(strangerVector(2))], never);
        expect(await namePerson(started, 'Unknown 1', 'ADA', { id: 'cli' })).toMatchObject({ name: 'Ada', status: 'named', faces: 1 });
        expect(await people()).toEqual([
          ['Ada', 1],
          ['Grace Hopper', 0],
          ['Unknown 2', 1],
        ]);
        const [again] = await gallery.recognise(snapshotInfo(), [face(alikeVector(strangerVector(1), 0.8, 5))], never);
        expect(again).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
        // Now that she has a face, naming another person so does not merge them.
        await expect(namePerson(started, 'Unknown 2', 'Ada', { id: 'cli' })).rejects.toMatchObject({ code: 'name-taken' });
        await namePerson(started, 'Unknown 2', 'Grace Hopper', { id: 'cli' });
        await operations.undo(null, { id: 'cli' }, never);
        expect((await people()).map(([name]) => name)).toEqual(['Ada', 'Grace Hopper', 'Unknown 2']);
      } finally {
        await gallery.close();
      }
    });

    it('says when there is nothing to import', async () => {
      await from.db('facial_embeddings').dropDatabase();
      expect(await runCommand('import', args(), env())).toMatchObject({
        code: 1,
        err: [expect.stringContaining('import-source-empty')],
      });
    });
  });
}

describeWith([], 'import', () => {
  it('requires the URL of the old service', async () => {
    const { code, err } = await runCommand('import', [], { POSTGRES_URL: 'postgres://127.0.0.1:1/none' });
    expect([code, ...err]).toEqual([1, expect.stringContaining('--from')]);
  });
});

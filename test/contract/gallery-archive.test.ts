import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { ArchiveBatch, ArchiveStore } from '@watchpost/gallery/archive/archive-store';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { replacement } from '../support/keep-replacement.ts';
import {
  alikeVector,
  emptyGallery,
  face,
  type GalleryBackend,
  galleryBackends,
  snapshotInfo,
  strangerVector,
} from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { fillGallery } from '../support/sample-gallery.ts';
import { startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const cli = { id: 'cli' };
const log = createLogger('test', 'silent');

async function withArchive<T>(storage: StorageConfig, use: (opened: Database) => Promise<T>): Promise<T> {
  const opened = await openDatabase(storage, { log }, never);
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

async function withGallery<T>(
  storage: StorageConfig,
  use: (gallery: OpenedGallery['gallery'], operations: OpenedGallery['operations']) => Promise<T>,
): Promise<T> {
  const { gallery, operations } = await startGallery(storage);
  try {
    return await use(gallery, operations);
  } finally {
    await gallery.close();
  }
}

const linesOf = async (file: string): Promise<string[]> =>
  gunzipSync(await readFile(file))
    .toString()
    .trim()
    .split('\n');

/** The contents of a file in an order that does not depend on the database. */
async function contents(file: string): Promise<unknown[]> {
  const lines = (await linesOf(file)).map((line): Record<string, unknown> => JSON.parse(line));
  const end = lines.at(-1)!;
  const key = (line: Record<string, unknown>): string => `${String(line['kind'])} ${String(line['id'])}`;
  return [...lines.slice(1, -1).sort((a, b) => (key(a) < key(b) ? -1 : 1)), { nextNumber: end['nextNumber'], lines: end['lines'] }];
}

const named = (part: string): GalleryBackend => galleryBackends.find(({ name }) => name.includes(part))!;

describeWith(['mongo', 'postgres'], 'a gallery as a file', () => {
  const backends = { replicaSet: named('replica'), standalone: named('standalone'), postgres: named('PostgreSQL') };
  const servers: Service[] = [];
  let storages: StorageConfig[];
  let folder: string;

  beforeAll(async () => {
    servers.push(...(await Promise.all(Object.values(backends).map(async (backend) => backend.start()))));
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-archive-'));
  });
  afterAll(async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    storages = Object.values(backends).map((backend, index) => backend.storage(servers[index]!.url));
  });
  afterEach(async () => {
    await Promise.all(storages.map(emptyGallery));
  });

  const save = async (storage: StorageConfig): Promise<string> => {
    const file = path.join(folder, `${randomUUID()}.gz`);
    await withArchive(storage, async (opened) => exportArchive(opened, file, { scope: 'gallery' }, never));
    return file;
  };
  const load = async (storage: StorageConfig, file: string, replace = false) =>
    withArchive(storage, async (opened) => restoreArchive(opened, file, { replace }, never));

  it('is the same after going from MongoDB to PostgreSQL and back', async () => {
    const [replicaSet, standalone, postgres] = storages as [StorageConfig, StorageConfig, StorageConfig];
    await fillGallery(replicaSet);
    const first = await save(replicaSet);
    expect((await stat(first)).mode & 0o777).toBe(0o600);
    expect((await load(postgres, first)).counts).toMatchObject({
      person: 5,
      face: 5,
      pair: 2,
      crop: 3,
      sighting: 3,
      'last-seen': 2,
      audit: 1,
    });
    const second = await save(postgres);
    await load(standalone, second);
    const third = await save(standalone);
    const wanted = await contents(first);
    expect(wanted.length).toBe(5 + 5 + 2 + 3 + 3 + 2 + 1 + 1);
    expect(await contents(second)).toEqual(wanted);
    expect(await contents(third)).toEqual(wanted);
    // Who was deleted is not erased yet.
    expect((await linesOf(first)).filter((line) => line.includes('"Gone"'))).toEqual([expect.stringMatching(/"deletedAtMs":\d+/)]);
    // The restored gallery recognises everybody, and its numbers continue.
    for (const storage of [postgres, standalone]) {
      await withGallery(storage, async (gallery) => {
        const answers = await gallery.recognise(
          snapshotInfo(),
          [face(alikeVector(strangerVector(1), 0.8, 77)), face(strangerVector(50))],
          never,
        );
        expect(answers.map(({ person }) => person?.name)).toEqual(['Ada Ünicode 🦊', 'Unknown 41']);
        expect((await gallery.people(never)).map(({ name, faces }) => [name, faces])).toEqual([
          ['Ada Ünicode 🦊', 3],
          ['Unknown 2', 1],
          ['Unknown 41', 1],
          ['Postman', 0],
        ]);
        expect((await gallery.people(never))[1]!.lastSeen).toEqual({ atMs: 1_700_000_000_000, channel: 'slack:C1', camera: 'Door' });
      });
    }
  });

  for (const [index, backend] of Object.values(backends).entries()) {
    const here = (): StorageConfig => storages[index]!;

    it(`refuses a gallery that is not empty, and replaces it while others use it with --replace (${backend.name})`, async () => {
      await fillGallery(here());
      const file = await save(here());
      await withGallery(here(), async (gallery, operations) => {
        await gallery.recognise(snapshotInfo(), [face(strangerVector(60))], never);
        await operations.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' }, cli, never);
        await expect(load(here(), file)).rejects.toMatchObject({ code: 'gallery-not-empty' });
        expect((await gallery.people(never)).map(({ name }) => name)).toContain('Bob');
        await load(here(), file, true);
        await until('the other process has the restored gallery', async () => {
          const names = (await gallery.people(never)).map(({ name }) => name);
          return names.join() === 'Ada Ünicode 🦊,Unknown 2,Postman';
        });
        // A number assigned after the file was written is not used again.
        const [answer] = await gallery.recognise(snapshotInfo(), [face(strangerVector(61))], never);
        expect(answer?.person?.name).toBe('Unknown 42');
      });
    });

    it(`changes nothing when the file is damaged (${backend.name})`, async () => {
      await fillGallery(here());
      const file = await save(here());
      const before = await contents(file);
      const bytes = await readFile(file);
      const lines = await linesOf(file);
      const variants: Record<string, Uint8Array> = {
        'cut off': bytes.subarray(0, bytes.length - 30),
        'bytes changed': bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 255 : byte)),
        'no gzip': Buffer.from('hello'),
        empty: Buffer.alloc(0),
        'no end': gzipSync(`${lines.slice(0, -1).join('\n')}\n`),
        'a line missing': gzipSync(`${[...lines.slice(0, 3), ...lines.slice(4)].join('\n')}\n`),
        'a name changed': gzipSync(`${lines.join('\n').replace('Postman', 'Hostman')}\n`),
        'a later format': gzipSync(`${[lines[0]!.replace('"format":5', '"format":6'), ...lines.slice(1)].join('\n')}\n`),
        'something else': gzipSync(`${JSON.stringify({ hello: 1 })}\n`),
      };
      for (const [what, damaged] of Object.entries(variants)) {
        const bad = path.join(folder, 'bad.gz');
        await writeFile(bad, damaged);
        expect({ what, code: await load(here(), bad, true).catch(({ code }: { code: string }) => code) }).toEqual({
          what,
          code: 'archive-invalid',
        });
      }
      await expect(load(here(), path.join(folder, 'missing.gz'), true)).rejects.toMatchObject({ code: 'file-unreadable' });
      expect(await contents(await save(here()))).toEqual(before);
    });

    it(`can be restored again after an interruption (${backend.name})`, async () => {
      await fillGallery(here());
      const file = await save(here());
      await withArchive(here(), async ({ archive, store }) => {
        async function* broken(): AsyncGenerator<ArchiveBatch> {
          yield { kind: 'removed', lines: [{ kind: 'removed', of: 'person', id: 'x' }] };
          throw new Error('the machine went down');
        }
        await expect(archive.replaceAll(replacement(1), broken(), never)).rejects.toMatchObject({
          code: 'gallery-unavailable',
        });
        // Nothing changed.
        expect(await store.head(never)).toMatchObject({ nextNumber: 41 });
        expect(await archive.counts(never)).toMatchObject({ person: 5 });
      });
      await expect(load(here(), file)).rejects.toMatchObject({ code: 'gallery-not-empty' });
      await load(here(), file, true);
      expect(await contents(await save(here()))).toEqual(await contents(file));
    });

    it(`is of one moment, or includes what changes meanwhile (${backend.name})`, async () => {
      await fillGallery(here());
      const file = path.join(folder, `${randomUUID()}.gz`);
      await withArchive(here(), async (opened) => {
        let renamed = false;
        const meanwhile = async (): Promise<void> =>
          withGallery(here(), async (gallery, operations) => {
            await operations.apply({ kind: 'name', person: 'Unknown 2', to: 'Late' }, cli, never);
            await gallery.recognise(snapshotInfo(), [face(strangerVector(70), { crop: new Uint8Array([9]) })], never);
          });
        const archive: ArchiveStore = {
          ...opened.archive,
          snapshot: (use, signal) =>
            opened.archive.snapshot(
              async (reader) =>
                use({
                  ...reader,
                  async *read(kind, signal) {
                    for await (const page of reader.read(kind, signal)) yield page;
                    if (kind !== 'face' || renamed) return;
                    renamed = true;
                    await meanwhile();
                  },
                }),
              signal,
            ),
        };
        await exportArchive({ ...opened, archive }, file, { scope: 'gallery' }, never);
      });
      await expect(withArchive(here(), async (opened) => exportArchive(opened, file, { scope: 'gallery' }, never))).rejects.toMatchObject({
        code: 'file-exists',
      });
      await load(here(), file, true);
      const isStandalone = backend === backends.standalone;
      await withGallery(here(), async (gallery) => {
        expect((await gallery.people(never)).map(({ name, faces }) => [name, faces])).toEqual([
          ['Ada Ünicode 🦊', 2],
          ...(isStandalone
            ? [
                ['Late', 1],
                ['Unknown 41', 1],
              ]
            : [['Unknown 2', 1]]),
          ['Postman', 0],
        ]);
      });
    });

    // On PostgreSQL a restore is one transaction: the second waits, and fails.
    if (backend.name === 'PostgreSQL') continue;
    it(`is given up where somebody has run it again meanwhile (${backend.name})`, async () => {
      await fillGallery(here());
      const file = await save(here());
      const gates = new EventEmitter();
      const [stopped, waking] = [once(gates, 'stop'), once(gates, 'wake')];
      async function* stoppedAfterOne(batches: AsyncIterable<ArchiveBatch>): AsyncGenerator<ArchiveBatch> {
        for await (const batch of batches) {
          yield batch;
          gates.emit('stop');
          await waking;
        }
      }
      const late = withArchive(here(), async ({ archive }) => {
        const replaceAll: ArchiveStore['replaceAll'] = async (head, batches, signal) =>
          archive.replaceAll(head, stoppedAfterOne(batches), signal);
        return restoreArchive({ archive: { ...archive, replaceAll } }, file, { replace: true }, never);
      });
      late.catch(() => undefined);
      await stopped;
      await load(here(), file, true);
      await withGallery(here(), async (_, operations) => operations.apply({ kind: 'forget', person: 'Postman' }, cli, never));
      gates.emit('wake');
      await expect(late).rejects.toMatchObject({ code: 'gallery-unavailable' });
      await withGallery(here(), async (gallery) => {
        expect((await gallery.people(never)).map(({ name }) => name)).toEqual(['Ada Ünicode 🦊', 'Unknown 2']);
      });
    });
  }
});

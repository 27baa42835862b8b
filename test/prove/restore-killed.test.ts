import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { contentOf, restoreArchive, verifyArchive } from '@watchpost/gallery/archive/restore-archive';
import type { Database } from '@watchpost/gallery/stores/database';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { oneOfEachBackend } from '../support/gallery-backends.ts';
import { fillDatabase, openIt } from '../support/keep-database.ts';
import { until } from '../support/until.ts';

/** Restores a file in a process of its own, which is killed after some batches, or when it has come to the switch. Resolves when it is dead. */
async function restoreKilled(storage: StorageConfig, file: string, afterMs: number): Promise<void> {
  const script = `
    import { openDatabase } from '${import.meta.resolve('@watchpost/gallery/stores/open-database')}';
    import { restoreArchive } from '${import.meta.resolve('@watchpost/gallery/archive/restore-archive')}';
    import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
    const [storage, file] = JSON.parse(process.argv[1]);
    const never = new AbortController().signal;
    const opened = await openDatabase(storage, { log: createLogger('test', 'silent') }, never);
    process.stdout.write('begun');
    await restoreArchive(opened, file, { replace: true }, never);
    process.stdout.write('done');
    await opened.close();
  `;
  const args = ['--input-type=module', '-e', script, JSON.stringify([storage, file])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const killing = setTimeout(() => child.kill('SIGKILL'), afterMs);
  await once(child, 'exit');
  clearTimeout(killing);
}

onEachStore(
  'a restore that is killed',
  ({ storage }) => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-killed-'));
    });
    afterAll(async () => rm(folder, { recursive: true }));

    const contentsOf = async ({ archive }: Database): Promise<unknown> =>
      archive.snapshot(async (reader) => contentOf(reader, 'everything', never), never);

    it('at any moment leaves what was there, or nothing that anybody could read; run again, it is whole', async () => {
      const database = await openIt(storage());
      await fillDatabase(database);
      const atMs = Date.now();
      for (let index = 0; index < 1_500; index += 100)
        await Promise.all(
          Array.from({ length: 100 }, (_, at) =>
            database.documents.put(
              {
                kind: 'visit',
                id: `d${String(index + at)}`,
                revision: 0,
                atMs,
                keys: ['k'],
                expiresAtMs: null,
                body: { text: 'x'.repeat(2_000) },
              },
              never,
            ),
          ),
        );
      const file = path.join(folder, `${String(Date.now())}.gz`);
      await exportArchive(database, file, {}, never);
      const { document } = await database.documents.get('visit', 'd1', never);
      await database.documents.put({ ...document!, body: 'since' }, never);
      const { content: wanted } = await verifyArchive(file, Date.now(), never);
      const before = await contentsOf(database);
      const seen = new Set<string>();
      const found: unknown[] = [];
      for (const afterMs of [60, 180, 400]) {
        await restoreKilled(storage(), file, afterMs);
        // On PostgreSQL the server notices that it is gone, and undoes what it has done.
        await until('the database answers', async () => (await database.archive.counts(never).catch(() => undefined)) !== undefined);
        const now = await contentsOf(database).catch((error: { code?: string }) => error.code);
        const which = now === 'gallery-unavailable' ? 'shut' : JSON.stringify(now) === JSON.stringify(before) ? 'before' : 'after';
        if (which === 'after') found.push(now);
        seen.add(which);
      }
      expect(seen).toContain('before');
      expect(found).toEqual(found.map(() => wanted));
      await restoreArchive(database, file, { replace: true }, never);
      expect(await contentsOf(database)).toEqual(wanted);
      await database.close();
    }, 120_000);
  },
  { backends: oneOfEachBackend },
);

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { runCommand } from '@watchpost/cli/run-command';
import { restoreLogKind } from '@watchpost/gallery/archive/restore-log';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { describeWith } from '../../support/describe-with.ts';
import { never } from '../../support/each-store.ts';
import { snapshotJob } from '../../support/factories.ts';
import { emptyGallery, type GalleryBackend, oneOfEachBackend } from '../../support/gallery-backends.ts';
import { fillDatabase, openIt, recordsOf } from '../../support/keep-database.ts';
import type { Service } from '../../support/services.ts';
import { startGallery } from '../../support/start-gallery.ts';

const named = (part: string): GalleryBackend => oneOfEachBackend.find(({ name }) => name.includes(part))!;

describeWith(['mongo', 'postgres'], 'move', () => {
  const servers: Service[] = [];
  let folder: string;
  let mongo: StorageConfig;
  let postgres: StorageConfig;

  beforeAll(async () => {
    servers.push(await named('MongoDB').start(), await named('PostgreSQL').start());
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-moving-'));
  });
  afterAll(async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    mongo = named('MongoDB').storage(servers[0]!.url);
    postgres = named('PostgreSQL').storage(servers[1]!.url);
  });
  afterEach(async () => {
    await emptyGallery(mongo);
    await emptyGallery(postgres);
  });

  const run = async (env: Record<string, string | undefined>, ...args: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const all = { DATA_DIR: path.join(folder, 'data'), ...env };
    const code = await runCommand(['move', ...args], {
      env: all,
      openStorage: storageForCommand,
      print: (line) => void out.push(line),
      warn: (line) => void err.push(line),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const fill = async (storage: StorageConfig): Promise<void> => {
    const database = await openIt(storage);
    await fillDatabase(database);
    await database.close();
  };
  const visits = async (storage: StorageConfig): Promise<unknown> => {
    const database = await openIt(storage);
    const found = await database.documents.find({ kind: 'visit', order: 'oldest', limit: 9 }, never);
    const records = await recordsOf(database);
    await database.close();
    return [found.map(({ id, body }) => [id, body]), records];
  };
  const notedIn = async (storage: StorageConfig): Promise<unknown[]> => {
    const database = await openIt(storage);
    const found = await database.documents.find({ kind: restoreLogKind, order: 'oldest', limit: 9 }, never);
    await database.close();
    return found.map(({ body }) => body);
  };
  const env = (storage: StorageConfig): Record<string, string | undefined> => ({ ...storage });

  it('goes to what a file says, and removes what a move has left behind that was killed', async () => {
    await fill(mongo);
    const tmp = path.join(folder, 'tmp');
    await mkdir(path.join(tmp, 'watchpost-move-999999999-abc'), { recursive: true });
    const file = path.join(folder, 'url');
    await writeFile(file, `${postgres.POSTGRES_URL!}\n`);
    vi.stubEnv('TMPDIR', tmp);
    try {
      const { code, out } = await run(env(mongo), '--to-file', file);
      expect([code, out]).toEqual([
        0,
        expect.stringContaining(`removed ${tmp}/watchpost-move-999999999-abc, which a move has left behind`),
      ]);
      expect(await readdir(tmp)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await visits(postgres)).toEqual(await visits(mongo));
    expect(await notedIn(postgres)).toEqual([expect.objectContaining({ what: 'moved', actor: expect.stringMatching(/^cli:/) })]);
    expect(await notedIn(mongo)).toEqual([]);
    expect(await run(env(mongo), '--to-file', file, '--to', 'embedded')).toMatchObject({ code: 2 });
    expect(await run(env(mongo), '--to-file', `${file}s`)).toMatchObject({ code: 1, err: expect.stringMatching(/^file-unreadable: /) });
  });

  it('goes from servers of one kind to the other, to the embedded database and back; each time all is the same', async () => {
    await fill(mongo);
    const before = await visits(mongo);
    const there = await run(env(mongo), '--to', postgres.POSTGRES_URL!);
    expect(there).toMatchObject({ code: 0, err: '' });
    expect(there.out).toContain('copied 1 people, 1 faces');
    expect(there.out).toContain('Now set POSTGRES_URL');
    expect(there.out).toContain('Unset MONGO_CONNECTION_STRING.');
    expect(await visits(postgres)).toEqual(before);
    expect(await run(env(postgres), '--to', 'embedded')).toMatchObject({ code: 0, err: '' });
    // Nobody is in the way, and the password of no database is in what was printed.
    expect(there.out).not.toContain('postgres://');
    await emptyGallery(postgres);
    const back = await run({}, '--to', mongo.MONGO_CONNECTION_STRING!);
    expect(back).toMatchObject({ code: 1 });
    expect(back.err).toContain('gallery-not-empty');
    expect(await run({}, '--to', mongo.MONGO_CONNECTION_STRING!, '--replace')).toMatchObject({ code: 0, err: '' });
    expect(await visits(mongo)).toEqual(before);
    expect((await readdir(os.tmpdir())).filter((name) => name.startsWith('watchpost-move-'))).toEqual([]);
  });

  it('refuses one database for both, and one that somebody works with', async () => {
    await fill(mongo);
    expect((await run(env(mongo), '--to', mongo.MONGO_CONNECTION_STRING!, '--replace')).err).toContain('move-refused: both are the same');
    const opened = await startGallery(mongo);
    expect((await run(env(mongo), '--to', postgres.POSTGRES_URL!)).err).toContain(
      'move-refused: watchpost still works with the database that is moved from',
    );
    await opened.gallery.close();
    expect(await run(env(mongo), '--to', postgres.POSTGRES_URL!)).toMatchObject({ code: 0 });
    for (const args of [[], ['--to', 'redis://x'], ['--to', postgres.POSTGRES_URL!, 'more']])
      expect((await run(env(mongo), ...args)).code).not.toBe(0);
  });

  it('leaves no job behind unless it is told to', async () => {
    await fill(postgres);
    const sender = createJobSender(postgres, { log: createLogger('test', 'silent') });
    await sender.send(snapshotJob(), { timeoutMs: 10_000 });
    await sender.close();
    const refused = await run(env(postgres), '--to', mongo.MONGO_CONNECTION_STRING!);
    expect(refused.err).toContain('move-refused: 1 jobs wait');
    const told = await run(env(postgres), '--to', mongo.MONGO_CONNECTION_STRING!, '--leave-jobs');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toContain('1 jobs stay undone in the queue of the database that was moved from');
    // With the queue on Redis nothing is left behind.
    await emptyGallery(mongo);
    expect(await run({ ...postgres, REDIS_URL: 'redis://127.0.0.1:1' }, '--to', mongo.MONGO_CONNECTION_STRING!)).toMatchObject({
      code: 0,
      err: '',
    });
  });
});

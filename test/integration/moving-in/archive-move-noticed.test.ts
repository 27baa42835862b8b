import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { runCommand } from '@watchpost/cli/run-command';
import { assertUntouched } from '@watchpost/cli/support/untouched';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { openDocuments } from '@watchpost/gallery/open-documents';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { epochId, epochKind } from '@watchpost/shared/documents/epoch';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.ts';
import { never } from '../../support/each-store.ts';
import { emptyGallery, type GalleryBackend, oneOfEachBackend } from '../../support/gallery-backends.ts';
import { fillDatabase, openIt } from '../../support/keep-database.ts';
import type { Service } from '../../support/services.ts';
import { until } from '../../support/until.ts';

const named = (part: string): GalleryBackend => oneOfEachBackend.find(({ name }) => name.includes(part))!;
const log = createLogger('test', 'silent');

describeWith(['mongo', 'postgres'], 'move notices', () => {
  const servers: Service[] = [];
  let folder: string;
  let mongo: StorageConfig;
  let postgres: StorageConfig;
  beforeAll(async () => {
    servers.push(await named('MongoDB').start(), await named('PostgreSQL').start());
    folder = await mkdtemp(path.join(os.tmpdir(), 'archive-noticed-'));
  });
  afterAll(async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    mongo = named('MongoDB').storage(servers[0]!.url);
    postgres = named('PostgreSQL').storage(servers[1]!.url);
    const database = await openIt(postgres);
    await fillDatabase(database);
    await database.close();
  });
  afterEach(async () => {
    await emptyGallery(mongo);
    await emptyGallery(postgres);
  });
  const move = async () => {
    const err: string[] = [];
    const env = { ...postgres };
    const args = ['move', '--to', mongo.MONGO_CONNECTION_STRING!];
    const code = await runCommand(args, {
      env,
      openStorage: storageForCommand,
      print: () => undefined,
      warn: (line) => void err.push(line),
    });
    return { code, err: err.join('\n') };
  };

  it('a feed process, which only reads', async () => {
    const feed = await openDocuments(postgres, { log }, never);
    expect(await move()).toMatchObject({ code: 1, err: expect.stringContaining('still works with the database that is moved from') });
    await feed.close();
    expect(await move()).toMatchObject({ code: 0, err: '' });
  });

  it('a process that begins while it copies, and changes nothing then', async () => {
    const [from, to] = [await openIt(postgres), await openIt(mongo)];
    const file = path.join(folder, 'everything.gz');
    const assertLeft = await assertUntouched(from, 'moved from', never);
    await exportArchive(from, file, {}, never);
    await assertLeft();
    const confirm = async (): Promise<void> => {
      const revision = async () => (await from.documents.get(epochKind, epochId, never)).document?.revision;
      const before = await revision();
      const late = await openDocuments(postgres, { log }, never);
      await until('it has written the pulse', async () => (await revision()) !== before);
      await late.close();
      await assertLeft();
    };
    await expect(restoreArchive(to, file, { replace: false, confirm }, never)).rejects.toMatchObject({
      code: 'move-refused',
      message: expect.stringContaining('has begun to work with the database that is moved from'),
    });
    expect(Object.values((await to.archive.counts(never)) ?? {}).every((count) => count === 0)).toBe(true);
    // Had it begun when all was copied already, the copy is there: it is to be replaced.
    await expect(assertLeft({ isCopied: true })).rejects.toMatchObject({
      code: 'move-refused',
      message: expect.stringMatching(/^everything is copied, but a process has begun .* run this again with --replace$/),
    });
    await from.close();
    await to.close();
  });
});

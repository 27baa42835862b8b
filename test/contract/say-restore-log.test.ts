import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { forgottenIn } from '@watchpost/cli/support/forgotten-since';
import { auditKinds } from '@watchpost/console/api/log/describe';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { restoreLogKind } from '@watchpost/gallery/archive/restore-log';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { never } from '../support/each-store.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';
import { openIt } from '../support/keep-database.ts';
import { runCommand } from '../support/run-command.ts';

it('says in words what was moved, and what of', () => {
  const body = { atMs: 1, actor: 'cli:ada', where: 'box', scope: 'everything', exportedAt: '2026-11-21T03:30:00.000Z', forgotten: 0 };
  const counts = { people: 10_000, faces: 1, sightings: 0 };
  const words = (what: string): string | undefined => auditKinds[restoreLogKind]?.describe({ ...body, counts, what })?.text;
  expect(words('moved')).toBe(
    'Moved everything here from another database, as it was on 2026-11-21 03:30 UTC: 10,000 people, 1 face, 0 snapshots with faces',
  );
  expect(words('something else')).toBeUndefined();
});

describeOperations('the log of changes after a restore', (rig) => {
  let folder: string;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'say-restored-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));
  const newFile = (): string => path.join(folder, `${String((count += 1))}.gz`);
  const env = (): Record<string, string | undefined> => ({ ...rig.storage });
  const entries = async (documents: DocumentStore) => documents.find({ kind: restoreLogKind, order: 'newest', limit: 9 }, never);
  const said = async (documents: DocumentStore): Promise<(string | undefined)[]> =>
    (await entries(documents)).map(({ body }) => auditKinds[restoreLogKind]?.describe(body)?.text);
  const minute = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/;

  it('says who restored which backup, when, and whom it forgot again; a later backup has it', async () => {
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    const file = newFile();
    expect(await runCommand('export', [file], env())).toMatchObject({ code: 0 });
    await rig.apply({ kind: 'forget', person: 'Unknown 2' });
    const { documents } = rig.opened;
    const beforeMs = (await documents.get('visit', '', never)).nowMs;
    expect(await runCommand('restore', ['--replace', file], env())).toMatchObject({ code: 0, err: [] });
    const [entry, ...others] = await entries(documents);
    expect(others).toEqual([]);
    expect(entry?.atMs).toBeGreaterThanOrEqual(Math.floor(beforeMs));
    expect(entry?.expiresAtMs).toBeGreaterThan(beforeMs);
    expect(auditKinds[restoreLogKind]?.describe(entry?.body)).toMatchObject({
      source: 'backups',
      actor: expect.stringMatching(/^cli:/),
      where: os.hostname(),
    });
    const [text = ''] = await said(documents);
    expect(text.replace(minute, 'THEN')).toBe(
      'Restored the backup of THEN: 1 person, 1 face, 2 snapshots with faces; 1 person who was forgotten since then is forgotten again',
    );
    const later = newFile();
    expect(await runCommand('export', [later], env())).toMatchObject({ code: 0 });
    expect(await runCommand('restore', ['--replace', later], env())).toMatchObject({ code: 0, err: [] });
    expect(await said(documents)).toHaveLength(2);
  });

  it('leaves a database empty into which an empty backup was restored', async () => {
    const [empty, full] = [newFile(), newFile()];
    expect(await runCommand('export', [empty], env())).toMatchObject({ code: 0 });
    await rig.see(strangerVector(1));
    expect(await runCommand('export', [full], env())).toMatchObject({ code: 0 });
    expect(await runCommand('restore', ['--replace', empty], env())).toMatchObject({ code: 0, err: [] });
    const codes: number[] = [];
    for (const file of [empty, full, full]) codes.push((await runCommand('restore', [file], env())).code);
    expect(codes).toEqual([0, 0, 1]);
    expect(await entries(rig.opened.documents)).toHaveLength(1);
  });

  it('is there as soon as anybody can see what was restored, also of the gallery alone', async () => {
    await rig.see(strangerVector(1));
    const everything = newFile();
    const gallery = newFile();
    const database = await openIt(rig.storage);
    const { documents } = database;
    try {
      await exportArchive(database, everything, {}, never);
      await exportArchive(database, gallery, { scope: 'gallery' }, never);
      for (const [file, already] of [
        [everything, 0],
        [gallery, 1],
      ] as const) {
        const { version } = await database.store.head(never);
        const forget = { ...(await forgottenIn(database, never)), by: { id: 'cli:ada' } };
        const state = { isDone: false };
        const restoring = restoreArchive(
          database,
          file,
          { replace: true, forget, by: { actor: { id: 'cli:ada', where: 'box' }, what: 'restored' } },
          never,
        ).finally(() => (state.isDone = true));
        const seen: number[] = [];
        while (!state.isDone) {
          const head = await database.store.head(never).catch(() => null);
          if (head && head.version !== version) seen.push((await entries(documents)).length);
        }
        await restoring;
        expect(seen.every((found) => found === already + 1)).toBe(true);
        expect(await entries(documents)).toHaveLength(already + 1);
      }
      expect((await said(documents))[0]).toMatch(/^Restored the gallery alone from the backup of /);
    } finally {
      await database.close();
    }
  });

  it('is written before anybody can see what was restored: where it cannot be, nothing was restored', async () => {
    await rig.see(strangerVector(1));
    const file = newFile();
    const database = await openIt(rig.storage);
    try {
      await exportArchive(database, file, {}, never);
      await rig.see(strangerVector(2));
      const { version } = await database.store.head(never);
      const { archive } = database;
      const noted = (): never => {
        throw new Error('no room for the entry');
      };
      const full = { ...database, archive: { ...archive, replaceAll: swap } };
      async function swap(...[replacement, batches, signal]: Parameters<typeof archive.replaceAll>) {
        return archive.replaceAll({ ...replacement, noted }, batches, signal);
      }
      const by = { actor: { id: 'cli:ada', where: 'box' }, what: 'restored' } as const;
      await expect(restoreArchive(full, file, { replace: true, by }, never)).rejects.toThrow(
        /no room for the entry|the operation on PostgreSQL failed/,
      );
      expect((await database.store.head(never)).version).toBe(version);
      expect(await entries(database.documents)).toEqual([]);
    } finally {
      await database.close();
    }
  });
});

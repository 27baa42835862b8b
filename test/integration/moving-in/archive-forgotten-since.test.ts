import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { forgottenIn } from '@watchpost/cli/support/forgotten-since';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strangerVector } from '../../support/gallery-backends.ts';
import { describeOperations, reader } from '../../support/gallery-rig.ts';
import { letTimePass } from '../../support/passing-time.ts';
import { runCommand } from '../../support/run-command.ts';
import { startGallery } from '../../support/start-gallery.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;

describeOperations('restoring over a database that has forgotten people since', (rig) => {
  let folder: string;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'archive-since-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const env = (): Record<string, string | undefined> => ({ ...rig.storage });
  const backUp = async (): Promise<string> => {
    count += 1;
    const file = path.join(folder, `${String(count)}.gz`);
    expect(await runCommand('export', [file], env())).toMatchObject({ code: 0 });
    return file;
  };
  const eraseAll = async (): Promise<void> => {
    await letTimePass(rig.storage, 12 * minuteMs);
    await rig.opened.housekeeping.erase(never);
  };
  /** A backup with four people; then Bob becomes Ada, she is forgotten and erased, and so is Cy, but that is undone. Resolves to the file. */
  const backUpAndForget = async (): Promise<string> => {
    for (const [index, name] of ['Ada', 'Bob', 'Cy', 'Dan'].entries()) {
      const seen = await rig.see(strangerVector(index + 1));
      await rig.apply({ kind: 'name', person: seen?.person?.name ?? '', to: name });
    }
    const file = await backUp();
    await rig.apply({ kind: 'merge', from: 'Bob', into: 'Ada' });
    await rig.apply({ kind: 'forget', person: 'Ada' });
    const { id } = await rig.apply({ kind: 'forget', person: 'Cy' });
    await rig.undo(id);
    await eraseAll();
    return file;
  };
  const names = async (): Promise<string[]> => {
    const { gallery } = await startGallery(rig.storage);
    const found = (await gallery.people(never)).map(({ name }) => name).toSorted((a, b) => a.localeCompare(b));
    await gallery.close();
    return found;
  };

  it('forgets them again, those too whom the backup still has as two, and it can be undone', async () => {
    const file = await backUpAndForget();
    const restored = await runCommand('restore', ['--replace', file], env());
    expect(restored).toMatchObject({ code: 0, err: [] });
    expect(restored.out.at(-1)).toMatch(/^2 people who were forgotten after this backup was made are forgotten again: watchpost receipts /);
    expect(await names()).toEqual(['Cy', 'Dan']);
    const receipts = await runCommand('receipts', ['--json'], env());
    expect(receipts.out.map((line) => JSON.parse(line) as { state: string }).map(({ state }) => state)).toEqual(['pending', 'pending']);
    expect(await runCommand('undo', [], env())).toMatchObject({ code: 0 });
    expect(await names()).toHaveLength(3);
  });

  it('brings them back where that is meant', async () => {
    const file = await backUpAndForget();
    expect(await runCommand('restore', ['--bring-back', file], env())).toMatchObject({ code: 2 });
    const restored = await runCommand('restore', ['--replace', '--bring-back', file], env());
    expect(restored.out.join('\n')).not.toContain('forgotten');
    expect(await names()).toEqual(['Ada', 'Bob', 'Cy', 'Dan']);
    // Nothing is left of the wishes: the audit is the backup's.
    expect(await runCommand('restore', ['--replace', file], env())).toMatchObject({ code: 0 });
    expect(await names()).toHaveLength(4);
  });

  it.each(['this-is', 'assign'] as const)('forgets again who became the forgotten one by what a reader said (%s)', async (kind) => {
    await rig.see(strangerVector(1), 'ada');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(strangerVector(2), 'two');
    await rig.see(strangerVector(3), 'three');
    await rig.apply({ kind: 'name', person: 'Unknown 3', to: 'Cy' });
    const file = await backUp();
    const person = (await rig.called('Ada')).id;
    if (kind === 'this-is') await rig.apply({ kind, snapshotId: 'two', position: 0, person: { id: person } });
    else await rig.apply({ kind, snapshotId: 'two', position: 0, person });
    // Also Cy's face is said to be hers: Cy remains somebody else.
    await rig.see(strangerVector(3), 'mistaken');
    await rig.apply({ kind: 'assign', snapshotId: 'mistaken', position: 0, person });
    expect(await names()).toEqual(['Ada', 'Cy']);
    await rig.apply({ kind: 'forget', person });
    await eraseAll();
    expect(await runCommand('restore', ['--replace', file], env())).toMatchObject({ code: 0, err: [] });
    expect(await names()).toEqual(['Cy']);
  });

  it.each(['everything', 'gallery'] as const)(
    'forgets them in the same moment, also from a backup of %s, and an undo holds',
    async (scope) => {
      await rig.see(strangerVector(1));
      await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
      count += 1;
      const file = path.join(folder, `${String(count)}.gz`);
      await rig.withDatabase((database) => exportArchive(database, file, { scope }, never));
      await rig.apply({ kind: 'forget', person: 'Ada' });
      await eraseAll();
      const killed = (): Promise<unknown> =>
        rig.withDatabase(async (database) => {
          const forget = { ...(await forgottenIn(database, never)), by: reader };
          return restoreArchive(database, file, { replace: true, forget }, never);
        });
      await killed();
      expect(await names()).toEqual([]);
      // Run again it knows them still, although the audit is the backup's and one entry more.
      await killed();
      expect(await names()).toEqual([]);
      const { gallery, housekeeping, operations } = await rig.start();
      await gallery.ready(never);
      // In the name of whoever restored; and an undo holds.
      expect((await operations.history(1, never)).map(({ action, actor }) => [action, actor])).toEqual([['forget', reader]]);
      await operations.undo(null, reader, never);
      await housekeeping.round(never);
      expect(await names()).toEqual(['Ada']);
      // To bring them back is meant, whatever was left.
      await rig.apply({ kind: 'forget', person: 'Ada' });
      await killed();
      expect(await runCommand('restore', ['--replace', '--bring-back', file], env())).toMatchObject({ code: 0 });
      await housekeeping.round(never);
      expect(await names()).toEqual(['Ada']);
    },
  );
});

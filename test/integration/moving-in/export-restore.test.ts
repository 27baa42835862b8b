import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.ts';
import { face, snapshotInfo, strangerVector } from '../../support/gallery-backends.ts';
import { runCommand } from '../../support/run-command.ts';
import { postgres, type Service } from '../../support/services.ts';
import { namePerson, startGallery } from '../../support/start-gallery.ts';

const never = new AbortController().signal;

describeWith([], 'export and restore', () => {
  let server: Service;
  let folder: string;

  beforeAll(async () => {
    server = await postgres();
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-backup-'));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('save and restore a gallery, and report what is in it', async () => {
    const env = { POSTGRES_URL: server.url };
    const started = await startGallery(env);
    const { gallery } = started;
    await gallery.recognise(snapshotInfo(), [face(strangerVector(1), { crop: new Uint8Array([1]) }), face(strangerVector(2))], never);
    const file = path.join(folder, 'gallery.gz');
    const saved = await runCommand('export', [file], env);
    expect(saved).toMatchObject({ code: 0, err: [] });
    expect(saved.out.join('\n')).toContain('2 people, 2 faces, 1 pictures of faces, 1 snapshots with sightings');
    expect(await runCommand('export', [file], env)).toMatchObject({ code: 1, err: [expect.stringContaining('file-exists')] });

    await namePerson(started, 'Unknown 1', 'Ada', { id: 'cli' });
    await gallery.close();
    expect(await runCommand('restore', [file], env)).toMatchObject({ code: 1, err: [expect.stringContaining('gallery-not-empty')] });
    const back = await runCommand('restore', ['--replace', file], env);
    expect(back).toMatchObject({
      code: 0,
      err: [],
      out: [expect.stringContaining('restored 2 people, 2 faces'), expect.stringContaining('compared')],
    });
    expect(await runCommand('verify', [file], {})).toMatchObject({
      code: 0,
      out: [expect.stringContaining('is whole'), expect.stringContaining('2 people')],
    });
    expect(await runCommand('verify', [import.meta.filename], {})).toMatchObject({
      code: 1,
      err: [expect.stringContaining('archive-invalid')],
    });
    const { gallery: again } = await startGallery(env);
    expect((await again.people(never)).map(({ name }) => name)).toEqual(['Unknown 1', 'Unknown 2']);
    await again.close();
  });

  it('say who took back a consent that the file still has', async () => {
    const env = { POSTGRES_URL: server.url };
    const started = await startGallery(env);
    await started.gallery.recognise(snapshotInfo({ snapshotId: 'c1' }), [face(strangerVector(11)), face(strangerVector(12))], never);
    const [ada, bob] = (await started.gallery.people(never)).slice(-2);
    await namePerson(started, ada?.name ?? '', 'Ada L', { id: 'cli' });
    await namePerson(started, bob?.name ?? '', 'Bob', { id: 'cli' });
    await started.gallery.close();
    for (const name of ['Ada L', 'Bob']) expect(await runCommand('consent', [name, 'given'], env)).toMatchObject({ code: 0 });
    const file = path.join(folder, 'consents.gz');
    expect(await runCommand('export', [file], env)).toMatchObject({ code: 0 });
    expect(await runCommand('consent', ['Ada L', 'withdrawn'], env)).toMatchObject({ code: 0 });
    const { out } = await runCommand('restore', ['--replace', file], env);
    const [line = ''] = out.filter((each) => each.includes('consent'));
    expect(line).toContain(
      '1 person took back their consent after this backup was made, or was asked anew, and it counts as given again: Ada L.',
    );
    expect(await runCommand('consent', ['Ada L', 'withdrawn'], env)).toMatchObject({ code: 0 });
    const again = await runCommand('restore', ['--replace', '--bring-back', file], env);
    expect(again.out.join('\n')).toContain('Ada L');
    // Whoever was interrupted before it was said restores once more.
    const afterKill = await runCommand('restore', ['--replace', file], env);
    expect(afterKill.out.join('\n')).toContain('Ada L');
    expect(await runCommand('consent', ['Ada L', 'given'], env)).toMatchObject({ code: 0 });
    const quiet = await runCommand('restore', ['--replace', file], env);
    expect(quiet.out.join('\n')).not.toContain('consent');
  });

  it('require one file', async () => {
    expect(await runCommand('export', [], {})).toMatchObject({ code: 2 });
    expect(await runCommand('restore', ['a', 'b'], {})).toMatchObject({ code: 2 });
  });
});

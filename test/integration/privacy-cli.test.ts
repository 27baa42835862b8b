import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from '@watchpost/cli/run-command';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { postgres, type Service } from '../support/services.ts';
import { startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;

describe('the commands about people’s data', () => {
  let server: Service;
  let folder: string;
  const watchpost = async (...args: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const env = { POSTGRES_URL: server.url, UNKNOWN_KEEP_DAYS: '12' };
    const code = await runCommand(args, { env, print: (line) => void out.push(line), warn: (line) => void err.push(line) });
    return { out, err, code };
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'privacy-cli-'));
    server = await postgres();
    const { gallery, operations } = await startGallery({ POSTGRES_URL: server.url });
    for (const seed of [1, 2]) await gallery.recognise(snapshotInfo(), [face(strangerVector(seed), { crop: new Uint8Array([7]) })], never);
    await operations.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' }, { id: 'cli' }, never);
    await gallery.close();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('note consent and say what was noted', async () => {
    expect((await watchpost('consent', 'ada')).out).toEqual(['Ada: nothing was noted about consent']);
    const given = await watchpost('consent', 'ada', 'given', '--note', 'on paper');
    expect(given.out).toEqual([expect.stringMatching(/^Ada: given \(.* UTC, noted by cli:.*\): on paper$/)]);
    expect((await watchpost('consent', 'Ada', 'withdrawn')).out.slice(1)).toEqual([
      'With REQUIRE_CONSENT=name posts say the name no more, except old ones whose visits are not kept any more.',
      'If nothing of them may be kept, erase them: watchpost forget "Ada"',
    ]);
    expect(JSON.parse((await watchpost('consent', 'Ada', '--json')).out[0] ?? '')).toMatchObject({
      name: 'Ada',
      state: 'withdrawn',
      note: null,
    });
    expect((await watchpost('history', '--limit', '1')).out[0]).toContain('Ada: consent withdrawn');
    expect(await watchpost('consent', 'Ada', 'perhaps')).toMatchObject({ code: 2 });
    expect(await watchpost('consent', 'Ada', '--note', 'x')).toMatchObject({ code: 2 });
    expect(await watchpost('consent', 'Nobody')).toMatchObject({ code: 1, err: [expect.stringContaining('person-not-found')] });
  });

  it('export a person to a folder or a zip, once, for its owner only', async () => {
    const target = path.join(folder, 'ada');
    expect((await watchpost('export-person', 'Ada', target)).out[0]).toContain('all about Ada in');
    expect((await readdir(target)).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [
        'audit.json',
        'faces',
        'faces.json',
        'notices.json',
        'person.json',
        'posts.json',
        'README.txt',
        'records.json',
        'sightings',
        'sightings-0001.json',
        'subscriptions.json',
        'visits.json',
      ].toSorted((a, b) => a.localeCompare(b)),
    );
    expect((await stat(path.join(target, 'person.json'))).mode & 0o077).toBe(0);
    expect(await watchpost('export-person', 'Ada', target)).toMatchObject({ code: 1, err: [expect.stringContaining('output-failed')] });
    expect(await readdir(target)).toHaveLength(12);
    const zip = `${target}.zip`;
    expect(await watchpost('export-person', 'Ada', zip)).toMatchObject({ code: 0 });
    expect((await readFile(zip)).subarray(0, 2).toString()).toBe('PK');
    expect(await watchpost('export-person', 'Nobody', path.join(folder, 'nobody.zip'))).toMatchObject({ code: 1 });
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('list what is kept and for how long, by these settings', async () => {
    const { out } = await watchpost('retention');
    expect(out[0]).toMatch(/^class +count +size +oldest +kept +next due$/);
    expect(out.find((line) => line.startsWith('Unknown people'))).toMatch(/ 1 .* 12 days \(UNKNOWN_KEEP_DAYS\) .* UTC$/);
    expect(out.find((line) => line.startsWith('Posts'))).toContain('for ever (POSTS_KEEP_DAYS)');
    expect(out.find((line) => line.startsWith('Converted files'))).toContain(' 1 day (CONVERT_KEEP_HOURS)');
    const lines = (await watchpost('retention', '--json')).out.map((line): unknown => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ id: 'sightings', count: 2 }));
  });

  it('accept that somebody is forgotten, and show the receipt until it is undone', async () => {
    expect((await watchpost('receipts')).out).toEqual(['nobody was forgotten']);
    const { out } = await watchpost('forget', 'Ada');
    const [, id = ''] = /watchpost receipts ([0-9a-f]{8})/.exec(out[1] ?? '') ?? [];
    expect((await watchpost('receipts')).out).toEqual([
      expect.stringMatching(new RegExp(`^${id} .* pending: it can be undone until .* UTC$`)),
    ]);
    const [shown] = (await watchpost('receipts', id, '--json')).out.map((line): unknown => JSON.parse(line));
    expect(shown).toMatchObject({ state: 'pending' });
    expect(shown).not.toHaveProperty('personIds');
    const early = await watchpost('receipts', id, '--settle', '--note', 'the channel is gone');
    expect(early).toMatchObject({ code: 1, err: [expect.stringContaining('nothing is to be settled here')] });
    expect(await watchpost('receipts', id, '--settle')).toMatchObject({ code: 2 });
    expect(await watchpost('receipts', '--settle', '--note', 'x')).toMatchObject({ code: 2 });
    expect((await watchpost('undo', id)).out).toEqual(['undone: Ada was forgotten']);
    expect((await watchpost('receipts')).out).toEqual(['nobody was forgotten']);
    expect(await watchpost('receipts', id)).toMatchObject({ code: 1 });
  });
});

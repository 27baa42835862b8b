import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alikeVector, face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { runCommand } from '../support/run-command.ts';
import { postgres, type Service } from '../support/services.ts';
import { startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;

describe('the commands for people', () => {
  let server: Service;

  /** What a command prints on standard output and standard error, and its exit code. */
  const watchpost = async (name: string, ...args: string[]) => {
    const { out, err, code } = await runCommand(name, args, { POSTGRES_URL: server.url });
    return { out: out.join('\n'), err: err.join('\n'), code };
  };

  beforeAll(async () => {
    server = await postgres();
    const { gallery } = await startGallery({ POSTGRES_URL: server.url });
    for (const seed of [1, 2, 3]) await gallery.recognise(snapshotInfo({ takenAtMs: seed * 1_000 }), [face(strangerVector(seed))], never);
    await gallery.close();
  });
  afterAll(async () => {
    await server.stop();
  });

  it('list, name, merge, forget and undo, and report what was done', async () => {
    expect((await watchpost('people')).out.split('\n')[1]).toMatch(/^Unknown 1 +unknown +1 +1970-01-01 00:00 UTC +Door$/);
    expect(await watchpost('name', 'Unknown 2', 'Ada')).toEqual({ out: 'Unknown 2 is now Ada', err: '', code: 0 });
    expect(await watchpost('name', 'Unknown 3', 'ada')).toEqual({ out: '', err: 'name-taken: somebody is called "Ada" already', code: 1 });
    expect(await watchpost('name', 'Unknown 2')).toMatchObject({ code: 2 });
    expect((await watchpost('merge', 'Unknown 3', 'Unknown 1')).out).toBe('Unknown 3 merged into Unknown 1');
    expect((await watchpost('forget', 'Ada')).out).toMatch(
      /^Ada was forgotten\nAccepted\. For ten minutes watchpost undo [0-9a-f]{8} takes it back/,
    );
    expect((await watchpost('people')).out.split('\n')).toHaveLength(2);
    expect((await watchpost('undo')).out).toBe('undone: Ada was forgotten');
    const people = (await watchpost('people', '--json')).out.split('\n').map((line) => JSON.parse(line) as object);
    expect(people).toMatchObject([
      { name: 'Ada', status: 'named', number: 2, faces: 1 },
      { name: 'Unknown 1', status: 'unknown', faces: 2, lastSeen: { atMs: 3_000 } },
    ]);
    expect(await watchpost('alias', 'Ada', 'The Countess')).toMatchObject({ err: '', code: 0 });
    expect((await watchpost('name', 'the countess', 'Ada Lovelace')).out).toBe('the countess is now Ada Lovelace');
    const history = (await watchpost('history')).out;
    for (const line of [/forget +Ada was forgotten \(cli:.+ at .+\), undone/, /merge +Unknown 3 merged/, /name +Unknown 2 → Ada/]) {
      expect(history).toMatch(line);
    }
  });

  it('say which strangers may be somebody, and take the answer', async () => {
    const { gallery } = await startGallery({ POSTGRES_URL: server.url });
    await gallery.recognise(snapshotInfo({ snapshotId: 'clear' }), [face(strangerVector(40))], never);
    await gallery.recognise(snapshotInfo({ snapshotId: 'unsure' }), [face(alikeVector(strangerVector(40), 0.62, 41))], never);
    await gallery.close();
    expect(await watchpost('name', 'Unknown 4', 'Grace')).toMatchObject({ code: 0 });
    const [header, row, , hint, ...more] = (await watchpost('people', '--suggestions')).out.split('\n');
    expect(header).toMatch(/^name +status +faces +last seen +where +may be$/);
    expect(row).toMatch(/^Unknown 5 +unknown +1 .* Grace$/);
    expect(hint).toBe('The same person? watchpost merge "Unknown 5" "Grace". Somebody else? watchpost distinguish "Unknown 5" "Grace".');
    expect(more).toEqual([]);
    expect((await watchpost('explain', 'unsure')).out).toMatch(/^face 1: unknown, Unknown 5, who may be Grace\n/);
    expect((await watchpost('people')).out).toMatch(/\nGrace +named .*\n/);
    expect((await watchpost('distinguish', 'Unknown 5', 'Grace')).out).toBe('Unknown 5 is not Grace');
    expect(await watchpost('distinguish', 'Unknown 5', 'Grace')).toMatchObject({ code: 1, err: expect.stringContaining('already') });
    expect((await watchpost('people', '--suggestions')).out).toBe('no unknown person may be somebody known');
    expect((await watchpost('people')).out).not.toContain('may be');
    expect((await watchpost('undo')).out).toBe('undone: Unknown 5 is not Grace');
    const suggested = (await watchpost('people', '--suggestions', '--json')).out;
    expect(JSON.parse(suggested)).toMatchObject({ name: 'Unknown 5', mayBe: { name: 'Grace' } });
    expect((await watchpost('merge', 'Unknown 5', 'Grace')).out).toBe('Unknown 5 merged into Grace');
  });
});

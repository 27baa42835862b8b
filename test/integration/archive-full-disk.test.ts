import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';

/** Writes a backup of lines that do not compress, some megabytes, and says what became of it. */
const program = `
  import { randomBytes } from 'node:crypto';
  import { readdirSync } from 'node:fs';
  import { writeArchive, readArchive } from '@watchpost/gallery/archive/archive-file';
  const [folder] = process.argv.slice(1);
  async function* lines() {
    for (let each = 0; each < 100; each += 1) yield { kind: 'crop', id: String(each), jpeg: randomBytes(40_000).toString('base64') };
    return { version: 1, nextNumber: 1 };
  }
  const file = folder + '/backup.gz';
  const signal = new AbortController().signal;
  const code = await writeArchive(file, { scope: 'everything', lines: lines() }, signal).then(() => 'written', (error) => error.code + ' ' + error.message);
  let read = 0;
  if (code === 'written') for await (const line of readArchive(file)) read += 1;
  console.log(JSON.stringify({ code, read, files: readdirSync(folder) }));
`;
/** A file system of its own, in memory, of this size. */
const script = 'mount -t tmpfs -o size=$3 none "$1" && cd "$2" && exec "$4" --conditions=internals --input-type=module -e "$5" "$1"';

describeWith([], 'an export', () => {
  const exportInto = (size: string): unknown => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'archive-full-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const args = [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      folder,
      fromRoot('test'),
      size,
      process.execPath,
      program,
    ];
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  };

  it('that fills the disk leaves nothing that passes for a backup, nor the room taken', () => {
    expect(exportInto('1m')).toEqual({
      code: expect.stringMatching(/^file-unwritable .*backup\.gz cannot be written: ENOSPC/),
      read: 0,
      files: [],
    });
  });

  it('is whole where there is room', () => {
    expect(exportInto('20m')).toEqual({ code: 'written', read: 100, files: ['backup.gz'] });
  });
});

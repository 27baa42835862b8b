import { chmod, mkdir, readdir, readlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { convertibleLink } from '@watchpost/convert/links';
import { findTools, isPackaged } from '@watchpost/convert/tools';
import { inWorkFolder, sweepWorkFolders } from '@watchpost/convert/work-folder';
import { readRequest } from '@watchpost/worker/talk/convert/read-request';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/media.ts';

describe('findTools', () => {
  it('takes what the settings name, else what is on the PATH, else the ffmpeg of a package', async () => {
    const folder = await temporaryFolder();
    const program = join(folder, 'ffmpeg');
    const packaged = await findTools({}, 'relative:/nowhere');
    expect(isPackaged(packaged)).toBe(true);
    expect(packaged.ytDlp).toBeNull();
    await writeFile(program, '#!/bin/sh\n');
    expect((await findTools({}, folder)).ffmpeg).not.toBe(program);
    await chmod(program, 0o700);
    expect(await findTools({}, folder)).toMatchObject({ ffmpeg: program, ytDlp: null });
    expect(await findTools({ YT_DLP_PATH: program }, '')).toMatchObject({ ytDlp: program });
    await expect(findTools({ FFMPEG_PATH: '/nowhere/ffmpeg' }, folder)).rejects.toMatchObject({ code: 'converter-missing' });
  });
});

describe('sweepWorkFolders', () => {
  it('removes what workers left that were killed, and nothing that somebody works in', async () => {
    const base = await temporaryFolder();
    const host = hostname().replaceAll(/[^A-Za-z0-9.]/g, '_');
    const machine = `${host}_${(await readlink('/proc/self/ns/pid').catch(() => '')).replaceAll(/\D/g, '')}`;
    // Of another container, which has the same host name, and whose processes have the same numbers.
    const neighbour = `watchpost-convert-${host}_1-${process.pid}-alive`;
    await mkdir(join(base, neighbour));
    await mkdir(join(base, `watchpost-convert-${machine}-${process.pid}-before`));
    await mkdir(join(base, `watchpost-convert-${machine}-4194305-killed`));
    await mkdir(join(base, `watchpost-convert-${machine}-${process.ppid}-alive`));
    await mkdir(join(base, 'watchpost-convert-elsewhere-7-alive'));
    await mkdir(join(base, 'other'));
    await inWorkFolder(base, async (folder) => {
      expect(await sweepWorkFolders(base, Date.now())).toBe(2);
      expect(await readdir(base)).toEqual(expect.arrayContaining([folder.slice(base.length + 1)]));
    });
    expect((await readdir(base)).toSorted()).toEqual(
      ['other', neighbour, 'watchpost-convert-elsewhere-7-alive', `watchpost-convert-${machine}-${process.ppid}-alive`].toSorted(),
    );
    await sweepWorkFolders(base, Date.now() + 2 * 3_600_000);
    expect(await readdir(base)).toContain(neighbour);
    await sweepWorkFolders(base, Date.now() + 4 * 3_600_000);
    expect(await readdir(base)).toEqual(['other']);
  });
});

describe('convertibleLink', () => {
  it.each([
    ['see https://youtu.be/a?b=1, please', 'https://youtu.be/a?b=1'],
    ['(https://www.youtu.be/a)', 'https://www.youtu.be/a'],
    ['https://other.test/ http://youtu.be./a', 'http://youtu.be./a'],
    ['https://youtu.be.other.test/a', null],
    ['https://other.test/?https://youtu.be/', null],
    ['https://me@youtu.be/a', null],
    ['https://youtu.be:8080/a', null],
    ['ftp://youtu.be/a', null],
    [`https://youtu.be/${'a'.repeat(3_000)}`, null],
  ])('finds in %s', (text, link) => {
    expect(convertibleLink(text, ['youtu.be'])).toBe(link);
  });
});

describe('readRequest', () => {
  const hosts = ['youtu.be'];
  const link = 'https://youtu.be/a';

  it.each([
    [link, { link, format: null, mailTo: null }],
    [`${link} mp3`, { link, format: 'mp3', mailTo: null }],
    [`MP4 ${link}`, { link, format: 'mp4', mailTo: null }],
    [`${link} .jpeg to Ada@Example.org`, { link, format: 'jpg', mailTo: 'ada@example.org' }],
    ['youtu.be/a gif', { link, format: 'gif', mailTo: null }],
    [`a song, ${link} I have no mp3 of it`, { link, format: null, mailTo: null }],
    ['https://other.test/a mp3', { link: null, host: 'other.test', format: 'mp3' }],
    ['', { link: null, host: null, format: null }],
    ['mp3', { link: null, host: null }],
  ])('reads %s', (typed, request) => {
    expect(readRequest(typed, hosts)).toMatchObject(request);
  });

  it.each([`to ${'@.'.repeat(2_000)} x`, `to ${'@.'.repeat(2_000)}`, `to ${'a.'.repeat(2_000)}@`, `${'to '.repeat(1_300)}@`])(
    'reads at once what is as long as a message can be: %.12s',
    (typed) => {
      const begunAt = performance.now();
      expect(readRequest(typed, hosts)).toMatchObject({ link: null, mailTo: null });
      // As it was, a quarter of it took five seconds, in which the process did nothing else.
      expect(performance.now() - begunAt).toBeLessThan(1_000);
    },
  );
});

import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertFile } from '@watchpost/convert/convert-file';
import { fetchMedia } from '@watchpost/convert/fetch-media';
import { createFetchOutside } from '@watchpost/outside/fetch-outside';
import type { GuardDeps } from '@watchpost/outside/guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertRig } from '../support/convert-rig.ts';
import { makeFilm, makeMedia, someTools, temporaryFolder } from '../support/media.ts';
import { until } from '../support/until.ts';

let film = '';
let port = 0;
let base = '';
const site = createServer((request, answer) => {
  if (request.url === '/inside') answer.writeHead(302, { location: 'http://10.0.0.1/film.mp4' }).end();
  else if (request.url === '/list.mp4') answer.end('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n');
  else void readFile(film).then((bytes) => answer.end(bytes));
});

beforeAll(async () => {
  base = await temporaryFolder();
  film = await makeFilm(join(base, 'film.mp4'), 3);
  await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
  const address = site.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(() => {
  site.closeAllConnections();
  site.close();
});

describe('a link, with real programs', () => {
  const { deps, talk, say, work, lastShown, folders } = convertRig({ mostFileBytes: 50_000_000 });
  beforeAll(async () => {
    const guard: GuardDeps = {
      ports: [port, 80],
      isPublic: (ip) => ip === '127.0.0.1',
      lookUp: async () => [{ address: '127.0.0.1', family: 4 }],
    };
    const tools = { ...(await someTools()), ytDlp: null };
    const outside = createFetchOutside(guard);
    deps.converting.fetchMedia = async (wish, signal) =>
      fetchMedia(
        wish,
        { tools, fetchOutside: (url, ...rest) => outside(url.replace('sounds.test', `sounds.test:${port}`), ...rest) },
        signal,
      );
    deps.converting.convertFile = async (wish, signal) => convertFile(wish, tools, signal);
  });

  it('comes back as a song with its name', async () => {
    await say('1', 'http://sounds.test/A_film.mp4 mp3');
    await work();
    expect(lastShown()).toMatch(/^Here it is: A film\.mp3/);
    const [sent] = talk.files;
    expect((await sent?.file.content.text())?.slice(0, 3)).toBe('ID3');
    expect(await folders()).toEqual([]);
  });

  it('never leads to what is inside, nor to a file of ours', async () => {
    for (const [at, format] of [
      ['inside', 'mp3'],
      ['list.mp4', 'mp4'],
      ['list.mp4', 'wav'],
    ]) {
      await say(`2-${at}-${format}`, `http://sounds.test/${at} ${format}`);
      await work();
      expect(lastShown()).toMatch(/^That did not work/);
    }
    expect(talk.files).toHaveLength(1);
  });
});

/** Who works in a folder, as the system sees it. */
async function workingIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter(
    (pid, index) => pid !== process.pid && lines[index]?.startsWith('/') === true && lines[index].includes(`file:${folder}`),
  );
}

describe.skipIf(process.platform !== 'linux')('ffmpeg', () => {
  it('ends with the worker that is killed', async () => {
    const folder = join(base, 'killed');
    await mkdir(folder);
    const long = await makeMedia(join(folder, 'fetched.wav'), ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '9000']);
    const wish = { file: long, folder, format: 'm4a', tags: { title: null, artist: null, album: null }, maxBytes: 2e9, timeoutMs: 600_000 };
    const script = `import { convertFile } from '@watchpost/convert/convert-file'; import { findTools } from '@watchpost/convert/tools';
      const tools = await findTools({}, process.env.PATH);
      await convertFile({ ...${JSON.stringify(wish)}, onProgress: () => undefined }, tools, new AbortController().signal);`;
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const worker = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd, stdio: 'ignore' });
    await until('ffmpeg works', async () => (await workingIn(`${folder}/made`)).length > 0);
    worker.kill('SIGKILL');
    await until('ffmpeg has ended', async () => (await workingIn(`${folder}/made`)).length === 0, 5_000);
    expect(worker.killed).toBe(true);
  });
});

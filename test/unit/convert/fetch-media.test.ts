import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fetchMedia, type MediaToFetch } from '@watchpost/convert/fetch-media';
import { createFetchOutside } from '@watchpost/outside/fetch-outside';
import type { GuardDeps } from '@watchpost/outside/guard';
import type { Tools } from '@watchpost/convert/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSound, someTools, temporaryFolder } from '../../support/media.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const asked: string[] = [];
let base: string;
let tools: Tools;
let sound: string;
let guard: GuardDeps;
let origin: string;
let count = 0;

const site = createServer((request, answer) => {
  asked.push(request.url ?? '');
  if (request.url === '/page') answer.writeHead(200, { 'content-type': 'audio/mpeg' }).end('<html>no sound</html>');
  else if (request.url === '/list.mp4') answer.end('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n');
  else void readFile(sound).then((bytes) => answer.end(bytes));
});

beforeAll(async () => {
  base = await temporaryFolder();
  sound = await makeSound(join(base, 'sound.wav'), 1);
  await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
  const address = site.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  origin = `http://sounds.test:${port}`;
  guard = { ports: [port, 80], isPublic: (ip) => ip === '127.0.0.1', lookUp: async () => [{ address: '127.0.0.1', family: 4 }] };
  tools = { ...(await someTools()), ytDlp: null };
});

afterAll(() => {
  site.closeAllConnections();
  site.close();
});

async function wish(more: Partial<MediaToFetch> = {}): Promise<MediaToFetch> {
  count += 1;
  const folder = join(base, `fetch-${count}`);
  await mkdir(folder);
  const usual = { url: 'http://sounds.test/A_song.wav', format: 'mp3', hosts: ['sounds.test'] } as const;
  return { ...usual, folder, maxBytes: 10_000_000, timeoutMs: 20_000, onProgress: () => undefined, ...more };
}

/** A yt-dlp that is this script. `$proxy` and `$out` are set. */
async function ytDlp(script: string): Promise<Tools> {
  count += 1;
  const file = join(base, `yt-dlp-${count}`);
  const head = '#!/bin/sh\nprintf "%s\\n" "$@" > args\nwhile [ $# -gt 1 ]; do [ "$1" = --proxy ] && proxy=$2; shift; done\nurl=$1\n';
  await writeFile(file, head + script);
  await chmod(file, 0o700);
  return { ...tools, ytDlp: file };
}

/** The address that is allowed, at the port where the site is: what a resolver and port 80 would do. */
const plainly: typeof fetchMedia = (asks, deps, signal) => {
  const here = createFetchOutside(guard);
  return fetchMedia(asks, { ...deps, fetchOutside: (url, ...rest) => here(url.replace('http://sounds.test', origin), ...rest) }, signal);
};
const deps = { fetchOutside: createFetchOutside() };

describe('fetchMedia', () => {
  it('fetches a file over http where there is no yt-dlp, with a title of its name', async () => {
    const parts: number[] = [];
    const fetched = await plainly(await wish({ onProgress: (part) => void parts.push(part) }), { ...deps, tools }, never);
    expect(await readFile(fetched.file)).toEqual(await readFile(sound));
    expect(fetched.tags.title).toBe('A song');
  });

  it('refuses other hosts before anything is asked', async () => {
    const failing = { tools, fetchOutside: () => Promise.reject(new Error('it was asked')) };
    for (const url of [
      'https://other.test/a',
      'https://sounds.test.other.test/',
      'https://notsounds.test/',
      'http://sounds.test:81/',
      'file:///etc/passwd',
    ])
      await expect(fetchMedia(await wish({ url }), failing, never)).rejects.toMatchObject({ code: 'address-refused' });
  });

  it.each(['page', 'list.mp4'])('refuses what is no sound, whatever it says it is: %s', async (path) => {
    const asks = await wish({ url: `http://sounds.test/${path}` });
    await expect(plainly(asks, { ...deps, tools }, never)).rejects.toMatchObject({ code: 'conversion-failed' });
  });

  it('takes from yt-dlp the file, its tags and its progress', async () => {
    const parts: number[] = [];
    const fake = await ytDlp(
      `echo 'INFO {"title":"A title","artist":null,"uploader":"Grace\\u202e","album":"Tests"}'\necho "PROGRESS 50 100"\ncp ${sound} fetched.webm\n`,
    );
    const asks = await wish({ url: 'http://sounds.test/watch?v=1&x=$(touch leaked)', onProgress: (part) => void parts.push(part) });
    const fetched = await fetchMedia(asks, { ...deps, tools: fake }, never);
    expect(fetched.tags).toEqual({ title: 'A title', artist: 'Grace', album: 'Tests' });
    expect(parts).toEqual([0.5]);
    const args = (await readFile(join(asks.folder, 'args'), 'utf8')).trim().split('\n');
    expect(args.slice(-2)).toEqual(['--', 'http://sounds.test/watch?v=1&x=$(touch leaked)']);
    expect(args).toEqual(expect.arrayContaining(['--ignore-config', '--no-exec', 'default,-generic', '--no-playlist']));
    expect(await readdir(asks.folder)).not.toContain('leaked');
  });

  it('gives yt-dlp a proxy that leads nowhere else, and nothing of our environment', async () => {
    const script =
      "env > env\nnode -e \"require('http').request(process.argv[1],{path:'http://10.0.0.1/'},r=>console.log('STATUS',r.statusCode)).end()\" \"$proxy\" > status\nexit 1\n";
    process.env['A_SECRET_OF_OURS'] = 'secret';
    try {
      const asks = await wish();
      await expect(fetchMedia(asks, { ...deps, guard, tools: await ytDlp(script) }, never)).rejects.toMatchObject({
        code: 'conversion-failed',
      });
      expect(await readFile(join(asks.folder, 'status'), 'utf8')).toBe('STATUS 403\n');
      expect(await readFile(join(asks.folder, 'env'), 'utf8')).not.toContain('secret');
    } finally {
      delete process.env['A_SECRET_OF_OURS'];
    }
  });

  it('fetches plainly what yt-dlp does not know', async () => {
    const fake = await ytDlp('echo "ERROR: [generic] Unsupported URL: x" >&2\nexit 1\n');
    const fetched = await plainly(await wish(), { ...deps, tools: fake }, never);
    expect(await readFile(fetched.file)).toEqual(await readFile(sound));
  });

  it.each([
    ['says that it is private', 'echo "ERROR: [site] Private video" >&2\nexit 1\n', 'conversion-failed'],
    ['fails', 'exit 1\n', 'conversion-failed'],
    ['meets a site that is away', 'echo "ERROR: [site] Unable to download webpage: HTTP Error 503" >&2\nexit 1\n', 'fetch-failed'],
    ['meets a full disk', 'echo "ERROR: unable to write data: [Errno 28] No space left on device" >&2\nexit 1\n', 'fetch-failed'],
    ['is years old', 'echo "yt-dlp: error: no such option: --no-remote-components" >&2\nexit 2\n', 'converter-missing'],
    ['leaves a link to another file', 'ln -s /etc/passwd fetched.mp3\n', 'conversion-failed'],
    ['says a lot', 'yes "ERROR: nothing" | head -n 200000 >&2\nexit 1\n', 'conversion-failed'],
    ['fetches nothing', 'exit 0\n', 'conversion-failed'],
    ['fetches half and fails', 'head -c 1000 /dev/zero > fetched.wav\nexit 1\n', 'conversion-failed'],
    ['leaves several files', 'echo a > fetched.a\necho b > fetched.b\n', 'conversion-failed'],
    ['brings a playlist', "printf '#EXTM3U\\n#EXTINF:1,\\nfile:///etc/passwd\\n' > fetched.mp4\n", 'conversion-failed'],
    ['fills the disk', 'cat /dev/zero > fetched.wav\n', 'file-too-large'],
    ['fills the disk with many files', 'i=0; while true; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; done\n', 'file-too-large'],
    ['never ends', 'sleep 1000 & wait\n', 'conversion-failed'],
  ])('survives a yt-dlp that %s', async (_what, script, code) => {
    const asks = await wish({ timeoutMs: 2_000 });
    await expect(fetchMedia(asks, { ...deps, tools: await ytDlp(script) }, never)).rejects.toMatchObject({ code });
  });

  it('stops yt-dlp and what it started within a second', async () => {
    const stop = new AbortController();
    const asks = await wish({ onProgress: () => stop.abort() });
    const fake = await ytDlp('sleep 1000 &\necho $! > child\necho "PROGRESS 1 100"\nwait\n');
    let abortedAt = 0;
    stop.signal.addEventListener('abort', () => void (abortedAt = performance.now()));
    await expect(fetchMedia(asks, { ...deps, tools: fake }, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    const child = Number(await readFile(join(asks.folder, 'child'), 'utf8'));
    // Once it is killed, and until the system has taken it away, it is a zombie: nobody's.
    const state = () => readFile(`/proc/${child}/stat`, 'utf8').catch(() => 'gone');
    await until('it is gone', async () => / Z |gone/.test(await state()));
  });
});

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDestination } from '@watchpost/handoff/create-destination';
import type { Destination } from '@watchpost/handoff/destination';
import { destinationSchema } from '@watchpost/shared/destination-settings';
import { never } from '../support/each-store.ts';

const kept = { putAs: async () => Promise.reject(new Error('not here')), remove: async () => Promise.reject(new Error('not here')) };
const name = 'news-1700000000-000100-0a1b2c3d4e5f.jpg';
const picture = { name, bytes: Buffer.alloc(300_000, 'picture '), mimeType: 'image/jpeg' };
const make = (settings: object): Destination =>
  createDestination(destinationSchema.parse(settings), { slug: 'news', kept, expiresAtMs: null });

describe('a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'watchpost-folder-'));
    return async () => rm(folder, { recursive: true });
  });
  const inFolder = (over: object = {}): Destination => make({ kind: 'folder', path: folder, ...over });

  it('gets a picture whole under its name, and loses it again with what a killed attempt left', async () => {
    const destination = inFolder();
    expect(await destination.put(picture, never)).toEqual({ url: `/feeds/news/pictures/${name}`, name });
    expect(await readdir(folder)).toEqual([name]);
    expect(picture.bytes.equals(await readFile(path.join(folder, name)))).toBe(true);
    await writeFile(path.join(folder, `.${name}.part`), 'half');
    await destination.remove(name, never);
    expect(await readdir(folder)).toEqual([]);
    await destination.remove(name, never);
  });

  it('takes no name that leads out of it', async () => {
    for (const bad of ['../out.jpg', '/etc/x.jpg', 'a/b.jpg', '.hidden.jpg', 'a..jpg', '']) {
      await expect(inFolder().put({ ...picture, name: bad }, never)).rejects.toMatchObject({ code: 'internal' });
      await expect(inFolder().remove(bad, never)).rejects.toMatchObject({ code: 'internal' });
    }
  });

  it('refuses where it is missing, or is a file', async () => {
    await writeFile(path.join(folder, 'file'), '');
    for (const bad of [path.join(folder, 'none'), path.join(folder, 'file')])
      await expect(inFolder({ path: bad }).put(picture, never)).rejects.toMatchObject({
        code: 'destination-refused',
        message: new RegExp(`the folder ${bad} cannot be written`),
      });
  });

  it('is given up before anything is written', async () => {
    await expect(inFolder().put(picture, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('that is full is unavailable, and keeps no half of a picture', async () => {
    const program = `
      import { readdir } from 'node:fs/promises';
      import { createDestination } from ${JSON.stringify(import.meta.resolve('@watchpost/handoff/create-destination'))};
      const destination = createDestination({ kind: 'folder', path: process.argv[1] }, { slug: 'news', kept: {}, expiresAtMs: null });
      const picture = { name: 'a.jpg', bytes: Buffer.alloc(300_000), mimeType: 'image/jpeg' };
      const error = await destination.put(picture, new AbortController().signal).catch((thrown) => thrown);
      console.log(JSON.stringify({ code: error.code, message: error.message, files: await readdir(process.argv[1]) }));`;
    const inMemory = 'mount -t tmpfs -o size=64k none "$1" && exec "$2" --input-type=module -e "$3" "$1"';
    const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', inMemory, 'sh', folder, process.execPath, program];
    const said: unknown = JSON.parse(execFileSync('unshare', args, { encoding: 'utf8' }));
    expect(said).toEqual({ code: 'destination-unavailable', message: `there is no room left in the folder ${folder}`, files: [] });
  });
});

describe('whether readers can load a picture', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; type?: string; location?: string; headStatus?: number; isSilent?: boolean };
  const methods: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      methods.push(request.method ?? '');
      if (answer.isSilent) return;
      const status = request.method === 'HEAD' ? (answer.headStatus ?? answer.status) : answer.status;
      const location = answer.location === undefined ? {} : { location: answer.location };
      response.writeHead(status, { 'content-type': answer.type ?? 'image/jpeg', ...location }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${String(typeof address === 'object' && address ? address.port : 0)}/a.jpg`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => void methods.splice(0));
  const ask = async (signal = never): Promise<boolean> =>
    make({ kind: 'folder', path: '/nowhere', publicUrl: 'https://pictures.example.org' }).isThere(url, signal);

  it.each([
    [{ status: 200 }, true],
    [{ status: 200, headStatus: 405 }, true],
    [{ status: 404 }, false],
    [{ status: 500 }, false],
    [{ status: 302, location: 'https://elsewhere.example.org/' }, false],
    [{ status: 200, type: 'text/html' }, false],
  ])('%j: %s', async (given, isThere) => {
    answer = given;
    expect(await ask()).toBe(isThere);
  });

  it('asks by GET only where HEAD is not answered', async () => {
    answer = { status: 200 };
    await ask();
    answer = { status: 200, headStatus: 405 };
    await ask();
    expect(methods).toEqual(['HEAD', 'HEAD', 'GET']);
  });

  it('can be given up', async () => {
    answer = { status: 200, isSilent: true };
    const giving = new AbortController();
    const asking = ask(giving.signal);
    setTimeout(() => giving.abort(), 50);
    await expect(asking).rejects.toMatchObject({ code: 'aborted' });
  });
});

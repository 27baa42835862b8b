import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDestination } from '@watchpost/handoff/create-destination';
import type { Destination } from '@watchpost/handoff/destination';
import { destinationSchema } from '@watchpost/shared/destination-settings';
import { startAsyncssh, startFtp, startOpenssh, type FileServer } from '../support/destination-servers.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { until } from '../support/until.ts';
import type { ServiceName } from '../support/services.ts';

const kept = { putAs: async () => Promise.reject(new Error('not here')), remove: async () => Promise.reject(new Error('not here')) };
const name = 'news-1700000000-000100-0a1b2c3d4e5f.jpg';
const picture = { name, bytes: Buffer.alloc(300_000, 'picture '), mimeType: 'image/jpeg' };
const publicUrl = 'https://pictures.example.org/live/';
const make = (settings: object): Destination =>
  createDestination(destinationSchema.parse({ publicUrl, ...settings }), { slug: 'news', kept, expiresAtMs: null });

interface Tried {
  title: string;
  needs: ServiceName[];
  /** `settings`: those that work. */
  start: () => Promise<{ server: FileServer; settings: Record<string, unknown> }>;
}

const ftp = (mode: 'PLAIN' | 'EXPLICIT' | 'IMPLICIT', tls: string): Tried => ({
  title: `an FTP server, TLS ${tls}`,
  needs: ['ftp'],
  start: async () => {
    const server = await startFtp(mode);
    const passwordFile = await server.file('password', 'right\n');
    const own = { kind: 'ftp', host: 'localhost', port: server.port, tls, user: 'reporter', passwordFile, directory: server.directory };
    return { server, settings: { ...own, ...(tls === 'none' ? {} : { caFile: server.certificate }) } };
  },
});

const tried: Tried[] = [
  ftp('PLAIN', 'none'),
  ftp('EXPLICIT', 'explicit'),
  ftp('IMPLICIT', 'implicit'),
  {
    title: 'OpenSSH with a key',
    needs: ['openssh'],
    start: async () => {
      const server = await startOpenssh();
      const { hostKey, user, keyFile: privateKeyFile, directory, port } = server;
      return { server, settings: { kind: 'sftp', host: '127.0.0.1', port, user, privateKeyFile, hostKey, directory } };
    },
  },
  {
    title: 'an SFTP server with a password',
    needs: ['asyncssh'],
    start: async () => {
      const server = await startAsyncssh();
      const { hostKey, directory, port } = server;
      const passwordFile = await server.file('password', 'right\n');
      return { server, settings: { kind: 'sftp', host: '127.0.0.1', port, user: 'reporter', passwordFile, hostKey, directory } };
    },
  },
];

for (const { title, needs, start } of tried)
  describeWith(needs, title, () => {
    let server: FileServer;
    let settings: Record<string, unknown>;
    beforeAll(async () => {
      ({ server, settings } = await start());
    });
    afterAll(async () => server.stop());
    beforeEach(async () => Promise.all((await readdir(server.folder)).map(async (file) => rm(path.join(server.folder, file)))));

    it('gets a picture whole under its name, twice if need be, and loses it again', async () => {
      const destination = make(settings);
      expect(await destination.put(picture, never)).toEqual({ url: `${publicUrl}${name}`, name });
      await destination.put(picture, never);
      expect(await readdir(server.folder)).toEqual([name]);
      expect(picture.bytes.equals(await readFile(path.join(server.folder, name)))).toBe(true);
      await destination.remove(name, never);
      expect(await readdir(server.folder)).toEqual([]);
      await destination.remove(name, never);
    });

    it('loses what an attempt left that was killed', async () => {
      await writeFile(path.join(server.folder, `${name}.part`), 'half');
      await make(settings).remove(name, never);
      expect(await readdir(server.folder)).toEqual([]);
    });

    it('refuses where the folder is missing', async () => {
      const destination = make({ ...settings, directory: `${String(settings['directory'])}/none` });
      const error = { code: 'destination-refused', message: /create (it|the folder)/ };
      await expect(destination.put(picture, never)).rejects.toMatchObject(error);
      await expect(destination.remove(name, never)).rejects.toMatchObject(error);
    });

    it('is given up at once', async () => {
      const giving = new AbortController();
      server.pause();
      try {
        const putting = make(settings).put(picture, giving.signal);
        setTimeout(() => giving.abort(), 100);
        await expect(putting).rejects.toMatchObject({ code: 'aborted' });
      } finally {
        server.resume();
      }
    });
  });

describeWith(['ftp'], 'an FTP server that does not take it', () => {
  let plain: Awaited<ReturnType<ReturnType<typeof ftp>['start']>>;
  let secure: typeof plain;
  beforeAll(async () => {
    [plain, secure] = await Promise.all([ftp('PLAIN', 'none').start(), ftp('EXPLICIT', 'explicit').start()]);
  });
  afterAll(async () => Promise.all([plain.server.stop(), secure.server.stop()]));
  const putting = async (settings: object): Promise<unknown> => make(settings).put(picture, never);

  it('refuses a wrong password, which does not stand in the error', async () => {
    const passwordFile = await plain.server.file('wrong', 'a-wrong-password');
    const error: unknown = await putting({ ...plain.settings, passwordFile }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'destination-refused', message: /530.*check `user` and the password/ });
    const { cause } = error as Error;
    expect(`${String(error)} ${String(cause)}`).not.toContain('a-wrong-password');
  });

  it('refuses a user who may only read', async () => {
    await expect(putting({ ...plain.settings, user: 'reader' })).rejects.toMatchObject({
      code: 'destination-refused',
      message: /let the user write/,
    });
  });

  it('refuses a certificate that signs itself, unless it is named', async () => {
    await expect(putting({ ...secure.settings, caFile: undefined })).rejects.toMatchObject({
      code: 'destination-refused',
      message: /certificate .* not to be trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    });
  });

  it('does not send a password in clear to a server without TLS, nor to one that wants TLS', async () => {
    const error = { code: 'destination-refused', message: /set `tls` to what it offers/ };
    await expect(putting({ ...plain.settings, tls: 'explicit' })).rejects.toMatchObject(error);
    await expect(putting({ ...secure.settings, tls: 'none' })).rejects.toMatchObject({ code: 'destination-refused' });
  });

  it('is unavailable while it is down, and where it breaks off; no half of a picture has its name then', async () => {
    const { server, settings } = await ftp('PLAIN', 'none').start();
    const large = { ...picture, bytes: Buffer.alloc(64_000_000) };
    const sending = make(settings)
      .put(large, never)
      .catch((error: unknown) => error);
    await until('it has begun', async () => (await readdir(server.folder)).length === 1);
    await server.kill();
    expect(await sending).toMatchObject({ code: 'destination-unavailable' });
    expect(await readdir(server.folder)).toEqual([`${name}.part`]);
    await expect(putting(settings)).rejects.toMatchObject({ code: 'destination-unavailable' });
    await server.stop();
  });
});

describeWith(['openssh', 'asyncssh'], 'an SFTP server that does not take it', () => {
  let openssh: Awaited<ReturnType<typeof startOpenssh>>;
  let settings: Record<string, unknown>;
  beforeAll(async () => {
    openssh = await startOpenssh();
    const { hostKey, user, keyFile: privateKeyFile, directory, port } = openssh;
    settings = { kind: 'sftp', host: '127.0.0.1', port, user, privateKeyFile, hostKey, directory };
  });
  afterAll(async () => openssh.stop());
  const putting = async (over: object): Promise<unknown> => make({ ...settings, ...over }).put(picture, never);

  it('is not trusted with another host key, and nothing is sent to it', async () => {
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    await expect(putting({ hostKey })).rejects.toMatchObject({
      code: 'destination-refused',
      message: new RegExp(`another host key \\(${openssh.hostKey.replaceAll(/[+/]/g, '\\$&')}\\)`),
    });
    expect(await readdir(openssh.folder)).toEqual([]);
  });

  it('refuses a key that it does not know, and a file that is no key', async () => {
    const known = { code: 'destination-refused', message: /does not let .* in/ };
    await expect(putting({ privateKeyFile: openssh.otherKeyFile })).rejects.toMatchObject(known);
    const privateKeyFile = await openssh.file('no-key', 'no key');
    await expect(putting({ privateKeyFile })).rejects.toMatchObject({ code: 'destination-refused', message: /private key cannot be used/ });
  });

  it('refuses a wrong password, which does not stand in the error', async () => {
    const server = await startAsyncssh();
    try {
      const { hostKey, directory, port } = server;
      const passwordFile = await server.file('wrong', 'a-wrong-password');
      const own = { port, user: 'reporter', privateKeyFile: undefined, passwordFile, hostKey, directory };
      const error: unknown = await putting(own).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'destination-refused', message: /check `user` and the password/ });
      const { cause } = error as Error;
      expect(`${String(error)} ${String(cause)}`).not.toContain('a-wrong-password');
    } finally {
      await server.stop();
    }
  });

  it('is unavailable while it is down, and where the connection breaks on the way; no half of a picture has its name then', async () => {
    const proxy = createServer((client) => {
      const upstream = connect(openssh.port, '127.0.0.1');
      let sent = 0;
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('data', (data) => {
        sent += data.length;
        if (sent < 100_000) upstream.write(data);
        else for (const socket of [client, upstream]) socket.destroy();
      });
      upstream.on('data', (data) => void client.write(data));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(putting({ port })).rejects.toMatchObject({ code: 'destination-unavailable' });
    expect(await readdir(openssh.folder)).toEqual([`${name}.part`]);
    proxy.close();
    await expect(putting({ port })).rejects.toMatchObject({ code: 'destination-unavailable' });
    await make(settings).remove(name, never);
    expect(await readdir(openssh.folder)).toEqual([]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { answers } from '@watchpost/standalone/data-folder/answers';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is true while somebody listens on a socket or a port, and false afterwards', async () => {
  const server = createServer((socket) => socket.destroy());
  for (const options of [{ path: path.join(folder, 'socket') }, { port: 0, host: '127.0.0.1' }]) {
    await new Promise<void>((resolve) => server.listen(options, resolve));
    const address = server.address();
    const where = typeof address === 'object' && address ? address.port : String(address);
    expect(await answers(where)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await answers(where)).toBe(false);
  }
});

it('is false for a missing file, a file that is no socket, and a path too long for one', async () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  for (const target of [path.join(folder, 'missing'), file, path.join(folder, 'x'.repeat(150))]) expect(await answers(target)).toBe(false);
});

import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { answers } from './answers.ts';

/** Listens on a new socket in the folder; undefined where that is impossible. */
export async function listenIn(folder: string): Promise<{ name: string; close: () => Promise<void> } | undefined> {
  const name = `.lock-${randomUUID().slice(0, 8)}`;
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const listens = await withShortPath(
    folder,
    name,
    async (file) =>
      new Promise<boolean>((resolve) => {
        server.once('error', () => resolve(false));
        server.listen(file, () => resolve(true));
      }),
  );
  if (!listens) return undefined;
  return {
    name,
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      await rm(path.join(folder, name), { force: true });
    },
  };
}

/** Whether a process listens on a socket in the folder. */
export async function someoneListens(folder: string, name: string): Promise<boolean> {
  return withShortPath(folder, name, answers);
}

/** A socket's path has some 100 bytes at most. On Linux a longer one is reached through the descriptor of its folder. */
async function withShortPath<T>(folder: string, name: string, use: (file: string) => Promise<T>): Promise<T> {
  const file = path.join(path.resolve(folder), name);
  if (Buffer.byteLength(file) <= 100 || process.platform !== 'linux') return use(file);
  const handle = await open(folder);
  try {
    return await use(`/proc/self/fd/${String(handle.fd)}/${name}`);
  } finally {
    await handle.close();
  }
}

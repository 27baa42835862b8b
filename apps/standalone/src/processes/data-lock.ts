import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { answers } from './answers.ts';
import { isRunning, processIdentity, thisProcess } from './is-running.ts';

/** What lock.json holds. `socket`: a file beside it on which the holder answers, also to processes of other containers. */
const holderSchema = processIdentity.extend({
  pid: z.number().int().positive(),
  socket: z
    .string()
    .regex(/^\.lock-[\da-f]{8}$/)
    .optional(),
});
type Holder = z.output<typeof holderSchema>;

/**
 * Locks a data folder for this process; the returned function unlocks it. A lock whose process has ended is taken over. A process id
 * says nothing about another container, so the holder also listens on a socket in the folder, where the folder takes one.
 * Rejects with `data-dir-in-use` or `aborted`.
 */
export async function lockDataDir(dataDir: string, signal: AbortSignal): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = path.join(dataDir, 'lock.json');
  const own = `${file}.${String(process.pid)}.${randomUUID()}`;
  let stopListening = async (): Promise<void> => undefined;
  let locked = false;
  try {
    const listening = await listenIn(dataDir);
    if (listening) stopListening = listening.close;
    await writeFile(own, JSON.stringify({ ...(await thisProcess()), socket: listening?.name }), { mode: 0o600 });
    for (let attempt = 0; attempt < 100; attempt += 1) {
      // A link appears with its content: nobody sees a half-written lock.
      if (await succeeds(link(own, file), 'EEXIST')) {
        locked = true;
        return async () => {
          await rm(file, { force: true });
          await stopListening();
        };
      }
      const holder = await holderOf(file);
      if (typeof holder === 'object') {
        throw new AppError(
          'data-dir-in-use',
          `${path.resolve(dataDir)} is in use by process ${String(holder.pid)}: stop that one first, or set DATA_DIR to another folder`,
        );
      }
      if (holder === 'dead') await removeStale(file, own, signal);
    }
    throw new AppError('data-dir-in-use', `${path.resolve(dataDir)} is being locked by another process`);
  } finally {
    await rm(own, { force: true });
    if (!locked) await stopListening();
  }
}

/** Listens on a new socket in the folder; undefined where that is impossible. */
async function listenIn(folder: string): Promise<{ name: string; close: () => Promise<void> } | undefined> {
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

/**
 * Removes the lock of a process that has ended. That takes a second lock, and another look while it is held: otherwise, of two
 * processes that saw the stale lock, the slower could remove the one that the faster has just taken.
 */
async function removeStale(file: string, own: string, signal: AbortSignal): Promise<void> {
  const removal = `${file}.removal`;
  if (await succeeds(link(own, removal), 'EEXIST')) {
    try {
      if ((await holderOf(file)) === 'dead') {
        const { socket } = parseHolder(await readFile(file, 'utf8').catch(() => '')) ?? {};
        await rm(file, { force: true });
        if (socket !== undefined) await rm(path.join(path.dirname(file), socket), { force: true });
      }
    } finally {
      await rm(removal, { force: true });
    }
    return;
  }
  // A process died while holding it.
  if ((await holderOf(removal)) === 'dead') await rm(removal, { force: true });
  await pause(10, signal);
}

/** The running process that holds a lock; `dead` where it has ended or the lock cannot be parsed; `none` where there is no lock. */
async function holderOf(file: string): Promise<Holder | 'dead' | 'none'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'none';
    throw error;
  }
  const holder = parseHolder(text);
  if (!holder) return 'dead';
  const alive =
    (await isRunning(holder)) || (holder.socket !== undefined && (await withShortPath(path.dirname(file), holder.socket, answers)));
  return alive ? holder : 'dead';
}

async function succeeds(change: Promise<void>, expectedCode: string): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === expectedCode) return false;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

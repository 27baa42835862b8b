import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { keepBeating, showsHeartbeat } from './heartbeat.ts';
import { isRunning, processIdentity, sharesProcessTable, thisProcess } from './is-running.ts';
import { listenIn, someoneListens } from './lock-socket.ts';

/** What lock.json holds. `socket`: a file beside it on which the holder answers, also to processes of other containers. */
const holderSchema = processIdentity.extend({
  pid: z.number().int().positive(),
  id: z.string().optional(),
  host: z.string().optional(),
  socket: z
    .string()
    .regex(/^\.lock-[\da-f]{8}$/)
    .optional(),
});
type Holder = z.output<typeof holderSchema>;

/** A lock file at one moment: its content, and its last heartbeat. */
interface Seen {
  text: string;
  beatAtMs: number;
}

/** The lock's file, for those who show on our behalf that it is held. */
export const lockFile = (dataDir: string): string => path.join(path.resolve(dataDir), 'lock.json');

/**
 * Locks a data folder for this process; the returned function unlocks it. A lock whose process has ended is taken over. A process id
 * says nothing about another container or machine, so the holder also listens on a socket in the folder, where the folder takes one, and
 * changes the file's time every two seconds. A socket that answers proves that there is a holder; otherwise the file is watched for
 * eight seconds. `onLost` is called when another process has taken the lock, because this one was frozen for longer than that.
 * Rejects with `data-dir-in-use`, `data-dir-unusable` or `aborted`.
 */
export async function lockDataDir(
  dataDir: string,
  signal: AbortSignal,
  onLost: () => void = () => undefined,
): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = lockFile(dataDir);
  const id = randomUUID();
  const own = `${file}.${String(process.pid)}.${id}`;
  const listening = await listenIn(dataDir);
  const content = JSON.stringify({ id, host: os.hostname(), ...(await thisProcess()), socket: listening?.name });
  const place = async (): Promise<boolean> => {
    await writeFile(own, content, { mode: 0o600 });
    // A link appears with its content: nobody sees a half-written lock.
    return succeeds(link(own, file), 'EEXIST');
  };
  const restore = async (): Promise<boolean> => {
    try {
      return await place();
    } finally {
      await rm(own, { force: true });
    }
  };
  let locked = false;
  try {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (await place()) {
        locked = true;
        const stopBeating = keepBeating(file, async () => keepsLock(file, id, restore), onLost);
        return async () => {
          await stopBeating();
          if (await isOwn(file, id)) await rm(file, { force: true });
          await listening?.close();
        };
      }
      const holder = await holderOf(file, signal);
      if (holder === 'none') continue;
      if ('pid' in holder) {
        throw new AppError(
          'data-dir-in-use',
          `${path.resolve(dataDir)} is in use by process ${String(holder.pid)}${await elsewhere(holder)}: stop that one first, or set DATA_DIR to another folder`,
        );
      }
      await removeStale(file, holder, own, signal);
    }
    throw new AppError('data-dir-in-use', `${path.resolve(dataDir)} is being locked by another process`);
  } finally {
    await rm(own, { force: true });
    if (!locked) await listening?.close();
  }
}

/**
 * Removes the lock of a process that has ended. That takes a second lock, and another look while it is held: otherwise, of two
 * processes that saw the stale lock, the slower could remove the one that the faster has just taken.
 */
async function removeStale(file: string, stale: Seen, own: string, signal: AbortSignal): Promise<void> {
  const removal = `${file}.removal`;
  if (await succeeds(link(own, removal), 'EEXIST')) {
    try {
      const now = await look(file);
      if (now?.text === stale.text && now.beatAtMs === stale.beatAtMs) {
        await rm(file, { force: true });
        const { socket } = parseHolder(stale.text) ?? {};
        if (socket !== undefined) await rm(path.join(path.dirname(file), socket), { force: true });
      }
    } finally {
      await rm(removal, { force: true });
    }
    return;
  }
  // A process died while holding it.
  const holder = await holderOf(removal, signal);
  if (holder !== 'none' && 'text' in holder) await rm(removal, { force: true });
  await pause(10, signal);
}

/** The process that holds a lock. A lock whose holder has ended, or that cannot be parsed, as it was seen. `none` where there is no lock. */
async function holderOf(file: string, signal: AbortSignal): Promise<Holder | Seen | 'none'> {
  const seen = await look(file);
  if (!seen) return 'none';
  const holder = parseHolder(seen.text);
  if (!holder) return seen;
  const { boot, startedAt, socket } = holder;
  if (await sharesProcessTable(holder)) {
    const running = await isRunning(holder);
    // Where no start is known, the id may be another process's by now.
    if (running && startedAt !== '') return holder;
    if (!running && boot !== undefined) return seen;
  }
  if (socket !== undefined && (await someoneListens(path.dirname(file), socket))) return holder;
  // An older version, which shows no heartbeat.
  if (boot === undefined) return seen;
  return (await showsHeartbeat(async () => (await look(file))?.beatAtMs, signal)) ? holder : seen;
}

/** Where the process is, if not here. */
async function elsewhere(holder: Holder): Promise<string> {
  return (await sharesProcessTable(holder)) || holder.host === undefined ? '' : ` of ${holder.host} (another container or machine)`;
}

/** Opens the file, so that a folder shared over a network asks its server. */
async function look(file: string): Promise<Seen | undefined> {
  try {
    // Nobody may ever write into a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw noFile(file);
      return { beatAtMs: found.mtimeMs, text: await handle.readFile('utf8') };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error instanceof Error && 'code' in error && error.code === 'ENXIO' ? noFile(file) : error;
  }
}

const noFile = (file: string): AppError =>
  new AppError('data-dir-unusable', `${file} is not a file, so it is nobody's lock: remove it, or set DATA_DIR to another folder`);

const isOwn = async (file: string, id: string): Promise<boolean> => {
  const seen = await look(file);
  return seen !== undefined && parseHolder(seen.text)?.id === id;
};

/** Whether the lock is still this process's. One that somebody removed by hand is put back; one that cannot be read now proves nothing. */
async function keepsLock(file: string, id: string, place: () => Promise<boolean>): Promise<boolean> {
  try {
    if (await look(file)) return await isOwn(file, id);
    return await place();
  } catch {
    return true;
  }
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

import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { galleryFaults, storageEnv, type StorageConfig } from '@watchpost/shared/config/common';
import { epochId, epochKind, readEpoch } from '@watchpost/shared/documents/epoch';
import { AppError } from '@watchpost/shared/errors';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { jobsLeft } from '@watchpost/shared/jobs/jobs-left';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { Database } from '@watchpost/gallery/stores/database';
import type { Command, CommandContext } from '../command.ts';
import { countsInWords } from '../support/archive-words.ts';
import { actor, silent, storageOf, using } from '../support/open-database.ts';
import { makeMoveFolder, removeLeftByMoves } from '../support/move-folder.ts';
import { readArgs } from '../support/read-args.ts';
import { assertUntouched } from '../support/untouched.ts';

const embedded = 'embedded';

/**
 * `move --to URL|embedded, or --to-file FILE [--replace] [--leave-jobs]`: copies everything into another database, of either kind, reads it back and compares, and
 * says what to set. The database that it comes from stays as it is. Refuses while a process works with one of the two, also where it begins
 * to while this copies: then nothing has changed, unless the message says that everything is copied.
 */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, {
    to: { type: 'string' },
    'to-file': { type: 'string' },
    replace: { type: 'boolean', default: false },
    'leave-jobs': { type: 'boolean', default: false },
  });
  const to = await targetOf(values.to, values['to-file']);
  const source = storageOf(context);
  const goal = await openGoal(to, context);
  try {
    await assertNoJobs(source, values['leave-jobs'], context);
    await copy({ source, target: goal.storage, replace: values.replace }, context);
  } finally {
    await goal.close();
  }
  for (const line of whatToSet(to, source)) context.print(line);
  return 0;
};

/** What --to says, or the file of --to-file: a command line is seen by everybody on the machine, and has a password in it. */
async function targetOf(to: string | undefined, file: string | undefined): Promise<string> {
  if ((to === undefined) === (file === undefined))
    throw new AppError(
      'usage-invalid',
      'give --to a postgres:// or mongodb:// URL, or the word embedded; or --to-file a file with one of them',
    );
  if (file === undefined) return to ?? '';
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new AppError('file-unreadable', `${file} cannot be read`, { cause });
  }
}

interface Goal {
  storage: StorageConfig;
  close: () => Promise<void>;
}

/** The target's URL, where the embedded database must be started first. */
async function openGoal(to: string, { openEmbedded }: CommandContext): Promise<Goal> {
  if (to === embedded) {
    const { env, close } = await openEmbedded();
    const storage = parseEnv(env, storageEnv);
    if (storage.POSTGRES_URL) return { storage: { POSTGRES_URL: storage.POSTGRES_URL }, close };
    await close();
    throw new AppError(
      'move-refused',
      'this command knows no embedded database: call it as npm run --silent watchpost -- move, or in the image all-in-one',
    );
  }
  const variable = to.startsWith('mongodb') ? 'MONGO_CONNECTION_STRING' : 'POSTGRES_URL';
  return { storage: parseEnv({ [variable]: to }, storageEnv, galleryFaults), close: async () => undefined };
}

interface Copy {
  source: StorageConfig;
  target: StorageConfig;
  replace: boolean;
}

async function copy({ source, target, replace }: Copy, { signal, print }: CommandContext): Promise<void> {
  const open = (storage: StorageConfig): Promise<Database> => openDatabase(storage, { log: silent() }, signal);
  for (const left of await removeLeftByMoves()) print(`removed ${left}, which a move has left behind that was killed`);
  const folder = await makeMoveFolder();
  try {
    await using(await open(source), async (from) =>
      using(await open(target), async (to) => {
        await assertApart(from, to, { source, target }, signal);
        const assertLeft = await assertUntouched(from, 'moved from', signal);
        const assertWaiting = await assertUntouched(to, 'moved to', signal);
        const confirm = async (): Promise<void> => {
          await assertLeft();
          await assertWaiting();
        };
        const file = path.join(folder, 'everything.gz');
        if (!replace) await assertNew(to, signal);
        await exportArchive(from, file, {}, signal);
        const { counts, expired } = await restoreArchive(to, file, { replace, confirm, by: { actor, what: 'moved' } }, signal);
        // In the last moment: what is there now must be overwritten.
        await assertLeft({ isCopied: true });
        print(`copied ${countsInWords((kind) => counts[kind], 'everything')}`);
        print('read back and compared, each kind by its number and a digest: all is the same');
        if (expired > 0) print(`${String(expired)} entries had expired, and were left out`);
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rejects with `move-refused` where both are one database. */
async function assertApart(from: Database, to: Database, { source, target }: Omit<Copy, 'replace'>, signal: AbortSignal): Promise<void> {
  const [one, other] = await Promise.all(
    [from, to].map(async ({ documents }) => readEpoch((await documents.get(epochKind, epochId, signal)).document)?.epoch),
  );
  const isSame = urlOf(source) === urlOf(target) || (one !== undefined && one === other);
  if (isSame) throw new AppError('move-refused', 'both are the same database, or one is a copy of the other');
}

/** Before anything is copied; restoring looks again. */
async function assertNew({ archive }: Database, signal: AbortSignal): Promise<void> {
  const counts = await archive.counts(signal);
  if (!counts || Object.values(counts).some((count) => count > 0))
    throw new AppError('gallery-not-empty', 'the database that is moved to is not empty; --replace overwrites it');
}

const urlOf = ({ MONGO_CONNECTION_STRING, POSTGRES_URL }: StorageConfig): string | undefined => MONGO_CONNECTION_STRING ?? POSTGRES_URL;

/** Jobs are in the database that is left only where they are not on Redis. Rejects with `move-refused`. */
async function assertNoJobs(source: StorageConfig, leave: boolean, { print, signal }: CommandContext): Promise<void> {
  if (source.REDIS_URL || !source.POSTGRES_URL) return;
  const count = await using(await openJobAdmin(source, signal), jobsLeft);
  if (count === 0) return;
  if (!leave)
    throw new AppError(
      'move-refused',
      `${String(count)} jobs wait in the queue of the database that is moved from, and do not move: npm start -- --drain finishes them without taking new ones; or drop them (watchpost jobs drop), or leave them there, undone, with --leave-jobs`,
    );
  print(`${String(count)} jobs stay undone in the queue of the database that was moved from`);
}

function whatToSet(to: string, source: StorageConfig): string[] {
  const left = [...(source.MONGO_CONNECTION_STRING ? ['MONGO_CONNECTION_STRING'] : []), ...(source.POSTGRES_URL ? ['POSTGRES_URL'] : [])];
  const variable = to === embedded ? null : to.startsWith('mongodb') ? 'MONGO_CONNECTION_STRING' : 'POSTGRES_URL';
  const unset = left.filter((name) => name !== variable);
  return [
    ...(variable ? [`Now set ${variable} to the new database, for every process.`] : []),
    ...(unset.length > 0 && variable !== 'POSTGRES_URL' ? [`Unset ${unset.join(' and ')}, unless the queue is to stay there.`] : []),
    ...(unset.length > 0 && variable === 'POSTGRES_URL' ? [`Unset ${unset.join(' and ')}.`] : []),
    'Then start them. The database that was moved from is as it was: keep it until you are sure, then delete it.',
  ];
}

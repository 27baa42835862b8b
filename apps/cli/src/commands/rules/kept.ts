import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rulesEnv } from '@watchpost/rules/config';
import { readFlags } from '@watchpost/rules/notation/flags';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createQuarantineAudit } from '@watchpost/rules/store/quarantine-audit';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Violation } from '@watchpost/rules/violation';
import type { Original, Quarantine } from '@watchpost/rules/violations';
import { storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { violationIdSchema } from '@watchpost/shared/jobs/violation-job';
import type { Command, CommandContext } from '../../command.ts';
import { actor, silent, withDatabase } from '../../support/open-database.ts';

const dayMs = 86_400_000;

interface KeptArgs {
  id: string;
  put: string | undefined;
  deletes: boolean;
  json: boolean;
}

/** `rules kept ID [--put DIR | --delete] [--json]`. Exit code 1 where nothing is kept. */
export const run: Command = async (args, context) => {
  const asked = readKeptArgs(args);
  const { QUARANTINE_KEY: keys, RULES_KEEP_DAYS } = parseEnv(context.env, {
    QUARANTINE_KEY: rulesEnv.QUARANTINE_KEY,
    RULES_KEEP_DAYS: rulesEnv.RULES_KEEP_DAYS,
  });
  const keepMs = RULES_KEEP_DAYS * dayMs;
  return withDatabase(context, async ({ documents }) => {
    const quarantine = createQuarantine(documents, { keys, keepMs });
    // What is kept can be erased without the key.
    if (asked.deletes) return erase(asked, { quarantine, documents, keepMs }, context);
    if (!quarantine.canKeep)
      throw new AppError('quarantine-key-missing', 'set QUARANTINE_KEY to the key that the worker has: without it nothing can be read');
    return asked.put === undefined ? list(asked, quarantine, context) : put(asked, asked.put, { quarantine, documents }, context);
  });
};

function readKeptArgs(args: readonly string[]): KeptArgs {
  // An id may begin with two hyphens.
  const [first] = args;
  const given = violationIdSchema.safeParse(first).data;
  const { values, others, faults } = readFlags(given === undefined ? args : args.slice(1), {
    put: 'value',
    delete: 'switch',
    json: 'switch',
  });
  const { put, delete: deletes, json } = values;
  const ids = given === undefined ? others : [given, ...others];
  const [id = ''] = ids;
  if (ids.length !== 1) faults.push('the id of one violation must be given: watchpost rules violations lists them');
  if (put !== undefined && deletes !== undefined) faults.push('--put and --delete cannot both be given');
  if (faults.length > 0) throw new AppError('usage-invalid', faults.join('\n'));
  return { id, put, deletes: deletes !== undefined, json: json !== undefined };
}

const nothing = (id: string): AppError => new AppError('violation-missing', `nothing is kept of ${id}`);

/** Says what there is, and nothing of what it says: names of files may be secrets too. */
async function list({ id, json }: KeptArgs, quarantine: Quarantine, { signal, print }: CommandContext): Promise<number> {
  const message = await quarantine.message(id, signal);
  const files = await quarantine.files(id, signal);
  if (!message && files.length === 0) throw nothing(id);
  const texts = (message?.texts ?? []).map(({ where, text }) => ({ where, characters: text.length }));
  if (json) print(JSON.stringify({ id, texts, files: files.map(({ fileId }) => ({ fileId })) }));
  else {
    for (const { where, characters } of texts) print(`${where}: ${String(characters)} characters`);
    for (const { fileId } of files) print(`file ${fileId}`);
    print(`watchpost rules kept ${id} --put DIR writes all of it to files.`);
  }
  return 0;
}

/** Writes everything into a folder that only its owner can read. It is in the audit before anything is written. */
async function put(
  { id, json }: KeptArgs,
  folder: string,
  { quarantine, documents }: { quarantine: Quarantine; documents: DocumentStore },
  { signal, print }: CommandContext,
): Promise<number> {
  const message = await quarantine.message(id, signal);
  const files = await quarantine.files(id, signal);
  if (!message && files.length === 0) throw nothing(id);
  await createQuarantineAudit(documents).record({ actor: actor.id, what: 'read', violation: id }, signal);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  const write = async (name: string, bytes: Uint8Array | string): Promise<void> => {
    const file = path.join(folder, name);
    await writeNew(file, bytes);
    written.push(file);
  };
  if (message) await write('message.txt', textOf(message));
  for (const [index, { name, bytes }] of files.entries()) await write(`file-${String(index + 1)}${endingOf(name)}`, await bytes());
  if (json) print(JSON.stringify({ id, files: written }));
  else for (const file of written) print(file);
  return 0;
}

/** What it said, each text under where it stood. */
const textOf = ({ texts }: Original): string => texts.map(({ where, text }) => `--- ${where} ---\n${text}\n`).join('\n');

/** Only the ending of a name is used: the rest was chosen by somebody else. */
const endingOf = (name: string | null): string => /\.[a-z0-9]{1,8}$/i.exec(name ?? '')?.[0].toLowerCase() ?? '';

async function writeNew(file: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new AppError('file-exists', `${file} exists already`, { cause: error });
    throw error;
  }
}

async function erase(
  { id, json }: KeptArgs,
  { quarantine, documents, keepMs }: { quarantine: Quarantine; documents: DocumentStore; keepMs: number },
  context: CommandContext,
): Promise<number> {
  const { signal, print } = context;
  const violations = createViolations(documents, { keepMs });
  const stored = await violations.get(id, signal);
  if (stored?.violation.kept.state !== 'kept') throw nothing(id);
  await createQuarantineAudit(documents).record({ actor: actor.id, what: 'deleted', violation: id }, signal);
  await quarantine.erase(id, signal);
  const kept = { state: 'deleted', by: actor.id, atMs: Date.now() } as const;
  const { violation } = await violations.update(
    id,
    (each) => (each.kept.state === 'kept' ? { ...each, kept, asked: null, wanted: each.wanted + 1 } : each),
    signal,
  );
  await updateReport(violation, context);
  print(json ? JSON.stringify({ id, deleted: true }) : `the original of ${id} was deleted`);
  return 0;
}

/** Has a worker change the report in the chat, whose buttons would be of no use. */
async function updateReport({ id, wanted }: Violation, { env, warn }: CommandContext): Promise<void> {
  const storage = parseEnv(env, storageEnv);
  if (!storage.REDIS_URL && !storage.POSTGRES_URL) return;
  const sender = createJobSender(storage, { log: silent() });
  try {
    await sender.send({ v: 1, kind: 'violation', violationId: id, wanted }, { timeoutMs: 5_000 });
  } catch (error) {
    warn(`the report in the chat is not changed yet: ${toAppError(error).message}`);
  } finally {
    await sender.close();
  }
}

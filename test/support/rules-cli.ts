import { createLogger } from '@watchpost/shared/observability/logger';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { runCommand, type CommandRun } from './run-command.ts';

/** Looks like a key of Amazon's; in one piece it would stop a push. */
export const key = ['AKIA', 'Z7Q4', 'M2XW', 'B9TR'].join('');
export const keyPattern = 'AKIA[0-9A-Z]{12}';

/** Runs a command about rules; resolves to its lines of standard output, of standard error, and its exit code. */
export async function rulesCommand(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<CommandRun> {
  const { err, ...ran } = await runCommand('rules', [...args], env);
  return { ...ran, err: err.flatMap((line) => line.split('\n')) };
}

/** The documents of a database, until `use` is done. */
export async function withDocuments<T>(storage: StorageConfig, use: (documents: DocumentStore) => Promise<T>): Promise<T> {
  const database = await openDatabase(storage, { log: createLogger('test', 'silent') }, AbortSignal.timeout(30_000));
  try {
    return await use(database.documents);
  } finally {
    await database.close();
  }
}

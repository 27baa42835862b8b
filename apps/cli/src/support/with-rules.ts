import { rulesEnv } from '@watchpost/rules/config';
import type { Rules } from '@watchpost/rules/rules';
import { createRules } from '@watchpost/rules/store/rules';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { type DatabaseContext, withDatabase } from './open-database.ts';

/** Opens the database for a command about rules; closes it after `use`. */
export async function withRules<T>(context: DatabaseContext, use: (rules: Rules, documents: DocumentStore) => Promise<T>): Promise<T> {
  const { QUARANTINE_KEY } = parseEnv(context.env, { QUARANTINE_KEY: rulesEnv.QUARANTINE_KEY });
  const canQuarantine = QUARANTINE_KEY !== undefined;
  return withDatabase(context, async ({ documents }) => use(createRules(documents, { canQuarantine }), documents));
}

/** The arguments without `--json`, and whether it was there. */
export function takeJson(args: readonly string[]): { words: string[]; json: boolean } {
  return { words: args.filter((arg) => arg !== '--json'), json: args.includes('--json') };
}

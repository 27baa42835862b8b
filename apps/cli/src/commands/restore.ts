import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import type { Command } from '../command.ts';
import { countsInWords } from '../support/archive-words.ts';
import { withDatabase } from '../support/open-database.ts';
import { readArgs } from '../support/read-args.ts';

/**
 * `restore [--replace] FILE`: reads a database from an exported file. The whole file is checked before anything is changed; what was written
 * is read back and compared with it before anybody else can see it.
 */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values, positionals } = readArgs(args, { replace: { type: 'boolean', default: false } }, 1);
  const [file = ''] = positionals;
  const { counts, scope, expired } = await withDatabase(context, (opened) =>
    restoreArchive(opened, file, { replace: values.replace }, signal),
  );
  print(`restored ${countsInWords((kind) => counts[kind], scope)}`);
  print('read back and compared with the file, each kind by its number and a digest: all is the same');
  if (expired > 0) print(`${String(expired)} entries of the file had expired, and were left out`);
  return 0;
};

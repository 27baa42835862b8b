import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Command, CommandContext } from '../command.ts';
import { countsInWords } from '../support/archive-words.ts';
import { forgottenIn } from '../support/forgotten-since.ts';
import { actor, withDatabase } from '../support/open-database.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

/**
 * `restore [--replace [--bring-back]] FILE`: reads a database from an exported file. The whole file is checked before anything is changed; what
 * was written is read back and compared with it before anybody else can see it. Whom the replaced database had forgotten is forgotten
 * again, unless they are to come back.
 */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values, positionals } = readArgs(
    args,
    { replace: { type: 'boolean', default: false }, 'bring-back': { type: 'boolean', default: false } },
    1,
  );
  if (values['bring-back'] && !values.replace)
    throw new AppError('usage-invalid', '--bring-back needs --replace: an empty database has forgotten nobody');
  const [file = ''] = positionals;
  const { counts, scope, expired, toForget } = await withDatabase(context, async (opened) => {
    const personIds = values.replace && !values['bring-back'] ? await forgottenIn(opened, signal) : [];
    return restoreArchive(opened, file, { replace: values.replace, forget: { personIds, by: actor } }, signal);
  });
  print(`restored ${countsInWords((kind) => counts[kind], scope)}`);
  print('read back and compared with the file, each kind by its number and a digest: all is the same');
  if (expired > 0) print(`${String(expired)} entries of the file had expired, and were left out`);
  return toForget === 0 ? 0 : forgetAgain(toForget, context);
};

/** Forgets those who are noted; whom this cannot forget a worker does. Resolves to the exit code. */
async function forgetAgain(count: number, context: CommandContext): Promise<number> {
  const { print, signal } = context;
  const later = 'a worker does it within two minutes of its start, and so does this command, run again with --replace';
  try {
    const left = await withPeople(context, ({ housekeeping }) => housekeeping.forgetAgain(signal));
    for (const { personId, error } of left) print(`not forgotten: ${personId} (${error.code}: ${error.message})`);
    if (left.length > 0) {
      print(`${String(left.length)} people who were forgotten after this backup was made could not be forgotten again: ${later}`);
      return 1;
    }
  } catch (error) {
    const { code, message } = toAppError(error);
    print(`all is restored, but not all of ${String(count)} people are forgotten again who had been (${code}: ${message}): ${later}`);
    return 1;
  }
  print(
    `${String(count)} people who were forgotten after this backup was made are forgotten again: watchpost receipts tells of each, and for ten minutes watchpost undo takes it back`,
  );
  return 0;
}

import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { countsInWords } from '../support/archive-words.ts';
import { boardsWithout } from '../support/boards-without.ts';
import { forgottenIn } from '../support/forgotten-since.ts';
import { givenAgain, notGivenBefore } from '../support/given-again.ts';
import { actor, withDatabase } from '../support/open-database.ts';
import { readArgs } from '../support/read-args.ts';

/**
 * `restore [--replace [--bring-back]] FILE`: reads a database from an exported file. The whole file is checked before anything is changed; what
 * was written is read back and compared with it before anybody else can see it. Whom the replaced database had forgotten is forgotten
 * again in the same moment, unless they are to come back. Says who took back a consent that the file still has.
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
  const { counts, scope, expired, forgotten, given } = await withDatabase(context, async (opened) => {
    const again = values.replace && !values['bring-back'] ? await forgottenIn(opened, signal) : null;
    const forget = again && { forget: { ...again, by: actor, documents: boardsWithout } };
    const notGiven = values.replace ? await notGivenBefore(opened, signal) : new Map<string, number>();
    const by = { actor, what: 'restored', notGiven } as const;
    const restored = await restoreArchive(opened, file, { replace: values.replace, ...forget, by }, signal);
    return { ...restored, given: await givenAgain(notGiven, opened, signal) };
  });
  print(`restored ${countsInWords((kind) => counts[kind], scope)}`);
  print('read back and compared with the file, each kind by its number and a digest: all is the same');
  if (expired > 0)
    print(
      expired === 1
        ? '1 entry of the file had expired, and was left out'
        : `${String(expired)} entries of the file had expired, and were left out`,
    );
  if (forgotten > 0)
    print(
      `${forgotten === 1 ? '1 person who was' : `${String(forgotten)} people who were`} forgotten after this backup was made ${forgotten === 1 ? 'is' : 'are'} forgotten again: watchpost receipts tells of each, and for ten minutes watchpost undo takes it back`,
    );
  if (given.length > 0)
    print(
      `${given.length === 1 ? '1 person' : `${String(given.length)} people`} took back their consent after this backup was made, or ${given.length === 1 ? 'was' : 'were'} asked anew, and it counts as given again: ${given.join(', ')}. Note it anew of each: watchpost consent NAME withdrawn`,
    );
  return 0;
};

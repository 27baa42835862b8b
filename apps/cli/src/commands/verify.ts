import { verifyArchive } from '@watchpost/gallery/archive/restore-archive';
import type { Command } from '../command.ts';
import { countsInWords } from '../support/archive-words.ts';
import { readArgs } from '../support/read-args.ts';

/** `verify FILE`: reads a whole backup and checks it, without any database. */
export const run: Command = async (args, { signal, print }) => {
  const [file = ''] = readArgs(args, {}, 1).positionals;
  const { content, scope, exportedAt, expired } = await verifyArchive(file, Date.now(), signal);
  print(`${file} is whole: ${scope === 'gallery' ? 'the gallery' : 'everything'}, exported at ${exportedAt}`);
  print(countsInWords((kind) => content.counts[kind], scope));
  if (expired > 0) print(`${String(expired)} entries have expired since, and would be left out`);
  return 0;
};
